/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is learnt of scenes: each a few sessions, and what the domains in them are. */
#include "proxy/survey/learn.h"

#include "proxy/survey/learn_names.h"
#include "tests/unit/suite.h"
#include "tests/unit/survey/scene.h"

#define HOST "198.51.100.25"
#define OTHER "198.51.100.26"
#define STRANGE "192.0.2.200"
#define NAME "mail.local.example ESMTP Sendmail 8.8.8/8.8.8"
#define PEER(n) "203.0.113." #n
/* a mail that was taken, one of which only the recipient was, one that was refused */
#define MAIL(host, client, sender, rcpt) { host, client, NAME, "h", sender, rcpt, 250, NULL, 250 }
#define RCPT(host, client, sender, rcpt) { host, client, NAME, "h", sender, rcpt, 250, NULL, 0 }
#define REFUSED(host, client, rcpt, reply) { host, client, NAME, "h", "x@y.example", rcpt, 550, reply, 0 }

enum { ROWS = 16, WANTS = 6 };

static const struct scene {
	const char *name;
	struct scene_row rows[ROWS];
	struct { const char *domain; enum learnt_is is; bool weak; } want[WANTS];	/* at HOST */
} scenes[] = {
	{ "the host's own name and its parent", { MAIL(HOST, PEER(1), "a@b.example", "u@local.example"), MAIL(HOST, PEER(1), "a@b.example", "u@mail.local.example") },
	  { { "local.example", LEARNT_LOCAL, false }, { "mail.local.example", LEARNT_LOCAL, false } } },
	{ "a domain that two strangers write to", { MAIL(HOST, PEER(1), "a@b.example", "u@d2.example"), MAIL(HOST, PEER(2), "c@d.example", "v@d2.example") },
	  { { "d2.example", LEARNT_LOCAL, true } } },
	{ "a domain that three strangers write to", { MAIL(HOST, PEER(1), "a@b.example", "u@d2.example"), MAIL(HOST, PEER(2), "c@d.example", "v@d2.example"),
	    MAIL(HOST, PEER(3), "c@d.example", "v@d2.example") }, { { "d2.example", LEARNT_LOCAL, false } } },
	{ "a domain that one stranger wrote to once", { MAIL(HOST, PEER(1), "a@b.example", "u@d3.example") }, { { "d3.example", LEARNT_LOCAL, true } } },
	{ "a recipient that was only tried", { RCPT(HOST, PEER(1), "a@b.example", "u@d3.example") }, { { "d3.example", LEARNT_DOUBTFUL, false } } },
	{ "one client, many domains, none of them known",
	  { MAIL(HOST, PEER(1), "a@b.example", "u@v1.example"), MAIL(HOST, PEER(1), "a@b.example", "u@v2.example"), MAIL(HOST, PEER(1), "a@b.example", "u@v3.example"),
	    MAIL(HOST, PEER(2), "a@b.example", "u@local.example") },
	  { { "v1.example", LEARNT_DOUBTFUL, false }, { "v3.example", LEARNT_DOUBTFUL, false } } },
	{ "one client, several domains, and no other sign of any",
	  { MAIL(HOST, PEER(1), "a@b.example", "u@d1.example"), MAIL(HOST, PEER(1), "a@b.example", "u@d2.example"), MAIL(HOST, PEER(1), "a@b.example", "u@d3.example") },
	  { { "d1.example", LEARNT_LOCAL, true }, { "d3.example", LEARNT_LOCAL, true } } },
	{ "a tester of one host is one at the other",
	  { MAIL(OTHER, PEER(1), "", "u%victim.example@local.example"), MAIL(HOST, PEER(1), "a@b.example", "u@victim2.example") },
	  { { "victim2.example", LEARNT_FOREIGN, false } } },
	{ "who relays at one host is no good client of the other",
	  { MAIL(OTHER, PEER(1), "a@b.example", "u@hotmail.com"), MAIL(HOST, PEER(1), "a@b.example", "u@victim2.example") },
	  { { "victim2.example", LEARNT_FOREIGN, false } } },
	{ "one client, several domains, one of them known",
	  { MAIL(HOST, PEER(1), "a@b.example", "u@local.example"), MAIL(HOST, PEER(1), "a@b.example", "u@d2.example"), MAIL(HOST, PEER(1), "a@b.example", "u@d4.example") },
	  { { "d2.example", LEARNT_LOCAL, true }, { "d4.example", LEARNT_LOCAL, true } } },
	{ "percent and plain to the same victim",
	  { MAIL(HOST, PEER(1), "", "u%victim.example@local.example"), MAIL(HOST, PEER(1), "a@b.example", "u@victim.example") },
	  { { "victim.example", LEARNT_FOREIGN, false } } },
	{ "bang from one, plain from another", { MAIL(HOST, PEER(1), "", "victim.example!u@local.example"), MAIL(HOST, PEER(2), "a@b.example", "u@victim.example") },
	  { { "victim.example", LEARNT_FOREIGN, false } } },
	{ "a route that was refused", { REFUSED(HOST, PEER(1), "@local.example:u@victim.example", NULL), MAIL(HOST, PEER(2), "a@b.example", "u@victim.example") },
	  { { "victim.example", LEARNT_FOREIGN, false } } },
	{ "a routing form cannot make a domain foreign that three strangers write to",
	  { MAIL(HOST, PEER(9), "", "u%d2.example@local.example"), MAIL(HOST, PEER(1), "a@b.example", "u@d2.example"), MAIL(HOST, PEER(2), "c@d.example", "v@d2.example"),
	    MAIL(HOST, PEER(3), "c@d.example", "v@d2.example") }, { { "d2.example", LEARNT_LOCAL, false } } },
	{ "a tester's other plain recipients", { MAIL(HOST, PEER(1), "", "u%victim.example@local.example"), MAIL(HOST, PEER(1), "a@b.example", "u@victim2.example") },
	  { { "victim2.example", LEARNT_FOREIGN, false } } },
	{ "a tester who took a domain for the way through", { MAIL(HOST, PEER(1), "", "u%victim.example@d5.example"), MAIL(HOST, PEER(1), "a@b.example", "u@d5.example") },
	  { { "d5.example", LEARNT_LOCAL, true }, { "victim.example", LEARNT_FOREIGN, false } } },
	{ "a message that left again",
	  { MAIL(HOST, PEER(1), "a@b.example", "u@victim.example"), MAIL(HOST, PEER(2), "a@b.example", "u@local.example"),
	    { STRANGE, HOST, "mx.victim.example ESMTP", "h", "a@b.example", "u@victim.example", 250, NULL, 250 } },
	  { { "victim.example", LEARNT_FOREIGN, false }, { "local.example", LEARNT_LOCAL, false } } },
	{ "a message that left for another host of ours",
	  { MAIL(HOST, PEER(1), "a@b.example", "u@d6.example"), { OTHER, PEER(4), "d6.example ESMTP", "h", "a@b.example", "u@d6.example", 250, NULL, 250 },
	    { OTHER, HOST, "d6.example ESMTP", "h", "a@b.example", "u@d6.example", 250, NULL, 250 } },
	  { { "d6.example", LEARNT_RELAY, false } } },
	{ "a gateway, with its host elsewhere",
	  { MAIL(HOST, PEER(1), "a@b.example", "u@d6.example"), MAIL(HOST, PEER(2), "a@b.example", "u@d6.example"), MAIL(HOST, PEER(3), "a@b.example", "u@d6.example"),
	    { STRANGE, HOST, "d6.example ESMTP", "h", "a@b.example", "u@d6.example", 250, NULL, 250 } },
	  { { "d6.example", LEARNT_RELAY, true } } },
	{ "a provider that robots write to",
	  { MAIL(HOST, PEER(1), "a@b.example", "u@yahoo.com"), MAIL(HOST, PEER(2), "a@b.example", "u@yahoo.com"), MAIL(HOST, PEER(3), "a@b.example", "u@yahoo.com"),
	    MAIL(HOST, PEER(3), "a@b.example", "u@victim.example") },
	  { { "yahoo.com", LEARNT_FOREIGN, false }, { "victim.example", LEARNT_FOREIGN, false } } },
	{ "mailboxes that are not known",
	  { REFUSED(HOST, PEER(1), "nobody@d7.example", "<nobody@d7.example>... User unknown"), RCPT(HOST, PEER(1), "a@b.example", "u@d7.example") },
	  { { "d7.example", LEARNT_LOCAL, false } } },
	{ "machines inside write in its name, and out",
	  { MAIL(HOST, "10.1.1.1", "ann@d8.example", "x@partner.example"), MAIL(HOST, "10.1.1.1", "ann@d8.example", "bob@d8.example"),
	    MAIL(HOST, PEER(1), "a@b.example", "u@local.example") },
	  { { "d8.example", LEARNT_LOCAL, false }, { "partner.example", LEARNT_DOUBTFUL, false } } },
	{ "clients that write in the name of local domains, from outside",
	  { MAIL(HOST, PEER(1), "ann@local.example", "x@p1.example"), MAIL(HOST, PEER(1), "ann@local.example", "x@p2.example"),
	    MAIL(HOST, PEER(2), "bob@local.example", "x@p1.example"), MAIL(HOST, PEER(3), "a@b.example", "u@local.example") },
	  { { "p1.example", LEARNT_DOUBTFUL, false }, { "p2.example", LEARNT_DOUBTFUL, false } } },
	{ "a host that refuses to relay",
	  { REFUSED(HOST, PEER(1), "u@victim.example", "5.7.1 <u@victim.example>... Relaying denied"), RCPT(HOST, PEER(2), "a@b.example", "u@d9.example") },
	  { { "d9.example", LEARNT_LOCAL, false }, { "victim.example", LEARNT_REFUSED, false } } },
	{ "a client who puts words into the host's mouth",
	  { MAIL(HOST, "10.1.1.1", "ann@local.example", "x@partner.example"), REFUSED(HOST, PEER(1), "5.1.1@partner.example", "5.7.1 <5.1.1@partner.example>... Relaying denied"),
	    REFUSED(HOST, PEER(1), "no.such.user@partner.example", "no relaying to no.such.user@partner.example"), MAIL(HOST, PEER(2), "a@b.example", "u@local.example") },
	  { { "partner.example", LEARNT_DOUBTFUL, false } } },
	{ "... who would have it say that it refuses to relay",
	  { REFUSED(HOST, PEER(1), "relay@x.invalid", "5.1.2 <relay@x.invalid>... Host unknown"), REFUSED(HOST, PEER(1), "relay@y.invalid", "5.1.2 no way to RELAY@y.invalid"),
	    MAIL(HOST, PEER(2), "a@b.example", "u@victim.example") }, { { "victim.example", LEARNT_LOCAL, true } } },
	{ "one stranger with many addresses",
	  { MAIL(HOST, "2001:db8:1:2::1", "a@b.example", "u@victim.example"), MAIL(HOST, "2001:db8:1:2::2", "c@d.example", "v@victim.example"),
	    MAIL(HOST, "2001:db8:1:2::3", "a@b.example", "u@victim.example"), MAIL(HOST, "2001:db8:1:3::1", "a@b.example", "u@d2.example"),
	    MAIL(HOST, "2001:db8:1:4::1", "a@b.example", "u@d2.example") },
	  { { "victim.example", LEARNT_LOCAL, true }, { "d2.example", LEARNT_LOCAL, true } } },
	{ "... whose messages left again",
	  { MAIL(HOST, "2001:db8:1:2::1", "a@b.example", "u@victim.example"), MAIL(HOST, "2001:db8:1:2::2", "c@d.example", "v@victim.example"),
	    MAIL(HOST, "2001:db8:1:2::3", "a@b.example", "u@victim.example"), { STRANGE, HOST, "mx.victim.example ESMTP", "h", "a@b.example", "u@victim.example", 250, NULL, 250 } },
	  { { "victim.example", LEARNT_FOREIGN, false } } },
	{ "... of which one tests",
	  { MAIL(HOST, "2001:db8:1:2::1", "", "u%v1.example@local.example"), MAIL(HOST, "2001:db8:1:2::2", "c@d.example", "v@victim.example") },
	  { { "victim.example", LEARNT_FOREIGN, false } } },
	{ "a sibling of the host's name", { RCPT(HOST, PEER(2), "a@b.example", "u@sales.local.example") }, { { "sales.local.example", LEARNT_LOCAL, false } } },
	{ "a sibling that a tester routed to", { MAIL(HOST, PEER(2), "", "u%x.local.example@local.example"), RCPT(HOST, PEER(2), "a@b.example", "u@x.local.example") },
	  { { "x.local.example", LEARNT_FOREIGN, false } } },
	{ "a domain that writes to us from its own machines",
	  { { HOST, PEER(5), NAME, "mx.partner.example", "p@partner.example", "u@local.example", 250, NULL, 250 }, MAIL(HOST, PEER(1), "a@b.example", "u@partner.example") },
	  { { "partner.example", LEARNT_DOUBTFUL, false } } },
	{ "all clients are private, and that means nothing",
	  { MAIL(HOST, "10.1.1.1", "a@b.example", "u@d2.example"), MAIL(HOST, "10.1.1.2", "c@d.example", "u@d2.example") }, { { "d2.example", LEARNT_LOCAL, true } } },
};

