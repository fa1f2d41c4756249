/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/survey/replay.h"

#include "tests/unit/scarce.h"
#include "tests/unit/suite.h"

#include <inttypes.h>

static const struct replay_view accepted = { .verdict = REPLAY_ACCEPTED, .reason = "", .fact = true };
static const struct replay_view passed = { .verdict = REPLAY_PASSED, .reason = "local-domain", .judged = true };
static const struct replay_view relay = { .verdict = REPLAY_REFUSED, .reason = "percent-hack", .relay = true, .judged = true };
static const struct replay_view refused = { .verdict = REPLAY_REFUSED, .reason = "unknown-recipient", .judged = true };

static struct replay_session
session(void)
{
	return (struct replay_session){ .id = "4f2a91c0", .client = ip_from_v4((const uint8_t[4]){ 203, 0, 113, 66 }), .host = SPAN("aix") };
}

/* Judged is a command that the host took. */
static void
judged(struct replay *r, struct replay_session *s, enum replay_subject subject, struct replay_view was, struct replay_view would)
{
	static uint64_t time_us;
	struct replay_case c = { .subject = subject, .time_us = time_us += 1000000, .argument = SPAN("TO:<u@local.example>"), .was = was,
		.would = would, .accepted = true };

	replay_judged(r, s, &c);
}

/*
 * A transaction in letters, each a command that the host takes: h and H are greetings, m and M senders, the capital is refused by
 * the policy; r a recipient that passes, U one that is refused, P one that is refused as a relay, D one that ends the session as
 * one; T the text of a message, refused; and how it ends: d delivered, x by the host declined, a without a message, e the
 * session's end in its midst. A: the host authenticates the client.
 */
static const struct {
	const char *name, *script;
	uint64_t lost_delivered, lost_perhaps, relays, undelivered;
} scripts[] = {
	{ "nothing changes", "hmrrd", 0, 0, 0, 0 },
	{ "a recipient of a message that was delivered", "hmUd", 1, 0, 0, 0 },
	{ "of two recipients one", "hmrUd", 1, 0, 0, 0 },
	{ "two of one kind", "hmUUd", 2, 0, 0, 0 },
	{ "a message that the host declined", "hmUx", 0, 0, 0, 1 },
	{ "a client that goes before its message", "hmUa", 0, 0, 0, 1 },
	{ "an end that was not seen", "hmUe", 0, 1, 0, 0 },
	{ "a relay", "hmPd", 0, 0, 1, 0 },
	{ "a relay, and another recipient", "hmPrd", 0, 0, 1, 0 },
	{ "a relay that was not delivered", "hmPa", 0, 0, 0, 0 },
	{ "a relay of a client that has a password", "hAmPd", 1, 0, 0, 0 },
	{ "a sender", "hMrrd", 2, 0, 0, 0 },
	{ "a sender who relays", "hMPPd", 0, 0, 2, 0 },
	{ "a sender with one relay and one other", "hMPrd", 1, 0, 1, 0 },
	{ "a sender, and a recipient for itself", "hMUrd", 2, 0, 0, 0 },
	{ "a sender without recipients", "hMa", 0, 0, 0, 0 },
	{ "a greeting holds for all messages", "Hmrdmrrd", 3, 0, 0, 0 },
	{ "a better greeting ends that", "Hmrdhmrrd", 1, 0, 0, 0 },
	{ "a sender holds for one message", "hMrdmrrd", 1, 0, 0, 0 },
	{ "a transaction that was given up does not count for the next", "hmUamrd", 0, 0, 0, 1 },
	{ "a sender who begins anew gives one up", "hmUmrd", 0, 0, 0, 1 },
	{ "the text of a message", "hmrrTd", 2, 0, 0, 0 },
	{ "the text of a relay", "hmPTd", 0, 0, 1, 0 },
	{ "a relay that ends the session costs the others", "hmrDd", 1, 0, 1, 0 },
	{ "but not those of the next message", "hmDdmrrd", 0, 0, 1, 0 },
};

