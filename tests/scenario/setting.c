/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/scenario/setting.h"

#include "tests/unit/corpus.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

enum { SECOND = 1000 };

void
setting_default(struct setting *s)
{
	*s = (struct setting){
		.host = *corpus_asked()->host,
		.rules = rules_default(POLICY_UNTRUSTED),
		.limits = dialogue_limits_default,
		.tarpit = { .held_max = 100 },
	};
	s->host.uplift = UPLIFT_DEFAULT;
}

static void
bind_recipients(struct setting *s)
{
	struct span list = span_str(s->recipients), entries[NAMES_MOST] = { 0 };
	struct name_list names = name_list_of(entries, 0);

	for (size_t at = 0, end; at < list.len; at = end + 1) {
		assert(names.count < NAMES_MOST);
		end = span_find(list, at, '\n');
		entries[names.count++] = span_cut(list, at, end);
	}
	assert(name_set_octets(&names) <= sizeof(s->recipient_memory));
	name_set_build(&s->host.recipients.entries, &s->recipient_memory, &names);
}

void
setting_bind(struct setting *s)
{
	s->host.rules = &s->rules;
	s->rules.relay_trap = span_str(s->trap);
	s->tarpit = (struct tarpit){ .held_max = s->tarpit.held_max };
	bind_recipients(s);
}

/* The words of a key, in the order of their values. */
static const char *const modes[] = { "off", "count", "enforce", NULL };
static const char *const bodies[] = { "reject", "normalize", "note", NULL };
static const char *const starttls[] = { "hide", "refuse", "pass-unfiltered", "terminate", NULL };
static const char *const auths[] = { "hide", "pass", NULL };
static const char *const actions[] = { "refuse", "drop", "redirect", NULL };
static const char *const no_yes[] = { "no", "yes", NULL };
static const char *const profiles[] = { "exchange", "domino", "hostdotuser", "strip8", "bare-literals", "reflect", NULL };
static const char *const offers[] = { "pipelining", "enhancedstatuscodes", "chunking", "smtputf8", NULL };

enum type { OCTET, FLAG, NUMBER, BITS, WIDE, SECONDS };

static const struct key {
	const char *name;
	enum setting_section section;
	enum type type;
	const char *const *words;	/* NULL: a number */
	size_t offset;			/* in struct setting */
} keys[] = {
#define AT(member) offsetof(struct setting, member)
	{ "body", SETTING_FROM, NUMBER, bodies, AT(rules.body) },
	{ "starttls", SETTING_FROM, NUMBER, starttls, AT(rules.starttls) },
	{ "auth", SETTING_FROM, NUMBER, auths, AT(rules.auth) },
	{ "relay-if-authenticated", SETTING_FROM, FLAG, no_yes, AT(rules.relay_if_authenticated) },
	{ "relay", SETTING_FROM, OCTET, modes, AT(rules.mode[RULE_RELAY]) },
	{ "relay-action", SETTING_FROM, NUMBER, actions, AT(rules.relay_action) },
	{ "unqualified-sender", SETTING_FROM, OCTET, modes, AT(rules.mode[RULE_UNQUALIFIED_SENDER]) },
	{ "unqualified-recipient", SETTING_FROM, OCTET, modes, AT(rules.mode[RULE_UNQUALIFIED_RECIPIENT]) },
	{ "unknown-recipient", SETTING_FROM, OCTET, modes, AT(rules.mode[RULE_UNKNOWN_RECIPIENT]) },
	{ "forged-local-sender", SETTING_FROM, OCTET, modes, AT(rules.mode[RULE_FORGED_LOCAL_SENDER]) },
	{ "unsafe-sender", SETTING_FROM, OCTET, modes, AT(rules.mode[RULE_UNSAFE_SENDER]) },
	{ "profile", SETTING_PROTECT, BITS, profiles, AT(host.profile) },
	{ "offer", SETTING_PROTECT, BITS, offers, AT(host.uplift) },
	{ "max-message-size", SETTING_PROTECT, WIDE, NULL, AT(host.max_message) },
	{ "command-timeout", SETTING_LIMITS, SECONDS, NULL, AT(limits.command_ms) },
	{ "body-timeout", SETTING_LIMITS, SECONDS, NULL, AT(limits.body_ms) },
	{ "banner-timeout", SETTING_LIMITS, SECONDS, NULL, AT(limits.banner_ms) },
	{ "reply-timeout", SETTING_LIMITS, SECONDS, NULL, AT(limits.reply_ms) },
	{ "data-timeout", SETTING_LIMITS, SECONDS, NULL, AT(limits.data_ms) },
	{ "final-timeout", SETTING_LIMITS, SECONDS, NULL, AT(limits.final_ms) },
	{ "max-errors", SETTING_LIMITS, NUMBER, NULL, AT(limits.errors_max) },
	{ "max-idle-commands", SETTING_LIMITS, NUMBER, NULL, AT(limits.idle_commands_max) },
	{ "max-recipients", SETTING_LIMITS, NUMBER, NULL, AT(limits.recipients_max) },
	{ "max-refused", SETTING_LIMITS, NUMBER, NULL, AT(limits.refused_max) },
	{ "min-rate", SETTING_LIMITS, NUMBER, NULL, AT(limits.rate_min) },
	{ "tarpit-after", SETTING_LIMITS, NUMBER, NULL, AT(limits.tarpit_after) },
	{ "tarpit-delay", SETTING_LIMITS, SECONDS, NULL, AT(limits.tarpit_ms) },
	{ "max-tarpitted", SETTING_TOP, NUMBER, NULL, AT(tarpit.held_max) },
#undef AT
};

