/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include "tests/scenario/sockets/nets.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

static int nets[NETS];

void
nets_open(const char *prefix)
{
	static const char *const roles[NETS] = { NULL, "client", "router", "host" };
	char path[256];

	for (int i = 0; i < NETS; i++) {
		if (i == NET_OWN)
			snprintf(path, sizeof(path), "/proc/self/ns/net");
		else
			snprintf(path, sizeof(path), "/run/netns/%s-%s", prefix, roles[i]);
		nets[i] = open(path, O_RDONLY | O_CLOEXEC);
		if (nets[i] == -1) {
			perror(path);
			exit(1);
		}
	}
}

void
nets_enter(enum net where)
{
	if (setns(nets[where], CLONE_NEWNET) == -1) {
		perror("setns");
		exit(1);
	}
}
