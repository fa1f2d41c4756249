/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/survey/learn_words.h"

const char *
learn_word(unsigned bit)
{
	static const char *const words[] = { "inside", "tester", "own-host", "writes-as-local", "writes-out" };

	return bit < sizeof(words) / sizeof(words[0]) ? words[bit] : NULL;
}
