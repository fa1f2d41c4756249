/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/cli/tap_options.h"

#include "tests/unit/cli/overheard.h"
#include "tests/unit/suite.h"

#include <getopt.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

enum { WORDS = 40 };

/* Parse what stands behind "tap"; words are cut at blanks. */
static int
parse(const char *line, struct tap_options *o)
{
	static char text[1024], name[] = "tap";
	static char *argv[WORDS];
	int argc = 1, result;

	snprintf(text, sizeof(text), "%s", line);
	argv[0] = name;
	for (char *word = strtok(text, " "); word != NULL; word = strtok(NULL, " "))
		argv[argc++] = word;
	argv[argc] = NULL;
	optind = 0;	/* glibc: from the begin */
	overhear(STDERR_FILENO);
	result = tap_options_parse(argc, argv, o);
	overheard();
	return result;
}

static void
a_command_line_makes_sense_or_is_refused(void)
{
	static const struct { const char *line; bool well; } lines[] = {
		{ "", false },
		{ "a.pcap", true },
		{ "a.pcap b.pcap.gz -", true },
		{ "-- --json", true },
		{ "--json", false },
		{ "--json a.pcap", true },
		{ "a.pcap --json", true },
		{ "--interface eth0", true },
		{ "--interface eth0 a.pcap", false },
		{ "--interface eth0 --seconds 10 --no-promiscuous", true },
		{ "--seconds 10 a.pcap", false },
		{ "--no-promiscuous a.pcap", false },
		{ "--interface eth0 --seconds 0", false },
		{ "--interface eth0 --seconds -1", false },
		{ "--interface eth0 --seconds 10s", false },
		{ "--interface eth0 --seconds 3153600000", true },
		{ "--interface eth0 --seconds 3153600001", false },
		{ "--interface eth0 --seconds 99999999999999999999", false },
		{ "--policy p.conf --journal j a.pcap", true },
		{ "--journal j a.pcap", false },
		{ "--exchanges e --inventory i a.pcap", true },
		{ "--exchanges - a.pcap", true },
		{ "--exchanges - --inventory - a.pcap", false },
		{ "--policy p.conf --journal - --exchanges - a.pcap", false },
		{ "--policy p.conf --journal - --inventory - a.pcap", false },
		{ "--policy p.conf --journal - --exchanges e --inventory i a.pcap", true },
		{ "--port 25 a.pcap", true },
		{ "--port 0 a.pcap", false },
		{ "--port 65535 a.pcap", true },
		{ "--port 65536 a.pcap", false },
		{ "--port smtp a.pcap", false },
		{ "--port +25 a.pcap", false },
		{ "--port 25, a.pcap", false },
		{ "--port", false },
		{ "--nonsense a.pcap", false },
		{ "-x a.pcap", false },
		{ "--filter tcp a.pcap", true },
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct tap_options o;

		CHECK((parse(lines[i].line, &o) == 0) == lines[i].well, "%s", lines[i].line);
	}
}

static void
each_option_is_found_where_it_belongs(void)
{
	struct tap_options o;

	CU_ASSERT_FATAL(parse("--policy p --filter f --port 587 --port 25 --journal j --exchanges e --inventory - --json a b", &o) == 0);
	CHECK(strcmp(o.policy, "p") == 0 && strcmp(o.filter, "f") == 0 && strcmp(o.journal, "j") == 0, "%s", o.policy);
	CHECK(strcmp(o.exchanges, "e") == 0 && strcmp(o.inventory, "-") == 0 && o.json && !o.own_only, "%s", o.exchanges);
	CHECK(o.port_count == 2 && o.ports[0] == 587 && o.ports[1] == 25, "%zu ports", o.port_count);
	CHECK(o.count == 2 && strcmp(o.files[0], "a") == 0 && strcmp(o.files[1], "b") == 0, "%zu files", o.count);
	CU_ASSERT(o.interface == NULL && o.seconds == 0);
	CU_ASSERT_FATAL(parse("--interface eth0 --seconds 12 --no-promiscuous", &o) == 0);
	CHECK(strcmp(o.interface, "eth0") == 0 && o.seconds == 12 && o.own_only && o.count == 0, "%" PRIu64, o.seconds);
	CU_ASSERT(o.policy == NULL && o.filter == NULL && o.journal == NULL && o.exchanges == NULL && o.inventory == NULL && !o.json && o.port_count == 0);
}

static void
ports_are_as_many_as_there_is_room_for(void)
{
	struct tap_options o = { 0 };
	char text[8];

	for (int i = 1; i <= TAP_PORTS; i++) {
		snprintf(text, sizeof(text), "%d", i);
		CU_ASSERT(tap_options_port(&o, text) == 0 && o.ports[i - 1] == i);
	}
	CU_ASSERT(tap_options_port(&o, "25") == -1 && o.port_count == TAP_PORTS);
}

static CU_TestInfo tests[] = {
	{ "a command line makes sense or is refused", a_command_line_makes_sense_or_is_refused },
	{ "each option is found where it belongs", each_option_is_found_where_it_belongs },
	{ "ports are as many as there is room for", ports_are_as_many_as_there_is_room_for },
	CU_TEST_INFO_NULL,
};
SUITE(tap_options, tests)
