/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_recipient.c - the bytes behind "RCPT " (and behind "MAIL ").
 *
 * What passes is one line of one safe mailbox of a local domain, by a judgement
 * that shares no code with the classifier, and is its own canonical form. Every
 * mail server that is known (address_models.h) delivers it to the same mailbox.
 * The second look has never anything to object to.
 */
#include "classifier/classify.h"

#include "classifier/param.h"
#include "classifier/reading.h"
#include "classifier/recheck.h"
#include "tests/fuzz/address_models.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/corpus.h"

static void
check_line(const struct verdict *v, const char *head)
{
	size_t n = strlen(head);

	HOLDS(!v->sent.overflow && v->sent.len <= 510, "%zu octets", v->sent.len);
	HOLDS(v->sent.len > n && memcmp(v->sent.bytes, head, n) == 0, "%.*s", (int)v->sent.len, (const char *)v->sent.bytes);
	for (size_t i = 0; i < v->sent.len; i++)
		HOLDS(v->sent.bytes[i] >= 0x20 && v->sent.bytes[i] < 0x7f, "0x%02x at %zu", v->sent.bytes[i], i);
}

/* The path of "RCPT TO:<path> ..."; what a server sees that looks for the first ">" outside of quotes. */
static struct span
path_of(struct span line)
{
	bool quoted = false;
	size_t i;

	for (i = 9; i < line.len && (quoted || line.at[i] != '>'); i++)
		if (line.at[i] == '"')
			quoted = !quoted;
	HOLDS(i < line.len, "no end of the path in %.*s", (int)line.len, (const char *)line.at);
	return span_cut(line, 9, i);
}

static void
check_mailbox(struct span path)
{
	static const char *const domains[] = { "@local.example", "@mail.local.example" };
	struct span local = { 0 };

	if (span_eq(path, SPAN("postmaster")))
		return;
	for (size_t i = 0; i < 2; i++) {
		size_t n = strlen(domains[i]);

		if (path.len > n && memcmp(path.at + path.len - n, domains[i], n) == 0)
			local = span_cut(path, 0, path.len - n);
	}
	HOLDS(local.len > 0 && local.len <= 66, "not of a local domain: %.*s", (int)path.len, (const char *)path.at);
	if (local.len > 2 && local.at[0] == '"' && local.at[local.len - 1] == '"')
		local = span_cut(local, 1, local.len - 1);
	else
		HOLDS(memchr(local.at, ' ', local.len) == NULL, "a blank in %.*s", (int)path.len, (const char *)path.at);
	for (size_t i = 0; i < local.len; i++)
		HOLDS(local.at[i] != 0 && strchr("%!@:^|`$,;()<>[]\\\"", local.at[i]) == NULL, "an operator in %.*s", (int)path.len,
		    (const char *)path.at);
	HOLDS(strchr("-/ ", local.at[0]) == NULL && local.at[local.len - 1] != ' ', "%.*s", (int)path.len, (const char *)path.at);
}

/* One mailbox of the host, whoever reads the line. */
static void
check_models(const struct asked *asked, struct span line)
{
	bool berkeley = (asked->host->profile & PROFILE_HOST_DOT_USER) != 0;
	struct address_seen first, seen;
	struct span argument = span_cut(line, 5, line.len);

	address_see(&address_models[0], argument.at, argument.len, &first);
	for (size_t i = 0; i < ADDRESS_MODEL_COUNT; i++) {
		const struct address_model *m = &address_models[i];

		if (m->berkeley && !berkeley)
			continue;
		address_see(m, argument.at, argument.len, &seen);
		HOLDS(seen.end == ADDRESS_LOCAL, "%.*s: \"%s\" sends it to %s", (int)line.len, (const char *)line.at, m->name,
		    seen.end == ADDRESS_FOREIGN ? seen.host : seen.end == ADDRESS_SPECIAL ? "no mailbox" : "nowhere");
		HOLDS(span_eq(span_of(seen.mailbox, seen.mailbox_len), span_of(first.mailbox, first.mailbox_len)),
		    "%.*s: \"%s\" delivers to %.*s, not %.*s", (int)line.len, (const char *)line.at, m->name, (int)seen.mailbox_len,
		    (const char *)seen.mailbox, (int)first.mailbox_len, (const char *)first.mailbox);
	}
}

