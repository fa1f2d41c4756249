/* SPDX-License-Identifier: GPL-2.0-or-later */
/* replay.c - relaywall replay: mail of the past under another policy: who would miss what? */
#include "proxy/base/clock.h"
#include "proxy/cli/cli.h"
#include "proxy/cli/progress.h"
#include "proxy/cli/replay_print.h"
#include "proxy/cli/shown.h"
#include "proxy/survey/input_kind.h"
#include "proxy/survey/journal_lines.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <sys/stat.h>
#include <unistd.h>

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
	char **files;
	size_t count;
};

/* A run: the report in the making, and its sources. */
struct run {
	struct replay_report report;
	struct replay_exchange exchange;
	struct replay_journal journal;
	struct journal_lines source;
	struct progress progress;
	uint64_t octets;		/* of the inputs before this one */
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
		{ "json", no_argument, NULL, 'j' },
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
		case 'j':
			o->json = true;
			break;
		default:
			return -1;
		}
	}
	o->files = argv + optind;
	o->count = (size_t)(argc - optind);
	return o->count >= 2 ? 0 : -1;
}

/* An input, or -1 with errno. */
static int
open_input(const char *file)
{
	return strcmp(file, "-") == 0 ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC);
}

static void
close_input(int fd)
{
	if (fd != STDIN_FILENO && fd != -1)
		close(fd);
}

/* Read its begin, and what it is. -1 with errno: it cannot be read. */
static int
look(struct journal_lines *source, int fd, enum input_kind *kind)
{
	struct span first;

	journal_lines_init(source, fd);
	if (journal_lines_look(source, INPUT_KIND_OCTETS, &first) == -1)
		return -1;
	*kind = input_kind(first, source->ended);
	return 0;
}

/* Is this argument a policy? The second one may be. */
static bool
is_policy(struct journal_lines *source, const char *file)
{
	enum input_kind kind;
	int fd;
	bool is;

	if (strcmp(file, "-") == 0 || (fd = open_input(file)) == -1)
		return false;
	is = look(source, fd, &kind) == 0 && kind == INPUT_TEXT;
	close_input(fd);
	return is;
}

/* Load the policies, which come first. 0, or -1 and told. */
static int
load(struct run *run, const struct options *o)
{
	struct replay_report *r = &run->report;
	size_t count = o->count > 2 && is_policy(&run->source, o->files[1]) ? 2 : 1;

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

/* Octets of all inputs; 0: one of them has no length. */
static uint64_t
total_octets(char **files, size_t count)
{
	uint64_t total = 0;
	struct stat st;

	for (size_t i = 0; i < count; i++) {
		if (strcmp(files[i], "-") == 0 || stat(files[i], &st) == -1 || !S_ISREG(st.st_mode))
			return 0;
		total += (uint64_t)st.st_size;
	}
	return total;
}

static void
tell(struct run *run, const char *file, const char *what)
{
	progress_clear(&run->progress);
	fprintf(stderr, "relaywall replay: %s: %s\n", shown(file), what);
	run->report.unread++;
}

/* Lines that are none are counted; a file without any other is no journal. */
static void
read_journal(struct run *run, const char *file)
{
	uint64_t lines = run->journal.lines.seen, bad = run->journal.lines.bad;
	struct span line;
	int result;

	while ((result = journal_lines_next(&run->source, &line)) == 1) {
		replay_journal_line(&run->journal, line);
		if (run->journal.lines.seen % TELL_LINES == 0)
			progress_tell(&run->progress, run->octets + run->source.octets, run->journal.lines.seen, "lines", clock_ms());
	}
	run->report.journals++;
	lines = run->journal.lines.seen - lines;
	bad = run->journal.lines.bad - bad;
	if (result == -1)
		tell(run, file, strerror(errno));
	else if (bad == lines && bad > 0)
		tell(run, file, "no line of it is one of a journal");
}

/* A capture, or something compressed. The tap reads neither yet. */
static void
read_capture(struct run *run, const char *file, enum input_kind kind)
{
	struct exchange_user user = replay_exchange_user(&run->exchange);
	char why[100];

	(void)user;
	snprintf(why, sizeof(why), "a file of this kind (%s) cannot be read yet, only journals", input_kind_name(kind));
	tell(run, file, why);
}

static void
read_input(struct run *run, const char *file)
{
	enum input_kind kind;
	int fd = open_input(file);

	if (fd == -1 || look(&run->source, fd, &kind) == -1) {
		tell(run, file, strerror(errno));
		close_input(fd);
		return;
	}
	switch (kind) {
	case INPUT_CAPTURE:
	case INPUT_GZIP:
	case INPUT_ZSTD:
		read_capture(run, file, kind);
		break;
	case INPUT_BINARY:
		tell(run, file, "neither a journal nor a capture");
		break;
	default:	/* a journal may begin in half a line */
		read_journal(run, file);
		break;
	}
	run->octets += run->source.octets;
	close_input(fd);
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

	if (load(run, o) == -1)
		return REPLAY_UNREAD;
	files = o->files + run->report.site_count;
	count = o->count - run->report.site_count;
	progress_begin(&run->progress, stderr, "relaywall replay", total_octets(files, count), clock_ms());
	for (size_t i = 0; i < count; i++)
		read_input(run, files[i]);
	progress_clear(&run->progress);
	replay_journal_end(&run->journal);
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
	run.report.fail_on = o.fail_on;
	run.report.replay = run.exchange.replay = run.journal.replay = replay_new(o.as_written);
	if (run.report.replay == NULL || replay_journal_begin(&run.journal) == -1)
		fprintf(stderr, "relaywall replay: no memory\n");
	else
		status = replay(&run, &o);
	replay_journal_end(&run.journal);
	replay_free(run.report.replay);
	for (size_t i = 0; i < run.report.site_count; i++)
		site_free((struct site *)run.report.sites[i]);
	return status;
}
