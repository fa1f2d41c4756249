/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE	/* memfd_create(), fchdir() */
#include "tests/keeper/attempts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <unistd.h>

static int number;	/* of whatever prepare() opened: what it returns points here */

/* A descriptor, a pointer or a positive result is a success. */
static int
got(long result)
{
	return result == -1 ? -1 : 0;
}

static void *
with_root_folder(int peer)
{
	(void)peer;
	number = open("/", O_RDONLY | O_DIRECTORY);
	must(number != -1, "open /");
	return &number;
}

static void *
with_file(int peer)
{
	char name[] = "/tmp/confined.XXXXXX";

	number = mkstemp(name);
	must(number != -1 && unlink(name) == 0, "mkstemp");
	must(dup2(peer, STDERR_FILENO) != -1, "dup2");	/* if that is a file, files may be written */
	return &number;
}

static int
open_file(void *p)
{
	(void)p;
	return got(open("/etc/passwd", O_RDONLY));
}

static int
open_root(void *p)
{
	(void)p;
	return got(open("/", O_RDONLY));
}

static int
create_file(void *p)
{
	(void)p;
	return got(open("/", O_TMPFILE | O_RDWR, 0600)) == 0 ? 0 : got(open("/tmp", O_TMPFILE | O_RDWR, 0600));
}

static int
open_behind(void *p)
{
	return got(openat(*(int *)p, "etc/passwd", O_RDONLY));
}

static int
go_behind(void *p)
{
	return fchdir(*(int *)p);
}

static int
chroot_out(void *p)
{
	(void)p;
	return chroot("/");
}

static int
write_file(void *p)
{
	return got(write(*(int *)p, "x", 1));
}

static int
memory_file(void *p)
{
	(void)p;
	return got(memfd_create("x", MFD_CLOEXEC));
}

static int
memory_file_for_programs(void *p)	/* it would stay open in a program that is run */
{
	(void)p;
	return got(memfd_create("x", 0));
}

static int
mount_private(void *p)		/* as it is already, in the namespace of this test */
{
	(void)p;
	return mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL);
}

const struct attempt attempts_on_files[] = {
	{ "open a file", IN_ALL, { NULL, open_file, NULL }, "EACCES" },
	{ "open what is there", IN_ALL, { NULL, open_root, NULL }, "EACCES" },
	{ "create a file", IN_ALL, { NULL, create_file, NULL }, "EACCES" },
	{ "open a file from a folder that was left open", IN_ALL, { with_root_folder, open_behind, NULL }, "EACCES" },
	{ "go to a folder that was left open", IN_ALL, { with_root_folder, go_behind, NULL }, "EPERM" },
	{ "chroot out", IN_ALL, { NULL, chroot_out, NULL }, "SIGSYS" },
	{ "write a file that is open", IN_ALL & ~(IN_SCRIBE | IN_DESK | IN_TAP), { with_file, write_file, NULL }, "SIGXFSZ" },
	{ "a file in memory", IN_ALL & ~IN_DESK, { NULL, memory_file, NULL }, "EPERM" },
	{ "a file in memory for a program", IN_ALL, { NULL, memory_file_for_programs, NULL }, "EPERM" },
	{ "mount", IN_ALL, { NULL, mount_private, NULL }, "SIGSYS" },
	{ NULL, 0, { NULL, NULL, NULL }, NULL },
};
