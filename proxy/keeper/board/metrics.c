/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/board/metrics.h"

#include "proxy/keeper/board/look.h"
#include "proxy/keeper/gate/gate_process.h"
#include "proxy/keeper/process/host_counts.h"
#include "proxy/keeper/process/version.h"
#include "proxy/keeper/worker/worker.h"

#include <inttypes.h>
#include <string.h>

/* Every counter of a captain's, by the name that it has in a document. */
static const struct meaning {
	const char *name, *text;
} meanings[] = {
#define X(name, meaning) { #name, meaning },
	STREAM_COUNTERS(X)
	WORKER_COUNTERS(X)
#undef X
#define X(name, meaning) { "gate_" #name, "gate: " meaning },
	GATE_PROCESS_COUNTERS(X)
	HAND_COUNTERS(X)
#undef X
	{ "gate_restarts", "times that the gate was started again" },
	{ "worker_restarts", "times that a worker was started again" },
	{ "rules_restored", "times that rules which somebody took out of the kernel were put back" },
	{ "admit_packets", "first packets that the kernel refused alone" },
	{ "admit_unnoted", "of these: no note says whose" },
};

static const struct meaning host_meanings[] = {
#define X(name, meaning) { #name, meaning },
	HOST_COUNTS(X)
#undef X
};

/* In a label, or a line of help, where a quotation mark may stand bare as well. */
static void
write_escaped(FILE *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '\n')
			fputs("\\n", out);
		else
			fprintf(out, *text == '\\' || *text == '"' ? "\\%c" : "%c", *text);
	}
}

/* The two lines before a metric. suffix: "_total" of a counter, or "". */
static void
head(FILE *out, const char *name, const char *suffix, const char *help)
{
	fprintf(out, "# HELP relaywall_%s%s %s\n# TYPE relaywall_%s%s %s\n", name, suffix, help, name, suffix,
	    suffix[0] == '\0' ? "gauge" : "counter");
}

static void
gauge(FILE *out, const char *name, const char *help, uint64_t n)
{
	head(out, name, "", help);
	fprintf(out, "relaywall_%s %" PRIu64 "\n", name, n);
}

/* ,key="value" or {key="value" */
static void
label(FILE *out, char before, const char *key, const char *value)
{
	fprintf(out, "%c%s=\"", before, key);
	write_escaped(out, value);
	fputc('"', out);
}

static void
write_counters(FILE *out, const json_t *status)
{
	const json_t *now = json_object_get(status, "now"), *counts = json_object_get(json_object_get(status, "counted"), "counters");

	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
		const struct meaning *m = &meanings[i];

		if (json_object_get(now, m->name) != NULL)
			gauge(out, m->name, m->text, look_number(now, m->name));
		if (json_object_get(counts, m->name) == NULL)
			continue;
		head(out, m->name, "_total", m->text);
		fprintf(out, "relaywall_%s_total %" PRIu64 "\n", m->name, look_number(counts, m->name));
	}
}

/* "limit.client-timeout" */
static void
write_events(FILE *out, const json_t *status)
{
	const char *name;
	json_t *n;

	head(out, "events", "_total", "what happened, by kind and cause, as in the journal");
	json_object_foreach(json_object_get(json_object_get(status, "counted"), "events"), name, n) {
		const char *dot = strchr(name, '.');
		char kind[32];

		snprintf(kind, sizeof(kind), "%.*s", (int)(dot == NULL ? strlen(name) : (size_t)(dot - name)), name);
		fputs("relaywall_events_total", out);
		label(out, '{', "kind", kind);
		label(out, ',', "cause", dot == NULL ? "" : dot + 1);
		fprintf(out, "} %" JSON_INTEGER_FORMAT "\n", json_integer_value(n));
	}
}

static void
write_host_counts(FILE *out, const json_t *hosts, const struct meaning *m)
{
	const char *name, *const prefix = "host_";
	char full[64];
	json_t *host;
	size_t seen = 0;

	snprintf(full, sizeof(full), "%s%s", prefix, m->name);
	head(out, full, "_total", m->text);
	json_object_foreach((json_t *)hosts, name, host) {
		if (seen++ == METRICS_HOSTS)
			break;
		fprintf(out, "relaywall_%s_total", full);
		label(out, '{', "host", name);
		fprintf(out, "} %" PRIu64 "\n", look_number(host, m->name));
	}
}

