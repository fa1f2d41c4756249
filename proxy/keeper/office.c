/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/office.h"

#include "proxy/keeper/process/control_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { BYE_MS = 1000 };		/* for the desk to tell who waits for the end */

static const double look_s = 1.0;
static const char of_office[] = "office ", listener_name[] = "office listener";	/* while a program hands over to the next */

/* A desk that does not read hangs, and is killed. */
static void
say(const struct office *o, const char *text)
{
	if (o->wire != -1)
		(void)wire_say(o->wire, "%s", text);
}

static void
give_listener(const struct office *o)
{
	if (o->wire != -1 && o->listener != -1)
		(void)wire_send(o->wire, &o->listener, 1, "listen");
}

/* The path of the configuration that serves now. If it cannot be had the one before stays. */
static void
use_path(struct office *o, const char *path)
{
	int fd;

	if (strlen(path) >= sizeof(o->path) || control_socket_is(path, o->listener))
		return;
	fd = control_socket_open(path);
	if (fd == -1) {
		fprintf(stderr, "relaywall: control %s: %s; no command reaches this one there\n", path,
		    errno == EADDRINUSE ? "another relaywall listens there" : strerror(errno));
		return;
	}
	if (o->listener != -1)
		close(o->listener);
	if (strcmp(o->path, path) != 0)
		(void)unlink(o->path);
	o->listener = fd;
	memcpy(o->path, path, strlen(path) + 1);
	give_listener(o);
}

static void
start_desk(struct office *o)
{
	o->home.confine = o->user;
	if (o->user.uid != 0 && o->home.beats != NULL)
		(void)child_start(&o->child, &o->conf, o->helm->loop, stderr);	/* if not, it is told: mail goes on without commands */
}

/* Of the configuration that serves now. A desk that is another's goes on until the change is over, of which it is to tell. */
static void
use_user(struct office *o, const char *user)
{
	if (confine_read(&user, &o->user) && o->home.confine.uid == 0)
		start_desk(o);
}

/* An answer to the desk, with whose it is. */
static void
pass_on(const struct office *o, const struct captain_link *c, const struct wire_message *m, const char *word, const char *rest)
{
	unsigned serial;

	if (o->wire != -1 && wire_number(&rest, UINT_MAX, &serial))
		(void)wire_send(o->wire, m->fds, m->fd_count, "%s %u %u %s", word, serial, c->generation, rest);
}

void
office_hear(struct office *o, const struct captain_link *c, struct wire_message *m)
{
	static const char *const passed[] = { "report", "listing", "listed", "staged" };
	const char *rest;

	if ((rest = wire_is(m, "user")) != NULL)
		use_user(o, rest);
	else if ((rest = wire_is(m, "control")) != NULL)
		use_path(o, rest);
	else if (wire_is(m, "counted") != NULL)
		ledger_keep(&o->ledger, c->generation, m);
	for (size_t i = 0; i < sizeof(passed) / sizeof(passed[0]); i++)
		if ((rest = wire_is(m, passed[i])) != NULL)
			pass_on(o, c, m, passed[i], rest);
}

/* Ask all captains, and tell who was asked. */
static void
inquire(const struct office *o, const char *word, const char *serial)
{
	const struct captain_link *c;
	char text[WIRE_TEXT];
	int fds[WIRE_FDS];
	size_t n, len;

	len = (size_t)snprintf(text, sizeof(text), "captains %.16s", serial);
	for (c = TAILQ_FIRST(&o->helm->captains); c != NULL && len < sizeof(text) / 2; c = TAILQ_NEXT(c, next))
		len += (size_t)snprintf(text + len, sizeof(text) - len, " %u %s", c->generation, captain_state_name(c->state));
	n = ledger_of_gone(&o->ledger, &o->helm->captains, fds, WIRE_FDS);
	(void)wire_send(o->wire, fds, n, "%s", text);
	snprintf(text, sizeof(text), "%s %.16s", word, serial);
	helm_tell(o->helm, text);
}

