/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/site/key.h"

#include "classifier/ascii.h"

#include <inttypes.h>
#include <stdio.h>

static const char *const source_port[] = { "keep", "any", NULL };
static const char *const on_stop[] = { "closed", "drop", "open", "remove", NULL };	/* enum on_stop */
static const char *const on_failure[] = { "closed", "drop", "open", NULL };	/* enum on_failure */
static const char *const relay_action[] = { "refuse", "drop", "redirect", NULL };	/* enum relay_action */
static const char *const body[] = { "reject", "normalize", "note", NULL };	/* enum body_rule */
static const char *const starttls[] = { "hide", "refuse", "pass", "terminate", "pass-unfiltered", NULL };	/* enum starttls_rule */
static const char *const auth[] = { "hide", "pass", NULL };	/* enum auth_rule */
static const char *const evidence[] = { "off", "refused", "all", NULL };	/* enum evidence_rule */
static const char *const admit[] = { "shield", "pass", "refuse", "reset", "drop", NULL };	/* enum admit */
static const char *const gate[] = { "off", "refuse", "reset", "drop", NULL };
static const char *const connect[] = { "accept", "mirror", NULL };
static const char *const kind[] = { "block", "allow", NULL };
static const char *const facility[] = { "user", "mail", "daemon", "auth", "authpriv", "local0", "local1", "local2", "local3", "local4",
	"local5", "local6", "local7", NULL };	/* config_output.c has their numbers */
static const char *const no_yes[] = { "no", "yes", NULL };
static const char *const mode[] = { "off", "count", "enforce", NULL };	/* enum mode */

const char *const key_profiles[] = { "exchange", "domino", "hostdotuser", "strip8", "bare-literals", "reflect", NULL };
const char *const key_offers[] = { "pipelining", "enhancedstatuscodes", "chunking", "smtputf8", "none", NULL };

#define WORD(name, words, fallback, help) { name, KEY_WORD, fallback, 0, 0, words, help }
#define NUMBER(name, fallback, least, most, help) { name, KEY_NUMBER, fallback, least, most, NULL, help }
#define TEXT(name, fallback, help) { name, KEY_TEXT, fallback, 0, 0, NULL, help }
#define LIST(name, help) { name, KEY_LIST, NULL, 0, 0, NULL, help }

