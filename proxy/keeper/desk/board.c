/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE	/* memfd_create() */
#include "proxy/keeper/desk/board.h"

#include <limits.h>
#include <sys/mman.h>
#include <unistd.h>

static const struct {
	const char *word;
	enum request_kind kind;
} words[DESK_BOARD_KINDS] = { { "status", REQUEST_STATUS }, { "sessions", REQUEST_SESSIONS } };

/* The one place where a board is lost. */
static void
part(struct desk_board *b)
{
	if (b->wire == -1)
		return;
	ev_io_stop(b->loop, &b->on_wire);
	close(b->wire);
	b->wire = -1;
	for (size_t i = 0; i < DESK_BOARD_KINDS; i++)
		b->serials[i] = 0;
}

static void
hear(struct desk_board *b)
{
	for (size_t i = 0; i < DESK_BOARD_KINDS; i++) {
		const char *rest = wire_is(&b->message, words[i].word);
		unsigned serial;

		if (rest == NULL || !wire_number(&rest, UINT_MAX, &serial))
			continue;
		b->serials[i] = serial;
		if (serial != 0)
			b->asked(b->cookie, words[i].kind);
	}
	wire_close_all(&b->message);
}

/* One message at a time: commands are served in between, whatever it sends. */
static void
on_wire(struct ev_loop *loop, ev_io *io, int events)
{
	struct desk_board *b = io->data;
	int got = wire_receive(io->fd, &b->message);

	(void)loop, (void)events;
	if (got == 1)
		hear(b);
	else if (got == -1)
		part(b);
}

void
desk_board_init(struct desk_board *b, struct ev_loop *loop, void (*asked)(void *cookie, enum request_kind kind), void *cookie)
{
	*b = (struct desk_board){ .loop = loop, .wire = -1, .asked = asked, .cookie = cookie };
	ev_init(&b->on_wire, on_wire);
	b->on_wire.data = b;
}

void
desk_board_meet(struct desk_board *b, int wire)
{
	part(b);
	b->wire = wire;
	ev_io_set(&b->on_wire, wire, EV_READ);
	ev_io_start(b->loop, &b->on_wire);
}

static size_t
position(enum request_kind kind)
{
	return kind == words[0].kind ? 0 : 1;
}

bool
desk_board_waits(const struct desk_board *b, enum request_kind kind)
{
	return b->serials[position(kind)] != 0;
}

/* A descriptor of memory that holds it, or -1. */
static int
copy(const struct letter *a)
{
	int fd = memfd_create("relaywall-letter", MFD_CLOEXEC);

	if (fd == -1 || write(fd, a->text, a->len) == (ssize_t)a->len)
		return fd;
	close(fd);
	return -1;
}

void
desk_board_answer(struct desk_board *b, enum request_kind kind, const struct letter *a)
{
	size_t at = position(kind);
	int fd;

	if (!desk_board_waits(b, kind) || a == NULL || a->len == 0 || (fd = copy(a)) == -1)
		return;
	(void)wire_send(b->wire, &fd, 1, "%s %u", words[at].word, b->serials[at]);
	b->serials[at] = 0;
	close(fd);
}