/* The captain that serves, or is about to again; if there is none that is the answer. */
static void
drill(const struct office *o, const struct wire_message *m, const char *serial)
{
	if (o->helm->current != NULL)
		captain_link_say(o->helm->current, m->text);
	else
		(void)wire_say(o->wire, "staged %.16s", serial);
}

static void
told(void *cookie, bool done, const char *text)
{
	const struct office *o = cookie;
	char line[WIRE_TEXT];

	snprintf(line, sizeof(line), "changed %s %s", done ? "done" : "failed", text);
	say(o, line);
}

/* Another "stop" of somebody else's is not for an end at once: that has a word of its own. */
static void
stop(const struct office *o, bool now)
{
	if (!o->helm->stopping)
		helm_stop(o->helm);
	if (now && !o->helm->stop_now)
		helm_stop(o->helm);
}

static void
begun(const struct office *o, bool change)
{
	if (!change)
		say(o, "changed busy");
}

/* One after the other: each sum is the next ledger. */
static void
fold(struct office *o)
{
	if (o->wire != -1)
		ledger_fold(&o->ledger, &o->helm->captains, o->wire);
}

static void
on_folded(struct office *o, const char *rest, struct wire_message *m)
{
	if (ledger_folded(&o->ledger, rest, m))
		fold(o);
}

static void
obey(struct office *o, struct wire_message *m)
{
	const char *rest;

	if ((rest = wire_is(m, "report")) != NULL)
		inquire(o, "report", rest);
	else if ((rest = wire_is(m, "list")) != NULL)
		inquire(o, "list", rest);
	else if ((rest = wire_is(m, "drill")) != NULL)
		drill(o, m, rest);
	else if ((rest = wire_is(m, "folded")) != NULL)
		on_folded(o, rest, m);
	else if (wire_is(m, "end") != NULL)
		helm_tell(o->helm, m->text);
	else if (wire_is(m, "reload") != NULL)
		begun(o, helm_change(o->helm, NULL, told, o));
	else if (wire_is(m, "upgrade") != NULL)
		begun(o, helm_upgrade(o->helm, told, o));
	else if ((rest = wire_is(m, "stop")) != NULL)
		stop(o, strcmp(rest, "now") == 0);
	wire_close_all(m);
}

static void
on_wire(struct ev_loop *loop, ev_io *io, int events)
{
	struct office *o = io->data;
	int got;

	(void)events;
	while ((got = wire_receive(io->fd, &o->message)) == 1)
		obey(o, &o->message);
	if (got == -1)
		ev_io_stop(loop, io);	/* it has ended, which is seen elsewhere */
}

static bool
has_other_user(const struct office *o)
{
	return o->user.uid != o->home.confine.uid || o->user.gid != o->home.confine.gid;
}

static void
on_look(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct office *o = timer->data;

	(void)loop, (void)events;
	if (has_other_user(o) && helm_is_free(o->helm)) {
		office_rest(o);
		office_resume(o);
	}
	fold(o);
}

static int
prepare(void *cookie)
{
	struct office *o = cookie;
	int ends[2];

	if (wire_pair(ends) == -1) {
		fprintf(stderr, "relaywall: the desk cannot start: %s\n", strerror(errno));
		return -1;
	}
	o->wire = ends[0];
	o->home.wire = ends[1];
	o->ledger.folding = false;
	ev_io_set(&o->on_wire, o->wire, EV_READ);
	ev_io_start(o->helm->loop, &o->on_wire);
	give_listener(o);
	return 0;
}

static void
forked(void *cookie)
{
	struct office *o = cookie;

	close(o->home.wire);
	o->home.wire = -1;
}

static void
ended(void *cookie)
{
	struct office *o = cookie;

	ev_io_stop(o->helm->loop, &o->on_wire);
	close(o->wire);
	o->wire = -1;
}

