/* SPDX-License-Identifier: GPL-2.0-or-later */
/* replay.c - relaywall replay: mail of the past under another policy: who would miss what? */
#include "proxy/base/clock.h"
#include "proxy/cli/cli.h"
#include "proxy/cli/progress.h"
#include "proxy/cli/replay_print.h"
#include "proxy/cli/tap_input.h"
#include "proxy/cli/tap_options.h"
#include "proxy/survey/input_kind.h"
#include "proxy/survey/journal_lines.h"

#include <errno.h>
#include <getopt.h>

static const char details[] =
    "\n"
    "INPUT is a journal or a capture of SMTP, by its content; - is the standard input. With one\n"
    "policy what it does is compared with what was done, with two one with the other.\n"
    "Exit status: 0 no difference, 1 differences, 2 something could not be read. Which are\n"
    "differences: --fail-on legitimate (mail that would be missed, without relays; the default),\n"
    "any (every change) or none.\n";

enum { REPLAY_UNREAD = CLI_USAGE, TELL_LINES = 256 };

struct options {
	bool json, as_written;
	enum replay_fail fail_on;
	struct tap_options inputs;	/* of it: filter, ports, files */
};

/* A run: the report in the making, and its sources. */
struct run {
	struct replay_report report;
	struct replay_exchange exchange;
	struct replay_journal journal;
	struct exchange_user user;
	struct tap *tap;		/* NULL: there was no capture yet */
	struct journal_lines lines;
	struct progress progress;
	struct tap_input input;
	const struct options *options;
};

static int
parse_fail_on(const char *word, enum replay_fail *out)
{
	for (enum replay_fail f = 0; f < REPLAY_FAILS; f++) {
		if (strcmp(word, replay_fail_name(f)) == 0) {
			*out = f;
			return 0;
		}
	}
	return -1;
}

static int
parse_options(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{ "as-written", no_argument, NULL, 'w' },
		{ "fail-on", required_argument, NULL, 'f' },
		{ "filter", required_argument, NULL, 'F' },
		{ "json", no_argument, NULL, 'j' },
		{ "port", required_argument, NULL, 'P' },
		{ 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (c) {
		case 'w':
			o->as_written = true;
			break;
		case 'f':
			if (parse_fail_on(optarg, &o->fail_on) == -1)
				return -1;
			break;
		case 'F':
			o->inputs.filter = optarg;
			break;
		case 'P':
			if (tap_options_port(&o->inputs, optarg) == -1)
				return -1;
			break;
		case 'j':
			o->json = true;
			break;
		default:
			return -1;
		}
	}
	o->inputs.files = argv + optind;
	o->inputs.count = (size_t)(argc - optind);
	return o->inputs.count >= 2 ? 0 : -1;
}

/* The kind of a file that is open and not read. -1 with errno: it cannot be read. */
static int
look(struct unpacker *source, enum input_kind *kind)
{
	struct span first;

	if (unpacker_look(source, &first) == -1)
		return -1;
	*kind = input_kind(first);
	return 0;
}

/* Is this argument a policy? The second one may be. */
static bool
is_policy(const char *file)
{
	char why[UNPACKER_ERROR];
	struct unpacker *source = strcmp(file, "-") == 0 ? NULL : unpacker_open(file, why);
	enum input_kind kind;
	bool is = source != NULL && look(source, &kind) == 0 && kind == INPUT_TEXT;

	unpacker_close(source);
	return is;
}

/* Load the policies, which come first. 0, or -1 and told. */
static int
load(struct run *run, const struct tap_options *o)
{
	struct replay_report *r = &run->report;
	size_t count = o->count > 2 && is_policy(o->files[1]) ? 2 : 1;

	for (; r->site_count < count; r->site_count++) {
		struct site *site = site_load(o->files[r->site_count], stderr);

		if (site == NULL)
			return -1;
		r->sites[r->site_count] = site;
		run->exchange.policies[r->site_count] = run->journal.policies[r->site_count] = &site->policy;
	}
	run->exchange.policy_count = run->journal.policy_count = count;
	return 0;
}

/* Lines that are none are counted; a file without any other is no journal. */
static void
read_journal(struct run *run, const char *file, struct unpacker *source)
{
	uint64_t lines = run->journal.lines.seen, bad = run->journal.lines.bad;
	char why[UNPACKER_ERROR];
	struct span line;
	int result;

	journal_lines_init(&run->lines, source);
	while ((result = journal_lines_next(&run->lines, &line)) == 1) {
		replay_journal_line(&run->journal, line);
		if (run->journal.lines.seen % TELL_LINES == 0)
			progress_tell(&run->progress, run->input.before + unpacker_octets(source), run->journal.lines.seen, "lines", clock_ms());
	}
	run->input.before += unpacker_octets(source);
	run->report.journals++;
	lines = run->journal.lines.seen - lines;
	bad = run->journal.lines.bad - bad;
	if (result == -1)
		tap_input_fail(&run->input, file, strerror(errno));
	else if (unpacker_check(source, why) == -1)
		tap_input_fail(&run->input, file, why);
	else if (bad == lines && bad > 0)
		tap_input_fail(&run->input, file, "no line of it is one of a journal");
}