static void
check_scene(const struct scene *s)
{
	struct inventory *v = scene_new(s->rows);
	struct learnt *l = learn(v);
	const struct ip ip = scene_ip(HOST);
	uint32_t host = inventory_host(v, &ip, 25);

	for (size_t i = 0; i < WANTS && s->want[i].domain != NULL; i++) {
		uint32_t d = inventory_find_domain(v, host, span_str(s->want[i].domain));

		CHECK(d != INVENTORY_NONE, "%s: %s is not there", s->name, s->want[i].domain);
		if (d != INVENTORY_NONE)
			CHECK(l->domains[d].is == s->want[i].is && l->domains[d].weak == s->want[i].weak, "%s: %s is %s%s: %s", s->name, s->want[i].domain,
			    l->domains[d].weak ? "weakly " : "", learn_name(l->domains[d].is), l->domains[d].why);
	}
	learn_free(l);
	inventory_free(v);
}

static void
local_and_foreign_domains_are_told_apart(void)
{
	for (size_t i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++)
		check_scene(&scenes[i]);
}

static bool
is_ours(const struct inventory *v, const struct learnt *l, const char *host)
{
	for (uint32_t i = 0; i < v->hosts.count; i++)
		if (ip_eq(&inventory_host_at(v, i)->ip, &(struct ip[]){ scene_ip(host) }[0]))
			return l->ours[i];
	return false;
}

