/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/desk/request.h"

#include "tests/unit/suite.h"

static const struct {
	struct span line;
	enum request_kind kind;
	const char *id;
} cases[] = {
	{ SPAN("status"), REQUEST_STATUS, "" },
	{ SPAN("sessions"), REQUEST_SESSIONS, "" },
	{ SPAN("reload"), REQUEST_RELOAD, "" },
	{ SPAN("upgrade"), REQUEST_UPGRADE, "" },
	{ SPAN("stop"), REQUEST_STOP, "" },
	{ SPAN("stop now"), REQUEST_STOP_NOW, "" },
	{ SPAN("end 0123cdef"), REQUEST_END, "0123cdef" },
	{ SPAN("drill 0"), REQUEST_DRILL, "" },
	{ SPAN("drill 63"), REQUEST_DRILL, "" },
	{ SPAN("drill"), REQUEST_NONE, "" },
	{ SPAN("drill "), REQUEST_NONE, "" },
	{ SPAN("drill 100"), REQUEST_NONE, "" },
	{ SPAN("drill 07"), REQUEST_NONE, "" },
	{ SPAN("drill 1x"), REQUEST_NONE, "" },
	{ SPAN("drill -1"), REQUEST_NONE, "" },
	{ SPAN(""), REQUEST_NONE, "" },
	{ SPAN("Status"), REQUEST_NONE, "" },
	{ SPAN("status "), REQUEST_NONE, "" },
	{ SPAN("status\r"), REQUEST_NONE, "" },
	{ SPAN("status\0"), REQUEST_NONE, "" },
	{ SPAN("stop  now"), REQUEST_NONE, "" },
	{ SPAN("end"), REQUEST_NONE, "" },
	{ SPAN("end "), REQUEST_NONE, "" },
	{ SPAN("end 0123cde"), REQUEST_NONE, "" },
	{ SPAN("end 0123cdef0"), REQUEST_NONE, "" },
	{ SPAN("end 0123cDef"), REQUEST_NONE, "" },
	{ SPAN("end 0123cde\0"), REQUEST_NONE, "" },
	{ SPAN("end 0123 def"), REQUEST_NONE, "" },
	{ SPAN("END 0123cdef"), REQUEST_NONE, "" },
};

static void
a_line_is_exactly_a_request_or_none(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct request r = request_parse(cases[i].line);

		CHECK(r.kind == cases[i].kind && strcmp(r.id, cases[i].id) == 0, "%.*s: got %d \"%s\"", (int)cases[i].line.len,
		    (const char *)cases[i].line.at, r.kind, r.id);
	}
}

static void
a_drill_is_of_one_worker(void)
{
	CU_ASSERT(request_parse(SPAN("drill 0")).worker == 0);
	CU_ASSERT(request_parse(SPAN("drill 7")).worker == 7);
	CU_ASSERT(request_parse(SPAN("drill 63")).worker == 63);
}

static CU_TestInfo tests[] = {
	{ "a line is exactly a request, or none", a_line_is_exactly_a_request_or_none },
	{ "a drill is of one worker", a_drill_is_of_one_worker },
	CU_TEST_INFO_NULL,
};
SUITE(desk_request, tests)
