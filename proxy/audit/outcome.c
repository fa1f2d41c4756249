/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/audit/outcome.h"

#include <string.h>

static const char *const names[OUTCOMES] = {
	[OUTCOME_UNTESTED] = "untested", [OUTCOME_SILENT] = "silent", [OUTCOME_CLOSED] = "closed", [OUTCOME_GARBAGE] = "garbage",
	[OUTCOME_DEFERRED] = "deferred", [OUTCOME_NO_ROUTE] = "no-route", [OUTCOME_REFUSED] = "refused", [OUTCOME_ACCEPTED] = "accepted",
	[OUTCOME_TAKEN] = "taken", [OUTCOME_ARRIVED] = "arrived",
};

const char *
outcome_name(enum outcome o)
{
	return names[o];
}

enum outcome
outcome_named(const char *name)
{
	for (enum outcome o = 0; o < OUTCOMES; o++)
		if (strcmp(names[o], name) == 0)
			return o;
	return OUTCOME_UNTESTED;
}

bool
outcome_is_decided(enum outcome o)
{
	return o >= OUTCOME_REFUSED;
}

bool
outcome_is_yes(enum outcome o)
{
	return o >= OUTCOME_ACCEPTED;
}

/*
 * RFC 3463 3.2 and 3.5, RFC 7505 4, RFC 7504 4: the domain does not exist, has no route, takes no mail. With 553 and 501 the same codes
 * are about the form of the address.
 */
static bool
is_about_the_domain(unsigned code, const char *text)
{
	static const char *const enhanced[] = { "5.1.2 ", "5.1.10 ", "5.4.4 " };

	if (code == 556)
		return true;
	for (size_t i = 0; code == 550 && i < sizeof(enhanced) / sizeof(enhanced[0]); i++)
		if (strncmp(text, enhanced[i], strlen(enhanced[i])) == 0)
			return true;
	return false;
}

enum outcome
outcome_of_reply(unsigned code, const char *text)
{
	if (code < 300)
		return OUTCOME_ACCEPTED;
	if (code < 400)
		return OUTCOME_GARBAGE;	/* 3xx asks for more, and there is none to these commands */
	if (code < 500)
		return OUTCOME_DEFERRED;
	return is_about_the_domain(code, text) ? OUTCOME_NO_ROUTE : OUTCOME_REFUSED;
}
