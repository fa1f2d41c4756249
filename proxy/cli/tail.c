/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tail.c - relaywall tail: the journal as a person reads it, filtered, and as it grows. */
#include "proxy/cli/cli.h"
#include "proxy/cli/client_net.h"
#include "proxy/cli/control_client.h"
#include "proxy/cli/journal_follow.h"
#include "proxy/cli/journal_line.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

enum {
	LINES = 20,			/* that are shown without -n */
	LINES_MOST = 1000000,
	LOOK_MS = 200,
	OCTETS_EACH = 4096,		/* so far back from the end for each line that is asked for */
	WAIT_MS = 5000,
};

struct options {
	struct control control;
	struct journal_filter filter;
	char *file;
	unsigned long lines;
	bool follow;
};

/* The last lines that are wanted, in a ring. */
struct ring {
	char **lines;
	size_t size, next;
};

static int
parse_number(const char *text, unsigned long *out)
{
	char *end;

	*out = strtoul(text, &end, 10);
	return text[0] >= '0' && text[0] <= '9' && *end == '\0' && *out <= LINES_MOST ? 0 : -1;
}

static int
take(struct options *o, int option)
{
	switch (option) {
	case 'h':
		o->filter.host = optarg;
		return 0;
	case 'e':
		o->filter.event = optarg;
		return 0;
	case 'v':
		o->filter.verdict = optarg;
		return 0;
	case 'c':
		o->filter.has_client = true;
		return client_net_read(optarg, &o->filter.client);
	case 'n':
		return parse_number(optarg, &o->lines);
	case 'f':
		o->follow = true;
		return 0;
	default:
		return control_option(&o->control, option) ? 0 : -1;
	}
}

static int
parse_options(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		CONTROL_OPTIONS,
		{ "host", required_argument, NULL, 'h' },
		{ "client", required_argument, NULL, 'c' },
		{ "event", required_argument, NULL, 'e' },
		{ "verdict", required_argument, NULL, 'v' },
		{ 0 },
	};
	int option;

	*o = (struct options){ .control = control_default(), .lines = LINES };
	while ((option = getopt_long(argc, argv, "n:f", longs, NULL)) != -1)
		if (take(o, option) == -1)
			return -1;
	if (optind < argc)
		o->file = strdup(argv[optind++]);
	return optind == argc ? 0 : -1;
}

/* The journal of the one that runs. 0, or the exit status and told. */
static int
find_file(struct options *o)
{
	int status;
	json_t *answer = control_ask(&o->control, "status", WAIT_MS, &status);
	const json_t *captains = json_object_get(answer, "captains");

	if (answer == NULL)
		return status;
	for (size_t i = 0; i < json_array_size(captains); i++) {
		const char *path = control_text(json_array_get(captains, i), "journal");

		if (path[0] != '/')
			continue;
		free(o->file);
		o->file = strdup(path);		/* the last one is the newest */
	}
	json_decref(answer);
	if (o->file != NULL)
		return CLI_OK;
	fprintf(stderr, "relaywall tail: the journal has no path from the root: name its file\n");
	return CLI_FAILED;
}

/* False: it is not wanted, or none. */
static bool
is_wanted(const struct options *o, struct span line)
{
	json_t *object = journal_line_read(line);
	bool wanted = object != NULL && journal_line_is_wanted(object, &o->filter);

	json_decref(object);
	return wanted;
}

static int
print(const struct options *o, struct span line)
{
	json_t *object;

	if (o->control.json)
		return fwrite(line.at, 1, line.len, stdout) == line.len && putchar('\n') != EOF ? 0 : -1;
	object = journal_line_read(line);
	if (object != NULL)
		journal_line_print(object, stdout);
	json_decref(object);
	return ferror(stdout) ? -1 : 0;
}

static void
ring_add(struct ring *r, struct span line)
{
	if (r->size == 0)
		return;
	free(r->lines[r->next]);
	r->lines[r->next] = strndup((const char *)line.at, line.len);
	r->next = (r->next + 1) % r->size;
}

/* Print what is in it, the oldest first, and empty it. */
static int
ring_print(struct ring *r, const struct options *o)
{
	int result = 0;

	for (size_t i = 0; i < r->size; i++) {
		char *line = r->lines[(r->next + i) % r->size];

		if (line != NULL && print(o, span_str(line)) == -1)
			result = -1;
		free(line);
	}
	free(r->lines);
	return result;
}

static int
print_last(struct follow *f, const struct options *o)
{
	struct ring r = { .lines = calloc(o->lines + 1, sizeof(char *)), .size = o->lines };
	struct span line;

	if (r.lines == NULL)
		return -1;
	while (follow_next(f, &line))
		if (is_wanted(o, line))
			ring_add(&r, line);
	return ring_print(&r, o) == -1 || fflush(stdout) != 0 ? -1 : 0;
}

/* Until nobody reads any more. */
static int
print_new(struct follow *f, const struct options *o)
{
	struct pollfd reader = { .fd = fileno(stdout) };
	struct span line;

	for (;;) {
		while (follow_next(f, &line))
			if (is_wanted(o, line) && print(o, line) == -1)
				return -1;
		if (fflush(stdout) != 0)
			return -1;
		if (poll(&reader, 1, LOOK_MS) == 1 && (reader.revents & (POLLERR | POLLHUP)) != 0)
			return 0;
		follow_look(f);
	}
}

static bool
is_filtered(const struct journal_filter *f)
{
	return f->host != NULL || f->event != NULL || f->verdict != NULL || f->has_client;
}

static int
show(const struct options *o)
{
	static struct follow f;
	off_t back = is_filtered(&o->filter) ? INT64_MAX : (off_t)o->lines * OCTETS_EACH + FOLLOW_LINE;
	int result;

	if (follow_open(&f, o->file, back) == -1) {
		fprintf(stderr, "relaywall tail: %s: %s\n", o->file, strerror(errno));
		return CLI_FAILED;
	}
	result = print_last(&f, o);
	if (result == 0 && o->follow)
		result = print_new(&f, o);
	if (result == -1)
		fprintf(stderr, "relaywall tail: %s\n", strerror(errno));
	follow_close(&f);
	return result == 0 ? CLI_OK : CLI_FAILED;
}

int
cli_tail(int argc, char **argv)
{
	struct options o;
	int status = CLI_OK;

	if (parse_options(argc, argv, &o) == -1) {
		free(o.file);
		return cli_usage("tail");
	}
	if (o.file == NULL)
		status = find_file(&o);
	if (status == CLI_OK)
		status = show(&o);
	free(o.file);
	return status;
}
