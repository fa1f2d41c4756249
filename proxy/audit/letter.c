/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/audit/letter.h"

#include <assert.h>
#include <stdio.h>
#include <time.h>

/* RFC 5322 3.3, in UTC. Names of days and months are English, whatever the locale is. */
static void
write_date(char out[40])
{
	static const char days[] = "SunMonTueWedThuFriSat", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t now = time(NULL);
	struct tm tm;

	gmtime_r(&now, &tm);
	snprintf(out, 40, "%.3s, %02d %.3s %04d %02d:%02d:%02d +0000", days + 3 * tm.tm_wday, tm.tm_mday, months + 3 * tm.tm_mon,
	    (tm.tm_year + 1900) % 10000, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

void
letter_write(struct letter *m)
{
	char date[40];
	int n;

	write_date(date);
	snprintf(m->id, sizeof(m->id), "rwa-%.32s-%u", m->run, m->serial);
	n = snprintf(m->text, sizeof(m->text),
	    "Date: %s\r\n"
	    "From: <%.320s>\r\n"
	    "To: <%.64s@%.255s>\r\n"
	    "Subject: " LETTER_SUBJECT "%.40s %s\r\n"
	    "Message-ID: <%s@relaywall-audit.invalid>\r\n"
	    "Auto-Submitted: auto-generated\r\n"
	    "\r\n"
	    "This is a test of a mail server by its operator (relaywall audit).\r\n"
	    "The server %.64s took it from %.255s\r\n"
	    "by the form \"%.40s\". That it is here shows that the server relays.\r\n",
	    date, m->from, m->user, m->domain, m->trial->id, m->id, m->id, m->literal, m->helo, m->trial->id);
	assert(n > 0 && (size_t)n < sizeof(m->text));
	m->len = (size_t)n;
}
