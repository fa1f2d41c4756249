/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/site/rules.h"

#include "tests/unit/site/folder.h"
#include "tests/unit/suite.h"

#include <stdlib.h>

#define HOST(name, address, more) \
	"protect \"" name "\" { addresses = { " address " } hostname = \"h.example\" local-domains = { \"h.example\" } " more " }\n"

static const char both[] = HOST("a", "\"192.0.2.1\", \"2001:db8::1\"", "") HOST("b", "\"192.0.2.2\"", "on-failure = drop")
    HOST("c", "\"192.0.2.3\"", "on-failure = open");
static const char v4_only[] = "source-port = any\nlistener-port = 2626\nfwmark = 0x77\nroute-table = 1000\n"
    HOST("a", "\"192.0.2.1\"", "");

enum { QUEUE = 4711 };	/* not the one of the configuration: a second gate begins while the first still has that */

/* The text for a configuration, malloced. */
static char *
text_of(const char *conf, enum rules_stage stage, enum queue_how how)
{
	char *said, *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	struct site *site = folder_load(conf, &said);

	CHECK(site != NULL, "not loaded: %s", said);
	if (site != NULL) {
		CU_ASSERT(rules_write_table(site, stage, how, QUEUE, out) == 0);
		rules_write_beside(site, how, QUEUE, out);
	}
	fclose(out);
	site_free(site);
	free(said);
	return text;
}

static char *
rules_of(const char *conf, enum rules_stage stage)
{
	return text_of(conf, stage, QUEUE_BY_NFT);
}

static size_t
count(const char *text, const char *what)
{
	size_t n = 0;

	for (; (text = strstr(text, what)) != NULL; text++)
		n++;
	return n;
}

static void
check_order(const char *text, const char *const *parts, size_t n)
{
	const char *at = text;

	for (size_t i = 0; i < n; i++) {
		const char *found = strstr(at, parts[i]);

		CHECK(found != NULL, "\"%s\" is not where it should be in:\n%s", parts[i], text);
		if (found != NULL)
			at = found + 1;
	}
}

static void
a_new_syn_is_looked_at_before_old_sockets(void)
{
	static const char *const order[] = {
		"add table inet relaywall\ndelete table inet relaywall\ntable inet relaywall {",
		"chain untrack_prerouting", "priority raw", "chain untrack_output", "hook output priority raw",
		"chain divert", "hook prerouting priority mangle",
		"tcp flags & (fin | syn | rst | ack) == syn ip daddr @protected4 tcp dport @serving tproxy ip to 127.0.0.1:2525 meta mark set 0x2525",
		"tcp flags & (fin | syn | rst | ack) == syn ip6 daddr @protected6 tcp dport @serving tproxy ip6 to [::1]:2525",
		"tcp sport 25 ip saddr @protected4 socket transparent 1 meta mark set 0x2525",
		"tcp dport 25 ip daddr @protected4 socket transparent 1",
		"ip daddr @protected4 tcp dport @serving tproxy ip to 127.0.0.1:2525",
		"chain guard", "hook forward",
	};
	char *text = rules_of(both, RULES_SERVE);

	check_order(text, order, sizeof(order) / sizeof(order[0]));
	CU_ASSERT(count(text, "notrack") == 8 && count(text, "tproxy ip") == 4 && count(text, "socket transparent 1") == 6);
	free(text);
}

