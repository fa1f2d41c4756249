/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * scribe_run.c - a captain of nothing but a scribe, and the writers of two rings, in one process, for tests/keeper/scribe.py.
 *
 * Arguments: path of the file, path of the socket of syslog (each "none" for none), "yes" if the record is required. It does
 * what lines on stdin say, and answers each with a line on stdout. SIGUSR1 opens the file anew, also in the middle of it. Wants
 * root, for the sandbox of the scribe.
 */
#include "proxy/base/clock.h"
#include "proxy/keeper/captain/scribehouse.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WRITERS = 2, FACILITY_MAIL = 2 };

struct run {
	struct ev_loop *loop;
	struct confine confine;
	struct scribehouse scribe;
	struct journal journals[WRITERS];
	unsigned next;			/* number of the next line */
	ev_io input;
	ev_signal reopen;
	ev_timer alarm;
};

static void
on_usr1(struct ev_loop *loop, ev_signal *w, int events)
{
	const struct run *r = w->data;

	(void)loop, (void)events;
	scribehouse_reopen(&r->scribe);
}

static void
on_alarm(struct ev_loop *loop, ev_timer *w, int events)
{
	(void)w, (void)events;
	ev_break(loop, EVBREAK_ONE);
}

/* What a captain does beside its other work, for this long. */
static void
serve(struct run *r, int ms)
{
	ev_io_stop(r->loop, &r->input);
	ev_timer_set(&r->alarm, ms / 1000., 0.);
	ev_timer_start(r->loop, &r->alarm);
	ev_run(r->loop, 0);
	ev_timer_stop(r->loop, &r->alarm);
	ev_io_start(r->loop, &r->input);
}

/* Write the next line. false: it found no room. */
static bool
put_line(struct run *r)
{
	struct journal *j = &r->journals[r->next % WRITERS];
	uint64_t written = j->written;
	char text[64];

	snprintf(text, sizeof(text), "%u", r->next);
	journal_service(j, r->next % 3 == 0 ? "worker-died" : "start", text);
	r->next += j->written > written;
	return j->written > written;
}

/* Lines of which none is given up: the writer waits for room. */
static void
put(struct run *r, const char *argument)
{
	unsigned until = r->next + (unsigned)strtoul(argument, NULL, 10);

	while (r->next < until) {
		if (!put_line(r))
			serve(r, 1);
		if (r->next % 256 == 0)
			serve(r, 0);
	}
	printf("%u\n", r->next);
}

/* Lines as sessions write them: milliseconds that it took, and how many found room. */
static void
try(struct run *r, const char *argument)
{
	uint64_t began_ms = clock_ms();
	unsigned found = 0;

	for (unsigned long n = strtoul(argument, NULL, 10); n > 0; n--)
		found += put_line(r);
	printf("%" PRIu64 " %u\n", clock_ms() - began_ms, found);
}

/* Octets in hexadecimal, as a spoilt writer puts them into the second ring. */
static void
raw(struct run *r, const char *argument)
{
	uint8_t octets[512];
	size_t n = 0;

	for (unsigned value; n < sizeof(octets) && sscanf(argument + 2 * n, "%2x", &value) == 1; n++)
		octets[n] = (uint8_t)value;
	printf("%d\n", ring_put(&r->scribe.rings[1], span_of(octets, n)));
}

/* Words of the second ring that cannot be. */
static void
spoil(struct run *r, const char *argument)
{
	__atomic_fetch_add(&r->scribe.rings[1].shared->put, strtoull(argument, NULL, 10), __ATOMIC_RELEASE);
	printf("done\n");
}

static void
print_one(void *cookie, const char *name, uint64_t n)
{
	fprintf(cookie, " %s=%" PRIu64, name, n);
}

static void
counters(struct run *r, const char *argument)
{
	const struct scribe_shared *s = r->scribe.home.shared;

	(void)argument;
	for (size_t i = 0; i < WRITERS; i++)
		journal_look(&r->journals[i], clock_ms());
	printf("beats=%" PRIu64 " failing=%" PRIu64 " scribe=%d unrecorded=%d", __atomic_load_n(&s->beats, __ATOMIC_RELAXED),
	    __atomic_load_n(&s->failing, __ATOMIC_RELAXED), (int)r->scribe.child.pid, r->journals[0].unrecorded || r->journals[1].unrecorded);
	scribehouse_count(&r->scribe, print_one, stdout);
	printf("\n");
}

static void
end(struct run *r, const char *argument)
{
	uint64_t began_ms = clock_ms();

	(void)argument;
	scribehouse_close(&r->scribe);
	printf("%" PRIu64 "\n", clock_ms() - began_ms);
}

static const struct {
	const char *name;
	void (*run)(struct run *r, const char *argument);
} commands[] = {
	{ "put", put }, { "try", try }, { "raw", raw }, { "spoil", spoil }, { "counters", counters }, { "end", end },
};

static void
obey(struct ev_loop *loop, ev_io *w, int events)
{
	char line[2048], name[16] = "";
	int len = 0;

	(void)events;
	if (fgets(line, sizeof(line), stdin) == NULL) {
		ev_break(loop, EVBREAK_ALL);
		return;
	}
	line[strcspn(line, "\n")] = '\0';
	sscanf(line, "%15s %n", name, &len);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(commands[i].name, name) == 0)
			commands[i].run(w->data, line + len);
	fflush(stdout);
}

int
main(int argc, char **argv)
{
	static struct run r;
	struct scribe_home conf = { .facility = FACILITY_MAIL, .procid = getpid(), .confine = &r.confine };

	if (argc != 4)
		return 2;
	setvbuf(stdin, NULL, _IONBF, 0);	/* the loop sees what was not read */
	conf.required = strcmp(argv[3], "yes") == 0;
	conf.file = strcmp(argv[1], "none") == 0 ? NULL : argv[1];
	conf.syslog = strcmp(argv[2], "none") == 0 ? NULL : argv[2];
	r.loop = ev_default_loop(0);
	ev_io_init(&r.input, obey, STDIN_FILENO, EV_READ);
	ev_signal_init(&r.reopen, on_usr1, SIGUSR1);
	ev_timer_init(&r.alarm, on_alarm, 0., 0.);
	r.input.data = r.reopen.data = &r;
	ev_signal_start(r.loop, &r.reopen);
	if (confine_open(&r.confine, &(struct site){ .user = "nobody" }, stderr) == -1 ||
	    scribehouse_open(&r.scribe, &conf, WRITERS, r.loop, stderr) == -1)
		return 1;
	for (size_t i = 0; i < WRITERS; i++)
		journal_init(&r.journals[i], scribehouse_outlet(&r.scribe, i), "0123456789abcdef", stderr, clock_ms());
	printf("%d\n", (int)r.scribe.child.pid);
	fflush(stdout);
	ev_io_start(r.loop, &r.input);
	ev_run(r.loop, 0);
	scribehouse_close(&r.scribe);
	return 0;
}
