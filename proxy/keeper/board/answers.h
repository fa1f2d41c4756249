/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * answers.h - what the board answers to which path.
 */
#ifndef PROXY_KEEPER_BOARD_ANSWERS_H
#define PROXY_KEEPER_BOARD_ANSWERS_H

#include "proxy/keeper/board/documents.h"
#include "proxy/keeper/board/http.h"
#include "proxy/keeper/board/series.h"

/* The documents that this path wants to be fresh, bits of documents.h. */
unsigned answers_need(const char *path);

/* Answer it; 404 where there is nothing. */
void answers_make(const char *path, const struct documents *d, const struct series *past, struct http_answer *out);

#endif
