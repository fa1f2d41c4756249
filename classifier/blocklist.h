/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * blocklist.h - what DNS block lists and allow lists (RFC 5782) are asked about a
 * client, and what their answers mean.
 *
 * A list speaks in codes alone: addresses of 127.0.0.0/8 that its operator gave a
 * meaning. Whatever else comes back says nothing about the client: it is from a
 * parked domain, a resolver that invents answers, a list that will not be asked.
 * Such an answer is an error, and an error counts as nothing.
 *
 * Nothing is asked here. Whoever asks gives the answers in, keeps the time, and
 * need not wait any more when a verdict is final. Lists are constant and shared.
 */
#ifndef CLASSIFIER_BLOCKLIST_H
#define CLASSIFIER_BLOCKLIST_H

#include "classifier/ip.h"

enum {
	BLOCKLIST_NAME_MAX = 253,	/* octets of a name as text: 255 on the wire, RFC 1035 2.3.4 */
	BLOCKLIST_ZONE_MAX = 189,	/* which leaves 64 for the nibbles of an IPv6 address and their dots */
	BLOCKLISTS_MAX = 16,		/* lists of a set; below 32, the bits of a mask */
};

/* The codes a.b.c.d where each octet lies between those of first and last. */
struct blocklist_codes {
	uint8_t first[4], last[4];
};

struct blocklist {
	struct span name;		/* as the operator calls it; a zone may hold the key of a subscription */
	struct span zone;		/* lower case, domain_valid(), at most BLOCKLIST_ZONE_MAX octets */
	int weight;			/* 1 to 1000; an allow list: -1 to -1000 */
	const struct blocklist_codes *codes;	/* that count as a listing */
	size_t code_count;		/* 0: any code */
};

/* How a name is written. A list may know one family and not the other. */
enum blocklist_family { BLOCKLIST_IPV4 = 0, BLOCKLIST_IPV6 };

/* What the DNS said to a question for A records. */
enum blocklist_outcome {
	BLOCKLIST_DNS_FAILED = 0,	/* SERVFAIL, REFUSED, no answer in time, a malformed one */
	BLOCKLIST_DNS_ANSWER,
	BLOCKLIST_DNS_NXDOMAIN,
	BLOCKLIST_DNS_NODATA,
};

struct blocklist_answer {
	enum blocklist_outcome outcome;
	const uint8_t (*addresses)[4];	/* of BLOCKLIST_DNS_ANSWER: all of them; none is the same as NODATA */
	size_t count;
};

enum blocklist_state {
	BLOCKLIST_PENDING = 0,
	BLOCKLIST_LISTED,
	BLOCKLIST_CLEAN,
	BLOCKLIST_ERROR,
};

struct blocklists {
	const struct blocklist *list;
	size_t count;			/* at most BLOCKLISTS_MAX */
	int threshold;			/* 1 or more: from this sum of weights on a client is refused */
};

/*
 * A bit for each list of a set, by its position, in one mask at most. A list
 * that is not asked is in none; it counts as nothing, as errors do.
 */
struct blocklist_votes {
	uint32_t pending, listed, clean, error;
};

struct blocklist_verdict {
	bool refuse;			/* as if what is pending said nothing */
	bool final;			/* refuse stays, whatever pending lists say; because may not */
	int sum;			/* weights of those that list the client */
	const struct blocklist *because;	/* of those the heaviest, the first of equals; NULL: not refused */
};

/* Can the answers of a list be believed, for one family? */
enum blocklist_health {
	BLOCKLIST_HEALTHY = 0,
	BLOCKLIST_TEST_POINT_NOT_LISTED,	/* it is empty, gone, or does not know the family */
	BLOCKLIST_EVERYTHING_IS_LISTED,		/* at least what must never be */
	BLOCKLIST_ERROR_ANSWER,			/* no code, but an answer */
	BLOCKLIST_NO_ANSWER,
};

/*
 * Read codes: four octets, each a number or "first-last" ("127.0.0.2",
 * "127.0.0.4-7", "127.0.2-15.1-3"), without leading zeros. 0, or -1 for anything
 * else, for what leaves 127.0.0.0/8, and for what names errors only.
 */
int blocklist_codes_parse(struct span text, struct blocklist_codes *codes);

/*
 * Write the name under which the list holds a client's address (2.1, 2.4),
 * without a dot at its end but with a NUL. Returns its length without the NUL.
 */
size_t blocklist_name(const struct blocklist *list, const struct ip *client, char out[BLOCKLIST_NAME_MAX + 1]);

/*
 * The same for a test point (section 5): 127.0.0.2, which each list holds, or
 * 127.0.0.1, which none may. As IPv6 it is their mapped form in nibbles.
 */
size_t blocklist_test_name(const struct blocklist *list, enum blocklist_family family, bool held,
    char out[BLOCKLIST_NAME_MAX + 1]);

/*
 * What an answer about a client means. Never BLOCKLIST_PENDING.
 *
 * An error, even beside codes: an address outside of 127.0.0.0/8, or in
 * 127.255.255.0/24, in which lists say that they may not be asked so. 127.0.0.1
 * is what resolvers invent and some lists refuse by: it is no code, and alone an
 * error, unless the list's codes hold an item for this address and no other.
 * Codes that the list's own do not name: clean.
 */
enum blocklist_state blocklist_judge(const struct blocklist *list, const struct blocklist_answer *answer);

/* List i of a set is in this state now: BLOCKLIST_PENDING when it is asked, then what its answer means. */
void blocklist_vote(struct blocklist_votes *votes, size_t i, enum blocklist_state state);

/* What the votes come to. Asked at any time: when it is final, at the deadline, and for the journal. */
struct blocklist_verdict blocklists_decide(const struct blocklists *set, const struct blocklist_votes *votes);

/*
 * Judge a list by the answers to its two test points in one family. Any code
 * counts here, whichever the operator named. Of several faults the one that an
 * answer proves goes first.
 *
 * A list is tested for each family it is asked in: one of IPv4 alone that holds
 * all of 2.0.0.0/8 as "*.2" has an answer for every client of 2000::/4.
 */
enum blocklist_health blocklist_health(const struct blocklist_answer *held, const struct blocklist_answer *not_held);

/* The names: "listed", "test-point-not-listed"; static, never NULL. They stand in journals and do not change. */
const char *blocklist_state_name(enum blocklist_state s);
const char *blocklist_health_name(enum blocklist_health h);

#endif
