/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/keeper.h"

#include "proxy/keeper/hall.h"
#include "proxy/keeper/helm.h"
#include "proxy/keeper/notify.h"
#include "proxy/keeper/office.h"
#include "proxy/keeper/process/version.h"
#include "proxy/keeper/process/voice.h"
#include "proxy/keeper/succeed.h"

#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

struct keeper {
	struct ev_loop *loop;
	struct helm helm;
	struct office office;
	struct hall hall;
	struct notify notify;
	ev_timer beat;
	ev_signal on_term, on_int, on_hup, on_usr1, on_usr2;
	char path[PATH_MAX];		/* of the program that an upgrade runs */
	struct handover handover;	/* that this program leaves to the next */
};

static void
on_over(void *cookie)
{
	struct keeper *k = cookie;

	ev_break(k->loop, EVBREAK_ALL);
}

/* What a captain says that is not about who serves. */
static void
hear(void *cookie, struct captain_link *c, struct wire_message *m)
{
	struct keeper *k = cookie;

	hall_hear(&k->hall, m);
	office_hear(&k->office, c, m);
}

static void
on_beat(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct keeper *k = timer->data;

	(void)loop, (void)events;
	(void)notify_alive(&k->notify);	/* the next one comes in time if this one is lost */
}

static void
on_began(void *cookie)
{
	struct keeper *k = cookie;

	if (k->helm.current != NULL)
		(void)notify_reloading(&k->notify);
}

/* The first captain serves, or a reload has ended in one way or the other. */
static void
on_ended(void *cookie, bool done)
{
	struct keeper *k = cookie;

	if (k->helm.current == NULL)
		return;
	if (notify_ready(&k->notify, done ? "serves" : "serves as before: what was to be loaded did not") == -1)
		fprintf(stderr, "relaywall: warning: the service manager was not told: %s\n", strerror(errno));
}

static void
on_stop(struct ev_loop *loop, ev_signal *watcher, int events)
{
	struct keeper *k = watcher->data;

	(void)loop, (void)events;
	(void)notify_stopping(&k->notify);
	helm_stop(&k->helm);
}

static void
on_reload(struct ev_loop *loop, ev_signal *watcher, int events)
{
	struct keeper *k = watcher->data;

	(void)loop, (void)events;
	helm_wish(&k->helm, HELM_RELOAD);
}

static void
on_upgrade(struct ev_loop *loop, ev_signal *watcher, int events)
{
	struct keeper *k = watcher->data;

	(void)loop, (void)events;
	helm_wish(&k->helm, HELM_UPGRADE);
}

static void
on_reopen(struct ev_loop *loop, ev_signal *watcher, int events)
{
	struct keeper *k = watcher->data;

	(void)loop, (void)events;
	helm_tell(&k->helm, "reopen");
}

static void
watch(struct keeper *k, ev_signal *watcher, void (*f)(struct ev_loop *, ev_signal *, int), int number)
{
	ev_signal_init(watcher, f, number);
	watcher->data = k;
	ev_signal_start(k->loop, watcher);
}

/* From now on the service manager hears that this loop goes round. What the captains do is for the helm to see. */
static void
watch_life(struct keeper *k)
{
	double every_s = (double)k->notify.watchdog_ms / 1000 / 4;

	ev_timer_init(&k->beat, on_beat, every_s, every_s);
	k->beat.data = k;
	if (every_s > 0)
		ev_timer_start(k->loop, &k->beat);
}

/* 0, or -1 and told. */
static int
open_keeper(struct keeper *k)
{
	voice_free();
	k->loop = ev_default_loop(0);
	if (k->loop != NULL)
		return notify_open(&k->notify, stderr);
	fprintf(stderr, "relaywall: libev cannot start\n");
	return -1;
}

static void
watch_signals(struct keeper *k)
{
	signal(SIGPIPE, SIG_IGN);
	watch(k, &k->on_term, on_stop, SIGTERM);
	watch(k, &k->on_int, on_stop, SIGINT);
	watch(k, &k->on_hup, on_reload, SIGHUP);
	watch(k, &k->on_usr1, on_reopen, SIGUSR1);
	watch(k, &k->on_usr2, on_upgrade, SIGUSR2);
}