static void
check_again(const struct asked *asked, const struct verdict *v, void (*classify)(const struct asked *, struct span, struct verdict *))
{
	struct verdict again;

	classify(asked, span_cut(sent_span(&v->sent), 5, v->sent.len), &again);
	HOLDS(again.action == ACTION_PASS && span_eq(sent_span(&v->sent), sent_span(&again.sent)), "%.*s: %s %.*s", (int)v->sent.len,
	    (const char *)v->sent.bytes, reason_name(again.reason), (int)again.sent.len, (const char *)again.sent.bytes);
}

static void
check_recipient(const struct asked *asked, struct span argument)
{
	const struct policy_host *host = asked->host;
	struct recheck allowed = { .local = &host->local, .relay = &host->relay };
	struct readings readings;
	struct verdict v;
	struct span path;

	classify_recipient(asked, argument, &v);
	HOLDS(v.action == ACTION_PASS || v.action == ACTION_REFUSE, "%s", action_name(v.action));
	HOLDS(v.reason != REASON_RECHECK, "the second look disagrees: %.*s", (int)v.path.len, (const char *)v.path.at);
	HOLDS(v.path.len == 0 || (v.path.at >= argument.at && v.path.at + v.path.len <= argument.at + argument.len), "a path outside of the argument");
	readings_find(asked, v.path, &readings);
	if (v.action == ACTION_REFUSE) {
		HOLDS(v.sent.len == 0 && reason_code(v.reason) >= 500, "%s", reason_name(v.reason));
		return;
	}
	check_line(&v, "RCPT TO:<");
	HOLDS(recheck_recipient(sent_span(&v.sent), &allowed), "%.*s", (int)v.sent.len, (const char *)v.sent.bytes);
	path = path_of(sent_span(&v.sent));
	check_mailbox(path);
	check_models(asked, sent_span(&v.sent));
	check_again(asked, &v, classify_recipient);
	readings_find(asked, path, &readings);
	HOLDS(!readings.truncated, "truncated: %.*s", (int)path.len, (const char *)path.at);
	for (size_t i = 0; i < readings.count; i++)
		HOLDS(readings.list[i].local, "%.*s: %s", (int)path.len, (const char *)path.at, reading_name(readings.list[i].kind));
}

/* With every rule off, what passes is still one printable line in canonical form. */
static void
check_unruled(const struct asked *asked, struct span argument)
{
	struct policy_host host = *asked->host;
	struct rules rules = rules_default(1);
	struct asked unruled = *asked;
	struct verdict v;

	host.rules = &rules;
	host.profile = PROFILE_BARE_LITERAL | PROFILE_EXCHANGE;
	unruled.host = &host;
	classify_recipient(&unruled, argument, &v);
	HOLDS(v.reason != REASON_RECHECK, "the second look disagrees: %.*s", (int)v.path.len, (const char *)v.path.at);
	if (v.action == ACTION_PASS) {
		check_line(&v, "RCPT TO:<");
		check_again(&unruled, &v, classify_recipient);
	}
	classify_sender(&unruled, argument, &v);
	HOLDS(v.reason != REASON_RECHECK, "the second look disagrees: %.*s", (int)v.path.len, (const char *)v.path.at);
	if (v.action == ACTION_PASS) {
		check_line(&v, "MAIL FROM:<");
		check_again(&unruled, &v, classify_sender);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct asked asked = *corpus_asked();
	struct span argument = span_of(data, size);
	struct policy_host host = *asked.host;
	struct verdict v;

	host.profile = PROFILE_HOST_DOT_USER | PROFILE_DOMINO;
	asked.host = &host;
	check_recipient(&asked, argument);
	host.profile = 0;
	check_recipient(&asked, argument);
	asked.offered = OFFER_SIZE | OFFER_8BITMIME | OFFER_DSN;
	check_recipient(&asked, argument);
	classify_sender(&asked, argument, &v);
	HOLDS(v.reason != REASON_RECHECK, "the second look disagrees: %.*s", (int)v.path.len, (const char *)v.path.at);
	if (v.action == ACTION_PASS) {
		check_line(&v, "MAIL FROM:<");
		HOLDS(recheck_sender(sent_span(&v.sent)), "%.*s", (int)v.sent.len, (const char *)v.sent.bytes);
		check_again(&asked, &v, classify_sender);
	}
	check_unruled(&asked, argument);
	return 0;
}