static void
every_stage_has_the_guard_and_each_host_its_own(void)
{
	static const char *const guard[] = {
		"chain guard", "policy accept;", "ip daddr @open4 tcp dport 25 counter accept",
		"ip daddr @drop4 tcp dport 25 counter drop", "ip daddr @protected4 tcp dport 25 counter reject with tcp reset",
		"ip6 daddr @protected6 tcp dport 25 counter reject with tcp reset",
	};
	static const enum rules_stage stages[] = { RULES_SERVE, RULES_DRAIN, RULES_GUARD };

	for (size_t i = 0; i < 3; i++) {
		char *text = rules_of(both, stages[i]);

		check_order(text, guard, sizeof(guard) / sizeof(guard[0]));
		CU_ASSERT(count(text, "192.0.2.1 comment \"a\"") == 1);
		CU_ASSERT(count(text, "192.0.2.2 comment \"b\"") == 2 && count(text, "192.0.2.3 comment \"c\"") == 2);
		CU_ASSERT(count(text, "meta mark set 0x2525 counter accept comment \"new sessions\"") == (stages[i] == RULES_SERVE ? 2 : 0));
		CU_ASSERT(count(text, "tcp dport 0 tcp dport 25 tproxy") == (stages[i] == RULES_SERVE ? 0 : 2));
		CU_ASSERT(count(text, "socket transparent") == (stages[i] == RULES_GUARD ? 0 : 6));
		CU_ASSERT(count(text, "@open6") == 0 && count(text, "set open6") == 0);
		free(text);
	}
}

/* After an orderly end no host has an answer of its own. */
static void
after_the_end_all_hosts_are_alike(void)
{
	static const struct {
		enum rules_stage stage;
		const char *answer;
		size_t open, drop;	/* hosts' addresses in the sets of that name */
	} ends[] = {
		{ RULES_STOP_CLOSED, "@protected4 tcp dport 25 counter reject with tcp reset comment \"on-stop = closed\"", 0, 0 },
		{ RULES_STOP_DROP, "@drop4 tcp dport 25 counter drop comment \"on-stop = drop\"", 0, 1 },
		{ RULES_STOP_OPEN, "@open4 tcp dport 25 counter accept comment \"on-stop = open\"", 1, 0 },
	};

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		char *text = rules_of(both, ends[i].stage), *guard = strstr(text, "chain guard"), *rule = strstr(text, ends[i].answer);

		CHECK(guard != NULL && rule > guard, "stage %d: %s", (int)ends[i].stage, text);
		CU_ASSERT(count(text, "set open4") == ends[i].open && count(text, "set open6") == ends[i].open);
		CU_ASSERT(count(text, "set drop4") == ends[i].drop && count(text, "set drop6") == ends[i].drop);
		for (const char *const *host = (const char *const[]){ "192.0.2.1 ", "192.0.2.2 ", "192.0.2.3 ", "2001:db8::1 ", NULL }; *host != NULL; host++)
			CHECK(count(text, *host) == 1 + ends[i].open + ends[i].drop, "stage %d, %s: %s", (int)ends[i].stage, *host, text);
		CU_ASSERT(count(text, "on-failure") == 0 && count(text, "socket transparent") == 0 && count(text, "notrack") == 0);
		CU_ASSERT(count(text, "chain divert") == 0 && count(text, "chain reassemble") == 1);
		free(text);
	}
}

static const char admitting[] = "network a { prefixes = { \"10.0.0.0/8\", \"2001:db8:10::/48\" } }\nnetwork b { prefixes = { \"10.1.0.0/16\" } }\n"
    HOST("a", "\"192.0.2.1\", \"2001:db8::1\"", "from untrusted { admit = drop } from a { admit = pass } from b { admit = refuse }")
    HOST("b", "\"192.0.2.2\"", "on-failure = open from untrusted { admit = reset }");

