/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * confined - does the sandbox hold, and can one live in it?
 *
 *	confined EMPTY-FOLDER CHAIN KEY
 *
 * Every attempt and every duty in a child of its own: in the sandbox of each profile, and outside of it as root, where
 * the attempts succeed: so they test something. A line for each; the last: "N passed, N failed". Wants a network
 * namespace of its own, whose DNS server at 127.0.0.1 knows mx.example and truncated.example.
 */
#include "proxy/keeper/process/sandbox_sanitizer.h"
#include "tests/keeper/attempts.h"
#include "tests/keeper/condition.h"
#include "tests/keeper/duties.h"
#include "tests/keeper/entry.h"
#include "tests/keeper/fault.h"
#include "tests/keeper/report.h"

#include <stdio.h>
#include <string.h>

enum { NOBODY = 65534 };

static const struct { const struct attempt *list; const char *outside; } lists[] = {	/* NULL: as inside */
	{ attempts_on_files, "done" }, { attempts_on_sockets, "done" }, { attempts_on_processes, "done" },
	{ duties_of_all, NULL }, { duties_of_drivers, NULL }, { duties_of_drill, NULL }, { faults, NULL },
};
static const char *const profiles[] = { "worker", "gate", "hand", "scribe", "board", "desk", "tap" };

/* A kernel that lacks the thing is no proof that the sandbox stops it, and no fault of the sandbox. */
static bool
is_lacking(const char *how)
{
	return strcmp(how, "ENOSYS") == 0 || strcmp(how, "EAFNOSUPPORT") == 0 || strcmp(how, "EPROTONOSUPPORT") == 0;
}

/* wanted: NULL for how it ends inside. */
static void
run_outside(const struct attempt *list, const char *wanted)
{
	char how[CHILD_HOW];

	for (const struct attempt *a = list; a->name != NULL; a++) {
		const char *ends = wanted != NULL ? wanted : a->ends;

		child_run(&a->act, NULL, how);
		if (is_lacking(how))
			printf("skip outside: %s: this kernel says %s\n", a->name, how);
		else
			report(strcmp(how, ends) == 0, "outside", a->name, how, ends);
	}
}

static void
run_inside(const struct attempt *list, const struct sandbox_conf *conf)
{
	char how[CHILD_HOW];

	for (const struct attempt *a = list; a->name != NULL; a++) {
		if ((a->profiles & 1U << conf->profile) == 0)
			continue;
		child_run(&a->act, conf, how);
		report(strcmp(how, a->ends) == 0, profiles[conf->profile], a->name, how, a->ends);
	}
}

int
main(int argc, char **argv)
{
	struct sandbox_conf conf = { .uid = NOBODY, .gid = NOBODY };

	if (argc != 4) {
		fprintf(stderr, "usage: confined EMPTY-FOLDER CHAIN KEY\n");
		return 2;
	}
	sandbox_sanitizer_prepare();	/* once here, or every child reads what it reads: a minute in all */
	conf.empty_folder = argv[1];
	duties_conf = (struct duties_conf){ .chain = argv[2], .key = argv[3] };
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
		run_outside(lists[i].list, lists[i].outside);
	condition_outside();
	for (unsigned p = 0; p < SANDBOX_PROFILES; p++) {
		conf.profile = p;
		for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
			run_inside(lists[i].list, &conf);
		condition_of_child(&conf, profiles[p]);
	}
	condition_of_child_of_user(&conf);
	entry_refused(&conf);
	entry_keeps_end_with_parent(&conf);
	return report_end();
}
