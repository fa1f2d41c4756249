/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * software_table.h - the data behind software.h.
 */
#ifndef PROXY_SURVEY_SOFTWARE_TABLE_H
#define PROXY_SURVEY_SOFTWARE_TABLE_H

#include "proxy/survey/software.h"

/*
 * The words that a server is known by, in lines of one kind. In a pattern, letters stand for themselves in any case; a
 * blank for blanks or none; "*" for anything and "~" for a star; "^" at its begin for the begin of the line, "$" at its end
 * for its end; "%v" for a version and "%p" for that of the platform: letters, digits and ". - _", and a digit somewhere.
 */
struct software_sign {
	enum software_source from;
	const char *pattern, *name, *platform;
};

/* What is known of versions from one on, up to but without another one; NULL: of all. */
struct software_fact {
	const char *name;
	const char *since, *before;
	unsigned profile;
	const char *note;		/* NULL: the profile alone */
};

extern const struct software_sign software_signs[];
extern const size_t software_sign_count;
extern const struct software_fact software_facts[];
extern const size_t software_fact_count;

#endif