/* Who may not begin does not, whether the daemon is there or not; who passes by is left alone. */
static void
the_kernel_knows_who_may_begin(void)
{
	static const char *const serve[] = {
		"set admit_pass4", "192.0.2.1 . 10.0.0.0-10.0.255.255,", "192.0.2.1 . 10.2.0.0-10.255.255.255,",
		"set admit_pass6", "set admit_refuse4", "192.0.2.1 . 10.1.0.0-10.1.255.255,",
		"set admit_reset4", "192.0.2.2 . 0.0.0.0-9.255.255.255,", "192.0.2.2 . 11.0.0.0-255.255.255.255,",
		"set admit_drop4", "192.0.2.1 . 0.0.0.0-9.255.255.255,", "192.0.2.1 . 11.0.0.0-255.255.255.255,",
		"set admit_drop6", "2001:db8::1 . ::-2001:db8:f:ffff:ffff:ffff:ffff:ffff,", "counter refused_all", "counter refused_noted", "set refused4", "size 4096", "set refused6",
		"chain untrack_prerouting", "@admit_pass4 tcp dport 25 return", "notrack",
		"chain admit", "@admit_drop4 tcp dport 25 tcp flags & (fin | syn | rst | ack) == syn counter name refused_all update @refused4 { ip daddr . ip saddr } counter name refused_noted\n",
		"@admit_reset4 tcp dport 25 tcp flags & (fin | syn | rst | ack) == syn counter name refused_all update @refused4", "@admit_drop4 tcp dport 25 counter drop",
		"chain divert", "@admit_pass4 tcp dport 25 return", "@admit_reset4 tcp dport 25 return",
		"@admit_refuse4 tcp dport @serving tcp flags & (fin | syn | rst | ack) == syn tproxy ip to 127.0.0.1:2526", "== syn ip daddr @protected4 tcp dport @serving tproxy ip to 127.0.0.1:2525",
		"@admit_refuse4 tcp dport @serving tproxy ip to 127.0.0.1:2526", "tcp dport @serving tproxy ip to 127.0.0.1:2525",
		"chain guard", "@admit_pass4 tcp dport 25 counter accept", "ip saddr . ip daddr @admit_pass4 tcp sport 25 counter accept",
		"@admit_reset4 tcp dport 25 counter reject with tcp reset", "@admit_refuse4 tcp dport 25 counter reject with tcp reset",
		"ip daddr @open4 tcp dport 25 counter accept",
	};
	static const char *const guard[] = {
		"chain admit", "@admit_drop4 tcp dport 25 counter drop", "chain guard", "@admit_pass4 tcp dport 25 counter accept",
		"@admit_reset4 tcp dport 25 counter reject", "@admit_refuse4 tcp dport 25 counter reject", "ip daddr @open4 tcp dport 25 counter accept",
	};
	char *text = rules_of(admitting, RULES_SERVE);

	check_order(text, serve, sizeof(serve) / sizeof(serve[0]));
	free(text);
	for (size_t i = 0; i < 2; i++) {	/* who is not admitted stays out also when all hosts are open */
		text = rules_of(admitting, (enum rules_stage[]){ RULES_GUARD, RULES_STOP_OPEN }[i]);
		check_order(text, guard, sizeof(guard) / sizeof(guard[0]));
		CU_ASSERT(count(text, "chain divert") == 0);
		free(text);
	}
	text = rules_of(both, RULES_SERVE);
	CU_ASSERT(count(text, "admit") == 0 && count(text, "refused") == 0);
	free(text);
}

static const char gated[] = "network a { prefixes = { \"10.0.0.0/8\" } }\n"
    HOST("a", "\"192.0.2.1\", \"2001:db8::1\"", "from untrusted { gate = refuse }") HOST("b", "\"192.0.2.2\"", "on-failure = open from untrusted { gate = drop }")
    HOST("c", "\"192.0.2.3\"", "on-failure = drop");

/* What the gate itself asks of hosts is the box's own, and stays tracked, as its answers do. */
static void
questions_to_hosts_stay_tracked(void)
{
	static const char *const order[] = {
		"chain untrack_prerouting", "socket mark 0x60002525 tcp sport 25 counter return", "notrack",
		"chain untrack_output", "meta mark 0x60002525 tcp dport 25 counter return", "notrack",
	};
	char *text = rules_of(HOST("a", "\"192.0.2.1\"", "from untrusted { connect = mirror }"), RULES_SERVE);

	check_order(text, order, sizeof(order) / sizeof(order[0]));
	CU_ASSERT(count(text, "set gate4") == 1);
	free(text);
	text = rules_of(gated, RULES_SERVE);
	CU_ASSERT(count(text, "socket mark") == 0);
	free(text);
}