static const struct key top[TOP_KEYS] = {
	[TOP_JOURNAL] = TEXT("journal", "/var/log/relaywall.jsonl",
	    "file that every verdict is written to, one JSON object a line; none: no file"),
	[TOP_JOURNAL_REQUIRED] = WORD("journal-required", no_yes, "no",
	    "while it cannot be written, no mail is taken; without a file that is about syslog"),
	[TOP_SYSLOG] = TEXT("syslog", KEY_NO_OUTPUT, "socket that the same lines are sent to, by RFC 5424, as \"/dev/log\"; none: they are not"),
	[TOP_SYSLOG_FACILITY] = WORD("syslog-facility", facility, "mail", "whose messages they are there"),
	[TOP_EVIDENCE_FOLDER] = TEXT("evidence-folder", NULL,
	    "folder for the octets of sessions that evidence asks for, in files for Wireshark; it is made if it is not there"),
	[TOP_EVIDENCE_FILES] = NUMBER("evidence-files", "64", 2, 100000, "of these files; a further one takes the place of the oldest"),
	[TOP_EVIDENCE_FILE_SIZE] = NUMBER("evidence-file-size", "4194304", 1048576, 1099511627776, "octets of one; one more begins the next"),
	[TOP_LISTENER_PORT] = NUMBER("listener-port", "2525", 1, 65535,
	    "port on the loopback addresses that connections are diverted to"),
	[TOP_REFUSAL_PORT] = NUMBER("refusal-port", "2526", 1, 65535, "another one, for connections that are refused by admit or gate = refuse"),
	[TOP_FWMARK] = NUMBER("fwmark", "0x2525", 1, UINT32_MAX, "packet mark of diverted connections"),
	[TOP_ROUTE_TABLE] = NUMBER("route-table", "2525", 1, UINT32_MAX, "routing table that makes marked packets local"),
	[TOP_SOURCE_PORT] = WORD("source-port", source_port, "keep",
	    "towards a host: the client's own port, or any (conntrack stays on)"),
	[TOP_CONNECT_TIMEOUT] = NUMBER("connect-timeout", "30", 1, 3600, "seconds to reach a host"),
	[TOP_MAX_SESSIONS] = NUMBER("max-sessions", "10000", 1, 1000000, "sessions at once; the next client gets 421"),
	[TOP_MAX_TARPITTED] = NUMBER("max-tarpitted", "100", 0, 1000000, "sessions held back by the tarpit at once"),
	[TOP_MAX_CLIENTS] = NUMBER("max-clients", "65536", 1024, 16777216,
	    "clients whose doings are remembered for the rates, by each worker, 72 octets each; the oldest are forgotten"),
	[TOP_RESOLVERS] = LIST("resolvers", "addresses of DNS servers near the box, for the rules that ask the DNS"),
	[TOP_MAX_LOOKUPS] = NUMBER("max-lookups", "1000", 1, 65000, "questions to the DNS at once; one too many has failed"),
	[TOP_LIST_THRESHOLD] = NUMBER("list-threshold", "1", 1, 16000, "sum of the weights of lists from which on a client is refused"),
	[TOP_GATE_QUEUE] = NUMBER("gate-queue", "2525", 0, 65535, "number of the netfilter queue of the gate"),
	[TOP_GATE_LENGTH] = NUMBER("gate-length", "8192", 1, 65536, "first packets that wait in it; one more goes on as on-failure says"),
	[TOP_GATE_HELD] = NUMBER("gate-held", "500", 1, 65536, "of these, that wait for block lists, or for the host; one more goes on to the shield"),
	[TOP_GATE_LOOKUPS] = NUMBER("gate-lookups", "500", 1, 100000, "clients in a second about whom the gate asks block lists; one more is left to the dialogue"),
	[TOP_GATE_TIMEOUT] = NUMBER("gate-timeout", "2", 1, 10, "seconds that one waits for them; then the lists are left to the dialogue, and the host is down"),
	[TOP_WORKERS] = NUMBER("workers", "0", 0, 64, "processes that serve sessions; 0: one for each processor"),
	[TOP_RELOAD_DRAIN] = NUMBER("reload-drain", "900", 0, 86400,
	    "seconds that sessions may go on after a reload or an upgrade, under the rules that they began with"),
	[TOP_ON_STOP] = WORD("on-stop", on_stop, "closed", 
	    "after an orderly end, for all hosts: reset, drop silently, pass unfiltered whom admit lets in, or no rule at all"),
	[TOP_USER] = TEXT("user", "relaywall", "whose processes read mail and packets, by name or number: one without any rights"),
	[TOP_CONTROL] = TEXT("control", "/run/relaywall/control",
	    "path of the socket at which status, sessions, top, counters, reload and stop ask; its folder is made if it is not there"),
	[TOP_METRICS] = TEXT("metrics", NULL,
	    "address and port, as \"127.0.0.1:9025\", at which anybody may read counters, health and a page of them by HTTP; not set: nowhere"),
	[TOP_ARCHIVE] = TEXT("policy-archive", KEY_NO_OUTPUT,
	    "folder that keeps the text of each policy that was in force, for explain --journal; none: none is kept"),
	[TOP_ARCHIVE_FILES] = NUMBER("policy-archive-files", "1000", 1, 1000000, "policies that it keeps; those go that were used longest ago"),
};

