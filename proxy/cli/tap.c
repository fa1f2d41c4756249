/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tap.c - relaywall tap: listen, on an interface or to captures, and tell what hosts and clients there are, what they said,
 * and what a policy would have made of it.
 */
#include "proxy/base/clock.h"
#include "proxy/cli/cli.h"
#include "proxy/cli/shown.h"
#include "proxy/cli/tap_input.h"
#include "proxy/cli/tap_sinks.h"
#include "proxy/keeper/process/confine.h"
#include "proxy/site/site.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <unistd.h>

static const char details[] =
    "\n"
    "INPUT is a capture, pcap or pcapng, also packed by gzip or zstd; - is the standard input. Nothing is ever sent.\n"
    "Standard output gets the inventory, as text or (--json) as JSON, unless FILE of another output is -. The journal is\n"
    "what the shield with this policy would have written. On an interface: SIGINT or SIGTERM ends it, SIGUSR1 writes the\n"
    "inventory as it is.\n"
    "Exit status: 0 done, 1 not all could be written, 2 something could not be read, or wrong usage.\n";

enum { TAP_UNREAD = CLI_USAGE };

struct run {
	struct tap_options options;
	struct site *site;		/* NULL: no policy */
	struct progress progress;
	struct tap_input input;
	struct tap_sinks sinks;
	struct tap *tap;
};

static struct run run;
static volatile sig_atomic_t stopped, wants_inventory;

/* The first one is obeyed in order; but while the first input is waited for nothing can be lost, and the second one is meant so. */
static void
on_signal(int number)
{
	if (number == SIGUSR1) {
		wants_inventory = 1;
		return;
	}
	if (stopped || !run.input.opened) {
		signal(number, SIG_DFL);
		raise(number);
	}
	stopped = 1;
	if (run.input.now != NULL)
		capture_stop(run.input.now);
}

static void
catch_signals(void)
{
	struct sigaction act = { .sa_handler = on_signal };

	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
	sigaction(SIGUSR1, &act, NULL);
}

/* Where there is time: between two readings of an interface, or of a pipe. */
static void
rest(void *cookie)
{
	struct tap_sinks *sinks = cookie;

	tap_sinks_flush(sinks);
	if (!wants_inventory)
		return;
	wants_inventory = 0;
	tap_sinks_inventory(sinks);
}

/* What strangers sent is read without rights: those of root, or the one to capture. */
static int
give_up_rights(const struct site *site)
{
	struct confine confine;

	if (geteuid() != 0)
		return confine_enter_as_it_is(SANDBOX_TAP, "the tap");
	if (confine_open(&confine, site, stderr) == -1)
		return -1;
	return confine_enter(&confine, SANDBOX_TAP, "the tap");
}

/* 0, or -1 and told. */
static int
listen_live(struct run *r)
{
	const struct tap_options *o = &r->options;
	const struct capture_conf conf = { .interface = o->interface, .ports = o->port_count > 0 ? o->ports : NULL,
		.port_count = o->port_count, .filter = o->filter, .promiscuous = !o->own_only };

	if (tap_input_open_live(&r->input, &conf) == -1 || give_up_rights(r->site) == -1)
		return -1;
	fprintf(stderr, "relaywall tap: listening on %s\n", shown(o->interface));
	tap_input_live(&r->input, r->tap, o->seconds == 0 ? 0 : clock_ms() + o->seconds * 1000);
	return 0;
}

static void
read_files(struct run *r)
{
	for (size_t i = 0; i < r->options.count && !stopped; i++)
		tap_input_file(&r->input, r->tap, r->options.files[i], NULL);
}

static void
show_counter(void *cookie, const char *name, const char *meaning, uint64_t n)
{
	(void)cookie;
	if (n > 0)
		fprintf(stderr, "%12" PRIu64 "  %s: %s\n", n, name, meaning);
}

static void
show_counters(const struct run *r)
{
	const struct tap_input *in = &r->input;

	tap_count(r->tap, show_counter, NULL);
	show_counter(NULL, "filtered", "packets that the filter does not want", in->filtered);
	show_counter(NULL, "bad_times", "packets with a time that cannot be", in->bad_times);
	show_counter(NULL, "dropped", "packets that the kernel or the network card dropped, since this was too slow", in->dropped);
}

static struct tap *
new_tap(struct run *r, const struct exchange_user *user, const struct event_hooks *hooks)
{
	const struct tap_options *o = &r->options;
	struct tap_conf conf = { .live = o->interface != NULL, .ports = o->port_count > 0 ? o->ports : NULL, .port_count = o->port_count,
		.conversation = { .user = user } };

	if (r->site != NULL) {
		conf.conversation.policies[0] = &r->site->policy;
		conf.conversation.limits[0] = &r->site->limits;
		conf.conversation.hooks = hooks;
		conf.conversation.now_us = &r->sinks.now_us;
	}
	return tap_new(&conf);
}

/* The exit status. */
static int
listen_to_all(struct run *r)
{
	const struct exchange_user user = tap_sinks_user(&r->sinks);
	const struct event_hooks hooks = tap_sinks_hooks(&r->sinks);
	int result = 0;

	r->tap = new_tap(r, &user, r->options.journal != NULL ? &hooks : NULL);
	if (r->tap == NULL) {
		fprintf(stderr, "relaywall tap: %s\n", strerror(errno));
		return CLI_FAILED;
	}
	catch_signals();
	progress_begin(&r->progress, stderr, "relaywall tap", tap_input_total(r->options.files, r->options.count), clock_ms());
	if (r->options.interface == NULL)
		read_files(r);
	else
		result = listen_live(r);
	progress_clear(&r->progress);
	if (result == -1)
		return TAP_UNREAD;
	tap_stop(r->tap);
	tap_sinks_finish(&r->sinks);
	show_counters(r);
	return r->input.unread > 0 ? TAP_UNREAD : CLI_OK;
}

int
cli_tap(int argc, char **argv)
{
	struct run *r = &run;
	int status;

	if (tap_options_parse(argc, argv, &r->options) == -1) {
		cli_usage("tap");
		fputs(details, stderr);
		return CLI_USAGE;
	}
	if (r->options.policy != NULL && (r->site = site_load(r->options.policy, stderr)) == NULL)
		return TAP_UNREAD;
	r->input = (struct tap_input){ .command = "relaywall tap", .filter = r->options.filter, .progress = &r->progress,
		.rest = rest, .cookie = &r->sinks };
	status = tap_sinks_open(&r->sinks, &r->options, r->site == NULL ? NULL : r->site->digest) == -1 ? CLI_FAILED : listen_to_all(r);
	tap_free(r->tap);
	if (tap_sinks_close(&r->sinks) == -1 && status == CLI_OK)
		status = CLI_FAILED;
	site_free(r->site);
	return status;
}
