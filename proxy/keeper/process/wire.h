/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wire.h - what keeper, captain and workers say to each other: short texts with
 * descriptors, over a socket pair that keeps them apart.
 *
 * A text is a word and what belongs to it, as "want 16 0". So a program of another
 * version understands what it knows, and a trace of system calls can be read.
 * Nothing here waits: the pairs are non-blocking.
 */
#ifndef PROXY_KEEPER_PROCESS_WIRE_H
#define PROXY_KEEPER_PROCESS_WIRE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

enum {
	WIRE_TEXT = 8192,	/* octets of a text, its NUL included */
	WIRE_FDS = 64,		/* descriptors with one; the kernel takes at most 253 */
};

struct wire_message {
	char text[WIRE_TEXT];
	int fds[WIRE_FDS];	/* the receiver's to close, see wire_close_all() */
	size_t fd_count;
	bool cut;		/* it had more, for which this process has no number free: RLIMIT_NOFILE */
};

/* A connected pair, close-on-exec. 0, or -1 with errno. */
int wire_pair(int ends[2]);

/* Room for so many short messages that this end has sent and the other one has not read. 0, or -1 with errno: EPERM without CAP_NET_ADMIN. */
int wire_widen(int fd, unsigned messages);

/* Send a text without descriptors; what is longer than WIRE_TEXT is cut. 0, or -1 with errno: EAGAIN, EPIPE. */
int wire_say(int fd, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Send it with descriptors, which stay the caller's. */
int wire_send(int fd, const int *fds, size_t count, const char *format, ...) __attribute__((format(printf, 4, 5)));

/*
 * Take one message. 1; 0: there is none now; -1: there will be none any more. A
 * message of more than WIRE_TEXT octets is the end, too: nobody of ours sends one.
 */
int wire_receive(int fd, struct wire_message *m);

/* What is behind the word and a blank, if the text has this word; else NULL. */
const char *wire_is(const struct wire_message *m, const char *word);

/* Take the next word of a text, or a number of at most this, and the blank behind it. False: it is none. */
bool wire_word(const char **text, char *out, size_t size);
bool wire_number(const char **text, unsigned most, unsigned *out);

/* Close the descriptors of a message that nobody has taken: those that are not -1. */
void wire_close_all(struct wire_message *m);

#endif