/* The defaults of these are the engine's: dialogue_limits_default. */
static const struct key limits[LIMITS_KEYS] = {
	[LIMITS_COMMAND] = NUMBER("command-timeout", NULL, 1, 86400, "seconds for the client's next command"),
	[LIMITS_BODY] = NUMBER("body-timeout", NULL, 1, 86400, "seconds for the client's next block of a message"),
	[LIMITS_BANNER] = NUMBER("banner-timeout", NULL, 1, 86400, "seconds for the host's greeting"),
	[LIMITS_REPLY] = NUMBER("reply-timeout", NULL, 1, 86400, "seconds for the host's reply to a command"),
	[LIMITS_DATA] = NUMBER("data-timeout", NULL, 1, 86400, "seconds for the host's reply to DATA"),
	[LIMITS_FINAL] = NUMBER("final-timeout", NULL, 1, 86400, "seconds for the host's reply to a message"),
	[LIMITS_LOOKUP] = NUMBER("lookup-timeout", NULL, 1, 60, "seconds that a command waits for the DNS"),
	[LIMITS_ERRORS] = NUMBER("max-errors", NULL, 1, 1000000, "refused commands a session"),
	[LIMITS_IDLE_COMMANDS] = NUMBER("max-idle-commands", NULL, 1, 1000000, "commands between two messages that move none"),
	[LIMITS_RECIPIENTS] = NUMBER("max-recipients", NULL, 100, 1000000, "recipients a message; RFC 5321 wants at least 100"),
	[LIMITS_REFUSED] = NUMBER("max-refused", NULL, 1, 1000000, "refused recipients a session"),
	[LIMITS_RATE] = NUMBER("min-rate", NULL, 0, 1000000, "octets a second of a message, over five minutes; 0: any"),
	[LIMITS_TARPIT_AFTER] = NUMBER("tarpit-after", NULL, 0, 1000000, "refusals of a session that are answered at once"),
	[LIMITS_TARPIT_DELAY] = NUMBER("tarpit-delay", NULL, 0, 3600, "seconds that each further one is held back; 0: none"),
};

static const struct key network[NETWORK_KEYS] = {
	[NETWORK_PREFIXES] = LIST("prefixes", "prefixes of client addresses; the most specific one of all networks counts"),
};

static const struct key list[LIST_KEYS] = {
	[LIST_ZONE] = TEXT("zone", NULL, "where it is in the DNS, as \"bl.example\" (RFC 5782)"),
	[LIST_KIND] = WORD("kind", kind, "block", "whom it lists is refused, or shall not be"),
	[LIST_WEIGHT] = NUMBER("weight", "1", 1, 1000, "added for who is on it; taken away by a list of the kind allow"),
	[LIST_CODES] = LIST("codes", "answers that count, as \"127.0.0.2\" or \"127.0.0.4-7\"; without them all do"),
};

static const struct key protect[PROTECT_KEYS] = {
	[PROTECT_ADDRESSES] = LIST("addresses", "addresses of the host, IPv4 and IPv6"),
	[PROTECT_HOSTNAME] = TEXT("hostname", NULL, "its name; always one of its local domains"),
	[PROTECT_LOCAL] = LIST("local-domains", "domains that it delivers for; \"*.suffix\" for all names below one"),
	[PROTECT_LOCAL_FILE] = TEXT("local-domains-file", NULL, "file of more of them, as sendmail's class w"),
	[PROTECT_RELAY] = LIST("relay-domains", "domains that it may relay for"),
	[PROTECT_RELAY_FILE] = TEXT("relay-domains-file", NULL, "file of more of them, as sendmail's class R"),
	[PROTECT_RECIPIENTS_FILE] = TEXT("recipients-file", NULL,
	    "file of its mailboxes in local domains, one a line: user@domain, user, or @domain"),
	[PROTECT_DELIMITER] = TEXT("recipient-delimiter", NULL,
	    "characters that end the name of a mailbox in user+anything: \"+\", \"-\", or several"),
	[PROTECT_ON_FAILURE] = WORD("on-failure", on_failure, "closed",
	    "without the daemon: reset, drop silently, or pass unfiltered"),
	[PROTECT_PROFILE] = LIST("profile", "exchange, domino, hostdotuser, strip8, bare-literals, reflect: what the host is known for"),
	[PROTECT_MAX_LOCAL] = NUMBER("max-local-part", "64", 1, 64, "octets of a local part"),
	[PROTECT_OFFER] = LIST("offer", "offered in front of a host that has it not: pipelining, enhancedstatuscodes, "
	    "chunking; smtputf8 if it has; or none (default: the first two)"),
	[PROTECT_MAX_MESSAGE] = NUMBER("max-message-size", "0", 0, INT32_MAX, "octets of a message; 0: what the host says"),
	[PROTECT_TLS_CERTIFICATE] = TEXT("tls-certificate", NULL, "PEM file of the host's certificate chain, for starttls = terminate"),
	[PROTECT_TLS_KEY] = TEXT("tls-key", NULL, "PEM file of its key"),
};

