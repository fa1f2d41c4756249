/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/gatehouse.h"

#include "proxy/site/gate_rules.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>

enum { START_MS = 5000 };	/* for it to have its queue: nothing is served before */

static void
inside(void *cookie)
{
	struct gatehouse *g = cookie;

	gate_process(&g->home);
}

/* What the ended one had counted is not lost, and not counted twice. */
static void
ended(void *cookie)
{
	struct gatehouse *g = cookie;
	struct gate_shared *s = g->home.shared;

#define X(name, meaning) g->before.name += s->counted.name;
	GATE_PROCESS_COUNTERS(X)
#undef X
	g->before.lists_broken = g->before.dns_in_flight = 0;	/* are no counts, but how many are now */
	s->counted = (struct gate_counted){ 0 };
	s->beats = 0;
}

static int
open_shared(struct gatehouse *g, FILE *errors)
{
	uint64_t seed[2];
	void *memory = mmap(NULL, sizeof(*g->home.shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED || getrandom(seed, sizeof(seed), 0) == -1) {
		fprintf(errors, "relaywall: memory for the gate: %s\n", strerror(errno));
		return -1;
	}
	g->home.shared = memory;
	causes_init(&g->home.causes, g->home.shared->causes, seed);
	return 0;
}

int
gatehouse_open(struct gatehouse *g, const struct gate_home *home, struct ev_loop *loop, FILE *errors)
{
	struct child_conf child = { .name = "the gate", .inside = inside, .ended = ended, .cookie = g };

	*g = (struct gatehouse){ .home = *home };
	if (!gate_rules_wanted(home->site))
		return 0;
	if (open_shared(g, errors) == -1)
		return -1;
	child.beats = &g->home.shared->beats;
	if (child_start(&g->child, &child, loop, errors) == -1)
		return -1;
	return child_await(&g->child, START_MS);
}

void
gatehouse_reopen(const struct gatehouse *g)
{
	if (g->child.pid != 0)
		kill(g->child.pid, SIGUSR1);
}

void
gatehouse_end(struct gatehouse *g)
{
	child_end(&g->child);
}

void
gatehouse_close(struct gatehouse *g)
{
	if (g->home.shared == NULL)
		return;
	gatehouse_end(g);
	munmap(g->home.shared, sizeof(*g->home.shared));
	*g = (struct gatehouse){ 0 };
}

void
gatehouse_print(const struct gatehouse *g, FILE *out)
{
	const struct gate_shared *s = g->home.shared;

	if (s == NULL)
		return;
	fprintf(out, " gate_restarts=%" PRIu64, g->child.restarts);
#define X(name, meaning) fprintf(out, " gate_" #name "=%" PRIu64, g->before.name + __atomic_load_n(&s->counted.name, __ATOMIC_RELAXED));
	GATE_PROCESS_COUNTERS(X)
#undef X
}
