/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/keeper.h"

#include "proxy/keeper/helm.h"
#include "proxy/keeper/notify.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

struct keeper {
	struct ev_loop *loop;
	struct helm helm;
	struct notify notify;
	ev_timer beat;
	ev_signal on_term, on_int, on_hup, on_usr1;
};

static void
on_over(void *cookie)
{
	struct keeper *k = cookie;

	ev_break(k->loop, EVBREAK_ALL);
}

static void
on_beat(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct keeper *k = timer->data;

	(void)loop, (void)events;
	(void)notify_alive(&k->notify);	/* the next one comes in time if this one is lost */
}

/* The first captain serves, or a reload has ended in one way or the other. */
static void
on_told(void *cookie, bool done, const char *text)
{
	struct keeper *k = cookie;

	(void)text;		/* it was told on stderr */
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
	if (helm_change(&k->helm, NULL, on_told, k))
		(void)notify_reloading(&k->notify);
	else
		helm_reload(&k->helm);
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

int
keeper_run(const char *file)
{
	static struct keeper k;

	k.loop = ev_default_loop(0);
	if (k.loop == NULL) {
		fprintf(stderr, "relaywall: libev cannot start\n");
		return 1;
	}
	if (notify_open(&k.notify, stderr) == -1)
		return 1;
	signal(SIGPIPE, SIG_IGN);
	watch(&k, &k.on_term, on_stop, SIGTERM);
	watch(&k, &k.on_int, on_stop, SIGINT);
	watch(&k, &k.on_hup, on_reload, SIGHUP);
	watch(&k, &k.on_usr1, on_reopen, SIGUSR1);
	helm_init(&k.helm, file, k.loop, on_over, &k);
	helm_change(&k.helm, NULL, on_told, &k);	/* the first one */
	watch_life(&k);
	ev_run(k.loop, 0);
	store_done(&k.helm.store);
	notify_close(&k.notify);
	return k.helm.status;
}
