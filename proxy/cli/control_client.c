/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE	/* struct ucred */
#include "proxy/cli/control_client.h"

#include "proxy/cli/cli.h"
#include "proxy/cli/shown.h"
#include "proxy/keeper/process/control_socket.h"
#include "proxy/keeper/process/wire.h"
#include "proxy/site/key.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ANSWER_MOST = 64 << 20, PIECE = 64 * 1024 };

struct control
control_default(void)
{
	return (struct control){ .path = key_tables[SECTION_TOP].keys[TOP_CONTROL].fallback };
}

bool
control_option(struct control *c, int option)
{
	if (option == 'C')
		c->path = optarg;
	if (option == 'J')
		c->json = true;
	return option == 'C' || option == 'J';
}

int
control_options(struct control *c, int argc, char **argv)
{
	static const struct option longs[] = { CONTROL_OPTIONS, { 0 } };
	int option;

	*c = control_default();
	while ((option = getopt_long(argc, argv, "", longs, NULL)) != -1)
		if (!control_option(c, option))
			return -1;
	return optind == argc ? 0 : -1;
}

/* A socket, or -1 and told. */
static int
reach(const struct control *c, int *status)
{
	int fd = control_socket_connect(c->path);
	bool absent = fd == -1 && (errno == ENOENT || errno == ECONNREFUSED);

	*status = absent ? CLI_ABSENT : CLI_FAILED;
	if (absent)
		fprintf(stderr, "relaywall: nobody listens at %s: no relaywall runs, or it has another path for control\n", c->path);
	else if (fd == -1)
		fprintf(stderr, "relaywall: %s: %s\n", c->path, strerror(errno));
	return fd;
}

/* What has come, malloced; NULL with errno. */
static char *
read_all(int fd, int wait_ms, size_t *len)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	size_t room = 0;
	char *text = NULL;

	for (*len = 0; *len < ANSWER_MOST;) {
		ssize_t n;

		if (room - *len < PIECE) {
			char *bigger = realloc(text, room = 2 * room + PIECE);

			if (bigger == NULL)
				break;
			text = bigger;
		}
		n = poll(&p, 1, wait_ms);
		if (n == 0)
			errno = ETIMEDOUT;
		if (n <= 0 || (n = read(fd, text + *len, room - *len)) == -1)
			break;
		if (n == 0)
			return text;
		*len += (size_t)n;
	}
	free(text);
	return NULL;
}

static json_t *
parse(const char *text, size_t len)
{
	json_t *o = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);

	if (json_is_object(o))
		return o;
	json_decref(o);
	fprintf(stderr, "relaywall: %s; ask again\n", len == 0 ? "no answer, whoever was to give it has ended" : "the answer is none");
	return NULL;
}

json_t *
control_ask(const struct control *c, const char *request, int wait_ms, int *status)
{
	char line[128], *text;
	size_t len = (size_t)snprintf(line, sizeof(line), "%s\n", request);
	int fd = reach(c, status);
	json_t *o = NULL;

	if (fd == -1)
		return NULL;
	if (send(fd, line, len, MSG_NOSIGNAL) != (ssize_t)len || (text = read_all(fd, wait_ms, &len)) == NULL) {
		fprintf(stderr, "relaywall: no answer: %s\n", strerror(errno));
		close(fd);
		return NULL;
	}
	close(fd);
	o = parse(text, len);
	free(text);
	*status = o == NULL ? CLI_FAILED : CLI_OK;
	return o;
}

/* One message, with two descriptors or what is none of ours. */
static int
receive_ends(int fd, int wait_ms, int ends[2])
{
	static struct wire_message m;
	struct pollfd p = { .fd = fd, .events = POLLIN };

	if (poll(&p, 1, wait_ms) != 1 || wire_receive(fd, &m) != 1)
		return -1;
	if (m.fd_count != 2) {
		wire_close_all(&m);
		return -1;
	}
	memcpy(ends, m.fds, 2 * sizeof(int));
	return 0;
}

int
control_drill(const struct control *c, unsigned worker, int wait_ms, int ends[2])
{
	char line[32];
	size_t len = (size_t)snprintf(line, sizeof(line), "drill %u\n", worker);
	int fd = control_socket_connect(c->path), result = -1;

	if (fd == -1)
		return -1;
	if (send(fd, line, len, MSG_NOSIGNAL) == (ssize_t)len)
		result = receive_ends(fd, wait_ms, ends);
	close(fd);
	return result;
}

int
control_print(const json_t *answer)
{
	if (json_dumpf(answer, stdout, JSON_COMPACT | JSON_ENSURE_ASCII) == 0 && putchar('\n') != EOF && fflush(stdout) == 0)
		return CLI_OK;
	fprintf(stderr, "relaywall: %s\n", strerror(errno));
	return CLI_FAILED;
}

/* Why not: what a captain said of a file that it does not load, for one. */
static void
tell_refusal(const json_t *lines)
{
	for (size_t i = 0; i < json_array_size(lines); i++) {
		const char *line = json_string_value(json_array_get(lines, i));

		fprintf(stderr, "%s\n", shown(line == NULL ? "" : line));
	}
	if (json_array_size(lines) == 0)
		fprintf(stderr, "relaywall: refused\n");
}

int
control_do(const struct control *c, const char *request, int wait_ms, const char *done)
{
	int status;
	json_t *o = control_ask(c, request, wait_ms, &status);

	if (o == NULL)
		return status;
	if (c->json)
		status = control_print(o);
	else if (strcmp(control_text(o, "result"), "done") == 0)
		puts(done);
	else
		tell_refusal(json_object_get(o, "lines"));
	if (strcmp(control_text(o, "result"), "done") != 0)
		status = CLI_FAILED;
	json_decref(o);
	return status;
}

json_int_t
control_number(const json_t *o, const char *key)
{
	return json_integer_value(json_object_get(o, key));
}

const char *
control_text(const json_t *o, const char *key)
{
	const char *text = json_string_value(json_object_get(o, key));

	return text == NULL ? "" : text;
}

bool
control_is(const json_t *o, const char *key)
{
	return json_is_true(json_object_get(o, key));
}

/* The kernel says who called listen(2): the keeper. */
int
control_watch(const struct control *c)
{
	int fd = control_socket_connect(c->path), watched = -1;
	struct ucred who;
	socklen_t len = sizeof(who);

	if (fd == -1)
		return -1;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) == 0)
		watched = pidfd_open(who.pid, 0);
	close(fd);
	return watched;
}