static void
the_gate_is_asked_before_anything_is_diverted(void)
{
	static const char *const order[] = {
		"set gate4", "192.0.2.1 . 0.0.0.0-9.255.255.255,", "192.0.2.2 . 11.0.0.0-255.255.255.255,", "set gate6",
		"chain gate_asked", "priority raw - 10", "tcp flags & (fin | syn | rst | ack) == syn ip daddr . ip saddr @gate4 tcp dport @serving meta mark set 0x10002525 counter",
		"chain gate_queue", "priority raw - 5", "meta mark 0x10002525 tcp dport 25 queue flags bypass to 4711",
		"chain divert", "meta mark 0x50002525 tcp dport 25 counter drop", "meta mark 0x40002525 tcp dport 25 counter return",
		"meta mark 0x30002525 ip daddr @protected4 tcp dport @serving tproxy ip to 127.0.0.1:2526", "ip6 to [::1]:2526",
		/* nobody judged it */
		"meta mark 0x10002525 ip daddr @drop4 tcp dport 25 counter drop", "meta mark 0x10002525 ip daddr @open4 tcp dport 25 counter meta mark set 0x20002525",
		"meta mark 0x10002525 tcp dport 25 counter return", "meta mark 0x20002525 tcp dport 25 counter continue",
		"== syn ip daddr @protected4 tcp dport @serving tproxy ip to 127.0.0.1:2525",
		"chain guard", "meta mark 0x40002525 tcp dport 25 counter reject with tcp reset",
		"meta mark 0x30002525 tcp dport 25 counter reject with tcp reset", "ip daddr @open4 tcp dport 25 counter accept",
	};
	char *text = rules_of(gated, RULES_SERVE);

	check_order(text, order, sizeof(order) / sizeof(order[0]));
	CU_ASSERT(count(text, "192.0.2.3 . ") == 0);
	free(text);
	text = text_of(gated, RULES_SERVE, QUEUE_BY_XTABLES);
	CU_ASSERT(count(text, "chain gate_queue") == 0);
	CU_ASSERT(count(text, "tables -t raw -A PREROUTING -p tcp --dport 25 -m mark --mark 0x10002525 -j NFQUEUE --queue-num 4711 --queue-bypass\n") == 2);
	free(text);
	for (enum rules_stage stage = RULES_DRAIN; stage <= RULES_GUARD; stage++) {
		text = rules_of(gated, stage);
		CU_ASSERT(count(text, "gate") == 0 && count(text, "queue") == 0);
		free(text);
	}
}

/* Whatever begins a session, or has somebody asked about one, looks into the set; what belongs to a session does not. */
static void
new_sessions_are_diverted_only_while_somebody_serves(void)
{
	static const char *const begins[] = { "tproxy ip", "meta mark set 0x10002525", NULL };
	char *text = rules_of(gated, RULES_SERVE), *rest = text, *line;
	size_t asked = 0;

	CU_ASSERT(count(text, "\tset serving {\n\t\ttype inet_service\n\t\tflags dynamic,timeout\n\t\ttimeout 3s\n\t\telements = { 25 }\n\t}\n") == 1);
	CU_ASSERT(count(text, "meta mark 0x70002525 ip daddr 127.0.0.1 udp dport 25 update @serving { udp dport } counter drop\n") == 1);
	CU_ASSERT(count(text, "meta mark 0x70002525 ip daddr 127.0.0.2 udp dport 25 delete @serving { udp dport } counter drop\n") == 1);
	while ((line = strsep(&rest, "\n")) != NULL) {
		bool looks = strstr(line, "tcp dport @serving ") != NULL, wanted = false;

		for (size_t i = 0; begins[i] != NULL; i++)
			wanted = wanted || strstr(line, begins[i]) != NULL;
		CHECK(looks == wanted, "%s", line);
		asked += looks;
	}
	CU_ASSERT(asked == 8);	/* of both families: new sessions, handshakes, refused by the gate, to be asked about */
	free(text);
	for (enum rules_stage stage = RULES_DRAIN; stage <= RULES_REMOVE; stage++) {
		text = rules_of(gated, stage);
		CHECK(count(text, "@serving") == 0 && count(text, "set serving") == 0, "stage %d: %s", (int)stage, text);
		free(text);
	}
}