#define LIMIT(limit, name, help) [FROM_RATES + (limit) - 1] = NUMBER(name, "0", 0, 100000000, help)
#define ADDRESS(limit, name, help) LIMIT(limit, name, help ", of one address (IPv6: /64) with this host; 0: any number")
#define PREFIX(limit, name) LIMIT(limit, name, "the same, of a /24 (IPv6: /64)")
#define ALL_OF(limit, name) LIMIT(limit, name, "the same, of all clients of the network")
#define RULE_DEFAULT "(default: enforce for untrusted, off for networks)"
static const struct key from[FROM_KEYS] = {
	[FROM_ADMIT] = WORD("admit", admit, "shield",
	    "connections: filtered; to the host unfiltered; or not let in: taken to say 554, reset, or not answered"),
	[FROM_GATE] = WORD("gate", gate, "off",
	    "rates and block lists are asked before a connection begins: what becomes of those who are refused; or not before"),
	[FROM_CONNECT] = WORD("connect", connect, "accept",
	    "connections are taken at once; or as the host does, which is asked before: refused or not answered if it is down"),
	[FROM_RELAY] = WORD("relay", mode, NULL, "recipients that the host would relay for " RULE_DEFAULT),
	[FROM_RELAY_ACTION] = WORD("relay-action", relay_action, "refuse",
	    "what becomes of them: 550, the session ends, or to the trap"),
	[FROM_RELAY_TRAP] = TEXT("relay-trap", NULL, "local mailbox for redirect, as \"<box@domain>\""),
	[FROM_UNQUALIFIED_SENDER] = WORD("unqualified-sender", mode, NULL, "senders without a domain " RULE_DEFAULT),
	[FROM_UNQUALIFIED_RECIPIENT] = WORD("unqualified-recipient", mode, NULL, "recipients without a domain " RULE_DEFAULT),
	[FROM_UNKNOWN_RECIPIENT] = WORD("unknown-recipient", mode, NULL,
	    "local recipients that are not in recipients-file, if there is one " RULE_DEFAULT),
	[FROM_FORGED_LOCAL_SENDER] = WORD("forged-local-sender", mode, NULL,
	    "senders of the host's own domains (default: count for untrusted, off for networks)"),
	[FROM_UNSAFE_SENDER] = WORD("unsafe-sender", mode, NULL, "senders that an old server cannot answer safely " RULE_DEFAULT),
	[FROM_UNRESOLVABLE_SENDER] = WORD("unresolvable-sender", mode, NULL, "senders whose domain does not exist or takes no mail "
	    "(default: enforce for untrusted where there are resolvers, else off)"),
	[FROM_HELLO_SYNTAX] = WORD("hello-syntax", mode, NULL, "names in HELO that are no domain or literal "
	    "(default: count for untrusted, off for networks)"),
	[FROM_FORGED_HELLO] = WORD("forged-hello", mode, NULL, "the host's own names in HELO (default: count for untrusted, off for networks)"),
	[FROM_BLOCK_LIST] = WORD("block-list", mode, NULL, "clients that the lists refuse, but for mail to the postmaster "
	    "(default: enforce for untrusted where there are lists, else off)"),
	[FROM_BODY] = WORD("body", body, "reject",
	    "messages with stray line ends, NULs, long lines: 554, repaired, or repaired and journaled"),
	[FROM_STARTTLS] = WORD("starttls", starttls, "hide",
	    "not offered; 454; to the host and not read any more (for untrusted: pass-unfiltered); or ended here"),
	[FROM_AUTH] = WORD("auth", auth, "hide", "AUTH is not offered, or passed to the host"),
	[FROM_RELAY_IF_AUTHENTICATED] = WORD("relay-if-authenticated", no_yes, "no",
	    "the rule relay is off for a client whom the host authenticated"),
	[FROM_EVIDENCE] = WORD("evidence", evidence, "off",
	    "octets of sessions are kept in evidence-folder: of none; of those in which something was refused; of all"),
	[FROM_RATE] = WORD("rate", mode, "enforce", "the limits below"),
	ADDRESS(RATE_ADDRESS_CONNECTIONS, "connections-per-minute", "connections within a minute"),
	ADDRESS(RATE_ADDRESS_RECIPIENTS, "recipients-per-hour", "recipients that the host took within an hour"),
	ADDRESS(RATE_ADDRESS_MESSAGES, "messages-per-hour", "messages that the host took within an hour"),
	ADDRESS(RATE_ADDRESS_SESSIONS, "max-connections", "connections at once"),
	PREFIX(RATE_PREFIX_CONNECTIONS, "prefix-connections-per-minute"),
	PREFIX(RATE_PREFIX_RECIPIENTS, "prefix-recipients-per-hour"),
	PREFIX(RATE_PREFIX_MESSAGES, "prefix-messages-per-hour"),
	PREFIX(RATE_PREFIX_SESSIONS, "prefix-max-connections"),
	ALL_OF(RATE_NETWORK_CONNECTIONS, "network-connections-per-minute"),
	ALL_OF(RATE_NETWORK_RECIPIENTS, "network-recipients-per-hour"),
	ALL_OF(RATE_NETWORK_MESSAGES, "network-messages-per-hour"),
	ALL_OF(RATE_NETWORK_SESSIONS, "network-max-connections"),
};

