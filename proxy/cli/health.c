/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * health.c - relaywall health: does this box shield, by this configuration, now? What the daemon says of itself, and what can be seen
 * from outside of it: how each worker judges a dialogue, and which rules the kernel has.
 */
#include "proxy/base/clock.h"
#include "proxy/cli/cli.h"
#include "proxy/cli/control_client.h"
#include "proxy/cli/drill_play.h"
#include "proxy/cli/health_board.h"
#include "proxy/cli/shown.h"
#include "proxy/keeper/process/document.h"
#include "proxy/site/draft.h"
#include "proxy/site/kernel_check.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	WAIT_MS = 5000,		/* for the daemon to say how it is */
	DIALOGUE_MS = 3000,	/* for one worker */
	DIALOGUES_MS = 10000,	/* for all of them */
	BOARD_MS = 2000,
	WHO = 32,
};

struct health {
	struct control control;
	const char *file;
	const struct site *site;
	FILE *faults;		/* a line each */
	json_int_t drilled;	/* workers that judged as they should */
	bool refuses;		/* relaying, as the policy wants it */
};

static int
parse_options(int argc, char **argv, struct health *h)
{
	static const struct option longs[] = { CONTROL_OPTIONS, { 0 } };
	int option;

	*h = (struct health){ .control.path = NULL };
	while ((option = getopt_long(argc, argv, "", longs, NULL)) != -1)
		if (!control_option(&h->control, option))
			return -1;
	if (optind != argc - 1)
		return -1;
	h->file = argv[optind];
	return 0;
}

static bool
has(const json_t *array, const json_t *value)
{
	for (size_t i = 0; i < json_array_size(array); i++)
		if (json_equal(json_array_get(array, i), value))
			return true;
	return false;
}

/* What it says itself. Of what is elsewhere this box does not get better, or another one well: it is told, and no more. */
static void
take_faults(const struct health *h, const json_t *status)
{
	const json_t *faults = json_object_get(status, "faults"), *elsewhere = json_object_get(status, "elsewhere");

	for (size_t i = 0; i < json_array_size(faults); i++) {
		const json_t *fault = json_array_get(faults, i);
		const char *text = json_string_value(fault);

		if (has(elsewhere, fault))
			fprintf(stderr, "relaywall: warning: %s\n", shown(text));
		else
			fprintf(h->faults, "%s\n", shown(text == NULL ? "" : text));
	}
	if (json_array_size(faults) == 0 && !control_is(status, "healthy"))
		fprintf(h->faults, "it does not say that it is well\n");
}

/* The captain that serves; NULL: none does, or it does not answer, which is a fault already. */
static const json_t *
serving(const json_t *status)
{
	const json_t *captains = json_object_get(status, "captains");

	for (size_t i = 0; i < json_array_size(captains); i++) {
		const json_t *c = json_array_get(captains, i);

		if (strcmp(control_text(c, "state"), "serving") == 0)
			return control_is(c, "silent") ? NULL : c;
	}
	return NULL;
}

static bool
drill(const struct health *h, const struct script *script, unsigned worker, unsigned ms)
{
	char who[WHO];
	int ends[2];
	bool well;

	snprintf(who, sizeof(who), "worker %u", worker);
	if (control_drill(&h->control, worker, (int)ms, ends) == -1) {
		fprintf(h->faults, "%s begins no session for a dialogue\n", who);
		return false;
	}
	well = drill_play(script, ends[0], ends[1], ms, who, h->faults);
	close(ends[0]);
	close(ends[1]);
	return well;
}

static void
drill_all(struct health *h, const json_t *captain)
{
	size_t workers = json_array_size(json_object_get(captain, "workers"));
	uint64_t until_ms = clock_ms() + DIALOGUES_MS;
	struct script script;

	script_write(&script, h->site, h->faults);
	h->refuses = script.refuses;
	for (unsigned i = 0; i < workers; i++) {
		uint64_t now_ms = clock_ms(), left_ms = now_ms < until_ms ? until_ms - now_ms : 0;

		if (left_ms == 0) {
			fprintf(h->faults, "no time was left for a dialogue with worker %u and those behind it\n", i);
			return;
		}
		h->drilled += drill(h, &script, i, left_ms < DIALOGUE_MS ? (unsigned)left_ms : DIALOGUE_MS);
	}
}

