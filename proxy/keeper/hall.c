/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE	/* memfd_create() */
#include "proxy/keeper/hall.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const double look_s = 0.5;
static const char of_hall[] = "hall:";	/* before what a captain said, in what one program leaves to the next */

/* A board that does not read hangs, and is killed. */
static void
give_listener(struct hall *h)
{
	int fd = store_find(&h->helm->store, h->name);

	h->given = fd != -1;
	if (h->wire != -1 && fd != -1)
		(void)wire_send(h->wire, &fd, 1, "listen");
}

/* A pair of their own, of which no end stays here. */
static void
introduce(struct hall *h)
{
	int ends[2];

	h->desk = h->office->child.pid;
	h->board = h->child.pid;
	if (h->desk == 0 || h->board == 0)
		return;
	if (wire_pair(ends) == -1) {
		fprintf(stderr, "relaywall: the board finds no desk: %s\n", strerror(errno));
		return;
	}
	(void)wire_send(h->wire, &ends[0], 1, "desk");
	office_introduce(h->office, ends[1]);
	close(ends[0]);
	close(ends[1]);
}

/* Either may have been replaced since. */
static void
on_look(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct hall *h = timer->data;

	(void)loop, (void)events;
	if (h->desk != h->office->child.pid || h->board != h->child.pid)
		introduce(h);
}

static int
prepare(void *cookie)
{
	struct hall *h = cookie;
	int ends[2];

	if (wire_pair(ends) == -1) {
		fprintf(stderr, "relaywall: the board cannot start: %s\n", strerror(errno));
		return -1;
	}
	h->wire = ends[0];
	h->home.wire = ends[1];
	give_listener(h);
	return 0;
}

static void
forked(void *cookie)
{
	struct hall *h = cookie;

	close(h->home.wire);
	h->home.wire = -1;
}

static void
ended(void *cookie)
{
	struct hall *h = cookie;

	close(h->wire);
	h->wire = -1;
}

static size_t
keeps(void *cookie, int *fds, size_t max)
{
	const struct hall *h = cookie;

	(void)max;
	fds[0] = h->home.wire;
	return 1;
}

static void
inside(void *cookie)
{
	const struct hall *h = cookie;

	board_run(&h->home);
}

/* What the last board, or that of the program before, has drawn up is there for the next; of another size it is of another version. */
static int
share(struct hall *h)
{
	const size_t size = sizeof(*h->home.shared);
	struct stat st;
	void *shared;

	if (h->home.shared != NULL)
		return 0;
	if (h->memory != -1 && (fstat(h->memory, &st) == -1 || st.st_size != (off_t)size)) {
		close(h->memory);
		h->memory = -1;
	}
	if (h->memory == -1 && (h->memory = memfd_create("relaywall-board", MFD_CLOEXEC)) == -1)
		return -1;
	if (ftruncate(h->memory, (off_t)size) == -1 || (shared = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, h->memory, 0)) == MAP_FAILED)
		return -1;
	h->home.shared = shared;
	return 0;
}

static void
start(struct hall *h)
{
	struct child_conf conf = { .name = "the board", .inside = inside, .prepare = prepare, .forked = forked, .ended = ended, .keeps = keeps,
		.cookie = h };

	if (share(h) == -1) {
		fprintf(stderr, "relaywall: the board cannot start: %s\n", strerror(errno));
		return;
	}
	conf.beats = &h->home.shared->beats;
	if (child_start(&h->child, &conf, h->helm->loop, stderr) == 0)	/* if not, it is told: mail goes on unseen */
		ev_timer_start(h->helm->loop, &h->look);
}

void
hall_rest(struct hall *h)
{
	ev_timer_stop(h->helm->loop, &h->look);
	child_end(&h->child);
	h->desk = h->board = 0;
}

void
hall_resume(struct hall *h)
{
	if (h->wish[0] != '\0' && !ev_is_active(&h->look))
		start(h);
}

/* "33 33 metrics:127.0.0.1:9025", or "". False: it is neither. A board that is another user's is none. */
static bool
read_wish(struct hall *h, const char *wish)
{
	struct confine before = h->home.confine, confine = before;
	const char *rest = wish;

	if (strlen(wish) >= sizeof(h->wish))
		return false;
	if (wish[0] != '\0' && !confine_read(&rest, &confine))
		return false;
	h->home.confine = confine;
	memcpy(h->wish, wish, strlen(wish) + 1);
	memcpy(h->name, rest, strlen(rest) + 1);
	if (wish[0] == '\0' || confine.uid != before.uid || confine.gid != before.gid)
		hall_rest(h);
	return true;
}

void
hall_hear(struct hall *h, const struct wire_message *m)
{
	const char *wish = wire_is(m, "metrics");

	if (wish == NULL || (strcmp(wish, h->wish) == 0 && h->given) || !read_wish(h, wish) || wish[0] == '\0')
		return;
	if (ev_is_active(&h->look))
		give_listener(h);
	else
		start(h);
}

/* One item says all: its name what was wished, its descriptor the memory. */
int
hall_describe(const struct hall *h, struct store *out)
{
	char name[STORE_NAME];

	if (h->memory == -1 || snprintf(name, sizeof(name), "%s%s", of_hall, h->wish) >= (int)sizeof(name) || store_put(out, name, h->memory) == 0)
		return 0;
	errno = ENOSPC;
	return -1;
}

static void
adopt(struct hall *h, struct store *left)
{
	const size_t prefix = sizeof(of_hall) - 1;

	for (size_t i = left->count; i-- > 0;) {
		char name[STORE_NAME];

		memcpy(name, left->items[i].name, sizeof(name));
		if (strncmp(name, of_hall, prefix) != 0)
			continue;
		h->memory = store_take(left, name);
		(void)fcntl(h->memory, F_SETFD, FD_CLOEXEC);
		(void)read_wish(h, name + prefix);
		return;
	}
}

void
hall_open(struct hall *h, const struct helm *helm, const struct office *office, struct store *left)
{
	*h = (struct hall){ .helm = helm, .office = office, .memory = -1, .wire = -1, .home = { .wire = -1 } };
	ev_timer_init(&h->look, on_look, look_s / 10, look_s);
	h->look.data = h;
	if (left != NULL)
		adopt(h, left);
}

void
hall_close(struct hall *h)
{
	hall_rest(h);
	if (h->home.shared != NULL)
		munmap(h->home.shared, sizeof(*h->home.shared));
	if (h->memory != -1)
		close(h->memory);
	h->home.shared = NULL;
	h->memory = -1;
}
