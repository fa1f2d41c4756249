/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * verdict.h - what was decided about an address, and why: the words of it.
 *
 * A rule is a check that the operator can set to off, count or enforce. A
 * reason is the named cause; it carries the reply of RFC 5321 and RFC 3463. The
 * names appear in replies, journal and configuration and do not change.
 */
#ifndef CLASSIFIER_VERDICT_H
#define CLASSIFIER_VERDICT_H

#include "classifier/sent.h"

enum action {
	ACTION_PASS = 0,	/* to the host, in canonical form */
	ACTION_REWRITE,		/* to the host, but to the trap mailbox */
	ACTION_REFUSE,
	ACTION_DROP,		/* refuse and end the session */
};

enum mode { MODE_OFF = 0, MODE_COUNT, MODE_ENFORCE };

enum rule {
	RULE_SYNTAX = 0,	/* always enforced: what has no canonical form cannot be sent */
	RULE_RELAY,
	RULE_UNQUALIFIED_RECIPIENT,
	RULE_UNKNOWN_RECIPIENT,
	RULE_UNQUALIFIED_SENDER,
	RULE_FORGED_LOCAL_SENDER,
	RULE_UNSAFE_SENDER,
	RULE_UNRESOLVABLE_SENDER,
	RULE_HELLO_SYNTAX,
	RULE_FORGED_HELLO,
	RULE_BLOCK_LIST,
	RULE_RATE,		/* how much a client does: no verdict is by it */
	RULE_COUNT,
};

/* name, reply code, enhanced code, text of the reply */
#define REASONS(X)                                                                       \
	X(LOCAL,          "local-domain",       250, "2.1.5", "local domain")                   \
	X(OWN_LITERAL,    "own-literal",        250, "2.1.5", "address literal of the host")    \
	X(POSTMASTER,     "postmaster",         250, "2.1.5", "postmaster")                     \
	X(RELAY_DOMAIN,   "relay-domain",       250, "2.1.5", "relay domain of the host")       \
	X(RULE_OFF,       "rule-off",           250, "2.1.5", "not judged for this network")    \
	X(SENDER_OK,      "sender-ok",          250, "2.1.0", "sender ok")                      \
	X(HELLO_OK,       "hello-ok",           250, "2.0.0", "name ok")                        \
	X(FOREIGN,        "foreign-domain",     550, "5.7.1", "relaying denied")                \
	X(FOREIGN_LITERAL, "foreign-literal",   550, "5.7.1", "relaying denied")                \
	X(SOURCE_ROUTE,   "source-route",       550, "5.7.1", "relaying denied")                \
	X(PERCENT_HACK,   "percent-hack",       550, "5.7.1", "relaying denied")                \
	X(BANG_PATH,      "bang-path",          550, "5.7.1", "relaying denied")                \
	X(DOUBLE_AT,      "double-at",          550, "5.7.1", "relaying denied")                \
	X(QUOTED_ROUTING, "quoted-routing",     550, "5.7.1", "relaying denied")                \
	X(ENCAPSULATION,  "encapsulation",      550, "5.7.1", "relaying denied")                \
	X(COLON_ROUTE,    "colon-route",        550, "5.7.1", "relaying denied")                \
	X(HOST_DOT_USER,  "host-dot-user",      550, "5.7.1", "relaying denied")                \
	X(PROGRAM,        "program-delivery",   553, "5.1.3", "not a mailbox")                  \
	X(FILE,           "file-delivery",      553, "5.1.3", "not a mailbox")                  \
	X(OPTION,         "leading-hyphen",     553, "5.1.3", "not a mailbox")                  \
	X(EXPANSION,      "expansion",          553, "5.1.3", "not a mailbox")                  \
	X(ENCODED_WORD,   "encoded-word",       553, "5.1.3", "not a mailbox")                  \
	X(QUOTED_STRING,  "quoted-string",      553, "5.1.3", "quoted local part not accepted") \
	X(LOCAL_LENGTH,   "local-part-length",  553, "5.1.3", "local part too long")            \
	X(UNQUALIFIED,    "unqualified",        553, "5.5.4", "domain name required")           \
	X(UNKNOWN_RECIPIENT, "unknown-recipient", 550, "5.1.1", "no such mailbox")                \
	X(FORGED_LOCAL,   "forged-local-sender", 550, "5.7.1", "sender is local, client is not") \
	X(UNSAFE_SENDER,  "unsafe-sender",      553, "5.1.7", "sender cannot be answered safely") \
	X(UNRESOLVABLE,   "unresolvable-sender", 550, "5.1.8", "sender's domain does not exist") \
	X(NULL_MX,        "null-mx",            550, "5.7.27", "sender's domain takes no mail")  \
	X(LOOKUP_FAILED,  "lookup-failed",      451, "4.4.3", "sender's domain cannot be looked up now") \
	X(BLOCK_LIST,     "block-list",         554, "5.7.1", "client address is listed")       \
	X(HELLO_NAME,     "hello-name",         501, "5.5.4", "domain name or address literal expected") \
	X(FORGED_HELLO,   "forged-hello",       550, "5.7.1", "that is the mail host's own name") \
	X(LINE_LENGTH,    "line-too-long",      500, "5.5.2", "line too long")                  \
	X(NUL_BYTE,       "nul-byte",           501, "5.5.2", "NUL in a command")               \
	X(CONTROL_BYTE,   "control-byte",       501, "5.5.2", "control character in a command") \
	X(EIGHT_BIT,      "eight-bit",          501, "5.6.7", "8-bit character in a command")   \
	X(KEYWORD,        "keyword",            501, "5.5.4", "TO:<path> or FROM:<path> expected") \
	X(EMPTY_PATH,     "empty-path",         501, "5.1.3", "address expected")               \
	X(BRACKETS,       "brackets",           501, "5.1.3", "unbalanced brackets")            \
	X(SECOND_PATH,    "second-path",        501, "5.1.3", "one path expected, nothing beside it") \
	X(COMMENT,        "comment",            553, "5.1.3", "comment in an address")          \
	X(LIST,           "list",               553, "5.1.3", "one address expected")           \
	X(BACKSLASH,      "backslash",          553, "5.1.3", "backslash outside of quotes")    \
	X(QUOTES,         "quotes",             553, "5.1.3", "unbalanced quotes")              \
	X(BLANK,          "blank",              553, "5.1.3", "white space in an address")      \
	X(LOCAL_PART,     "local-part",         553, "5.1.3", "not a local part")               \
	X(BAD_DOMAIN,     "bad-domain",         553, "5.1.3", "not a domain name")              \
	X(BAD_LITERAL,    "address-literal",    553, "5.1.3", "not an address literal")         \
	X(PATH_LENGTH,    "path-too-long",      501, "5.1.3", "path too long")                  \
	X(PARAMETER,      "parameter",          555, "5.5.4", "parameter not recognized")       \
	X(PARAMETER_VALUE, "parameter-value",   501, "5.5.4", "parameter value not valid")      \
	X(SIZE,           "size",               552, "5.3.4", "message too big")                \
	X(RECHECK,        "recheck",            550, "5.7.1", "relaying denied")

