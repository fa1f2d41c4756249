/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/process/control_socket.h"

#include <errno.h>
#include <libgen.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum {
	BACKLOG = 64,
	OTHERS = 0117,		/* umask of the file: 0660 */
	FOLDER = 0755,
};

static int
name_of(const char *path, struct sockaddr_un *name)
{
	*name = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof(name->sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(name->sun_path, path, strlen(path) + 1);
	return 0;
}

static int
fail(int fd, int error)
{
	close(fd);
	errno = error;
	return -1;
}

static int
reach(const char *path, int flags)
{
	struct sockaddr_un name;
	int fd;

	if (name_of(path, &name) == -1 || (fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0)) == -1)
		return -1;
	if (connect(fd, (struct sockaddr *)&name, sizeof(name)) == 0)
		return fd;
	return fail(fd, errno);
}

int
control_socket_connect(const char *path)
{
	return reach(path, 0);
}

static void
make_folder(const char *path)
{
	char copy[sizeof(((struct sockaddr_un *)NULL)->sun_path)];

	memcpy(copy, path, strlen(path) + 1);
	(void)mkdir(dirname(copy), FOLDER);	/* bind() tells if it is not there then */
}

/* What is there and nobody listens at. 0, or -1 with errno: it is to be left alone. Who listens may be one who does not accept: not to wait for him. */
static int
clear(const char *path)
{
	struct stat st;
	int fd;

	if (lstat(path, &st) == -1)
		return errno == ENOENT ? 0 : -1;
	if (!S_ISSOCK(st.st_mode)) {
		errno = EEXIST;
		return -1;
	}
	fd = reach(path, SOCK_NONBLOCK);
	if (fd != -1)
		return fail(fd, EADDRINUSE);
	if (errno == ECONNREFUSED)
		return unlink(path);
	if (errno == EAGAIN)
		errno = EADDRINUSE;
	return -1;
}

int
control_socket_open(const char *path)
{
	struct sockaddr_un name;
	mode_t before;
	int fd, result;

	if (name_of(path, &name) == -1)
		return -1;
	make_folder(path);
	if (clear(path) == -1 || (fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) == -1)
		return -1;
	before = umask(OTHERS);
	result = bind(fd, (struct sockaddr *)&name, sizeof(name));
	umask(before);
	if (result == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	return fail(fd, errno);
}

/* The socket itself is another inode than its file: the file is asked who it leads to, by name alone. */
bool
control_socket_is(const char *path, int fd)
{
	struct sockaddr_un name;
	socklen_t len = sizeof(name);
	struct stat st;

	return fd != -1 && getsockname(fd, (struct sockaddr *)&name, &len) == 0 && strncmp(name.sun_path, path, sizeof(name.sun_path)) == 0 &&
	    lstat(path, &st) == 0 && S_ISSOCK(st.st_mode);
}
