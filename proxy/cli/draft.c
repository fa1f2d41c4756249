/* SPDX-License-Identifier: GPL-2.0-or-later */
/* draft.c - relaywall draft: a policy to begin with, from what was seen of the hosts. */
#include "proxy/base/clock.h"
#include "proxy/cli/cli.h"
#include "proxy/cli/shown.h"
#include "proxy/cli/tap_input.h"
#include "proxy/cli/tap_options.h"
#include "proxy/driver/tap/unpacker.h"
#include "proxy/survey/input_kind.h"
#include "proxy/survey/inventory_file.h"
#include "proxy/survey/policy_draft.h"
#include "proxy/survey/survey.h"

#include <errno.h>
#include <getopt.h>

static const char details[] =
    "\n"
    "INPUT is a capture, or an inventory that relaywall tap wrote (then the only one); packed or not; - is the standard input.\n"
    "The policy goes to standard output. Read it: what is doubtful stands there as a comment.\n"
    "Exit status: 0 done, 1 nothing to protect was seen, or no policy could be written, 2 something could not be read, or wrong usage.\n";

enum { DRAFT_UNREAD = CLI_USAGE };

struct run {
	struct tap_options options;
	struct progress progress;
	struct tap_input input;
	struct inventory *inventory;
};

static int
parse_options(int argc, char **argv, struct tap_options *o)
{
	static const struct option longs[] = {
		{ "filter", required_argument, NULL, 'f' },
		{ "port", required_argument, NULL, 'P' },
		{ 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (c == 'f')
			o->filter = optarg;
		else if (c != 'P' || tap_options_port(o, optarg) == -1)
			return -1;
	}
	o->files = argv + optind;
	o->count = (size_t)(argc - optind);
	return o->count > 0 ? 0 : -1;
}

static void *
began(void *cookie, const struct exchange_session *s)
{
	const struct run *r = cookie;

	return survey_began(r->inventory, s);
}

static void
exchange(void *cookie, const struct exchange_session *s, const struct exchange *e)
{
	const struct run *r = cookie;

	survey_exchange(r->inventory, s->user, s, e);
}

/* An inventory takes the place of the empty one. */
static void
read_inventory(struct run *r, const char *file, struct unpacker *source)
{
	FILE *f = unpacker_stream(source);
	struct inventory *v;

	if (f == NULL) {
		tap_input_fail(&r->input, file, "no memory");
		return;
	}
	v = inventory_read(f, file, stderr);
	fclose(f);
	if (v == NULL) {
		r->input.unread++;
		return;
	}
	inventory_free(r->inventory);
	r->inventory = v;
}

static void
read_input(struct run *r, struct tap *tap, const char *file)
{
	char why[UNPACKER_ERROR];
	struct unpacker *source = unpacker_open(file, why);
	struct span first;

	if (source == NULL) {
		tap_input_fail(&r->input, file, why);
		return;
	}
	if (unpacker_look(source, &first) == 0 && input_kind(first) != INPUT_JOURNAL) {
		tap_input_file(&r->input, tap, file, source);
		return;
	}
	if (r->options.count > 1)
		tap_input_fail(&r->input, file, "an inventory, expected captures, or one inventory alone");
	else
		read_inventory(r, file, source);
	unpacker_close(source);
}

/* Read all inputs. 0, or -1 and told. */
static int
read_all(struct run *r)
{
	const struct tap_options *o = &r->options;
	const struct exchange_user user = { .began = began, .exchange = exchange, .cookie = r };
	const struct tap_conf conf = { .ports = o->port_count > 0 ? o->ports : NULL, .port_count = o->port_count, .conversation = { .user = &user } };
	struct tap *tap = tap_new(&conf);

	if (tap == NULL) {
		fprintf(stderr, "relaywall draft: %s\n", strerror(errno));
		return -1;
	}
	progress_begin(&r->progress, stderr, "relaywall draft", tap_input_total(o->files, o->count), clock_ms());
	for (size_t i = 0; i < o->count; i++)
		read_input(r, tap, o->files[i]);
	progress_clear(&r->progress);
	tap_stop(tap);
	tap_free(tap);
	return 0;
}

/* Names of the inputs, for the first line of the policy. */
static void
write_names(const struct tap_options *o, char *out, size_t size)
{
	size_t n = 0;

	out[0] = '\0';
	for (size_t i = 0; i < o->count && n < size; i++)
		n += (size_t)snprintf(out + n, size - n, "%s%s", i == 0 ? "" : " ", o->files[i]);
}

/* The exit status. */
static int
write_policy(struct run *r)
{
	struct learnt *l = learn(r->inventory);
	struct policy_drafted drafted;
	char from[512];
	int result;

	write_names(&r->options, from, sizeof(from));
	result = l == NULL ? -1 : policy_draft(l, from, stdout, &drafted);
	learn_free(l);
	if (result == -1 || fflush(stdout) != 0 || ferror(stdout)) {
		fprintf(stderr, "relaywall draft: %s\n", result == -1 ? "no memory" : strerror(errno));
		return CLI_FAILED;
	}
	fprintf(stderr, "relaywall draft: %zu hosts to protect, %zu local domains, %zu relayed for (of %zu little is known), %zu doubtful, "
	    "%zu networks proposed\n", drafted.hosts, drafted.local, drafted.relay, drafted.weak, drafted.doubtful, drafted.networks);
	return drafted.hosts > 0 ? CLI_OK : CLI_FAILED;
}

int
cli_draft(int argc, char **argv)
{
	static struct run run;
	struct run *r = &run;
	int status = CLI_FAILED;

	if (parse_options(argc, argv, &r->options) == -1) {
		cli_usage("draft");
		fputs(details, stderr);
		return CLI_USAGE;
	}
	r->input = (struct tap_input){ .command = "relaywall draft", .filter = r->options.filter, .progress = &r->progress };
	r->inventory = inventory_new();
	if (r->inventory == NULL)
		fprintf(stderr, "relaywall draft: no memory\n");
	else if (read_all(r) == 0)
		status = write_policy(r);
	inventory_free(r->inventory);
	return r->input.unread > 0 ? DRAFT_UNREAD : status;
}
