/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/captain/drill.h"

#include <limits.h>
#include <sys/socket.h>
#include <unistd.h>

/* The client's side, the host's; of each our end and the worker's. */
struct stage {
	int ours[2], workers[2];
};

static void
close_both(const int fds[2])
{
	for (size_t i = 0; i < 2; i++)
		if (fds[i] != -1)
			close(fds[i]);
}

/* 0, or -1: what there is of it is to be closed all the same. */
static int
set(struct stage *s)
{
	*s = (struct stage){ { -1, -1 }, { -1, -1 } };
	for (size_t i = 0; i < 2; i++) {
		int pair[2];

		if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) == -1)
			return -1;
		s->ours[i] = pair[0];
		s->workers[i] = pair[1];
	}
	return 0;
}

void
captain_drill(const struct captain *c, const char *text)
{
	struct stage stage;
	unsigned serial, index;
	bool is_set;

	if (!wire_number(&text, UINT_MAX, &serial) || !wire_number(&text, UINT_MAX, &index))
		return;
	is_set = set(&stage) == 0 && crew_hand(c->crew, index, stage.workers, 2, "drill") == 0;
	(void)wire_send(c->wire, stage.ours, is_set ? 2 : 0, "staged %u", serial);
	close_both(stage.ours);
	close_both(stage.workers);
}