static void
what_is_not_protected_has_no_rule(void)
{
	char *text = rules_of(v4_only, RULES_SERVE);

	CU_ASSERT(count(text, "ip6") == 0 && count(text, "protected6") == 0 && count(text, "ip -6") == 0);
	CU_ASSERT(count(text, "notrack") == 0);
	CU_ASSERT(count(text, "tproxy ip to 127.0.0.1:2626 meta mark set 0x77 ") == 2);
	CU_ASSERT(count(text, "# ip -4 rule add pref 25 fwmark 0x77 lookup 1000 protocol 225\n") == 1);
	CU_ASSERT(count(text, "# ip -4 route replace local default dev lo table 1000 protocol 225\n") == 1);
	free(text);
}

static void
removal_needs_no_configuration(void)
{
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	rules_write_table(NULL, RULES_REMOVE, QUEUE_BY_NFT, QUEUE, out);
	fclose(out);
	CU_ASSERT_STRING_EQUAL(text, "add table inet relaywall\ndelete table inet relaywall\n");
	free(text);
}

static char *
ward_of(const char *conf)
{
	char *said, *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	struct site *site = folder_load(conf, &said);

	CHECK(site != NULL, "not loaded: %s", said);
	if (site != NULL)
		CU_ASSERT(rules_write_ward(site, out) == 0);
	fclose(out);
	site_free(site);
	free(said);
	return text;
}

static void
while_the_table_is_out_the_ward_is_behind_it(void)
{
	static const char *const parts[] = {
		"table inet relaywall_ward {\n\tflags owner\n", "chain ward {\n\t\ttype filter hook forward priority filter - 9; policy accept;\n",
		"saddr @admit_pass4 tcp dport 25 counter accept", "ip daddr @open4 tcp dport 25 counter accept", "ip daddr @protected4 tcp dport 25 counter drop",
		"ip saddr @protected4 tcp sport 25 counter drop", "ip6 daddr @protected6 exthdr frag exists counter drop",
		"ip6 daddr @protected6 tcp dport 25 counter drop",
	};
	char conf[sizeof(both) + 200], *text;

	snprintf(conf, sizeof(conf), "network n { prefixes = { \"198.51.100.0/24\" } }\n%s", both);
	text = ward_of(conf);
	CU_ASSERT(count(text, "admit_") == 0 && count(text, "delete") == 0 && count(text, "tproxy") == 0);
	free(text);
	snprintf(conf, sizeof(conf), "network n { prefixes = { \"198.51.100.0/24\" } }\n%s" HOST("d", "\"192.0.2.4\"", "from n { admit = pass }"), both);
	text = ward_of(conf);
	check_order(text, parts, sizeof(parts) / sizeof(parts[0]));
	CU_ASSERT(count(text, "@open6") == 0);
	free(text);
}

CU_TestInfo rules_tests[] = {
	{ "a new SYN is looked at before old sockets", a_new_syn_is_looked_at_before_old_sockets },
	{ "every stage has the guard, and each host its own", every_stage_has_the_guard_and_each_host_its_own },
	{ "after the end all hosts are alike", after_the_end_all_hosts_are_alike },
	{ "the kernel knows who may begin", the_kernel_knows_who_may_begin },
	{ "questions to hosts stay tracked", questions_to_hosts_stay_tracked },
	{ "the gate is asked before anything is diverted", the_gate_is_asked_before_anything_is_diverted },
	{ "new sessions are diverted only while somebody serves", new_sessions_are_diverted_only_while_somebody_serves },
	{ "what is not protected has no rule", what_is_not_protected_has_no_rule },
	{ "while the table is out the ward is behind it", while_the_table_is_out_the_ward_is_behind_it },
	{ "removal needs no configuration", removal_needs_no_configuration },
	CU_TEST_INFO_NULL,
};
SUITE(rules, rules_tests)