const struct key_table key_tables[SECTION_COUNT] = {
	[SECTION_TOP] = { NULL, top, TOP_KEYS },
	[SECTION_LIMITS] = { "limits", limits, LIMITS_KEYS },
	[SECTION_NETWORK] = { "network", network, NETWORK_KEYS },
	[SECTION_LIST] = { "list", list, LIST_KEYS },
	[SECTION_PROTECT] = { "protect", protect, PROTECT_KEYS },
	[SECTION_FROM] = { "from", from, FROM_KEYS },
};

const struct key *
key_find(enum section section, const char *name)
{
	const struct key_table *t = &key_tables[section];

	for (size_t i = 0; i < t->count; i++)
		if (strcmp(t->keys[i].name, name) == 0)
			return &t->keys[i];
	return NULL;
}

int
key_word(const char *const *words, struct span text)
{
	for (int i = 0; words[i] != NULL; i++)
		if (span_eq(span_str(words[i]), text))
			return i;
	return -1;
}

/* Decimal, or hexadecimal behind "0x". No sign, no blanks, no octal by a leading zero. */
static int
read_number(struct span text, uint64_t *out)
{
	bool hex = text.len > 2 && text.at[0] == '0' && text.at[1] == 'x';
	uint64_t n = 0;

	if (hex)
		text = span_cut(text, 2, text.len);
	if (text.len == 0 || text.len > 15)
		return -1;
	for (size_t i = 0; i < text.len; i++) {
		unsigned digit = ascii_hex(text.at[i]);

		if (digit >= (hex ? 16 : 10))
			return -1;
		n = n * (hex ? 16 : 10) + digit;
	}
	*out = n;
	return 0;
}

int
key_read(const struct key *k, struct span text, struct setting *s)
{
	int word;

	switch (k->type) {
	case KEY_WORD:
		word = key_word(k->words, text);
		if (word == -1)
			return -1;
		s->number = (uint64_t)word;
		return 0;
	case KEY_NUMBER:
		if (read_number(text, &s->number) == -1)
			return -1;
		return s->number < k->least || s->number > k->most ? -1 : 0;
	default:
		s->text = text;
		return text.len == 0 ? -1 : 0;
	}
}

void
key_words(const char *const *words, char *out, size_t cap)
{
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; words[i] != NULL && len < cap; i++) {
		const char *before = i == 0 ? "" : words[i + 1] == NULL ? " or " : ", ";
		int n = snprintf(out + len, cap - len, "%s%s", before, words[i]);

		len += n < 0 ? 0 : (size_t)n;
	}
}

void
key_expected(const struct key *k, char *out, size_t cap)
{
	switch (k->type) {
	case KEY_WORD:
		key_words(k->words, out, cap);
		break;
	case KEY_NUMBER:
		snprintf(out, cap, "a number from %" PRIu64 " to %" PRIu64, k->least, k->most);
		break;
	default:
		snprintf(out, cap, "a value that is not empty");
	}
}
