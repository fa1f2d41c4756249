/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * scenarios-sockets - the scenarios and the corpus through `relaywall run`.
 *
 *	scenarios-sockets PREFIX PROGRAM FOLDER [FILE.smtp | ROW]
 *
 * PREFIX-client, PREFIX-router, PREFIX-host are network namespaces, PROGRAM is the
 * box, FOLDER is for its files. Called by tests/stream/scenarios.sh.
 */
#include "tests/scenario/corpus.h"
#include "tests/scenario/perform.h"
#include "tests/scenario/sockets/box.h"
#include "tests/scenario/sockets/nets.h"
#include "tests/scenario/sockets/socket_stage.h"

#include <glob.h>
#include <stdio.h>

enum { REPEAT_MOST = 1 << 16, SHOWN_MOST = 10 };

/* A hundredth of the time that the default limits give. */
static const char *const short_limits[][2] = {
	{ "command-timeout", "3" }, { "body-timeout", "2" }, { "banner-timeout", "3" }, { "reply-timeout", "2" },
	{ "data-timeout", "2" }, { "final-timeout", "4" },
};
static const double slower = 0.01;

struct run {
	struct box box;
	struct socket_stage sockets;
	struct play play;
	struct setting setting;
	size_t number;			/* of the setting of the corpus */
	size_t plays, wrong, skipped;
};

static void
play_row(struct run *r, const struct row *row, enum server_mode mode, const struct socket_call *call)
{
	bool whole = mode == row->mode && r->number < 2;
	struct stage_listener listener;
	const char *wrong = "the connection did not get through";

	play_begin(&r->play, mode, &listener);
	r->play.repeat_most = whole ? UINT64_MAX : REPEAT_MOST;
	r->play.hurried = mode != row->mode;
	r->play.stage = &r->sockets.stage;
	r->plays++;
	if (socket_stage_begin(&r->sockets, call, &listener)) {
		play_client(&r->play, &r->sockets.stage, &row->script);
		wrong = row_judge(row, &r->play, corpus_how(row, r->number, mode));
	}
	socket_stage_end(&r->sockets);
	if (wrong == NULL || r->wrong++ >= SHOWN_MOST)
		return;
	printf("%s, setting \"%s\", server %s, sockets: %s\n", row->id, corpus_settings[r->number].name, server_mode_name(mode),
	    wrong);
	corpus_show(&r->play);
}

static struct socket_call
call_of(const struct row *row)
{
	struct socket_call call = { 0 };

	for (size_t i = 0; i < row->script.count; i++) {
		const struct notation_step *step = &row->script.steps[i];

		if (step->kind == NOTATION_CONNECT && span_eq(notation_bytes(&row->script, step), SPAN("ipv6")))
			call.ipv6 = true;
		if (step->kind == NOTATION_SYN_DATA)
			call.syn_data = notation_bytes(&row->script, step);
	}
	return call;
}

/* Silence of a host takes its time, and is left to the engine. */
static bool
is_slow(enum server_mode mode)
{
	return mode == SERVER_RCPT_SILENT || mode == SERVER_DOT_SILENT;
}

static bool
is_timed(const struct row *row)
{
	for (size_t i = 0; i < row->script.count; i++)
		if (row->script.steps[i].kind == NOTATION_DELAY)
			return true;
	return false;
}

/* In the default setting against every server, in the others against its own; what takes its time, just once. */
static bool
is_played(const struct run *r, const struct row *row, enum server_mode mode)
{
	if (mode == row->mode)
		return r->number == 0 || !is_timed(row);
	return r->number == 0 && !is_timed(row) && !is_slow(mode);
}

static void
each(void *cookie, const struct row *row)
{
	const struct notation_step *obstacle = row_obstacle(row, true);
	const struct socket_call call = call_of(row);
	struct run *r = cookie;

	if (obstacle != NULL) {
		r->skipped++;
		if (r->number == 0)
			printf("%s is skipped: %s needs crafted packets\n", row->id, notation_name(obstacle));
		return;
	}
	for (enum server_mode mode = 0; mode < SERVER_MODE_COUNT; mode++)
		if (is_played(r, row, mode))
			play_row(r, row, mode, &call);
}

