/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * site.h - the operator's configuration, read and checked as a whole.
 *
 * A file is loaded completely or not at all. A loaded site is constant; all of
 * its memory is freed by site_free(). Every value that was written keeps the
 * line that it was written in.
 */
#ifndef PROXY_SITE_SITE_H
#define PROXY_SITE_SITE_H

#include "classifier/policy.h"
#include "proxy/engine/dialogue.h"
#include "proxy/site/arena.h"
#include "proxy/site/bundle.h"
#include "proxy/site/key.h"

#include <stdio.h>

/* What the kernel does with connections to a host while nothing filters them. */
enum on_failure { ON_FAILURE_CLOSED = 0, ON_FAILURE_DROP, ON_FAILURE_OPEN };

/* What stays in the kernel after an orderly end, for all hosts alike; but for the last word, admit holds on. */
enum on_stop { ON_STOP_CLOSED = 0, ON_STOP_DROP, ON_STOP_OPEN, ON_STOP_REMOVE };

/* A domain as the operator gave it, in lower case. */
struct site_domain {
	struct span name;	/* with its "*." */
	uint32_t line;
	bool in_file;		/* line is of the domains file, not of the configuration */
};

struct site_domains {
	const struct site_domain *list;
	size_t count;
};

/* A section "from": what a host's rules for one network were written as. */
struct site_from {
	struct span name;	/* of the network, in lower case */
	uint32_t network, line;
	struct setting set[FROM_KEYS];
};

/* What is known of a host beside policy_host; same position. */
struct site_host {
	uint32_t line;
	struct setting set[PROTECT_KEYS];
	enum on_failure on_failure;
	struct site_domains local, relay;
	size_t shut_out;		/* entries of its recipients file that its profile or max-local-part refuses */
	uint32_t shut_out_line;		/* of the first of them, in that file */
	const uint32_t *address_lines;
	const struct site_from *from;
	size_t from_count;
};

struct site_prefix {
	struct span text;	/* as written */
	struct prefix prefix;
	uint32_t network, line;
};

enum {
	SITE_CONTROL = 108,	/* octets with its NUL, as in struct sockaddr_un */
	SITE_EVIDENCE_FOLDER = 4000,	/* octets of its path: names of files come behind it */
};

struct site {
	const char *file;
	struct policy policy;
	struct dialogue_limits limits;
	const char *journal;		/* path; NULL: no file */
	const char *syslog;		/* path of a socket; NULL: none */
	unsigned syslog_facility;	/* number of RFC 5424, 6.2.1 */
	bool journal_required;
	const char *archive;		/* path of the folder that keeps policies (archive.h); NULL: none */
	size_t archive_files;		/* that it keeps at most */
	const char *evidence_folder;	/* path; NULL: none is set, and no rule asks for any */
	unsigned evidence_files;
	uint64_t evidence_octets;	/* of a file */
	const char *control;		/* path of the socket that commands ask at */
	struct ip metrics_ip;		/* where counters can be read by HTTP, and the port there; 0: nowhere */
	uint16_t metrics_port;
	struct bundle texts;		/* all that was read, until site_forget_texts() */
	char digest[BUNDLE_DIGEST + 1];	/* of it, in hexadecimal: the name of this policy */
	uint16_t port;			/* of the listeners on the loopback addresses */
	uint16_t refusal_port;		/* of those for who is told that he may not */
	uint32_t fwmark, table;
	bool keep_source_port;
	uint64_t connect_ms;
	unsigned sessions_max, tarpitted_max;
	unsigned workers;		/* 0: one for each processor */
	unsigned drain_s;		/* that sessions may go on after a reload */
	size_t clients_max;		/* remembered for rates */
	const char *user;		/* of the processes that read what others sent */
	enum on_stop on_stop;
	const struct ip *resolvers;
	size_t resolver_count;		/* 0: no rule asks the DNS */
	unsigned lookups_max;
	uint16_t gate_queue;
	uint32_t gate_length;
	unsigned gate_held;
	uint32_t gate_lookups;		/* clients a second */
	uint64_t gate_hold_ms;

	struct setting top_set[TOP_KEYS], limits_set[LIMITS_KEYS];
	const struct site_host *hosts;
	const struct site_prefix *prefixes;	/* of all networks, in the order of the file */
	size_t prefix_count;
	const uint32_t *network_lines;		/* by number; 0 for untrusted */
	struct arena arena;
};

/*
 * Load a configuration. NULL: every fault that was found is on errors, one a
 * line, "FILE:LINE: what was found, what was expected". One load at a time.
 */
struct site *site_load(const char *file, FILE *errors);

/* Load a policy that archive.h keeps, from a file of this path, whatever the files of its configuration are now. As site_load(). */
struct site *site_load_archived(const char *path, FILE *errors);

/* Free it; NULL does nothing. */
void site_free(struct site *site);

/* Free the texts that it was made of, which nothing needs that serves. */
void site_forget_texts(struct site *site);

/*
 * Write what is legal but dangerous, one a line; the number of lines. Reads the
 * whole site, so it is for check and for the start.
 */
size_t site_warn(const struct site *site, FILE *out);

/* A path in the configuration, which is meant from the folder of the file. Malloced; NULL without memory. */
char *site_path(const struct site *site, struct span path);

/* The number of a network by its name in lower case ("untrusted" is 0), or -1. */
int64_t site_network(const struct site *site, struct span name);

/* What was written of a host's rules for a network, or NULL. host: position in policy.hosts. */
const struct site_from *site_from(const struct site *site, size_t host, uint32_t network);

/* Is this so of the rules of any host for any network? what: passed on. */
bool site_any_rules(const struct site *site, bool (*is_so)(const struct rules *rules, int what), int what);

/* Has a host clients whose connections this becomes of? */
bool site_admits(const struct site *site, enum admit admit);

/* Is anybody told that he may not, by his network or by the gate? */
bool site_refuses(const struct site *site);

/* Does a rule of any host ask for evidence? */
bool site_keeps_evidence(const struct site *site);

/* Is an address of this family protected? */
bool site_has_family(const struct site *site, bool v4);

/* The rule that a key of section "from" sets, or RULE_COUNT. */
enum rule site_rule(size_t from_key);

/* Write the effective value of every key with its origin. */
void site_print(const struct site *site, FILE *out);

#endif
