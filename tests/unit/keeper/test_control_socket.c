/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/process/control_socket.h"

#include "tests/unit/site/folder.h"
#include "tests/unit/suite.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static void
it_is_made_with_its_folder_and_for_root_alone(void)
{
	char *folder = folder_path("run"), *path = folder_path("run/control");
	struct stat st;
	int fd = control_socket_open(path), client;

	CU_ASSERT_FATAL(fd != -1);
	CU_ASSERT(stat(path, &st) == 0 && S_ISSOCK(st.st_mode) && (st.st_mode & 0777) == 0660);
	CU_ASSERT(control_socket_is(path, fd) && !control_socket_is(folder, fd) && !control_socket_is(path, -1));
	client = control_socket_connect(path);
	CU_ASSERT(client != -1);
	close(client);
	CU_ASSERT(control_socket_open(path) == -1 && errno == EADDRINUSE);
	unlink(path);
	CU_ASSERT(!control_socket_is(path, fd));
	close(fd);
	rmdir(folder);
	free(folder);
	free(path);
}

static void
what_was_left_there_is_removed_but_no_file(void)
{
	char *path = folder_path("socket"), *file = folder_path("file");
	int fd = control_socket_open(path);

	CU_ASSERT_FATAL(fd != -1);
	close(fd);	/* as when its process was killed */
	CU_ASSERT(control_socket_connect(path) == -1 && errno == ECONNREFUSED);
	fd = control_socket_open(path);
	CU_ASSERT(fd != -1);
	close(fd);
	unlink(path);
	CU_ASSERT(control_socket_connect(path) == -1 && errno == ENOENT);
	folder_write("file", "of somebody");
	CU_ASSERT(control_socket_open(file) == -1 && errno == EEXIST);
	CU_ASSERT(access(file, F_OK) == 0);
	free(path);
	free(file);
}

static void
who_does_not_accept_is_not_waited_for(void)
{
	enum { MANY = 200 };
	char *path = folder_path("full");
	int fds[MANY], fd = control_socket_open(path), flags = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, refused = 0;
	struct sockaddr_un name = { .sun_family = AF_UNIX };

	CU_ASSERT_FATAL(fd != -1);
	snprintf(name.sun_path, sizeof(name.sun_path), "%s", path);
	for (int i = 0; i < MANY; i++) {
		fds[i] = socket(AF_UNIX, flags, 0);
		refused += connect(fds[i], (struct sockaddr *)&name, sizeof(name)) == -1;
	}
	CU_ASSERT(refused > 0);
	CU_ASSERT(control_socket_open(path) == -1 && errno == EADDRINUSE);
	for (int i = 0; i < MANY; i++)
		close(fds[i]);
	close(fd);
	unlink(path);
	free(path);
}

static void
a_path_that_is_too_long_is_none(void)
{
	char path[200];

	memset(path, '/', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	CU_ASSERT(control_socket_open(path) == -1 && errno == ENAMETOOLONG);
	CU_ASSERT(control_socket_connect(path) == -1 && errno == ENAMETOOLONG);
}

static CU_TestInfo tests[] = {
	{ "it is made with its folder, and for root alone", it_is_made_with_its_folder_and_for_root_alone },
	{ "what was left there is removed, but no file", what_was_left_there_is_removed_but_no_file },
	{ "who does not accept is not waited for", who_does_not_accept_is_not_waited_for },
	{ "a path that is too long is none", a_path_that_is_too_long_is_none },
	CU_TEST_INFO_NULL,
};
SUITE(control_socket, tests)
