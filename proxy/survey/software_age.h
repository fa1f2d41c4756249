/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * software_age.h - how old a mail server is, by the version that it tells.
 */
#ifndef PROXY_SURVEY_SOFTWARE_AGE_H
#define PROXY_SURVEY_SOFTWARE_AGE_H

#include "proxy/survey/software.h"

/* The year in which its line of releases began, as 8.9 of 8.9.3: the version itself is of that year or a later one. 0: not known. */
unsigned software_year(const struct software *s);

#endif
