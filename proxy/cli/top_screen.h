/* SPDX-License-Identifier: GPL-2.0-or-later */
/* top_screen.h - a sample (top_sample.h) on a terminal, with ncurses. */
#ifndef PROXY_CLI_TOP_SCREEN_H
#define PROXY_CLI_TOP_SCREEN_H

#include <jansson.h>
#include <stdbool.h>

/* Take the terminal. 0, or -1: it is none that ncurses can use. */
int top_screen_open(void);

void top_screen_draw(const json_t *sample);

/* Wait so long for a key, redrawing meanwhile if the terminal changes its size. True: it was one to end with. */
bool top_screen_wait(const json_t *sample, unsigned ms);

/* Give the terminal back. */
void top_screen_close(void);

#endif
