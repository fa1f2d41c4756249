/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/captain/report.h"

#include "proxy/base/escape.h"
#include "proxy/keeper/captain/unenforced.h"
#include "proxy/keeper/process/document.h"
#include "proxy/keeper/process/version.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

enum {
	HOSTS_MOST = 10000,	/* that are listed by name; all are counted */
	HOST_NAME = 300,	/* escaped; one has 64 octets at most */
};

static const char unenforced_name[] = "unenforced";

/* Not counts that could be added, but how many there are now. */
static bool
is_gauge(const char *name)
{
	static const char *const names[] = { "sessions", "tarpitted", "lists_broken", "dns_in_flight", "gate_lists_broken", "gate_dns_in_flight" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

/* The two objects that counters go into. */
struct counters {
	json_t *counts, *now;
};

static void
take_counter(void *cookie, const char *name, uint64_t n)
{
	struct counters *to = cookie;

	document_put(is_gauge(name) ? &to->now : &to->counts, name, json_integer((json_int_t)n));
}

static json_t *
by_rule(const uint64_t counts[RULE_COUNT])
{
	json_t *o = json_object();

	for (enum rule r = 0; r < RULE_COUNT; r++)
		if (counts[r] > 0)
			document_put(&o, rule_name(r), json_integer((json_int_t)counts[r]));
	return o;
}

static json_t *
one_host(const struct host_counts *n)
{
	json_t *o = json_object();

#define X(name, meaning) document_put(&o, #name, json_integer((json_int_t)n->name));
	HOST_COUNTS(X)
#undef X
	document_put(&o, "refused_by", by_rule(n->refused_by));
	document_put(&o, "counted_by", by_rule(n->counted_by));
	return o;
}

/* Those for which something was done. */
static json_t *
all_hosts(const struct captain *c)
{
	const struct policy *policy = &c->site->policy;
	json_t *o = json_object();

	for (size_t h = 0; h < policy->host_count; h++) {
		char name[HOST_NAME];
		struct host_counts n;

		crew_count_host(c->crew, h, &n);
		if (host_counts_is_zero(&n))
			continue;
		escape_write(policy->hosts[h].name, name, sizeof(name));
		document_put(&o, name, one_host(&n));
	}
	return o;
}

static json_t *
events(const struct captain *c)
{
	json_t *o = json_object();
	struct tally t;
	char name[TALLY_WORD + 32];

	captain_tally(c, &t);
	for (size_t i = 0; i < t.used; i++) {
		snprintf(name, sizeof(name), "%s.%s", event_name(t.of[i].kind), t.of[i].what);
		document_put(&o, name, json_integer((json_int_t)t.of[i].count));
	}
	document_put(&o, "other", json_integer((json_int_t)t.others));
	return o;
}

/* now: NULL, or where what is no count goes. */
static json_t *
counted(const struct captain *c, json_t **now)
{
	struct counters to = { json_object(), json_object() };
	json_t *o = json_object();

	captain_count(c, take_counter, &to);
	document_put(&o, "counters", to.counts);
	document_put(&o, "events", events(c));
	document_put(&o, "hosts", all_hosts(c));
	if (now != NULL)
		*now = to.now;
	else
		json_decref(to.now);
	return o;
}

static json_t *
workers(const struct captain *c)
{
	json_t *array = json_array();

	for (unsigned i = 0; i < crew_size(c->crew); i++) {
		struct crew_member m = crew_member(c->crew, i);
		json_t *o = json_object();

		document_put(&o, "index", json_integer(i));
		document_put(&o, "pid", json_integer(m.pid));
		document_put(&o, "well", json_boolean(m.well));
		document_put(&o, "restarts", json_integer((json_int_t)m.restarts));
		document_put(&o, "sessions", json_integer((json_int_t)m.sessions));
		document_append(&array, o);
	}
	return array;
}

static json_t *
gate(const struct captain *c)
{
	const struct child *judge = &c->gatehouse.halves[GATEHOUSE_GATE].child, *hand = &c->gatehouse.halves[GATEHOUSE_HAND].child;
	json_t *o;

	if (c->gatehouse.home.shared == NULL)
		return json_null();
	o = json_object();
	document_put(&o, "pid", json_integer(judge->pid));
	document_put(&o, "hand_pid", json_integer(hand->pid));
	document_put(&o, "queue", json_integer(c->queue));
	document_put(&o, "well", json_boolean(child_is_well(judge) && child_is_well(hand)));
	return o;
}

/* An errno that another process says: a number that is none has a text of its own. */
static json_t *
error_text(int error)
{
	return error == 0 ? json_null() : json_string(strerror(error));
}

static json_t *
scribe(const struct captain *c)
{
	const struct scribe_home *home = &c->scribe.home;
	json_t *o = json_object();

	document_put(&o, "pid", json_integer(c->scribe.child.pid));
	document_put(&o, "well", json_boolean(child_is_well(&c->scribe.child)));
	document_put(&o, "required", !home->required ? json_null() : json_string(home->file != NULL ? "file" : "syslog"));
	document_put(&o, "file_error", error_text(scribehouse_file_error(&c->scribe)));
	document_put(&o, "syslog_error", error_text(scribehouse_syslog_error(&c->scribe)));
	document_put(&o, "evidence_error", error_text(scribehouse_evidence_error(&c->scribe)));
	return o;
}

static json_t *
archive(const struct captain *c)
{
	json_t *o;

	if (c->site->archive == NULL)
		return json_null();
	o = json_object();
	document_put(&o, "folder", document_bytes(span_str(c->site->archive)));
	document_put(&o, "kept", json_boolean(c->archive.fd != -1));
	document_put(&o, "error", error_text(c->archive.error));
	return o;
}

static json_t *
hosts(const struct policy *policy, size_t most)
{
	json_t *array = json_array();

	for (size_t h = 0; h < most; h++) {
		const struct policy_host *host = &policy->hosts[h];
		json_t *o = json_object(), *addresses = json_array();

		for (size_t i = 0; i < host->address_count; i++)
			document_append(&addresses, document_ip(&host->addresses[i]));
		document_put(&o, "name", document_bytes(host->name));
		document_put(&o, "addresses", addresses);
		document_append(&array, o);
	}
	return array;
}

static json_t *
report(const struct captain *c)
{
	size_t host_count = c->site->policy.host_count, most = host_count < HOSTS_MOST ? host_count : HOSTS_MOST;
	json_t *o = json_object(), *now = NULL;

	document_put(&o, "generation", json_integer(c->generation));
	document_put(&o, "version", json_string(version_text));
	document_put(&o, "pid", json_integer(getpid()));
	document_put(&o, "file", document_bytes(span_str(c->file)));
	document_put(&o, "digest", json_string(c->site->digest));
	document_put(&o, "archive", archive(c));
	document_put(&o, "journal", document_bytes(span_str(c->site->journal)));
	document_put(&o, "since", c->since[0] == '\0' ? json_null() : json_string(c->since));
	document_put(&o, "rules_loaded", c->rules && c->watchman.awake ? json_boolean(watchman_is_well(&c->watchman)) : json_null());
	document_put(&o, "workers", workers(c));
	document_put(&o, "gate", gate(c));
	document_put(&o, "scribe", scribe(c));
	document_put(&o, "hosts", hosts(&c->site->policy, most));
	document_put(&o, "hosts_more", json_integer((json_int_t)(host_count - most)));
	document_put(&o, "unenforced", c->unenforced == NULL ? json_null() : json_incref(c->unenforced));
	document_put(&o, "counted", counted(c, &now));
	document_put(&o, "now", now);
	return o;
}

/* Tell the keeper this, with a document. Who asked sees that there is none. */
static int
say(const struct captain *c, const json_t *o, const char *text, const char *rest_of)
{
	int fd = document_write(o), result = -1;

	if (fd == -1 || (result = wire_send(c->wire, &fd, 1, "%s%s", text, rest_of)) == -1)
		fprintf(c->echo.stream, "relaywall: a report is not given: %s\n", strerror(errno));
	if (fd != -1)
		close(fd);
	return result;
}

void
captain_report(const struct captain *c, const char *serial)
{
	json_t *o = report(c);

	(void)say(c, o, "report ", serial);
	json_decref(o);
}

void
captain_list(const struct captain *c, const char *serial)
{
	const char *rest_of = serial;
	unsigned size = crew_size(c->crew), number;
	int fds[WORKERS_MAX];

	if (!wire_number(&rest_of, UINT_MAX, &number) || number == 0 || crew_list(c->crew, number, fds) == -1)
		return;
	(void)wire_send(c->wire, fds, size, "listing %u", number);
	for (unsigned i = 0; i < size; i++) {
		close(fds[i]);
		if (crew_member(c->crew, i).pid == 0)	/* it has none: it has left, or is about to begin */
			captain_listed(c, i, number);
	}
}

void
captain_listed(const struct captain *c, unsigned index, unsigned serial)
{
	(void)wire_say(c->wire, "listed %u %u", serial, index);
}

void
captain_keep_counts(struct captain *c)
{
	json_t *o = counted(c, NULL);

	if ((c->counted != NULL && json_equal(o, c->counted)) || say(c, o, "counted", "") == -1) {
		json_decref(o);
		return;
	}
	json_decref(c->counted);
	c->counted = o;
}

void
captain_note_unenforced(struct captain *c)
{
	json_t *before = c->unenforced;
	char now[DOCUMENT_TIME];
	int fd = store_find(&c->store, unenforced_name);

	document_time(time(NULL), now);
	if (c->since[0] == '\0')
		memcpy(c->since, now, sizeof(now));
	if (before == NULL && fd != -1)
		before = document_read(fd);
	c->unenforced = unenforced_list(c->site, before, now);
	json_decref(before);
	if (c->unenforced != NULL)
		(void)say(c, c->unenforced, "hold ", unenforced_name);
}