static void
step(struct replay *r, struct replay_session *s, char letter)
{
	struct replay_view drop = relay, fault = refused, name = refused;

	drop.verdict = REPLAY_DROPPED;
	fault.reason = "bare-lf";
	name.reason = "unqualified";
	switch (letter) {
	case 'h':
	case 'H':
		judged(r, s, REPLAY_HELLO, accepted, letter == 'H' ? name : passed);
		break;
	case 'm':
	case 'M':
		judged(r, s, REPLAY_SENDER, accepted, letter == 'M' ? name : passed);
		break;
	case 'r':
	case 'U':
	case 'P':
	case 'D':
		judged(r, s, REPLAY_RECIPIENT, accepted, letter == 'r' ? passed : letter == 'U' ? refused : letter == 'P' ? relay : drop);
		break;
	case 'T':
		judged(r, s, REPLAY_MESSAGE, accepted, fault);
		break;
	case 'A':
		s->authenticated = true;
		break;
	case 'd':
	case 'x':
		replay_message(r, s, letter == 'd' ? REPLAY_DELIVERED : REPLAY_UNDELIVERED, 0);
		break;
	case 'a':
		replay_abandon(r, s);
		break;
	case 'e':
		replay_end(r, s, REPLAY_PERHAPS);
		break;
	default:
		CU_FAIL("no such letter");
	}
}

static void
only_mail_that_was_delivered_is_lost(void)
{
	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
		struct replay *r = replay_new(false);
		struct replay_session s = session();

		for (const char *letter = scripts[i].script; *letter != '\0'; letter++)
			step(r, &s, *letter);
		replay_end(r, &s, REPLAY_UNDELIVERED);
		CHECK(r->lost_recipients[REPLAY_DELIVERED] == scripts[i].lost_delivered && r->lost_recipients[REPLAY_PERHAPS] ==
		    scripts[i].lost_perhaps && r->lost_recipients[REPLAY_UNDELIVERED] == scripts[i].undelivered, "%s: %" PRIu64 ", %" PRIu64 ", %"
		    PRIu64, scripts[i].name, r->lost_recipients[REPLAY_DELIVERED], r->lost_recipients[REPLAY_PERHAPS],
		    r->lost_recipients[REPLAY_UNDELIVERED]);
		CHECK(r->relay_recipients[REPLAY_DELIVERED] == scripts[i].relays, "%s: %" PRIu64 " relays", scripts[i].name,
		    r->relay_recipients[REPLAY_DELIVERED]);
		CHECK(replay_cost(r) == scripts[i].lost_delivered + scripts[i].lost_perhaps, "%s: costs %" PRIu64, scripts[i].name, replay_cost(r));
		replay_free(r);
	}
}

#define ACCEPTED { .verdict = REPLAY_ACCEPTED, .reason = "" }
#define DECLINED { .verdict = REPLAY_DECLINED, .reason = "" }
#define UNKNOWN { .verdict = REPLAY_UNKNOWN, .reason = "no-reply" }
#define VIEW(word, what) { .verdict = REPLAY_##word, .reason = what, .judged = true }
#define RELAY(word) { .verdict = REPLAY_##word, .reason = "percent-hack", .relay = true, .judged = true }
#define FACT(word, what) { .verdict = REPLAY_##word, .reason = what, .judged = true, .fact = true }
#define BLIND { .verdict = REPLAY_PASSED, .reason = "not-protected" }

