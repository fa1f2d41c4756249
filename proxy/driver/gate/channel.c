/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/gate/channel.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

/*
 * Room in a pair, as setsockopt(2) takes it. Packets: twice the longest datagram at
 * the least, or the kernel would cut it in two; not much more, since what is in the
 * pair is in the kernel's queue as well, and waits. Sockets: an order or two.
 */
static const int room[CHANNELS] = {
	[CHANNEL_PACKETS] = 2 * CHANNEL_MESSAGES_MAX * CHANNEL_MESSAGE,
	[CHANNEL_SOCKETS] = 4096,
};

static int
open_pair(enum channel which, int *gate, int *hand)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) == -1)
		return -1;
	*gate = pair[0];
	*hand = pair[1];
	for (int i = 0; i < 2; i++)
		if (setsockopt(pair[i], SOL_SOCKET, SO_SNDBUF, &room[which], sizeof(room[which])) == -1)
			return -1;
	return 0;
}

int
channels_open(struct channels *c)
{
	int error;

	*c = (struct channels){ { -1, -1 }, { -1, -1 } };
	for (enum channel which = 0; which < CHANNELS; which++) {
		if (open_pair(which, &c->gate[which], &c->hand[which]) == 0)
			continue;
		error = errno;
		channels_close(c);
		errno = error;
		return -1;
	}
	return 0;
}

void
channels_close(struct channels *c)
{
	for (enum channel which = 0; which < CHANNELS; which++) {
		if (c->gate[which] != -1)
			close(c->gate[which]);
		if (c->hand[which] != -1)
			close(c->hand[which]);
		c->gate[which] = c->hand[which] = -1;
	}
}
