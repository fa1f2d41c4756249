/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * play.h - segments of one connection as a line of text, and what is told of it as another.
 *
 * Client 192.0.2.1:40000, host 198.51.100.25:25. Words of what comes:
 *
 *	Cs Hs		SYN of the client, SYN with ACK of the host
 *	C0/3abc		from the client: offset of its octets, of the host's that it acknowledges, octets (letters and digits, % is a zero)
 *	C3/3		the same without octets
 *	H0/0abc+7	seven octets more that the capture has not
 *	H3/0.  H0/0a.	with FIN
 *	H3/0!		RST
 *	@7		it is the 7th second now; each word takes a millisecond
 *	=7		the clock is that, by flows_tick()
 *	C1000s		a SYN with this offset: another connection
 *
 * Words of what is told: O or o (from its start, or not), C0/3abc (offset, acknowledged), C-7 (gap), C!2,1 (octet 2 differs),
 * C. (end), =closed =reset =idle =evicted =stopped; and | where the capture ended.
 */
#ifndef TESTS_UNIT_TAP_PLAY_H
#define TESTS_UNIT_TAP_PLAY_H

#include "proxy/driver/tap/flows.h"

enum { PLAY_TOLD = 4096 };

struct play {
	struct flows *flows;
	struct flow_user user;
	uint32_t client_isn, host_isn;
	uint64_t time_us, told_us;
	uint64_t offset[2];	/* told of each side */
	bool refuses;		/* opened() returns NULL */
	char told[PLAY_TOLD];
	size_t len;
};

/* Defaults with few windows and small tables. */
struct flows_conf play_conf(bool live);

/* conf's user and cookie are set here. Numbers of the sides begin near 2^32. */
void play_begin(struct play *p, struct flows_conf *conf);

/* Take what these words say. */
void play(struct play *p, const char *words);

/* The end of the capture; what was told since the begin, valid as long as p. The flows are still there. */
const char *play_stop(struct play *p);

void play_done(struct play *p);

#endif