static const struct {
	struct replay_view was, would;
	enum replay_class want, as_written;
} pairs[] = {
	{ ACCEPTED, VIEW(PASSED, "local-domain"), REPLAY_SAME, REPLAY_SAME },
	{ ACCEPTED, VIEW(COUNTED, "unqualified"), REPLAY_LOST, REPLAY_SAME },
	{ ACCEPTED, VIEW(REFUSED, "unqualified"), REPLAY_LOST, REPLAY_LOST },
	{ ACCEPTED, RELAY(COUNTED), REPLAY_RELAY, REPLAY_SAME },
	{ ACCEPTED, RELAY(REFUSED), REPLAY_RELAY, REPLAY_RELAY },
	{ ACCEPTED, RELAY(REWRITTEN), REPLAY_RELAY, REPLAY_RELAY },
	{ DECLINED, RELAY(REFUSED), REPLAY_SAME, REPLAY_SAME },
	{ DECLINED, VIEW(PASSED, "local-domain"), REPLAY_SAME, REPLAY_SAME },
	{ UNKNOWN, RELAY(REFUSED), REPLAY_SAME, REPLAY_SAME },
	{ VIEW(PASSED, "local-domain"), UNKNOWN, REPLAY_SAME, REPLAY_SAME },
	/* what a policy let pass was allowed */
	{ VIEW(PASSED, "local-domain"), RELAY(REFUSED), REPLAY_LOST, REPLAY_LOST },
	{ VIEW(PASSED, "rule-off"), RELAY(REFUSED), REPLAY_LOST, REPLAY_LOST },
	{ FACT(PASSED, "local-domain"), RELAY(REFUSED), REPLAY_LOST, REPLAY_LOST },
	{ BLIND, RELAY(REFUSED), REPLAY_RELAY, REPLAY_RELAY },
	/* to count is to refuse, but not where it is a fact that it was not */
	{ VIEW(COUNTED, "unqualified"), VIEW(REFUSED, "unqualified"), REPLAY_SAME, REPLAY_LOST },
	{ FACT(COUNTED, "unqualified"), VIEW(REFUSED, "unqualified"), REPLAY_LOST, REPLAY_LOST },
	{ FACT(COUNTED, "unqualified"), VIEW(COUNTED, "unqualified"), REPLAY_LOST, REPLAY_SAME },
	{ FACT(COUNTED, "percent-hack"), RELAY(REFUSED), REPLAY_RELAY, REPLAY_RELAY },
	{ FACT(COUNTED, "unqualified"), VIEW(PASSED, "local-domain"), REPLAY_SAME, REPLAY_OTHER },
	{ VIEW(PASSED, "local-domain"), VIEW(COUNTED, "unqualified"), REPLAY_LOST, REPLAY_OTHER },
	/* the other way */
	{ RELAY(REFUSED), VIEW(PASSED, "local-domain"), REPLAY_OPENED, REPLAY_OPENED },
	{ RELAY(REFUSED), BLIND, REPLAY_OPENED, REPLAY_OPENED },
	{ RELAY(REFUSED), RELAY(COUNTED), REPLAY_SAME, REPLAY_OPENED },
	{ RELAY(REFUSED), RELAY(DROPPED), REPLAY_OTHER, REPLAY_OTHER },
	{ RELAY(REFUSED), RELAY(REWRITTEN), REPLAY_OTHER, REPLAY_OTHER },
	{ RELAY(REFUSED), VIEW(REFUSED, "unqualified"), REPLAY_SAME, REPLAY_SAME },
};

static enum replay_class
class_of(struct replay_view was, struct replay_view would, bool as_written)
{
	struct replay *r = replay_new(as_written);
	struct replay_session s = session();
	enum replay_class class = REPLAY_SAME;

	judged(r, &s, REPLAY_RECIPIENT, was, would);
	for (enum replay_class c = REPLAY_SAME; c < REPLAY_CLASSES; c++)
		if (r->classes[c] > 0)
			class = c;
	CHECK(r->counts[REPLAY_RECIPIENT].changed == (class != REPLAY_SAME), "%s is counted", replay_class_name(class));
	replay_free(r);
	return class;
}

static void
each_pair_of_verdicts_has_its_class(void)
{
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		enum replay_class got = class_of(pairs[i].was, pairs[i].would, false);
		enum replay_class as_written = class_of(pairs[i].was, pairs[i].would, true);

		CHECK(got == pairs[i].want && as_written == pairs[i].as_written, "%s %s -> %s %s: %s, as written %s",
		    replay_verdict_name(pairs[i].was.verdict), pairs[i].was.reason, replay_verdict_name(pairs[i].would.verdict),
		    pairs[i].would.reason, replay_class_name(got), replay_class_name(as_written));
	}
}

static void
what_follows_from_an_earlier_refusal_is_no_change(void)
{
	struct replay *r = replay_new(false);
	struct replay_session s = session();
	struct replay_case c = { .subject = REPLAY_COMMAND, .was = accepted, .would = refused, .accepted = true, .follows = true };

	replay_judged(r, &s, &c);
	CU_ASSERT(replay_changes(r) == 0 && r->counts[REPLAY_COMMAND].follows == 1 && r->groups.count == 0);
	replay_free(r);
}

