/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE	/* unshare() */
#include "tests/unit/net.h"

#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static bool
loopback_up(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq r = { .ifr_flags = IFF_UP };
	int result = -1;

	strcpy(r.ifr_name, "lo");
	if (fd != -1) {
		result = ioctl(fd, SIOCSIFFLAGS, &r);
		close(fd);
	}
	return result == 0;
}

bool
net_own(void)
{
	static bool asked, got;

	if (!asked)
		got = (unshare(CLONE_NEWNET) == 0 || unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0) && loopback_up();
	if (!asked && !got)
		perror("no network namespace, so nothing of the network is tested");
	asked = true;
	return got;
}
