/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/survey/software_age.h"

#include <string.h>

/*
 * Lines of releases, from a version on to that of the next row of the same name. A row without a year ends the one before: of what comes
 * then nothing is known. From release notes and archives of the projects and vendors.
 */
static const struct line {
	const char *name, *since;
	unsigned year;
} lines[] = {
	{ "sendmail", "5", 1986 }, { "sendmail", "6", 0 }, { "sendmail", "8", 1993 }, { "sendmail", "8.7", 1995 }, { "sendmail", "8.8", 1996 },
	{ "sendmail", "8.9", 1998 }, { "sendmail", "8.10", 2000 }, { "sendmail", "8.12", 2001 }, { "sendmail", "8.13", 2004 },
	{ "sendmail", "8.14", 2007 }, { "sendmail", "8.15", 2014 }, { "sendmail", "8.16", 2020 }, { "sendmail", "8.17", 2021 },
	{ "sendmail", "8.18", 2024 }, { "sendmail", "8.19", 0 },

	{ "Exchange", "4", 1996 }, { "Exchange", "5", 1997 }, { "Exchange", "5.6", 0 },
	/* that of Windows NT 4 calls itself 5.5 and later, that of Windows 2000 5.0 */
	{ "IIS SMTP", "5.0", 2000 }, { "IIS SMTP", "5.5", 1997 }, { "IIS SMTP", "5.6", 0 }, { "IIS SMTP", "6.0.2600", 2001 },
	{ "IIS SMTP", "6.0.3790", 2003 }, { "IIS SMTP", "7.0", 2008 }, { "IIS SMTP", "7.5", 2009 }, { "IIS SMTP", "8", 2012 },
	{ "IIS SMTP", "10", 2016 }, { "IIS SMTP", "11", 0 },
	{ "Domino", "4.5", 1996 }, { "Domino", "5", 1999 }, { "Domino", "6", 2002 }, { "Domino", "7", 2005 }, { "Domino", "8", 2007 },
	{ "Domino", "9", 2013 }, { "Domino", "10", 2018 }, { "Domino", "11", 2019 }, { "Domino", "12", 2021 }, { "Domino", "13", 0 },

	{ "Postfix", "1.1", 2002 }, { "Postfix", "2.1", 2004 }, { "Postfix", "2.3", 2006 }, { "Postfix", "2.5", 2008 }, { "Postfix", "2.7", 2010 },
	{ "Postfix", "2.8", 2011 }, { "Postfix", "2.9", 2012 }, { "Postfix", "2.10", 2013 }, { "Postfix", "2.11", 2014 }, { "Postfix", "3.0", 2015 },
	{ "Postfix", "3.1", 2016 }, { "Postfix", "3.2", 2017 }, { "Postfix", "3.3", 2018 }, { "Postfix", "3.4", 2019 }, { "Postfix", "3.5", 2020 },
	{ "Postfix", "3.6", 2021 }, { "Postfix", "3.7", 2022 }, { "Postfix", "3.8", 2023 }, { "Postfix", "3.9", 2024 }, { "Postfix", "3.10", 0 },
	{ "Exim", "3", 1999 }, { "Exim", "4", 2002 }, { "Exim", "4.50", 2005 }, { "Exim", "4.70", 2009 }, { "Exim", "4.80", 2012 },
	{ "Exim", "4.87", 2016 }, { "Exim", "4.90", 2017 }, { "Exim", "4.92", 2019 }, { "Exim", "4.94", 2020 }, { "Exim", "4.95", 2021 },
	{ "Exim", "4.96", 2022 }, { "Exim", "4.97", 2023 }, { "Exim", "4.98", 2024 }, { "Exim", "4.99", 0 },
};

unsigned
software_year(const struct software *s)
{
	unsigned year = 0;

	if (s->name == NULL || s->version[0] == '\0')
		return 0;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (strcmp(lines[i].name, s->name) == 0 && !software_version_before(s->version, lines[i].since))
			year = lines[i].year;
	return year;
}