/* All that another program needs is saved: who asked is told, and it runs. */
static void
give_way(struct keeper *k, char *why, size_t size)
{
	struct helm *h = &k->helm;
	int state = -1;

	if (helm_describe(h, &k->handover) == -1 || office_describe(&k->office, &k->handover) == -1 ||
	    hall_describe(&k->hall, &k->handover.store) == -1 || (state = handover_save(&k->handover)) == -1) {
		snprintf(why, size, "relaywall: what the keeper has cannot be handed over: %s\n", strerror(errno));
		return;
	}
	helm_leave(h);
	hall_rest(&k->hall);
	office_rest(&k->office);
	succeed(h->program, &k->handover, state);
	snprintf(why, size, "relaywall: the program cannot be run as the keeper: %s\n", strerror(errno));
	office_resume(&k->office);
	hall_resume(&k->hall);
	close(state);
}

/*
 * The upgrade's captain serves. Signals wait from now on for the program that comes; what
 * was caught before is obeyed here, and may end all.
 */
static void
become_next(struct keeper *k)
{
	char why[160] = "relaywall: it is to end\n";
	sigset_t signals, before;

	succeed_signals(&signals);
	sigprocmask(SIG_BLOCK, &signals, &before);
	ev_run(k->loop, EVRUN_NOWAIT);
	if (k->helm.leaving && !k->helm.stopping)
		give_way(k, why, sizeof(why));
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (k->helm.leaving)
		helm_stay(&k->helm, why);
}

/* left: what the program before left, or NULL. */
static void
open_rooms(struct keeper *k, const char *file, struct handover *left)
{
	const struct helm_listener listener = { .heard = hear, .began = on_began, .ended = on_ended, .over = on_over, .cookie = k };

	helm_init(&k->helm, file, k->path, k->loop, &listener);
	office_open(&k->office, &k->helm, left);
	hall_open(&k->hall, &k->helm, &k->office, left == NULL ? NULL : &left->store);
}

static int
serve(struct keeper *k)
{
	watch_life(k);
	while (!helm_is_over(&k->helm)) {
		if (k->helm.leaving)
			become_next(k);
		else
			ev_run(k->loop, 0);
	}
	hall_close(&k->hall);
	office_close(&k->office);
	store_done(&k->helm.store);
	notify_close(&k->notify);
	return k->helm.status;
}

int
keeper_run(const char *file)
{
	static struct keeper k;

	if (open_keeper(&k) == -1)
		return 1;
	succeed_find_program(k.path);
	watch_signals(&k);
	open_rooms(&k, file, NULL);
	helm_wish(&k.helm, HELM_RELOAD);	/* the first one */
	return serve(&k);
}

static void
tell_resumed(struct keeper *k)
{
	char serves[48] = "no captain serves yet";

	if (k->helm.current != NULL)
		snprintf(serves, sizeof(serves), "captain %u serves", k->helm.current->generation);
	fprintf(stderr, "relaywall: upgraded: version %s by %s, %s\n", version_text, k->path, serves);
	on_ended(k, true);
}

/* Those that the program before blocked, and that waited. */
static void
let_signals_in(void)
{
	sigset_t signals;

	succeed_signals(&signals);
	sigprocmask(SIG_UNBLOCK, &signals, NULL);
}

int
keeper_resume(int state)
{
	static struct keeper k;
	static char file[PATH_MAX];
	char why[HANDOVER_WHY];
	struct handover *left = handover_load(state, why);

	prctl(PR_SET_NAME, "relaywall");	/* it was run by the number of a descriptor */
	if (left == NULL) {
		fprintf(stderr, "relaywall: the keeper cannot go on with what it had: %s\n", why);
		return 1;
	}
	close(state);
	memcpy(file, left->file, sizeof(file));
	memcpy(k.path, left->program, sizeof(k.path));
	if (open_keeper(&k) == -1)
		return 1;
	open_rooms(&k, file, left);
	left->reload |= left->user.uid == 0;	/* the program before did not ask who the desk's user is: the next captain says */
	if (helm_adopt(&k.helm, left) == -1) {
		fprintf(stderr, "relaywall: the keeper cannot go on: %s\n", strerror(errno));
		return 1;
	}
	handover_free(left);
	hall_resume(&k.hall);
	watch_signals(&k);
	let_signals_in();
	tell_resumed(&k);
	return serve(&k);
}
