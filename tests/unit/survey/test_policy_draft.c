/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Traffic of two hosts, the policy that is drawn up from it, and what that makes of the same traffic. */
#include "proxy/survey/policy_draft.h"

#include "classifier/classify.h"
#include "proxy/site/site.h"
#include "tests/unit/scarce.h"
#include "tests/unit/site/folder.h"
#include "tests/unit/suite.h"
#include "tests/unit/survey/scene.h"

#include <stdlib.h>

#define A "198.51.100.25"
#define A6 "2001:db8:25::25"
#define B "198.51.100.26"
#define OUT "192.0.2.200"
#define BANNER_A "mail.local.example ESMTP Sendmail AIX4.3/8.9.3p2/8.9.3; Mon, 12 Jan 2004 10:00:00 +0100"
#define BANNER_B "ex.sales.example ESMTP Server (Microsoft Exchange Internet Mail Service 5.5.2653.13) ready"

enum kind { LEGITIMATE, RELAYED, INTERNAL };

#define ROW(host, banner, client, hello, sender, rcpt) { host, client, banner, hello, sender, rcpt, 250, NULL, 250 }
#define TO_A(client, hello, sender, rcpt) ROW(A, BANNER_A, client, hello, sender, rcpt)
#define TO_B(client, hello, sender, rcpt) ROW(B, BANNER_B, client, hello, sender, rcpt)

static const struct { enum kind kind; struct scene_row row; } traffic[] = {
	/* five domains of A: its own, one beside it, some that others share, one that was seen once */
	{ LEGITIMATE, TO_A("203.0.113.1", "mx.one.example", "x@one.example", "ann@local.example") },
	{ LEGITIMATE, TO_A("203.0.113.2", "mx.two.example", "x@two.example", "bob@mail.local.example") },
	{ LEGITIMATE, TO_A("203.0.113.1", "mx.one.example", "x@one.example", "ann@lab.local.example") },
	{ LEGITIMATE, TO_A("203.0.113.2", "mx.two.example", "x@two.example", "cid@plant.example") },
	{ LEGITIMATE, TO_A("203.0.113.3", "mx.three.example", "", "Cid@Plant.Example") },
	{ LEGITIMATE, TO_A("203.0.113.4", "mx.four.example", "x@four.example", "dan@seldom.example") },
	{ LEGITIMATE, ROW(A6, BANNER_A, "2001:db8:77::1", "mx.six.example", "x@six.example", "ann@local.example") },
	/* five of B */
	{ LEGITIMATE, TO_B("203.0.113.1", "mx.one.example", "x@one.example", "eve@sales.example") },
	{ LEGITIMATE, TO_B("203.0.113.2", "mx.two.example", "x@two.example", "eve@ex.sales.example") },
	{ LEGITIMATE, TO_B("203.0.113.1", "mx.one.example", "x@one.example", "fay@shop.example") },
	{ LEGITIMATE, TO_B("203.0.113.3", "mx.three.example", "x@three.example", "fay@shop.example") },
	{ LEGITIMATE, TO_B("203.0.113.1", "mx.one.example", "x@one.example", "gus@rare.example") },
	{ LEGITIMATE, TO_B("203.0.113.5", "mx.five.example", "x@five.example", "IMCEAEX-_O=SALES_CN=GUS@sales.example") },
	{ LEGITIMATE, TO_B("203.0.113.5", "mx.five.example", "x@five.example", "hal@inside.example") },
	{ LEGITIMATE, TO_B("203.0.113.5", "mx.five.example", "x@five.example", "postmaster") },
	/* machines of the inside, for whom the host relays: the operator says whether they may */
	{ INTERNAL, TO_B("10.1.2.3", "pc3", "hal@inside.example", "y@partner.example") },
	{ INTERNAL, TO_B("10.1.2.4", "pc4", "hal@inside.example", "y@partner.example") },
	{ LEGITIMATE, TO_B("10.1.2.3", "pc3", "hal@inside.example", "eve@sales.example") },
	/* relaying: plain, which is seen to leave again; to a provider; by forms, and plain to where these led */
	{ RELAYED, TO_A("203.0.113.66", "evil", "s@evil.example", "u@plain-victim.example") },
	{ RELAYED, TO_A("203.0.113.66", "evil", "s@evil.example", "u@hotmail.com") },
	{ RELAYED, TO_A("203.0.113.67", "evil", "", "u%victim.example@mail.local.example") },
	{ RELAYED, TO_A("203.0.113.67", "evil", "", "victim.example!u@[198.51.100.25]") },
	{ RELAYED, TO_A("203.0.113.67", "evil", "", "@mail.local.example:u@victim.example") },
	{ RELAYED, TO_A("203.0.113.67", "evil", "", "\"u@victim.example\"@plant.example") },
	{ RELAYED, TO_A("203.0.113.67", "evil", "s@evil.example", "u@victim.example") },
	{ RELAYED, TO_B("203.0.113.68", "evil", "s@evil.example", "u@victim.example") },
	{ RELAYED, TO_B("203.0.113.69", "evil", "s@evil.example", "IMCEASMTP-u+40victim+2Eexample@sales.example") },
};

