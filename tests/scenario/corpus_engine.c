/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/scenario/corpus.h"
#include "tests/scenario/engine_stage.h"

#include <stdio.h>

enum {
	REPEAT_MOST = 1 << 16,	/* octets of one {rep}, where it is not the size that counts */
	SHOWN_MOST = 10,	/* plays that went wrong */
};

/* Against its own server a row is played at all of them, against the others at the first and the last. */
enum { CUTS = 5 };
static const size_t cuts[CUTS] = { 1, 2, 3, 7, SIZE_MAX };

struct count {
	size_t plays, wrong, skipped;
	struct play play;
	struct engine_stage engine;
	struct setting setting;
};

static void
ignore(void *cookie, const struct session *s, const struct event *e)
{
	(void)cookie, (void)s, (void)e;
}

static void
play_row(struct count *c, const struct row *row, size_t setting, enum server_mode mode, size_t cut, uint64_t repeat_most)
{
	const struct event_hooks hooks = { .report = ignore };
	struct stage_listener listener;
	const char *wrong;

	corpus_set(&c->setting, setting);
	play_begin(&c->play, mode, &listener);
	c->play.repeat_most = repeat_most;
	engine_stage_begin(&c->engine, &c->setting, &hooks, &listener, cut);
	play_client(&c->play, &c->engine.stage, &row->script);
	c->plays++;
	wrong = row_judge(row, &c->play, corpus_how(row, setting, mode));
	if (wrong == NULL || c->wrong++ >= SHOWN_MOST)
		return;
	printf("%s, setting \"%s\", server %s, cut %zu: %s\n", row->id, corpus_settings[setting].name, server_mode_name(mode),
	    cut, wrong);
	corpus_show(&c->play);
}

/* Some row is about sheer size: that one is played whole, and streamed, against its own server. */
static bool
is_large(const struct row *row)
{
	for (size_t i = 0; i < row->script.count; i++)
		if (row->script.steps[i].kind == NOTATION_REPEAT &&
		    row->script.steps[i].count * row->script.steps[i].len > REPEAT_MOST)
			return true;
	return false;
}

static void
each(void *cookie, const struct row *row)
{
	const struct notation_step *obstacle = row_obstacle(row, false);
	struct count *c = cookie;

	if (obstacle != NULL) {
		c->skipped++;
		printf("%s is skipped: %s needs sockets\n", row->id, notation_name(obstacle));
		return;
	}
	for (size_t setting = 0; setting < CORPUS_SETTINGS; setting++) {
		for (enum server_mode mode = 0; mode < SERVER_MODE_COUNT; mode++)
			for (size_t i = 0; i < CUTS; i += mode == row->mode ? 1 : CUTS - 1)
				play_row(c, row, setting, mode, cuts[i], REPEAT_MOST);
		if (is_large(row) && setting < 2)
			play_row(c, row, setting, row->mode, SIZE_MAX, UINT64_MAX);
	}
}

size_t
corpus_in_engine(const char *only)
{
	static struct count c;
	size_t rows = corpus_rows(only, each, &c);

	play_free(&c.play);
	engine_stage_free(&c.engine);
	printf("corpus in the engine: rows %zu, servers %d, settings %d; played %zu, passed %zu, failed %zu; rows skipped %zu\n",
	    rows, SERVER_MODE_COUNT, CORPUS_SETTINGS, c.plays, c.plays - c.wrong, c.wrong, c.skipped);
	return c.wrong + (rows == 0);
}