static uint16_t
queue_of(const struct health *h, const json_t *captain)
{
	json_int_t queue = control_number(json_object_get(captain, "gate"), "queue");

	return queue > 0 && queue <= UINT16_MAX ? (uint16_t)queue : h->site->gate_queue;
}

/* By another policy all else would be a fault, too. */
static bool
has_our_policy(const struct health *h, const json_t *captain)
{
	const char *digest = control_text(captain, "digest");

	if (strcmp(digest, h->site->digest) == 0)
		return true;
	fprintf(h->faults, "the policy in service is %.16s, that of %s is %.16s\n", shown(digest), shown(h->file), h->site->digest);
	return false;
}

/* CLI_ABSENT: nobody is there to be looked at. */
static int
look(struct health *h)
{
	int status;
	json_t *o = control_ask(&h->control, "status", WAIT_MS, &status);
	const json_t *captain;
	bool is_ours;

	if (o == NULL && status == CLI_ABSENT)
		return CLI_ABSENT;
	if (o == NULL)
		fprintf(h->faults, "the daemon does not answer\n");
	else
		take_faults(h, o);
	captain = serving(o);
	is_ours = captain == NULL || has_our_policy(h, captain);
	if (is_ours && captain != NULL)
		drill_all(h, captain);
	if (is_ours) {
		kernel_check(h->site, queue_of(h, captain), h->faults);
		health_board(h->site, BOARD_MS, h->faults);
	}
	json_decref(o);
	return CLI_OK;
}

static json_t *
lines_of(const char *text)
{
	json_t *lines = json_array();

	while (*text != '\0') {
		size_t len = strcspn(text, "\n");

		document_append(&lines, document_bytes(span_of((const uint8_t *)text, len)));
		text += len + (text[len] == '\n');
	}
	return lines;
}

static int
print_json(const struct health *h, const char *faults)
{
	json_t *o = json_object();
	int status;

	document_put(&o, "time", document_now());
	document_put(&o, "healthy", json_boolean(faults[0] == '\0'));
	document_put(&o, "faults", lines_of(faults));
	document_put(&o, "drilled", json_integer(h->drilled));
	document_put(&o, "relaying_refused", json_boolean(h->refuses));
	status = control_print(o);
	json_decref(o);
	return status;
}

static int
print(const struct health *h, const char *faults)
{
	if (faults[0] != '\0')
		fputs(faults, stdout);
	else
		printf("well: dialogues with %" JSON_INTEGER_FORMAT " workers and the kernel's rules are as %s says%s\n", h->drilled, shown(h->file),
		    h->refuses ? "" : ", by which no rule against relaying is enforced");
	return fflush(stdout) == 0 && !ferror(stdout) ? CLI_OK : CLI_FAILED;
}

/* CLI_OK: it is healthy. */
static int
report(struct health *h)
{
	struct draft draft;
	char *faults = NULL;
	int status = CLI_FAILED;

	h->faults = draft_open(&draft);
	if (h->faults != NULL) {
		status = look(h);
		faults = draft_close(&draft, h->faults);
	}
	if (faults == NULL) {
		fprintf(stderr, "relaywall: no memory\n");
		return CLI_FAILED;
	}
	if (status == CLI_OK)
		status = h->control.json ? print_json(h, faults) : print(h, faults);
	if (status == CLI_OK && faults[0] != '\0')
		status = CLI_FAILED;
	free(faults);
	return status;
}

int
cli_health(int argc, char **argv)
{
	struct health h;
	struct site *site;
	int status;

	if (parse_options(argc, argv, &h) == -1)
		return cli_usage("health");
	h.site = site = site_load(h.file, stderr);
	if (site == NULL)
		return CLI_FAILED;
	if (h.control.path == NULL)
		h.control.path = site->control;
	status = report(&h);
	site_free(site);
	return status;
}
