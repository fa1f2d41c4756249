/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * key.h - every key of the configuration file: one table a section.
 *
 * Name, type, default, least, most and a line of help stand here and nowhere
 * else; reading, printing and the help text all follow the tables.
 */
#ifndef PROXY_SITE_KEY_H
#define PROXY_SITE_KEY_H

#include "classifier/rate.h"
#include "classifier/span.h"

enum key_type { KEY_WORD, KEY_NUMBER, KEY_TEXT, KEY_LIST };

struct key {
	const char *name;
	enum key_type type;
	const char *fallback;		/* as it would be written; NULL: none, or see help */
	uint64_t least, most;		/* KEY_NUMBER */
	const char *const *words;	/* KEY_WORD: up to a NULL */
	const char *help;
};

enum section { SECTION_TOP, SECTION_LIMITS, SECTION_NETWORK, SECTION_LIST, SECTION_PROTECT, SECTION_FROM, SECTION_COUNT };

struct key_table {
	const char *section;		/* as written in the file; NULL: top level */
	const struct key *keys;
	size_t count;
};

extern const struct key_table key_tables[SECTION_COUNT];

/* Positions in the tables. */
enum {
	TOP_JOURNAL, TOP_JOURNAL_REQUIRED, TOP_SYSLOG, TOP_SYSLOG_FACILITY, TOP_EVIDENCE_FOLDER, TOP_EVIDENCE_FILES, TOP_EVIDENCE_FILE_SIZE, TOP_LISTENER_PORT, TOP_REFUSAL_PORT, TOP_FWMARK, TOP_ROUTE_TABLE, TOP_SOURCE_PORT, TOP_CONNECT_TIMEOUT,
	TOP_MAX_SESSIONS, TOP_MAX_TARPITTED, TOP_MAX_CLIENTS, TOP_RESOLVERS, TOP_MAX_LOOKUPS, TOP_LIST_THRESHOLD, TOP_GATE_QUEUE, TOP_GATE_LENGTH,
	TOP_GATE_HELD, TOP_GATE_LOOKUPS, TOP_GATE_TIMEOUT, TOP_WORKERS, TOP_RELOAD_DRAIN, TOP_ON_STOP, TOP_USER, TOP_CONTROL, TOP_METRICS,
	TOP_ARCHIVE, TOP_ARCHIVE_FILES, TOP_KEYS,
};
enum {
	LIMITS_COMMAND, LIMITS_BODY, LIMITS_BANNER, LIMITS_REPLY, LIMITS_DATA, LIMITS_FINAL,
	LIMITS_LOOKUP, LIMITS_ERRORS, LIMITS_IDLE_COMMANDS, LIMITS_RECIPIENTS, LIMITS_REFUSED, LIMITS_RATE, LIMITS_TARPIT_AFTER,
	LIMITS_TARPIT_DELAY, LIMITS_KEYS,
};
enum { NETWORK_PREFIXES, NETWORK_KEYS };
enum { LIST_ZONE, LIST_KIND, LIST_WEIGHT, LIST_CODES, LIST_KEYS };
enum {
	PROTECT_ADDRESSES, PROTECT_HOSTNAME, PROTECT_LOCAL, PROTECT_LOCAL_FILE, PROTECT_RELAY, PROTECT_RELAY_FILE,
	PROTECT_RECIPIENTS_FILE, PROTECT_DELIMITER, PROTECT_ON_FAILURE, PROTECT_PROFILE, PROTECT_MAX_LOCAL, PROTECT_OFFER,
	PROTECT_MAX_MESSAGE, PROTECT_TLS_CERTIFICATE, PROTECT_TLS_KEY, PROTECT_KEYS,
};
enum {
	FROM_ADMIT, FROM_GATE, FROM_CONNECT, FROM_RELAY, FROM_RELAY_ACTION, FROM_RELAY_TRAP, FROM_UNQUALIFIED_SENDER, FROM_UNQUALIFIED_RECIPIENT,
	FROM_UNKNOWN_RECIPIENT, FROM_FORGED_LOCAL_SENDER, FROM_UNSAFE_SENDER, FROM_UNRESOLVABLE_SENDER,
	FROM_HELLO_SYNTAX, FROM_FORGED_HELLO, FROM_BLOCK_LIST, FROM_BODY, FROM_STARTTLS, FROM_AUTH, FROM_RELAY_IF_AUTHENTICATED, FROM_EVIDENCE,
	FROM_RATE, FROM_RATES, FROM_KEYS = FROM_RATES + RATE_LIMITS - 1,	/* the limits of enum rate_limit, but RATE_NONE */
};
enum { KEYS_MAX = 40 };		/* of any table */

/* A value and where it comes from. */
struct setting {
	uint32_t line;			/* of the configuration file; 0: default */
	uint64_t number;		/* KEY_NUMBER: the value; KEY_WORD: position in words */
	struct span text;		/* KEY_TEXT */
};

/* The names of the profiles, by bit number of PROFILE_ (classifier/policy.h); up to a NULL. */
extern const char *const key_profiles[];

/* What a host can be made to offer, by bit number of UPLIFT_; then the word for none of it; then NULL. */
extern const char *const key_offers[];
enum { KEY_OFFER_NONE = 4 };

/* What "journal", "syslog" and "policy-archive" say for no such output. */
#define KEY_NO_OUTPUT "none"

/* The words of "kind" of a list. */
enum { KEY_KIND_BLOCK = 0, KEY_KIND_ALLOW };

/* The words of "starttls": as enum starttls_rule, and one that means STARTTLS_PASS too. */
enum { KEY_PASS_UNFILTERED = 4 };

/* The key of this name in a table, or NULL. */
const struct key *key_find(enum section section, const char *name);

/* Position of text in words, or -1. */
int key_word(const char *const *words, struct span text);

/* Read a value of KEY_WORD, KEY_NUMBER or KEY_TEXT (text is borrowed). 0, or -1 if it is none. */
int key_read(const struct key *k, struct span text, struct setting *s);

/* Write what is expected of a value ("off, count or enforce") to out[cap]. */
void key_expected(const struct key *k, char *out, size_t cap);

/* "a, b or c" of words, to out[cap]. */
void key_words(const char *const *words, char *out, size_t cap);

#endif
