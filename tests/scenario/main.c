/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * scenarios - play dialogues into the engine, without sockets.
 *
 *	scenarios [FILE.smtp ... | ROW ...]
 *
 * Scenarios and rows of the corpus; all of both if none is named.
 */
#include "tests/scenario/corpus.h"
#include "tests/scenario/engine_stage.h"
#include "tests/scenario/perform.h"

#include <glob.h>
#include <stdio.h>

static const size_t cuts[] = { 1, 2, 3, 7, SIZE_MAX };
static const char *const cut_names[] = { "cut 1", "cut 2", "cut 3", "cut 7", "not cut" };

/* At every cut; the number of failures. One for each file is enough. */
static size_t
play_file(const char *file)
{
	static struct script script;
	static struct performance performance;
	static struct engine_stage engine;
	const struct event_hooks hooks = { perform_report, &performance };
	size_t wrong = script_read(&script, file) ? 0 : 1;

	for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]) && wrong == 0; i++) {
		struct stage_listener listener;

		setting_bind(&script.setting);
		perform_begin(&performance, &script, cut_names[i], true, &listener);
		engine_stage_begin(&engine, &script.setting, &hooks, &listener, cuts[i]);
		wrong = perform(&performance, &engine.stage) ? 0 : 1;
	}
	return wrong;
}

static size_t
play_all_files(void)
{
	glob_t files;
	size_t wrong = 0;

	if (glob("tests/scenarios/*.smtp", 0, NULL, &files) != 0) {
		printf("tests/scenarios: no scenario is there\n");
		return 1;
	}
	for (size_t i = 0; i < files.gl_pathc; i++)
		wrong += play_file(files.gl_pathv[i]);
	printf("scenarios in the engine: %zu, passed %zu, failed %zu\n", files.gl_pathc, files.gl_pathc - wrong, wrong);
	globfree(&files);
	return wrong;
}

int
main(int argc, char **argv)
{
	size_t wrong = 0;

	if (argc == 1)
		wrong = play_all_files() + corpus_in_engine(NULL);
	for (int i = 1; i < argc; i++)
		wrong += strstr(argv[i], ".smtp") != NULL ? play_file(argv[i]) : corpus_in_engine(argv[i]);
	return wrong > 0;
}