/* The source is taken over. */
static void
read_capture(struct run *run, const char *file, struct unpacker *source)
{
	const struct options *o = run->options;
	struct tap_conf conf = { .ports = o->inputs.port_count > 0 ? o->inputs.ports : NULL, .port_count = o->inputs.port_count,
		.conversation = { .user = &run->user } };

	for (size_t i = 0; i < run->report.site_count; i++) {
		conf.conversation.policies[i] = &run->report.sites[i]->policy;
		conf.conversation.limits[i] = &run->report.sites[i]->limits;
	}
	if (run->tap == NULL)
		run->tap = tap_new(&conf);
	run->report.captures++;
	if (run->tap != NULL) {
		tap_input_file(&run->input, run->tap, file, source);
		return;
	}
	tap_input_fail(&run->input, file, strerror(errno));
	unpacker_close(source);
}

static void
read_input(struct run *run, const char *file)
{
	char why[UNPACKER_ERROR];
	struct unpacker *source = unpacker_open(file, why);
	enum input_kind kind;

	if (source == NULL || look(source, &kind) == -1) {
		tap_input_fail(&run->input, file, source == NULL ? why : strerror(errno));
		unpacker_close(source);
		return;
	}
	if (kind == INPUT_CAPTURE) {
		read_capture(run, file, source);
		return;
	}
	if (kind == INPUT_BINARY)
		tap_input_fail(&run->input, file, "neither a journal nor a capture");
	else
		read_journal(run, file, source);	/* which may begin in half a line */
	unpacker_close(source);
}

static int
print_json(const struct replay_report *r)
{
	json_t *o = replay_report_json(r);
	int result = o == NULL || json_dumpf(o, stdout, JSON_COMPACT) == -1 ? -1 : 0;

	json_decref(o);
	putchar('\n');
	return result;
}

static int
print(const struct run *run, const struct options *o)
{
	int result = 0;

	if (o->json)
		result = print_json(&run->report);
	else
		replay_print(&run->report, stdout);
	if (result == -1 || fflush(stdout) != 0) {
		fprintf(stderr, "relaywall replay: cannot write the report\n");
		return -1;
	}
	return 0;
}

/* The exit status. */
static int
replay(struct run *run, const struct options *o)
{
	char **files;
	size_t count;

	if (load(run, &o->inputs) == -1)
		return REPLAY_UNREAD;
	files = o->inputs.files + run->report.site_count;
	count = o->inputs.count - run->report.site_count;
	progress_begin(&run->progress, stderr, "relaywall replay", tap_input_total(files, count), clock_ms());
	for (size_t i = 0; i < count; i++)
		read_input(run, files[i]);
	progress_clear(&run->progress);
	if (run->tap != NULL)
		tap_stop(run->tap);
	replay_journal_end(&run->journal);
	run->report.unread = run->input.unread;
	run->report.sessions = run->exchange.sessions;
	run->report.lines = run->journal.lines;
	if (print(run, o) == -1 || run->report.unread > 0)
		return REPLAY_UNREAD;
	return replay_report_differs(&run->report) ? CLI_FAILED : CLI_OK;
}

int
cli_replay(int argc, char **argv)
{
	static struct run run;
	struct options o = { 0 };
	int status = REPLAY_UNREAD;

	if (parse_options(argc, argv, &o) == -1) {
		cli_usage("replay");
		fputs(details, stderr);
		return CLI_USAGE;
	}
	run.options = &o;
	run.input = (struct tap_input){ .command = "relaywall replay", .filter = o.inputs.filter, .progress = &run.progress };
	run.user = replay_exchange_user(&run.exchange);
	run.report.fail_on = o.fail_on;
	run.report.replay = run.exchange.replay = run.journal.replay = replay_new(o.as_written);
	if (run.report.replay == NULL || replay_journal_begin(&run.journal) == -1)
		fprintf(stderr, "relaywall replay: no memory\n");
	else
		status = replay(&run, &o);
	tap_free(run.tap);
	replay_journal_end(&run.journal);
	replay_free(run.report.replay);
	for (size_t i = 0; i < run.report.site_count; i++)
		site_free((struct site *)run.report.sites[i]);
	return status;
}
