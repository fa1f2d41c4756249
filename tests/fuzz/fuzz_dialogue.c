/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_dialogue.c - a session: what the client says, what the host replies, how
 * it comes in pieces, what stalls, the clock.
 *
 * Input: two octets that choose the policy, then a script (script.h). What must
 * hold is in judge.h.
 */
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/rig.h"
#include "tests/unit/corpus.h"

enum { INPUT_MAX = 1 << 13, POLICY_OCTETS = 2 };

/* First octet of the input. */
enum {
	POLICY_ACTION = 3,		/* enum relay_action */
	POLICY_STRIP8 = 4,
	POLICY_RELAYS = 8,		/* a network that may relay */
	POLICY_BARE_HOST = 16,		/* it has no extensions */
	POLICY_AUTH_RELAYS = 32,	/* clients who are authenticated may relay */
	POLICY_SMTPUTF8 = 64,
	POLICY_NO_UPLIFT = 128,
};

/* Second octet. */
enum {
	POLICY_STARTTLS = 3,		/* enum starttls_rule */
	POLICY_AUTH = 4,
	POLICY_CHUNKING = 8,
	POLICY_BODY = 48,		/* times 16: enum body_rule */
	POLICY_SMALL = 64,		/* messages are */
	POLICY_TARPIT = 128,
};

static const char extensions[] = "250-SIZE 10000\r\n250-8BITMIME\r\n250-PIPELINING\r\n250-CHUNKING\r\n250-STARTTLS\r\n"
    "250-AUTH PLAIN LOGIN\r\n250-X-ONE\r\n250-SMTPUTF8\r\n250-DSN\r\n";

static void
choose_host(struct policy_host *host, const uint8_t *choice)
{
	host->profile = choice[0] & POLICY_STRIP8 ? PROFILE_STRIP8 : 0;
	host->uplift = UPLIFT_DEFAULT | (choice[0] & POLICY_SMTPUTF8 ? UPLIFT_SMTPUTF8 : 0) |
	    (choice[1] & POLICY_CHUNKING ? UPLIFT_CHUNKING : 0);
	if (choice[0] & POLICY_NO_UPLIFT)
		host->uplift = 0;
	host->max_message = choice[1] & POLICY_SMALL ? 60 : 0;
}

static void
choose_rules(struct rules *rules, const uint8_t *choice)
{
	rules->relay_action = (choice[0] & POLICY_ACTION) % 3;
	rules->relay_trap = SPAN("trap@local.example");
	if (choice[0] & POLICY_RELAYS)
		rules->mode[RULE_RELAY] = MODE_OFF;
	rules->mode[RULE_UNRESOLVABLE_SENDER] = rules->mode[RULE_BLOCK_LIST] = MODE_ENFORCE;
	rules->relay_if_authenticated = (choice[0] & POLICY_AUTH_RELAYS) != 0;
	rules->starttls = choice[1] & POLICY_STARTTLS;
	rules->auth = choice[1] & POLICY_AUTH ? AUTH_PASS : AUTH_HIDE;
	rules->body = ((choice[1] & POLICY_BODY) >> 4) % 3;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct rig rig;
	const struct event_hooks hooks = { .report = rig_report, .cookie = &rig };
	struct policy_host host = *corpus_asked()->host;
	struct rules rules = rules_default(POLICY_UNTRUSTED);
	struct dialogue_limits limits = dialogue_limits_default;
	struct tarpit tarpit = { .held_max = 1 };
	struct dialogue_conf conf = {
		.session = { .id = "0badcafe", .address = *corpus_asked()->address, .host = &host },
		.limits = &limits, .hooks = &hooks, .tarpit = &tarpit, .tls_ready = true,
	};
	struct judge_conf judge;
	struct step step;

	if (size < POLICY_OCTETS || size > INPUT_MAX)
		return 0;
	choose_host(&host, data);
	choose_rules(&rules, data);
	host.rules = &rules;
	limits.errors_max = limits.refused_max = 20;
	limits.recipients_max = 4;
	limits.tarpit_after = 2;
	limits.tarpit_ms = data[1] & POLICY_TARPIT ? 3000 : 0;
	judge = (struct judge_conf){
		.local = rules.mode[RULE_RELAY] == MODE_ENFORCE, .local_before_auth = rules.relay_if_authenticated,
		.strip8 = host.profile == PROFILE_STRIP8, .repairs = rules.body != BODY_RULE_REJECT, .auth = rules.auth == AUTH_PASS,
		.starttls = rules.starttls == STARTTLS_PASS, .ends_tls = rules.starttls == STARTTLS_TERMINATE,
	};
	judge.rows = (data[0] & POLICY_BARE_HOST) == 0;
	rig.extensions = data[0] & POLICY_BARE_HOST ? "" : extensions;
	rig_begin(&rig, &conf, &judge);
	for (size_t at = POLICY_OCTETS; at < size;) {
		at += script_next(span_of(data + at, size - at), &step);
		rig_do(&rig, &step);
	}
	rig_end(&rig);
	HOLDS(tarpit.held == 0, "%u sessions are still held back", tarpit.held);
	return 0;
}
