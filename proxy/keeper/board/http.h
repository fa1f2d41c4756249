/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * http.h - HTTP on libev, around libmicrohttpd, for who only reads.
 *
 * GET and HEAD, no body, one request a connection. Bounded in number and in time: a
 * visitor has seconds for his request and for the answer. When places run short the one
 * goes that has been here for the longest without asking, so many who say nothing keep
 * nobody out.
 */
#ifndef PROXY_KEEPER_BOARD_HTTP_H
#define PROXY_KEEPER_BOARD_HTTP_H

#include <ev.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>

enum {
	HTTP_VISITORS = 64,		/* at once; others wait in the backlog */
	HTTP_SILENT_MOST = 48,		/* one more, and the oldest of those who have not asked yet goes */
	HTTP_REQUEST_OCTETS = 16384,	/* of a connection's memory: request line and fields */
};

struct http_answer {
	unsigned code;			/* 200, 404, ... */
	const char *type;		/* of the text; static */
	char *text;			/* malloced; NULL: no memory */
	size_t len;
};

struct http_conf {
	/* Is the answer for this path at hand? If not, the visitor waits until http_resume(). */
	bool (*ready)(void *cookie, const char *path);
	/* Make it. */
	void (*answer)(void *cookie, const char *path, struct http_answer *out);
	void *cookie;
	const char *own_name;		/* that a request may be addressed to, beside addresses; these two outlive it */
	const char *policy;		/* Content-Security-Policy of all answers */
};

struct MHD_Daemon;
TAILQ_HEAD(visit_list, visit);

struct http {
	struct ev_loop *loop;
	struct http_conf conf;
	struct MHD_Daemon *daemon;	/* NULL: nobody can come */
	struct visit_list visits;	/* the oldest first */
	unsigned count;
	ev_io on_ready;
	ev_timer on_time, look;
};

void http_init(struct http *h, struct ev_loop *loop, const struct http_conf *conf);

/* From now on visitors come here, and those from before are sent away. The socket is taken over. 0, or -1: it cannot be, and is closed. */
int http_listen(struct http *h, int fd);

/* Ask ready() again for all who wait. */
void http_resume(struct http *h);

#endif