static size_t
keeps(void *cookie, int *fds, size_t max)
{
	const struct office *o = cookie;

	(void)max;
	fds[0] = o->home.wire;
	return 1;
}

static void
inside(void *cookie)
{
	const struct office *o = cookie;

	desk_run(&o->home);
}

/* What is the office's is taken out of the store. A path that is not known any more is that of no file to be removed. */
static void
adopt(struct office *o, struct store *left)
{
	struct sockaddr_un own = { 0 };
	socklen_t len = sizeof(own) - 1;

	for (size_t i = left->count; i-- > 0;) {
		char name[STORE_NAME];
		int fd;

		memcpy(name, left->items[i].name, sizeof(name));
		if (strncmp(name, of_office, sizeof(of_office) - 1) != 0)
			continue;
		fd = store_take(left, name);
		(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
		if (strcmp(name, listener_name) == 0)
			o->listener = fd;
		else if (store_put(&o->ledger.counts, name + sizeof(of_office) - 1, fd) == -1)
			close(fd);
	}
	if (o->listener != -1 && getsockname(o->listener, (struct sockaddr *)&own, &len) == 0 && len > offsetof(struct sockaddr_un, sun_path))
		memcpy(o->path, own.sun_path, sizeof(o->path) - 1);
}

void
office_open(struct office *o, struct helm *helm, struct handover *left)
{
	void *beats;

	*o = (struct office){ .helm = helm, .wire = -1, .listener = -1, .home = { .wire = -1, .keeper = getpid() } };
	o->conf = (struct child_conf){ .name = "the desk", .inside = inside, .prepare = prepare, .forked = forked, .ended = ended, .keeps = keeps,
		.cookie = o };
	if (left != NULL) {
		adopt(o, &left->store);
		o->user = left->user;
	}
	document_time(time(NULL), o->home.since);
	ev_init(&o->on_wire, on_wire);
	ev_timer_init(&o->look, on_look, look_s, look_s);
	o->on_wire.data = o->look.data = o;
	ev_timer_start(helm->loop, &o->look);
	beats = mmap(NULL, sizeof(*o->home.beats), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (beats == MAP_FAILED) {
		fprintf(stderr, "relaywall: the desk cannot start: %s\n", strerror(errno));
		return;
	}
	o->conf.beats = o->home.beats = beats;
	start_desk(o);
}

int
office_describe(const struct office *o, struct handover *out)
{
	int result = o->listener == -1 ? 0 : store_put(&out->store, listener_name, o->listener);

	for (size_t i = 0; result == 0 && i < o->ledger.counts.count; i++) {
		char name[STORE_NAME + sizeof(of_office)];

		snprintf(name, sizeof(name), "%s%s", of_office, o->ledger.counts.items[i].name);
		result = store_put(&out->store, name, o->ledger.counts.items[i].fd);
	}
	out->user = o->user;
	if (result == -1)
		errno = ENOSPC;
	return result;
}

/* What the desk was told before it tells on; of a client that does not read, or of a desk that hangs, here is the end. */
static void
end_desk(struct office *o, const char *text)
{
	struct pollfd end = { .fd = o->wire };

	child_leaves(&o->child);
	say(o, text);
	if (o->wire != -1)
		(void)poll(&end, 1, BYE_MS);	/* it ends by itself */
	child_end(&o->child);
}

void
office_rest(struct office *o)
{
	end_desk(o, "leave");
}

void
office_resume(struct office *o)
{
	start_desk(o);
}

void
office_introduce(const struct office *o, int fd)
{
	if (o->wire != -1)
		(void)wire_send(o->wire, &fd, 1, "board");
}

void
office_close(struct office *o)
{
	char text[32];

	ev_timer_stop(o->helm->loop, &o->look);
	if (o->listener != -1) {
		close(o->listener);
		(void)unlink(o->path);
	}
	snprintf(text, sizeof(text), "over %d", o->helm->status);
	end_desk(o, text);
	store_done(&o->ledger.counts);
}
