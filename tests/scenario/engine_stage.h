/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * engine_stage.h - the engine as a stage: no sockets, a clock that is moved by hand.
 */
#ifndef TESTS_SCENARIO_ENGINE_STAGE_H
#define TESTS_SCENARIO_ENGINE_STAGE_H

#include "tests/scenario/setting.h"
#include "tests/scenario/stage.h"
#include "tests/scenario/tape.h"
#include "tests/unit/notes.h"

struct engine_stage {
	struct stage stage;
	struct dialogue d;
	struct event_hooks hooks;
	size_t cut;			/* the engine is shown so many octets more at a time */
	uint64_t now_ms;
	struct tape in[2];		/* by side: sent and not used yet */
	size_t shown[2];		/* of it, to the engine */
	bool shut[2], shut_told[2];
	bool held[2];
	struct tape passed[2];		/* to an end that takes nothing */
	uint8_t to_client[DIALOGUE_TO_CLIENT], to_host[DIALOGUE_TO_HOST];
	struct notes notes;
};

/* Zeroed memory, or one that was used before. setting and hooks are borrowed until the next call. */
void engine_stage_begin(struct engine_stage *e, const struct setting *setting, const struct event_hooks *hooks,
    const struct stage_listener *listener, size_t cut);
void engine_stage_free(struct engine_stage *e);

#endif