/* What the hosts sent on. */
static const struct scene_row outward[] = {
	{ OUT, A, "mx.victims.example ESMTP", "mail.local.example", "s@evil.example", "u@plain-victim.example", 250, NULL, 250 }, { 0 },
};

static struct inventory *
traffic_inventory(void)
{
	struct scene_row rows[sizeof(traffic) / sizeof(traffic[0]) + 1] = { 0 };
	struct inventory *v;

	for (size_t i = 0; i < sizeof(traffic) / sizeof(traffic[0]); i++)
		rows[i] = traffic[i].row;
	v = scene_new(rows);
	scene_play(v, outward);
	return v;
}

/* The draft as a text; malloced. */
static char *
draft_of(const struct inventory *v, struct policy_drafted *drafted)
{
	struct learnt *l = learn(v);
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	CHECK(policy_draft(l, "capture\n\"$ {x}", out, drafted) == 0, "no memory");
	fclose(out);
	learn_free(l);
	return text;
}

static struct site *
load(const char *text)
{
	char *path, *said;
	size_t len;
	FILE *errors = open_memstream(&said, &len);
	struct site *site;

	folder_write("drafted.conf", text);
	path = folder_path("drafted.conf");
	site = site_load(path, errors);
	fclose(errors);
	CHECK(site != NULL, "%s\n%s", said, text);
	free(said);
	free(path);
	return site;
}

/* The text with all lines good that a "#" and no blank keeps out. */
static char *
made_good(const char *text)
{
	char *good = malloc(strlen(text) + 1), *to = good;
	bool at_begin = true;

	for (; *text != '\0'; text++) {
		if (at_begin && text[0] == '#' && text[1] != ' ' && text[1] != '\n') {
			at_begin = false;
			continue;
		}
		at_begin = *text == '\n' || (at_begin && *text == ' ');
		*to++ = *text;
	}
	*to = '\0';
	return good;
}

/* Would the policy refuse this recipient, if its rules enforced? */
static bool
is_marked(const struct site *site, const struct scene_row *r)
{
	const struct ip host = scene_ip(r->host), client = scene_ip(r->client);
	struct asked asked = { .host = policy_host(&site->policy, &host), .address = &host, .network = policy_network(&site->policy, &client) };
	char argument[600];
	struct verdict v;

	CHECK(asked.host != NULL, "%s is not protected", r->host);
	if (asked.host == NULL)
		return true;
	snprintf(argument, sizeof(argument), "TO:<%s>", r->rcpt);
	classify_recipient(&asked, span_str(argument), &v);
	return v.action != ACTION_PASS || v.mode == MODE_COUNT;
}

