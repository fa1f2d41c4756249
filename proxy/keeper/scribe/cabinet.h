/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cabinet.h - evidence on its way from the rings of workers to files on a disk.
 *
 * Each exhibit (proxy/base/exhibit.h) becomes packets in one file, and then a line of the journal, which says in which. A file is
 * begun with the first one, and the next when it would become longer than it may; so one that an earlier scribe left in the middle
 * of a packet is never gone on with. What cannot be written waits, and is tried again every second: the rings fill, and workers count
 * what finds no room there. Of an exhibit that is nonsense nothing is written, and it is counted.
 *
 * It is part of the scribe, and does a bounded piece of work at a time: the journal goes before.
 */
#ifndef PROXY_KEEPER_SCRIBE_CABINET_H
#define PROXY_KEEPER_SCRIBE_CABINET_H

#include "proxy/base/buf.h"
#include "proxy/base/exhibit_image.h"
#include "proxy/base/ring.h"
#include "proxy/site/journal.h"

struct scribe_shared;

struct cabinet_conf {
	const char *folder;		/* NULL: no evidence is wanted, and no function here is called */
	unsigned files;
	uint64_t file_octets;		/* of one; at least CABINET_IMAGE */
	const struct policy *policy;	/* of whose hosts and networks exhibits give the positions */
	const char *digest;		/* of it, for the journal's lines */
};

enum {
	CABINET_RING = 1 << 20,		/* octets of a ring: some hundred sessions as they mostly are, eight as long as can be */
	CABINET_BEGIN = 512,		/* of the blocks that a file begins with, at most */
	CABINET_IMAGE = EXHIBIT_IMAGE + CABINET_BEGIN,
};

/* An exhibit that is being written. */
struct cabinet_work {
	struct session session;		/* whose it is, with a policy's names */
	struct exhibit_sums sums;
	struct buf begin, image;	/* blocks; begin: empty unless the file has none yet */
	size_t done;			/* octets of both that are written */
	const struct ring *from;	/* NULL: there is none */
	size_t octets;			/* of the exhibit there */
};

struct cabinet {
	const struct cabinet_conf *conf;
	const struct ring *rings;
	size_t ring_count, turn;	/* turn: the ring that is looked at first */
	int opener;			/* the wire to it: opener.h */
	struct scribe_shared *shared;
	int fd;				/* -1: none */
	unsigned number;		/* of that file */
	uint64_t file_octets;		/* that are in it */
	int error;			/* why the last attempt failed; 0: it did not */
	uint64_t again_ms;		/* do not try before */
	bool told;
	char hardware[64], system[64], application[64];	/* who writes, for the begin of a file */
	struct cabinet_work work;
	struct journal journal;
	uint8_t exhibit[EXHIBIT_OCTETS];	/* a copy: the ring is its writer's to spoil */
	uint8_t begin_octets[CABINET_BEGIN], image_octets[EXHIBIT_IMAGE];
};

/* Before the sandbox. Nothing is opened. outlet: of the ring for its own lines. All arguments outlive it. */
void cabinet_init(struct cabinet *c, const struct cabinet_conf *conf, const struct ring *rings, size_t ring_count, int opener,
    struct scribe_shared *shared, const struct journal_outlet *outlet);

/* Write some of what there is, if that can be. Faults are told on stderr, once. */
void cabinet_go_on(struct cabinet *c, uint64_t now_ms);

/* What comes next goes into another file: somebody wants the one that there is, or its disk. */
void cabinet_reopen(struct cabinet *c);

/* Is there something that is not written yet? */
bool cabinet_waits(const struct cabinet *c);

#endif
