/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/keeper.h"

#include "proxy/keeper/helm.h"

#include <signal.h>

struct keeper {
	struct ev_loop *loop;
	struct helm helm;
	ev_signal on_term, on_int, on_hup, on_usr1;
};

static void
on_over(void *cookie)
{
	struct keeper *k = cookie;

	ev_break(k->loop, EVBREAK_ALL);
}

static void
on_stop(struct ev_loop *loop, ev_signal *watcher, int events)
{
	struct keeper *k = watcher->data;

	(void)loop, (void)events;
	helm_stop(&k->helm);
}

static void
on_reload(struct ev_loop *loop, ev_signal *watcher, int events)
{
	struct keeper *k = watcher->data;

	(void)loop, (void)events;
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

int
keeper_run(const char *file)
{
	static struct keeper k;

	k.loop = ev_default_loop(0);
	if (k.loop == NULL) {
		fprintf(stderr, "relaywall: libev cannot start\n");
		return 1;
	}
	signal(SIGPIPE, SIG_IGN);
	watch(&k, &k.on_term, on_stop, SIGTERM);
	watch(&k, &k.on_int, on_stop, SIGINT);
	watch(&k, &k.on_hup, on_reload, SIGHUP);
	watch(&k, &k.on_usr1, on_reopen, SIGUSR1);
	helm_init(&k.helm, file, k.loop, on_over, &k);
	helm_reload(&k.helm);		/* the first one */
	ev_run(k.loop, 0);
	store_done(&k.helm.store);
	return k.helm.status;
}
