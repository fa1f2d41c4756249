/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * learn_words.h - what a client is, in words.
 */
#ifndef PROXY_SURVEY_LEARN_WORDS_H
#define PROXY_SURVEY_LEARN_WORDS_H

#include "proxy/survey/learn.h"

/* The name of a bit of struct learnt_client's is ("inside"), or NULL behind the last one. Static. */
const char *learn_word(unsigned bit);

#endif