static void
relaying_is_marked_and_other_mail_is_not(void)
{
	struct inventory *v = traffic_inventory();
	struct policy_drafted drafted;
	char *text = draft_of(v, &drafted), *good = made_good(text);
	struct site *site = load(text), *with_trusted = load(good);

	CHECK(drafted.hosts == 2 && drafted.networks == 1, "%zu hosts, %zu networks\n%s", drafted.hosts, drafted.networks, text);
	for (size_t i = 0; site != NULL && with_trusted != NULL && i < sizeof(traffic) / sizeof(traffic[0]); i++) {
		const struct scene_row *r = &traffic[i].row;

		CHECK(is_marked(site, r) == (traffic[i].kind != LEGITIMATE), "%s to %s", r->rcpt, r->host);
		if (traffic[i].kind == INTERNAL)
			CHECK(!is_marked(with_trusted, r), "%s to %s, if it is trusted", r->rcpt, r->host);
	}
	site_free(site);
	site_free(with_trusted);
	free(good);
	free(text);
	inventory_free(v);
}

static void
every_rule_counts(void)
{
	struct inventory *v = traffic_inventory();
	struct policy_drafted drafted;
	char *text = draft_of(v, &drafted);
	struct site *site = load(text);

	for (size_t h = 0; site != NULL && h < site->policy.host_count; h++) {
		const struct rules *r = &site->policy.hosts[h].rules[POLICY_UNTRUSTED];

		for (int rule = RULE_SYNTAX + 1; rule < RULE_COUNT; rule++)
			CHECK(r->mode[rule] == (rules_default(POLICY_UNTRUSTED).mode[rule] == MODE_OFF ? MODE_OFF : MODE_COUNT), "%s: %s", rule_name((enum rule)rule), mode_name((enum mode)r->mode[rule]));
		CHECK(r->body == BODY_RULE_NOTE, "body");
	}
	site_free(site);
	free(text);
	inventory_free(v);
}

static void
what_a_host_is_stands_in_its_section(void)
{
	static const char *const want[] = {
		"protect \"mail.local.example\" {", "addresses     = { \"" A "\", \"" A6 "\" }", "sendmail 8.9.3p2 (AIX 4.3), by its banner",
		"hostname      = \"mail.local.example\"", "profile       = { \"exchange\" }", "\"seldom.example\",", "LOOK AT IT: taken 1,",
		"#network inside {", "    #\"10.1.2.0/24\",", "#from inside { relay = off }", "# " OUT " port 25 mx.victims.example", "#\"partner.example\",",
		"# A draft, made from capture\\n\"$ {x}:\n",
	};
	static const char *const unwanted[] = { "victim.example\"", "hotmail.com", "plain-victim.example", "evil" };
	struct inventory *v = traffic_inventory();
	struct policy_drafted drafted;
	char *text = draft_of(v, &drafted);

	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++)
		CHECK(strstr(text, want[i]) != NULL, "\"%s\" is not in\n%s", want[i], text);
	for (size_t i = 0; i < sizeof(unwanted) / sizeof(unwanted[0]); i++)
		CHECK(strstr(text, unwanted[i]) == NULL, "\"%s\" is in\n%s", unwanted[i], text);
	free(text);
	inventory_free(v);
}

static void
nothing_that_peers_say_is_a_part_of_the_policy(void)
{
	static const struct scene_row rows[] = {
		{ A, "203.0.113.1", "\" } admit = pass\n protect \"x\" {\x01\xff", "h", "a@b.example", "u@\"};\n.example", 250, NULL, 250 },
		{ A, "203.0.113.1", "${HOME} \"", "h", "a@b.example", "u@local.example", 250, "\n}\n", 250 },
		{ B, "203.0.113.1", "", "h", "a@b.example", "u@${x}.example", 250, NULL, 250 },
		{ "2001:db8::5", "203.0.113.1", "*/ /* #", "h", "a@b.example", "u@-x.example", 250, NULL, 250 }, { 0 },
	};
	struct inventory *v = scene_new(rows);
	struct policy_drafted drafted;
	char *text = draft_of(v, &drafted), *good = made_good(text);
	struct site *site = load(text);

	CHECK(drafted.hosts == 3, "%zu", drafted.hosts);
	CHECK(site != NULL && site->policy.host_count == 3, "%s", text);
	site_free(site);
	site_free(load(good));
	free(good);
	free(text);
	inventory_free(v);
}

