/* SPDX-License-Identifier: GPL-2.0-or-later */
/* voice.h - a stderr that nobody waits for. */
#ifndef PROXY_KEEPER_PROCESS_VOICE_H
#define PROXY_KEEPER_PROCESS_VOICE_H

/*
 * For this process and its children: where stderr is a pipe, a terminal or a socket whose reader is stuck, what is said is lost, and
 * mail goes on. A file is left as it is. What cannot be had (a box without /proc) is left, too.
 */
void voice_free(void);

#endif