static void
hosts_that_only_our_hosts_write_to_are_none_of_ours(void)
{
	static const struct scene_row rows[] = {
		MAIL(HOST, PEER(1), "a@b.example", "u@local.example"), MAIL(STRANGE, HOST, "a@b.example", "u@v.example"),
		MAIL(HOST, STRANGE, "a@v.example", "u@local.example"), MAIL(OTHER, HOST, "a@b.example", "u@local.example"),
		MAIL("10.0.0.25", HOST, "a@b.example", "u@local.example"), MAIL("192.0.2.201", "10.1.1.1", "a@local.example", "u@v.example"), { 0 },
	};
	struct inventory *v = scene_new(rows);
	struct learnt *l = learn(v);

	CHECK(is_ours(v, l, HOST), "the host");
	CHECK(!is_ours(v, l, STRANGE), "where it sends to");
	CHECK(!is_ours(v, l, "192.0.2.201"), "where machines of the inside send to");
	CHECK(is_ours(v, l, OTHER), "one beside it");
	CHECK(is_ours(v, l, "10.0.0.25"), "one behind it");
	learn_free(l);
	inventory_free(v);
}

static void
relaying_clients_are_known(void)
{
	static const struct scene_row rows[] = {
		MAIL(HOST, "10.1.1.1", "ann@local.example", "x@partner.example"), MAIL(HOST, "10.1.1.2", "ann@local.example", "x@local.example"),
		MAIL(HOST, PEER(1), "a@b.example", "u@local.example"), MAIL(HOST, PEER(2), "", "u%v.example@local.example"),
		MAIL(HOST, PEER(3), "bob@local.example", "x@partner.example"), MAIL(HOST, "fd00::1", "ann@local.example", "x@partner.example"),
		MAIL(HOST, "fd00::2", "", "u%v.example@local.example"), { 0 },
	};
	static const struct { const char *client; bool relays; } want[] = {
		{ "10.1.1.1", true }, { "10.1.1.2", false }, { PEER(1), false }, { PEER(2), false }, { PEER(3), true },
		{ "fd00::1", true }, { "fd00::2", false },
	};
	struct inventory *v = scene_new(rows);
	struct learnt *l = learn(v);

	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		const struct ip ip = scene_ip(want[i].client);

		CHECK(learn_is_relayer(l, inventory_find_client(v, 0, &ip)) == want[i].relays, "%s", want[i].client);
	}
	learn_free(l);
	inventory_free(v);
}

