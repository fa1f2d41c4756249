/* SPDX-License-Identifier: GPL-2.0-or-later */
/* top.c - relaywall top: what goes on now, on a terminal, until a key is pressed; or once as JSON. */
#include "proxy/base/clock.h"
#include "proxy/cli/cli.h"
#include "proxy/cli/control_client.h"
#include "proxy/cli/journal_follow.h"
#include "proxy/cli/journal_line.h"
#include "proxy/cli/top_sample.h"
#include "proxy/cli/top_screen.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
	WAIT_MS = 5000,
	ROUND_MS = 1000,
	JOURNAL_OCTETS = 1 << 20,	/* that are read of the end of the journal, for who was refused before */
};

struct top {
	struct control control;
	json_t *before, *now;		/* answers to "status" */
	uint64_t before_ms, now_ms;
	json_t *sample;
	struct follow journal;
	char path[4096];		/* of it */
	struct top_refused refused;
};

/* 0, or -1 and told, with the exit status. */
static int
ask(struct top *t, int *status)
{
	json_t *o = control_ask(&t->control, "status", WAIT_MS, status);

	if (o == NULL)
		return -1;
	json_decref(t->before);
	t->before = t->now;
	t->before_ms = t->now_ms;
	t->now = o;
	t->now_ms = clock_ms();
	return 0;
}

/* One that cannot be read leaves the lists empty; status and counters do not depend on it. */
static void
open_journal(struct top *t)
{
	const json_t *captains = json_object_get(t->now, "captains");

	for (size_t i = 0; i < json_array_size(captains); i++)
		if (control_text(json_array_get(captains, i), "journal")[0] != '\0')
			snprintf(t->path, sizeof(t->path), "%s", control_text(json_array_get(captains, i), "journal"));
	(void)follow_open(&t->journal, t->path, JOURNAL_OCTETS);
}

static void
read_journal(struct top *t)
{
	struct span line;

	while (follow_next(&t->journal, &line)) {
		json_t *o = journal_line_read(line);

		if (o != NULL)
			top_refused_count(&t->refused, o);
		json_decref(o);
	}
	follow_look(&t->journal);
}

static int
take_sample(struct top *t, int *status)
{
	uint64_t passed_ms;

	if (ask(t, status) == -1)
		return -1;
	read_journal(t);
	passed_ms = t->now_ms - t->before_ms;
	json_decref(t->sample);
	t->sample = top_sample(t->before, t->now, (double)(passed_ms == 0 ? 1 : passed_ms) / 1000, &t->refused);
	if (t->sample != NULL)
		return 0;
	fprintf(stderr, "relaywall top: no memory\n");
	*status = CLI_FAILED;
	return -1;
}

static int
show_once(struct top *t)
{
	int status;

	(void)poll(NULL, 0, ROUND_MS);
	return take_sample(t, &status) == -1 ? status : control_print(t->sample);
}

static int
show_screen(struct top *t)
{
	int status, result;

	if (take_sample(t, &status) == -1)
		return status;
	if (top_screen_open() == -1) {
		fprintf(stderr, "relaywall top: this terminal cannot be used (TERM); relaywall counters has the numbers\n");
		return CLI_USAGE;
	}
	do {
		top_screen_draw(t->sample);
		if (top_screen_wait(t->sample, ROUND_MS)) {
			top_screen_close();
			return CLI_OK;
		}
		result = take_sample(t, &status);
	} while (result == 0);
	top_screen_close();
	fprintf(stderr, "relaywall top: no answer any more: relaywall status\n");	/* what was told before is gone with the screen */
	return status;
}

int
cli_top(int argc, char **argv)
{
	static struct top t;
	int status;

	if (control_options(&t.control, argc, argv) == -1)
		return cli_usage("top");
	if (!t.control.json && (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))) {
		fprintf(stderr, "relaywall top: this is no terminal; relaywall counters has the numbers, top --json the rates\n");
		return CLI_USAGE;
	}
	if (ask(&t, &status) == -1)
		return status;
	open_journal(&t);
	status = t.control.json ? show_once(&t) : show_screen(&t);
	follow_close(&t.journal);
	json_decref(t.before);
	json_decref(t.now);
	json_decref(t.sample);
	return status;
}
