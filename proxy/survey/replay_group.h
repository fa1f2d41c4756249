/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * replay_group.h - changes of one kind, in numbers, with who is concerned and a few examples.
 *
 * There is a group for each host, kind of command, reason, and pair of verdicts; REPLAY_GROUPS at most. What finds no room goes
 * into the last one, which has no name. Memory grows with the number of groups alone.
 */
#ifndef PROXY_SURVEY_REPLAY_GROUP_H
#define PROXY_SURVEY_REPLAY_GROUP_H

#include "proxy/survey/replay_view.h"
#include "proxy/survey/top_k.h"

enum {
	REPLAY_GROUPS = 256,
	REPLAY_EXAMPLES = 3,
	REPLAY_TEXT = 256,	/* characters of an octet string of a peer's in an example, escaped, with its NUL */
};

enum replay_subject {
	REPLAY_HELLO = 0,
	REPLAY_SENDER,
	REPLAY_RECIPIENT,
	REPLAY_MESSAGE,		/* its text */
	REPLAY_COMMAND,		/* any other */
	REPLAY_SUBJECTS,
};

enum replay_class {
	REPLAY_SAME = 0,
	REPLAY_LOST,		/* what was let pass would be kept away, and not as a relay */
	REPLAY_RELAY,		/* it would be kept away as a relay: what the shield is for */
	REPLAY_OPENED,		/* what was kept away would be let pass */
	REPLAY_OTHER,		/* it is kept away in another manner, or it moves no mail */
	REPLAY_CLASSES,
};

/* What became of the message that a recipient was named for. */
enum replay_fate {
	REPLAY_DELIVERED = 0,	/* the host took it */
	REPLAY_PERHAPS,		/* its end was not seen */
	REPLAY_UNDELIVERED,	/* the host declined it, or it never came */
	REPLAY_FATES,
};

struct replay_key {
	struct span host;	/* borrowed, outlives the group */
	enum replay_subject subject;
	enum replay_class class;
	enum replay_verdict was, would;
	const char *reason;	/* static */
};

struct replay_example {
	uint64_t time_us;
	char session[9];
	struct ip client;
	char argument[REPLAY_TEXT], sender[REPLAY_TEXT], reply[REPLAY_TEXT];
};

struct replay_group {
	struct replay_key key;
	uint64_t count;				/* commands */
	uint64_t recipients[REPLAY_FATES];	/* that would not be reached because of them, and that are no relays unless the class says so */
	uint64_t messages[REPLAY_FATES];	/* to these */
	uint64_t beside;	/* of DROPPED: recipients of messages that were delivered, beside the relay that ends the session */
	uint64_t first_us, last_us;
	struct replay_example examples[REPLAY_EXAMPLES];
	size_t example_count;
	struct top_k clients;
	struct top_k *domains;	/* of "foreign-domain": which; NULL: none, or no memory */
};

struct replay_groups {
	struct replay_group *list[REPLAY_GROUPS];
	size_t count;
	struct replay_group others;	/* what found no room */
};

/* Who was concerned, and what was said. */
struct replay_event {
	uint64_t time_us;
	const char *session;
	const struct ip *client;
	struct span argument, sender, reply;	/* any octets */
	struct span domain;			/* of a recipient; empty: none */
};

/* Count an event into the group of this key, which lives until replay_groups_done(). Never NULL. */
struct replay_group *replay_groups_add(struct replay_groups *g, const struct replay_key *key, const struct replay_event *e);

/* Put those first that cost mail, then relays; of a class the most messages. Pointers to groups stay what they are. */
void replay_groups_sort(struct replay_groups *g);

void replay_groups_done(struct replay_groups *g);

/* "recipient", "lost"; static. */
const char *replay_subject_name(enum replay_subject s);
const char *replay_class_name(enum replay_class c);

#endif