static void
names_and_addresses_tell_what_they_are(void)
{
	static const struct { const char *host, *parent; } parents[] = {
		{ "mail.local.example", "local.example" }, { "local.example", "" }, { "mail.example.co.uk", "example.co.uk" }, { "example.co.uk", "" },
		{ "mail", "" }, { "", "" }, { "a.b.c.example", "b.c.example" },
	};
	static const struct { const char *ip; bool private; } addresses[] = {
		{ "10.0.0.1", true }, { "172.16.0.1", true }, { "172.32.0.1", false }, { "192.168.1.1", true }, { "192.169.1.1", false }, { "127.0.0.1", true },
		{ "100.64.0.1", true }, { "100.128.0.1", false }, { "169.254.1.1", true }, { "fd00::1", true }, { "fe80::1", true }, { "::1", true },
		{ "2001:db8::1", false }, { "203.0.113.1", false },
	};

	for (size_t i = 0; i < sizeof(parents) / sizeof(parents[0]); i++)
		CHECK(span_eq(learn_parent(span_str(parents[i].host)), span_str(parents[i].parent)), "%s", parents[i].host);
	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++)
		CHECK(learn_is_private(&(struct ip[]){ scene_ip(addresses[i].ip) }[0]) == addresses[i].private, "%s", addresses[i].ip);
}

static CU_TestInfo tests[] = {
	{ "local and foreign domains are told apart", local_and_foreign_domains_are_told_apart },
	{ "hosts that only our hosts write to are none of ours", hosts_that_only_our_hosts_write_to_are_none_of_ours },
	{ "relaying clients are known", relaying_clients_are_known },
	{ "names and addresses tell what they are", names_and_addresses_tell_what_they_are },
	CU_TEST_INFO_NULL,
};
SUITE(learn, tests)
