/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * replay.h - mail of the past, seen twice: what became of it, and what would become of it.
 *
 * "Was" is what the host did, what the journal says, or what one policy does; "would" is what a policy does. Whoever reads
 * captures (replay_exchange.h) or journals (replay_journal.h) tells each command with both views, and how messages ended.
 *
 * A change costs mail if what was let pass would be kept away, the host took the recipient, and took or may have taken the
 * message. It is a relay instead if the reason is a way of relaying (replay_is_relay()) and nobody had allowed it: the host
 * did not authenticate the client (mail of who logs in is submission, wherever it goes), and no policy had judged the
 * recipient before and let it pass, as one of a local domain or from a network that may relay. Of a message that is kept away
 * as a whole only the recipients count that are no relays.
 *
 * Memory does not grow with the number of commands.
 */
#ifndef PROXY_SURVEY_REPLAY_H
#define PROXY_SURVEY_REPLAY_H

#include "proxy/survey/replay_group.h"

enum {
	REPLAY_HELD = 8,	/* changes of different kinds in one transaction */
	REPLAY_NOTES = 32,
};

/* A command of the past. */
struct replay_case {
	enum replay_subject subject;
	uint64_t time_us;			/* since 1970 */
	struct span argument, sender, reply;	/* as received, and what the host answered; borrowed for the call */
	struct replay_view was, would;
	bool accepted;		/* the host took it, as far as is known */
	bool follows;		/* one of the two refuses it because of an earlier command alone: that is no change of its own. Of a
				   recipient, relay in that view says what it is by itself */
	bool moves_no_mail;	/* a COMMAND that no message needs */
};

/* A change whose message has not ended. */
struct replay_held {
	struct replay_group *group;
	unsigned recipients;
	bool whole;		/* it concerns all recipients of the transaction */
	bool lasting;		/* and all further transactions: a greeting */
};

/* Whose commands these are. Zeroed but for the first four; replay_end() empties it. */
struct replay_session {
	char id[9];
	struct ip client;
	struct span host;	/* its name; outlives the replay */
	bool authenticated;	/* the host said 235 */
	unsigned accepted, relays, lost;	/* recipients of the transaction: all, those that would be kept away as relays, and otherwise */
	struct replay_group *dropped;	/* a recipient of the transaction would end the session */
	struct replay_held held[REPLAY_HELD];
	size_t held_count;
};

/* How often something was so: names are static. */
struct replay_notes {
	struct replay_note {
		const char *name;
		uint64_t count;
	} list[REPLAY_NOTES];
	size_t used;
	uint64_t others;
};

/* Commands of a kind. */
struct replay_count {
	uint64_t seen, same, changed, follows;		/* and those that are unknown make up the sum */
	uint64_t was[REPLAY_VERDICTS], would[REPLAY_VERDICTS];
};

struct replay {
	bool as_written;		/* a rule that counts does not refuse */
	struct replay_count counts[REPLAY_SUBJECTS];
	uint64_t classes[REPLAY_CLASSES];	/* changes */
	uint64_t messages[REPLAY_FATES];	/* that ended */
	uint64_t lost_recipients[REPLAY_FATES], lost_messages[REPLAY_FATES];
	uint64_t relay_recipients[REPLAY_FATES], relay_messages[REPLAY_FATES];
	uint64_t spilled;		/* changes beyond REPLAY_HELD: counted as of messages that may have been delivered */
	struct replay_notes unknown;	/* why a command could not be judged, or not again */
	struct replay_notes doubts;	/* what a verdict does not take into account: "dns-not-asked" */
	struct replay_groups groups;
};

/* NULL: no memory. replay_free(NULL) does nothing. */
struct replay *replay_new(bool as_written);
void replay_free(struct replay *r);

/* A command. */
void replay_judged(struct replay *r, struct replay_session *s, const struct replay_case *c);

/* The message of the transaction ended. declined: recipients that the host declined after all, nobody knows which. */
void replay_message(struct replay *r, struct replay_session *s, enum replay_fate fate, unsigned declined);

/* The transaction ended without a message. */
void replay_abandon(struct replay *r, struct replay_session *s);

/* The session ended. fate: of a message that may have been on its way. */
void replay_end(struct replay *r, struct replay_session *s, enum replay_fate fate);

void replay_note(struct replay_notes *n, const char *name);

/* Recipients that would have missed mail that they got, or may have got, and changes of any kind. */
uint64_t replay_cost(const struct replay *r);
uint64_t replay_changes(const struct replay *r);

#endif
