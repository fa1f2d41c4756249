/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * clients.h - who has connected to the control socket: one request, one answer,
 * the end.
 *
 * Bounded in number and in time. A request comes within seconds or not at all; an
 * answer that nobody takes is thrown away. When all places are taken the one goes that
 * has been idle for the longest, never one that waits for an answer of ours.
 */
#ifndef PROXY_KEEPER_DESK_CLIENTS_H
#define PROXY_KEEPER_DESK_CLIENTS_H

#include "proxy/keeper/desk/request.h"

#include <ev.h>
#include <jansson.h>
#include <sys/queue.h>
#include <sys/types.h>

enum { CLIENTS_MOST = 32 };

struct clients;

/* An answer, that several can be given: counted. */
struct letter {
	unsigned holds;
	size_t len;
	char *text;		/* malloced; NULL: no memory, who is given it gets nothing */
};

struct client {
	TAILQ_ENTRY(client) next;
	struct clients *all;
	int fd;
	uid_t uid;			/* whose it is and which process, as the kernel says */
	pid_t pid;
	enum client_phase { CLIENT_ASKING = 0, CLIENT_WAITING, CLIENT_TAKING } phase;
	char line[REQUEST_OCTETS];
	size_t len;
	struct request request;		/* WAITING: what it asked for */
	bool found;			/* END: there is such a session */
	unsigned serial;		/* DRILL: of what was asked for it */
	struct letter *letter;		/* TAKING */
	size_t sent;
	ev_io readable, writable;
	ev_timer patience;
};

TAILQ_HEAD(client_list, client);

struct clients {
	struct ev_loop *loop;
	int listener;			/* -1: none */
	ev_io on_listener;
	struct client_list list;	/* the oldest first */
	unsigned count;
	void (*asked)(void *cookie, struct client *c);	/* it is WAITING from now on; may answer at once */
	void *cookie;
};

void clients_init(struct clients *all, struct ev_loop *loop, void (*asked)(void *cookie, struct client *c), void *cookie);

/* From now on there is where they come; the descriptor is taken over, the one before closed. */
void clients_listen(struct clients *all, int fd);

/* Take no more of them: who comes now waits for whoever listens next. */
void clients_close(struct clients *all);

/* Take text over, of len octets, malloced; NULL: an answer that is none. One hold, the caller's. */
struct letter *letter_new(char *text, size_t len);
struct letter *letter_json(const json_t *o);
void letter_release(struct letter *a);

/* Give it to one that waits, with a hold of its own. The client may be gone on return. */
void client_answer(struct client *c, struct letter *a);

/* Give it to all that wait for an answer to this. */
void clients_answer(struct clients *all, enum request_kind kind, struct letter *a);

/* Give one that waits this text, a line, and descriptors, which stay the caller's; or, if they do not fit, nothing. It is gone on return. */
void client_hand(struct client *c, const int *fds, size_t count, const char *text);

/* Is an answer on its way to anybody? */
bool clients_are_taking(const struct clients *all);

#endif
