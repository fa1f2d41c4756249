/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/site/journal.h"

#include "proxy/base/escape.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <time.h>
#include <unistd.h>

enum {
	SHOWN = 4096,		/* of what a peer sent; escaped, a line of 1,000 octets fits */
	LINE = 32768,		/* two texts of SHOWN with every character escaped by JSON, and the rest */
};

static int
open_path(const char *path)
{
	/* Not to wait for the reader of a FIFO, nor later for room in it. */
	return open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0640);
}

int
journal_open(struct journal *j, const char *path, FILE *errors)
{
	*j = (struct journal){ .path = path, .errors = errors };
	j->fd = open_path(path);
	return j->fd == -1 ? -1 : 0;
}

int
journal_reopen(struct journal *j)
{
	int fd = open_path(j->path);

	if (fd == -1)
		return -1;
	close(j->fd);
	j->fd = fd;
	j->torn = false;
	j->told = false;
	return 0;
}

void
journal_close(struct journal *j)
{
	if (j->dropped > 0)
		fprintf(j->errors, "relaywall: journal %s: %llu lines written, %llu dropped\n", j->path,
		    (unsigned long long)j->written, (unsigned long long)j->dropped);
	close(j->fd);
	j->fd = -1;
}

static void
drop(struct journal *j, const char *why)
{
	j->dropped++;
	if (!j->told)
		fprintf(j->errors, "relaywall: journal %s: %s; lines are dropped, mail goes on\n", j->path, why);
	j->told = true;
}

/* A line being made. */
struct line {
	json_t *object;
	bool failed;		/* no memory for a part: a line without it would tell a half */
};

static void
put(struct line *o, const char *key, json_t *value)
{
	if (json_object_set_new(o->object, key, value) == -1)	/* takes NULL for a failure, too */
		o->failed = true;
}

static void
put_text(struct line *o, const char *key, const char *text)
{
	put(o, key, text == NULL ? json_null() : json_string(text));
}

static void
put_number(struct line *o, const char *key, uint64_t n)
{
	put(o, key, json_integer((json_int_t)n));
}

static void
put_bytes(struct line *o, const char *key, struct span bytes)
{
	char shown[SHOWN];

	escape_write(bytes, shown, sizeof(shown));
	put_text(o, key, shown);
}

static void
put_ip(struct line *o, const char *key, const struct ip *ip)
{
	bool v4 = ip_is_v4(ip);
	char text[INET6_ADDRSTRLEN];

	inet_ntop(v4 ? AF_INET : AF_INET6, ip->bytes + (v4 ? 12 : 0), text, sizeof(text));
	put_text(o, key, text);
}

static void
put_code(struct line *o, unsigned code)
{
	if (code == 0)
		put_text(o, "code", NULL);
	else
		put_number(o, "code", code);
}

/* RFC 3339, UTC, with milliseconds. */
static void
put_time(struct line *o)
{
	struct timespec now;
	struct tm tm;
	char date[32], text[48];

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text, sizeof(text), "%s.%03ldZ", date, now.tv_nsec / 1000000);
	put_text(o, "time", text);
}

static void
put_session(struct line *o, const struct session *s)
{
	put_text(o, "session", s->id);
	put_ip(o, "client", &s->client);
	put_number(o, "client_port", s->client_port);
	put_bytes(o, "host", s->host->name);
	put_ip(o, "address", &s->address);
	put_bytes(o, "network", s->policy->network_names[s->network]);
}

static void
put_verdict(struct line *o, const struct event *e)
{
	const struct verdict *v = e->verdict;

	put_bytes(o, "argument", e->argument);
	put_text(o, "verdict", action_name(v->action));
	put_text(o, "rule", rule_name(v->rule));
	put_text(o, "mode", mode_name(v->mode));
	put_text(o, "reason", reason_name(v->reason));
	put_bytes(o, "target", v->target);
	if (v->by.len > 0)
		put_bytes(o, "list", v->by);
	if (v->sent.len > 0)
		put_bytes(o, "sent", sent_span(&v->sent));
	else
		put_text(o, "sent", NULL);
}

static void
put_event(struct line *o, const struct event *e)
{
	switch (e->kind) {
	case EVENT_RECIPIENT:
		put_bytes(o, "sender", e->sender);
		put_verdict(o, e);
		break;
	case EVENT_HELLO:
	case EVENT_SENDER:
		put_verdict(o, e);
		break;
	case EVENT_ADMIT:
		put_text(o, "what", e->what);
		if (e->argument.len > 0)
			put_bytes(o, "list", e->argument);
		if (e->packets > 0)
			put_number(o, "packets", e->packets);
		break;
	case EVENT_MESSAGE:
		put_bytes(o, "sender", e->sender);
		put_number(o, "recipients", e->recipients);
		put_number(o, "octets", e->octets);
		put_text(o, "what", e->what);
		break;
	default:
		put_text(o, "what", e->what);
		put_bytes(o, "text", e->argument);
		break;
	}
	put_code(o, e->code);
}

static void
write_line(struct journal *j, const char *line, size_t len)
{
	ssize_t n = write(j->fd, line, len);

	if (n == (ssize_t)len) {
		j->torn = false;
		j->written++;
		return;
	}
	if (n > 0)
		j->torn = true;
	drop(j, n == -1 ? strerror(errno) : "no room for a whole line");
}

/* Each line costs its share of a second, and time pays for it. */
static bool
is_one_refusal_too_many(struct journal *j, const struct event *e)
{
	enum { LINE_MS = 1000 / JOURNAL_REFUSALS, BURST_MS = JOURNAL_REFUSALS_BURST * LINE_MS };
	uint64_t now_ms, passed_ms;
	struct timespec now;

	if (e->kind != EVENT_ADMIT && e->kind != EVENT_RATE)
		return false;
	clock_gettime(CLOCK_MONOTONIC, &now);
	now_ms = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
	passed_ms = now_ms - j->until_ms;
	j->spent_ms -= passed_ms < j->spent_ms ? passed_ms : j->spent_ms;
	j->until_ms = now_ms;
	if (j->spent_ms + LINE_MS <= BURST_MS) {
		j->spent_ms += LINE_MS;
		return false;
	}
	j->limited++;
	return true;
}

void
journal_report(void *cookie, const struct session *s, const struct event *e)
{
	struct journal *j = cookie;
	struct line o;
	char line[LINE + 2];
	size_t len;

	if (is_one_refusal_too_many(j, e))
		return;
	o = (struct line){ .object = json_object() };
	put_time(&o);
	put_text(&o, "event", event_name(e->kind));
	put_session(&o, s);
	put_event(&o, e);
	line[0] = '\n';		/* sent first when it ends a torn line */
	len = o.failed ? 0 : json_dumpb(o.object, line + 1, LINE, JSON_COMPACT | JSON_ENSURE_ASCII);
	json_decref(o.object);
	if (len == 0 || len > LINE) {
		drop(j, "no memory for a line");
		return;
	}
	line[1 + len] = '\n';
	if (j->torn)
		write_line(j, line, len + 2);
	else
		write_line(j, line + 1, len + 1);
}