static int
find_word(const char *const *words, struct span word)
{
	for (int i = 0; words[i] != NULL; i++)
		if (span_eq(span_str(words[i]), word))
			return i;
	return -1;
}

/* Words with blanks between them; "none" adds no bit. -1: an unknown one. */
static int
read_bits(const char *const *words, struct span list)
{
	int bits = 0;

	while (list.len > 0) {
		size_t end = span_find(list, 0, ' ');
		struct span word = span_cut(list, 0, end);
		int bit = find_word(words, word);

		if (bit == -1 && !span_eq(word, SPAN("none")))
			return -1;
		bits |= bit == -1 ? 0 : 1 << bit;
		list = span_cut(list, end < list.len ? end + 1 : end, list.len);
	}
	return bits;
}

static int
read_number(struct span text)
{
	char number[12] = "";
	char *end;
	long n;

	if (text.len == 0 || text.len >= sizeof(number))
		return -1;
	memcpy(number, text.at, text.len);
	n = strtol(number, &end, 10);
	return *end != '\0' || n < 0 || n > INT32_MAX ? -1 : (int)n;
}

static void
store(void *at, enum type type, int value)
{
	switch (type) {
	case OCTET:
		*(uint8_t *)at = (uint8_t)value;
		break;
	case FLAG:
		*(bool *)at = value != 0;
		break;
	case NUMBER:
	case BITS:
		*(unsigned *)at = (unsigned)value;
		break;
	case WIDE:
		*(uint64_t *)at = (uint64_t)value;
		break;
	case SECONDS:
		*(uint64_t *)at = (uint64_t)value * SECOND;
		break;
	}
}

/* As a line of the configuration: key = value, key = { "word", "word" }. */
static void
note(struct setting *s, enum setting_section section, const char *key, bool list, struct span value)
{
	char *lines = s->lines[section], text[256];
	size_t n = 0, used = strlen(lines);

	for (size_t i = 0; i < value.len && n < sizeof(text) - 8; i++) {
		if (list && value.at[i] == ' ')
			n += (size_t)snprintf(text + n, sizeof(text) - n, "\", \"");
		else
			text[n++] = (char)value.at[i];
	}
	text[n] = '\0';
	snprintf(lines + used, sizeof(s->lines[section]) - used, list ? "\t%s = { \"%s\" }\n" : "\t%s = %s\n", key, text);
}

static const char *
read_trap(struct setting *s, struct span value)
{
	char bracketed[sizeof(s->trap) + 5];

	if (value.len >= sizeof(s->trap))
		return "a mailbox without brackets is expected";
	memcpy(s->trap, value.at, value.len);
	s->trap[value.len] = '\0';
	snprintf(bracketed, sizeof(bracketed), "\"<%s>\"", s->trap);
	note(s, SETTING_FROM, "relay-trap", false, span_str(bracketed));
	return NULL;
}

/* Words, for a file of them. The configuration shows them behind its key, so that it is another one for other words. */
static const char *
read_recipients(struct setting *s, struct span value)
{
	char line[sizeof(s->recipients) + 20];
	size_t words = 1;

	for (size_t i = 0; i < value.len; i++)
		words += value.at[i] == ' ';
	if (value.len == 0 || value.len >= sizeof(s->recipients) || words > 10)
		return "one to ten short mailboxes are expected";
	snprintf(line, sizeof(line), "\"recipients\"  # %.*s", (int)value.len, (const char *)value.at);
	note(s, SETTING_PROTECT, "recipients-file", false, span_str(line));
	for (size_t i = 0; i < value.len; i++)
		s->recipients[i] = value.at[i] == ' ' ? '\n' : (char)value.at[i];
	s->recipients[value.len] = '\0';
	return NULL;
}

const char *
setting_read(struct setting *s, struct span name, struct span value)
{
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const struct key *k = &keys[i];
		int n;

		if (!span_eq(span_str(k->name), name))
			continue;
		n = k->words == NULL ? read_number(value) : k->type == BITS ? read_bits(k->words, value) : find_word(k->words, value);
		if (n == -1)
			return "no value of this key";
		store((uint8_t *)s + k->offset, k->type, n);
		note(s, k->section, k->name, k->type == BITS, value);
		return NULL;
	}
	if (span_eq(name, SPAN("recipients")))
		return read_recipients(s, value);
	return span_eq(name, SPAN("relay-trap")) ? read_trap(s, value) : "no key of this name";
}

void
setting_write(const struct setting *s, const char *folder, char *out, size_t cap)
{
	snprintf(out, cap, "journal = \"%s/journal\"\non-stop = remove\n%s"
	    "limits {\n%s}\n"
	    "protect \"scenarios\" {\n"
	    "\taddresses = { \"198.51.100.25\", \"2001:db8:25::25\" }\n"
	    "\thostname = \"mail.local.example\"\n"
	    "\tlocal-domains = { \"local.example\" }\n%s"
	    "\tfrom untrusted {\n%s\t}\n}\n", folder, s->lines[SETTING_TOP], s->lines[SETTING_LIMITS],
	    s->lines[SETTING_PROTECT], s->lines[SETTING_FROM]);
}
