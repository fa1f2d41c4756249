/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * crew.h - the workers of a captain: started, watched, equipped, told.
 *
 * Each has listeners of its own, that the captain holds as well: connections wait in
 * their backlog while a worker is started again. What those that ended had counted is
 * kept.
 */
#ifndef PROXY_KEEPER_CAPTAIN_CREW_H
#define PROXY_KEEPER_CAPTAIN_CREW_H

#include "proxy/keeper/captain/listeners.h"
#include "proxy/keeper/captain/scribehouse.h"
#include "proxy/keeper/process/bounds.h"
#include "proxy/keeper/process/child.h"
#include "proxy/keeper/worker/worker.h"

struct crew;

struct crew_conf {
	const struct site *site;
	const struct confine *confine;
	unsigned count;				/* 1 to WORKERS_MAX */
	const struct held_listener *listeners;	/* shared out among them by index */
	size_t listener_count;
	struct tls_creds *const *tls;
	const struct causes *causes;		/* NULL: no gate */
	const struct scribehouse *scribe;
	unsigned first_writer;			/* of the scribe's, the worker with index 0, and so on */
	const struct rates *rates;
	unsigned first_table;			/* of the worker with index 0, and so on */
	void (*ended)(void *cookie);		/* one that was to leave is gone */
	void (*listed)(void *cookie, unsigned index, unsigned serial);	/* this one has written its sessions: crew_list() */
	void *cookie;
	struct ev_loop *loop;			/* the default one */
	FILE *errors;
};

/* Counted by all workers, those that ended included. */
struct crew_counted {
	struct stream_counters stream;
	struct worker_counted own;
	uint64_t restarts;
};

/* Start them, and wait until they are ready; they do not accept yet. NULL and told. What conf points to outlives the crew. */
struct crew *crew_new(const struct crew_conf *conf);

/* Kill those that are left. NULL does nothing. */
void crew_free(struct crew *c);

void crew_accept(struct crew *c);
void crew_pause(struct crew *c);

/* Close the listeners, and be gone by then; none is started again. */
void crew_drain(struct crew *c, unsigned seconds);

/* To all of them: "end ID". */
void crew_tell(struct crew *c, const char *text);

/*
 * Have each write its sessions (roll.h) into memory of its own: fds[count of workers], the caller's to close. One that
 * hangs never tells that it has. serial: not 0. 0, or -1 with errno, and there are no descriptors.
 */
int crew_list(struct crew *c, unsigned serial, int *fds);

/* Tell one of them, with descriptors, which stay the caller's. 0, or -1 with errno: ESRCH, there is none. */
int crew_hand(struct crew *c, unsigned index, const int *fds, size_t count, const char *text);

/* What a worker does now. */
struct crew_member {
	pid_t pid;		/* 0: none, it is started again */
	bool well;
	uint64_t restarts;
	uint64_t sessions;
};
unsigned crew_size(const struct crew *c);
struct crew_member crew_member(const struct crew *c, unsigned index);

/* Processes that there are now. */
unsigned crew_left(const struct crew *c);

/* Does one at least serve? */
bool crew_is_well(const struct crew *c);

void crew_count(const struct crew *c, struct crew_counted *out);
void crew_tally(const struct crew *c, struct tally *t);

/* What was done for this host, by position in the policy's hosts, by all workers. */
void crew_count_host(const struct crew *c, size_t host, struct host_counts *out);

#endif