/* key: "refused_by" or "counted_by". */
static void
write_by_rule(FILE *out, const json_t *hosts, const char *key, const char *metric, const char *help)
{
	const char *name, *rule;
	json_t *host, *n;
	size_t seen = 0;

	head(out, metric, "_total", help);
	json_object_foreach((json_t *)hosts, name, host) {
		if (seen++ == METRICS_HOSTS)
			break;
		json_object_foreach(json_object_get(host, key), rule, n) {
			fprintf(out, "relaywall_%s_total", metric);
			label(out, '{', "host", name);
			label(out, ',', "rule", rule);
			fprintf(out, "} %" JSON_INTEGER_FORMAT "\n", json_integer_value(n));
		}
	}
}

static void
write_hosts(FILE *out, const json_t *status)
{
	const json_t *hosts = json_object_get(json_object_get(status, "counted"), "hosts");
	size_t count = json_object_size(hosts);

	for (size_t i = 0; i < sizeof(host_meanings) / sizeof(host_meanings[0]); i++)
		write_host_counts(out, hosts, &host_meanings[i]);
	write_by_rule(out, hosts, "refused_by", "host_refused_by_rule", "senders, recipients, greetings and connections refused by this rule");
	write_by_rule(out, hosts, "counted_by", "host_counted_by_rule", "verdicts of this rule where it only counts: it would have refused");
	gauge(out, "hosts_untold", "hosts with numbers that are not among these metrics, as there are too many",
	    count > METRICS_HOSTS ? count - METRICS_HOSTS : 0);
}

static void
write_process(FILE *out, uint64_t captain, const char *process, const char *index, bool up)
{
	fprintf(out, "relaywall_process_up{captain=\"%" PRIu64 "\",process=\"%s\",index=\"%s\"} %d\n", captain, process, index, up);
}

static void
write_processes(FILE *out, const json_t *status)
{
	const json_t *captains = json_object_get(status, "captains");

	head(out, "process_up", "", "1: the heart of this process beats");
	for (size_t i = 0; i < json_array_size(captains); i++) {
		const json_t *c = json_array_get(captains, i), *workers = json_object_get(c, "workers");
		const json_t *gate = json_object_get(c, "gate"), *scribe = json_object_get(c, "scribe");
		uint64_t generation = look_number(c, "generation");

		write_process(out, generation, "captain", "", !look_is(c, "silent"));
		for (size_t w = 0; w < json_array_size(workers); w++) {
			char index[24];

			snprintf(index, sizeof(index), "%zu", w);
			write_process(out, generation, "worker", index, look_is(json_array_get(workers, w), "well"));
		}
		if (json_is_object(gate))
			write_process(out, generation, "gate", "", look_is(gate, "well"));
		if (json_is_object(scribe))
			write_process(out, generation, "scribe", "", look_is(scribe, "well"));
	}
}

/* Of the captain that serves, or else of the newest. */
static void
write_policy(FILE *out, const json_t *status)
{
	const json_t *captain = look_captain(status), *unenforced = json_object_get(captain, "unenforced");

	gauge(out, "protected_hosts", "hosts of the configuration that serves",
	    json_array_size(json_object_get(captain, "hosts")) + look_number(captain, "hosts_more"));
	gauge(out, "unenforced_rules", "rules that are off or only count, for some network of some host",
	    json_array_size(json_object_get(unenforced, "rows")) + look_number(unenforced, "more"));
}

void
metrics_write(FILE *out, const json_t *status)
{
	gauge(out, "up", "1: relaywall says how it is; 0: nothing else is known", status != NULL);
	head(out, "build_info", "", "the version of the process that answers");
	fputs("relaywall_build_info", out);
	label(out, '{', "version", version_text);
	fputs("} 1\n", out);
	if (status == NULL)
		return;
	gauge(out, "healthy", "1: all is well; 0: /health says what is not", look_is(status, "healthy"));
	write_policy(out, status);
	write_processes(out, status);
	write_counters(out, status);
	write_events(out, status);
	write_hosts(out, status);
}