static void
a_command_that_moves_no_mail_costs_none(void)
{
	struct replay *r = replay_new(false);
	struct replay_session s = session();
	struct replay_case c = { .subject = REPLAY_COMMAND, .was = accepted, .would = refused, .accepted = true, .moves_no_mail = true };

	replay_judged(r, &s, &c);
	CU_ASSERT(r->classes[REPLAY_OTHER] == 1);
	c.was = refused;
	c.would = passed;
	replay_judged(r, &s, &c);
	judged(r, &s, REPLAY_RECIPIENT, accepted, passed);
	replay_message(r, &s, REPLAY_DELIVERED, 0);
	CU_ASSERT(r->classes[REPLAY_OTHER] == 2 && replay_cost(r) == 0);
	replay_free(r);
}

/* Of three recipients that were let pass the host declined one, and the journal does not say which. */
static void
what_the_host_declined_of_several_is_not_known(void)
{
	struct replay *r = replay_new(false);
	struct replay_session s = session();
	const struct replay_group *g;

	judged(r, &s, REPLAY_RECIPIENT, passed, refused);
	judged(r, &s, REPLAY_RECIPIENT, passed, refused);
	judged(r, &s, REPLAY_RECIPIENT, passed, passed);
	replay_message(r, &s, REPLAY_DELIVERED, 1);
	g = r->groups.list[0];
	CHECK(g->recipients[REPLAY_DELIVERED] == 1 && g->recipients[REPLAY_PERHAPS] == 1 && g->recipients[REPLAY_UNDELIVERED] == 0,
	    "%" PRIu64 " %" PRIu64 " %" PRIu64, g->recipients[REPLAY_DELIVERED], g->recipients[REPLAY_PERHAPS], g->recipients[REPLAY_UNDELIVERED]);
	judged(r, &s, REPLAY_RECIPIENT, passed, refused);
	replay_message(r, &s, REPLAY_DELIVERED, 1);
	CHECK(g->recipients[REPLAY_DELIVERED] == 1 && g->recipients[REPLAY_UNDELIVERED] == 1, "the only one was declined: %" PRIu64 " %" PRIu64,
	    g->recipients[REPLAY_DELIVERED], g->recipients[REPLAY_UNDELIVERED]);
	replay_free(r);
}

static struct replay_view
refusal(unsigned i, char names[][8])
{
	struct replay_view v = refused;

	snprintf(names[i], 8, "r%u", i);
	v.reason = names[i];
	return v;
}

static void
too_many_kinds_in_a_transaction_are_said(void)
{
	static char names[REPLAY_HELD + 3][8];
	struct replay *r = replay_new(false);
	struct replay_session s = session();

	for (unsigned i = 0; i < REPLAY_HELD + 3; i++)
		judged(r, &s, REPLAY_RECIPIENT, accepted, refusal(i, names));
	replay_message(r, &s, REPLAY_DELIVERED, 0);
	CHECK(r->spilled == 3, "%" PRIu64, r->spilled);
	CHECK(replay_cost(r) == REPLAY_HELD + 3, "they cost mail all the same: %" PRIu64, replay_cost(r));
	replay_free(r);
}

static void
too_many_groups_are_counted_together(void)
{
	static char names[REPLAY_GROUPS + 10][8];
	struct replay *r = replay_new(false);

	for (unsigned i = 0; i < REPLAY_GROUPS + 10; i++) {
		struct replay_session s = session();

		judged(r, &s, REPLAY_RECIPIENT, accepted, refusal(i, names));
		replay_message(r, &s, REPLAY_DELIVERED, 0);
	}
	CU_ASSERT(r->groups.count == REPLAY_GROUPS && r->groups.others.count == 10);
	CHECK(replay_cost(r) == REPLAY_GROUPS + 10, "%" PRIu64, replay_cost(r));
	replay_free(r);
}