/* An inventory has so many places, and somebody may have taken them. */
static void
domains_that_found_no_place_are_not_concealed(void)
{
	struct inventory *v = traffic_inventory();
	struct policy_drafted drafted;
	char *text;

	inventory_host_at(v, 0)->domains_left_out = 7;
	text = draft_of(v, &drafted);
	CHECK(strstr(text, "# LOOK AT IT: 7 recipients were in further domains") != NULL, "%s", text);
	site_free(load(text));
	free(text);
	inventory_free(v);
}

/* A banner of a victim's name makes that one's domain local. */
static void
a_host_whose_words_were_sent_twice_differently_is_doubted(void)
{
	struct inventory *v = traffic_inventory();
	struct policy_drafted drafted;
	char *text = draft_of(v, &drafted);

	CHECK(strstr(text, "LOOK AT IT ALL") == NULL, "%s", text);
	free(text);
	inventory_host_at(v, 0)->differs = 3;
	text = draft_of(v, &drafted);
	CHECK(strstr(text, "    # LOOK AT IT ALL: 3 times") != NULL, "%s", text);
	site_free(load(text));
	free(text);
	inventory_free(v);
}

static void
hosts_of_one_name_are_joined_only_if_that_is_sure(void)
{
	static const struct scene_row rows[] = {
		ROW(A, BANNER_A, "203.0.113.1", "h", "a@b.example", "u@local.example"), ROW(B, BANNER_A, "203.0.113.1", "h", "a@b.example", "u@local.example"),
		ROW(A6, BANNER_A, "203.0.113.1", "h", "a@b.example", "u@local.example"), { 0 },
	};
	struct inventory *v = scene_new(rows);
	struct policy_drafted drafted;
	char *text = draft_of(v, &drafted);

	CHECK(drafted.hosts == 3, "%zu of three, two of them IPv4\n%s", drafted.hosts, text);
	site_free(load(text));
	free(text);
	inventory_free(v);
}

static void
a_lack_of_memory_is_told(void)
{
	struct inventory *v = traffic_inventory();
	struct learnt *l = learn(v);
	FILE *out = fopen("/dev/null", "w");
	struct scarce s;

	setvbuf(out, NULL, _IONBF, 0);
	SCARCE_EACH(&s) {
		struct policy_drafted drafted;
		int result;

		scarce_begin(&s);
		result = policy_draft(l, "x", out, &drafted);
		scarce_end(&s);
		CHECK(result == (s.denied ? -1 : 0) || (result == 0 && s.nth > 0), "%s: %d", scarce_run(&s), result);
		CHECK(result == -1 || drafted.hosts == 2, "%s: %zu hosts", scarce_run(&s), drafted.hosts);
	}
	SCARCE_EACH(&s) {
		struct learnt *again;

		scarce_begin(&s);
		again = learn(v);
		scarce_end(&s);
		CHECK((again == NULL) == s.denied, "%s", scarce_run(&s));
		learn_free(again);
	}
	fclose(out);
	learn_free(l);
	inventory_free(v);
}

static CU_TestInfo tests[] = {
	{ "relaying is marked and other mail is not", relaying_is_marked_and_other_mail_is_not },
	{ "every rule counts", every_rule_counts },
	{ "what a host is stands in its section", what_a_host_is_stands_in_its_section },
	{ "nothing that peers say is a part of the policy", nothing_that_peers_say_is_a_part_of_the_policy },
	{ "domains that found no place are not concealed", domains_that_found_no_place_are_not_concealed },
	{ "a host whose words were sent twice, differently, is doubted", a_host_whose_words_were_sent_twice_differently_is_doubted },
	{ "hosts of one name are joined only if that is sure", hosts_of_one_name_are_joined_only_if_that_is_sure },
	{ "a lack of memory is told", a_lack_of_memory_is_told },
	CU_TEST_INFO_NULL,
};
SUITE(policy_draft, tests)
