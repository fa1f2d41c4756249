/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_request.c - what a command asks of the desk.
 *
 * Input: a line. What is taken for a request is, written anew from what was
 * understood, the line that came.
 */
#include "proxy/keeper/desk/request.h"

#include "tests/fuzz/fuzz.h"

static size_t
write_anew(const struct request *r, char out[REQUEST_OCTETS])
{
	static const char *const texts[] = {
		[REQUEST_STATUS] = "status", [REQUEST_SESSIONS] = "sessions", [REQUEST_END] = "end ", [REQUEST_RELOAD] = "reload", [REQUEST_UPGRADE] = "upgrade",
		[REQUEST_STOP] = "stop", [REQUEST_STOP_NOW] = "stop now", [REQUEST_DRILL] = "drill ",
	};

	if (r->kind == REQUEST_DRILL)
		return (size_t)snprintf(out, REQUEST_OCTETS, "%s%u", texts[r->kind], r->worker);
	return (size_t)snprintf(out, REQUEST_OCTETS, "%s%s", texts[r->kind], r->id);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct request r = request_parse(span_of(data, size));
	char anew[REQUEST_OCTETS];

	if (r.kind != REQUEST_NONE)
		HOLDS(span_eq(span_of(data, size), span_of((const uint8_t *)anew, write_anew(&r, anew))), "understood as \"%s\"", anew);
	return 0;
}