static void
a_group_tells_who_and_when_and_where_to(void)
{
	struct replay *r = replay_new(false);
	struct replay_session s = session();
	struct replay_case c = { .subject = REPLAY_RECIPIENT, .argument = SPAN("TO:<u@Foreign.example>"), .sender = SPAN("a\x1b@b"),
		.reply = SPAN("250 ok"), .was = accepted, .would = replay_view_verdict(ACTION_REFUSE, MODE_ENFORCE, REASON_FOREIGN), .accepted = true };
	const struct replay_group *g;

	for (unsigned i = 0; i < 5; i++) {
		c.time_us = (10 - i) * 1000000;
		s.client.bytes[15] = (uint8_t)(i / 4);
		replay_judged(r, &s, &c);
	}
	replay_groups_sort(&r->groups);
	g = r->groups.list[0];
	CU_ASSERT(r->groups.count == 1 && g->key.class == REPLAY_RELAY && g->count == 5);
	CU_ASSERT(g->first_us == 6000000 && g->last_us == 10000000);
	CHECK(g->clients.used == 2 && g->clients.places[0].count == 4 && strcmp(g->clients.places[0].name, "203.0.113.0") == 0, "%s",
	    g->clients.places[0].name);
	CHECK(g->domains != NULL && g->domains->used == 1 && strcmp(g->domains->places[0].name, "Foreign.example") == 0, "its domain");
	CHECK(g->example_count == REPLAY_EXAMPLES && strcmp(g->examples[0].sender, "a\\x1b@b") == 0 && strcmp(g->examples[0].reply, "250 ok") == 0,
	    "%zu examples: %s, %s", g->example_count, g->examples[0].sender, g->examples[0].reply);
	replay_free(r);
}

static void
without_memory_changes_are_counted_all_the_same(void)
{
	struct scarce n;

	SCARCE_EACH(&n) {
		struct replay_session s = session();
		struct replay *r;

		scarce_begin(&n);
		r = replay_new(false);
		if (r != NULL) {
			judged(r, &s, REPLAY_RECIPIENT, accepted, refused);
			judged(r, &s, REPLAY_RECIPIENT, accepted, replay_view_verdict(ACTION_REFUSE, MODE_ENFORCE, REASON_FOREIGN));
			replay_message(r, &s, REPLAY_DELIVERED, 0);
		}
		scarce_end(&n);
		CHECK(r != NULL || n.denied, "%s", scarce_run(&n));
		CHECK(r == NULL || (replay_cost(r) == 1 && replay_changes(r) == 2 && r->relay_recipients[REPLAY_DELIVERED] == 1), "%s", scarce_run(&n));
		replay_free(r);
	}
}

static void
a_local_mailbox_with_an_odd_name_is_no_relay(void)
{
	CU_ASSERT(replay_is_relay(REASON_FOREIGN) && replay_is_relay(REASON_PERCENT_HACK) && replay_is_relay(REASON_ENCAPSULATION));
	CU_ASSERT(!replay_is_relay(REASON_HOST_DOT_USER) && !replay_is_relay(REASON_QUOTED_STRING) && !replay_is_relay(REASON_LOCAL_LENGTH));
	CU_ASSERT(!replay_is_relay(REASON_UNQUALIFIED) && !replay_is_relay(REASON_UNKNOWN_RECIPIENT) && !replay_is_relay(REASON_PARAMETER));
}

static CU_TestInfo tests[] = {
	{ "only mail that was delivered is lost", only_mail_that_was_delivered_is_lost },
	{ "each pair of verdicts has its class", each_pair_of_verdicts_has_its_class },
	{ "what follows from an earlier refusal is no change", what_follows_from_an_earlier_refusal_is_no_change },
	{ "a command that moves no mail costs none", a_command_that_moves_no_mail_costs_none },
	{ "what the host declined of several is not known", what_the_host_declined_of_several_is_not_known },
	{ "too many kinds in a transaction are said", too_many_kinds_in_a_transaction_are_said },
	{ "too many groups are counted together", too_many_groups_are_counted_together },
	{ "a group tells who, and when, and where to", a_group_tells_who_and_when_and_where_to },
	{ "without memory changes are counted all the same", without_memory_changes_are_counted_all_the_same },
	{ "a local mailbox with an odd name is no relay", a_local_mailbox_with_an_odd_name_is_no_relay },
	CU_TEST_INFO_NULL,
};
SUITE(replay, tests)