/* Setting by setting, row by row. */
static size_t
corpus_through_sockets(struct run *r, const char *only)
{
	size_t rows = 0;

	r->plays = r->wrong = r->skipped = 0;
	r->sockets.slower = slower;
	for (r->number = 0; r->number < CORPUS_SETTINGS; r->number++) {
		corpus_set(&r->setting, r->number);
		for (size_t i = 0; i < sizeof(short_limits) / sizeof(short_limits[0]); i++)
			setting_read(&r->setting, span_str(short_limits[i][0]), span_str(short_limits[i][1]));
		if (!box_set(&r->box, &r->setting))
			return 1;
		rows = corpus_rows(only, each, r);
	}
	if (!box_stop(&r->box))
		r->wrong++;
	printf("corpus through sockets: rows %zu, servers %d, settings %d; played %zu, passed %zu, failed %zu; rows skipped %zu\n",
	    rows, SERVER_MODE_COUNT, CORPUS_SETTINGS, r->plays, r->plays - r->wrong, r->wrong, r->skipped / CORPUS_SETTINGS);
	return r->wrong + (rows == 0);
}

/* What a real clock, a real kernel or a client without TLS cannot do. NULL: nothing. */
static const char *
obstacle_of(const struct script *s)
{
	for (size_t i = 0; i < s->count; i++) {
		switch (s->lines[i].kind) {
		case SCRIPT_WAIT:
			return "its clock is moved by hand";
		case SCRIPT_SECURE:
			return "this client has no TLS";
		case SCRIPT_HOLDS:
			return "the kernel reads ahead";
		default:
			break;
		}
	}
	return s->setting.rules.starttls == STARTTLS_TERMINATE ? "this host has no certificate" : NULL;
}

static size_t
play_file(struct run *r, const char *file)
{
	static struct script script;
	static struct performance performance;
	struct stage_listener listener;
	const char *obstacle;
	bool good;

	if (!script_read(&script, file))
		return 1;
	obstacle = obstacle_of(&script);
	if (obstacle != NULL) {
		r->skipped++;
		printf("%s is skipped: %s\n", file, obstacle);
		return 0;
	}
	if (!box_set(&r->box, &script.setting))
		return 1;
	perform_begin(&performance, &script, "sockets", false, &listener);
	performance.stage = &r->sockets.stage;
	good = socket_stage_begin(&r->sockets, &(struct socket_call){ 0 }, &listener);
	if (!good)
		printf("%s:1: the connection did not get through\n", file);
	good = good && perform(&performance, &r->sockets.stage);
	socket_stage_end(&r->sockets);
	return !good;
}

static size_t
play_all_files(struct run *r)
{
	glob_t files;
	size_t wrong = 0;

	r->skipped = 0;
	if (glob("tests/scenarios/*.smtp", 0, NULL, &files) != 0) {
		printf("tests/scenarios: no scenario is there\n");
		return 1;
	}
	for (size_t i = 0; i < files.gl_pathc; i++)
		wrong += play_file(r, files.gl_pathv[i]);
	wrong += !box_stop(&r->box);
	printf("scenarios through sockets: %zu, passed %zu, failed %zu, skipped %zu\n", files.gl_pathc,
	    files.gl_pathc - wrong - r->skipped, wrong, r->skipped);
	globfree(&files);
	return wrong;
}

int
main(int argc, char **argv)
{
	static struct run run;
	size_t wrong = 0;

	if (argc < 4)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	nets_open(argv[1]);
	run.box.program = argv[2];
	run.box.folder = argv[3];
	run.sockets.patience_s = 8;
	run.sockets.slower = 1;
	socket_stage_init(&run.sockets);
	if (argc == 4)
		wrong = play_all_files(&run) + corpus_through_sockets(&run, NULL);
	for (int i = 4; i < argc; i++)
		wrong += strstr(argv[i], ".smtp") != NULL ? play_file(&run, argv[i]) : corpus_through_sockets(&run, argv[i]);
	return !box_stop(&run.box) || wrong > 0;
}