enum reason {
#define X(id, name, code, enhanced, text) REASON_##id,
	REASONS(X)
#undef X
	REASON_COUNT,
};

struct verdict {
	enum action action;
	enum rule rule;		/* that decided, or that would have */
	enum mode mode;		/* of the rule; MODE_COUNT: it would have refused and let pass */
	enum reason reason;
	struct span path;	/* as received, without brackets; borrowed from the argument */
	struct span by;		/* of REASON_BLOCK_LIST: which one; constant */
	bool unlisted;		/* of a recipient that passes: block lists are to be asked before that is sure */
	struct span unasked;	/* of a sender that passes: the domain to look up before that is sure; borrowed, or empty */
	struct span target;	/* where the message would have gone, as far as can be told; borrowed */
	struct sent sent;	/* the command for the host, without CRLF; empty unless PASS or REWRITE */
	size_t path_from, path_to;	/* where in sent its path stands, without brackets */
};

/* The path that is sent, in canonical form; borrowed from v. Empty for the null path, and where nothing is sent. */
static inline struct span
verdict_path(const struct verdict *v)
{
	return span_cut(sent_span(&v->sent), v->path_from, v->path_to);
}

/* The names: "pass", "enforce", "relay", "percent-hack". Static, never NULL. */
const char *action_name(enum action a);
const char *mode_name(enum mode m);
const char *rule_name(enum rule r);
const char *reason_name(enum reason r);

/* The reply of a reason: its code, enhanced status code (RFC 3463) and text. */
unsigned reason_code(enum reason r);
const char *reason_enhanced(enum reason r);
const char *reason_text(enum reason r);

#endif
