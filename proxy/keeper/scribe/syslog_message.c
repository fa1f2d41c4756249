/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/scribe/syslog_message.h"

#include <assert.h>
#include <jansson.h>
#include <unistd.h>

/* RFC 5424, 6.2.1, table 2 */
enum severity { SEVERITY_WARNING = 4, SEVERITY_NOTICE = 5, SEVERITY_INFO = 6 };

/* RFC 5424, 6.2.7 */
enum { MSGID_MOST = 32 };

static const char letters[] = "abcdefghijklmnopqrstuvwxyz-";

void
syslog_sender_init(struct syslog_sender *sender, unsigned facility, pid_t pid)
{
	*sender = (struct syslog_sender){ .facility = facility, .pid = pid };
	if (gethostname(sender->host, sizeof(sender->host) - 1) == -1)
		sender->host[0] = '\0';
	for (char *c = sender->host; *c != '\0'; c++)	/* PRINTUSASCII; a kernel takes any name */
		if (*c <= ' ' || *c > '~')
			*c = '?';
	if (sender->host[0] == '\0')
		memcpy(sender->host, "-", sizeof("-"));
}

static const char *
text_of(const json_t *o, const char *key)
{
	const char *text = json_string_value(json_object_get(o, key));

	return text == NULL ? "" : text;
}

/* As journal.c writes it: every one of RFC 5424's. */
static bool
is_time(const char *text)
{
	static const char form[] = "0000-00-00T00:00:00.000Z";

	if (strlen(text) != sizeof(form) - 1)
		return false;
	for (size_t i = 0; i < sizeof(form) - 1; i++)
		if (form[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != form[i])
			return false;
	return true;
}

static bool
is_name(const char *text)
{
	size_t len = strlen(text);

	return len > 0 && len <= MSGID_MOST && strspn(text, letters) == len;
}

/* What of relaywall itself was meant to be. */
static bool
is_orderly(const char *what)
{
	static const char *const words[] = { "start", "reload", "upgrade", "stop" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i], what) == 0)
			return true;
	return false;
}

static enum severity
severity_of(const json_t *o)
{
	const char *event = text_of(o, "event");

	if (strcmp(event, "host") == 0 || (strcmp(event, "service") == 0 && !is_orderly(text_of(o, "what"))))
		return SEVERITY_WARNING;
	if (strcmp(event, "admit") == 0 || json_integer_value(json_object_get(o, "code")) >= 400)
		return SEVERITY_NOTICE;
	return SEVERITY_INFO;
}

size_t
syslog_message(const struct syslog_sender *sender, struct span line, char *out, size_t cap)
{
	json_t *o = json_loadb((const char *)line.at, line.len, 0, NULL);
	const char *time = text_of(o, "time"), *event = text_of(o, "event");
	int n;

	assert(cap >= SYSLOG_HEADER + line.len);
	n = snprintf(out, cap, "<%u>1 %s %s relaywall %d %s - ", sender->facility * 8 + severity_of(o), is_time(time) ? time : "-",
	    sender->host, (int)sender->pid, is_name(event) ? event : "-");
	json_decref(o);
	memcpy(out + n, line.at, line.len);
	return (size_t)n + line.len;
}
