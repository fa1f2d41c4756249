/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench_policy.c - what does a large policy cost: to load, in memory, for each verdict?
 *
 * Each policy is written to a temporary folder and loaded in a process of its own, as `relaywall run` does. Then recipients at
 * domains drawn from all of it are judged, and clients drawn from all of its prefixes are looked up: so memory that no cache holds is
 * part of the figure. The fastest of some rounds is taken, since noise only adds. Figures, no assertion on them.
 */
#define _GNU_SOURCE	/* asprintf() */
#include "classifier/classify.h"
#include "proxy/site/site.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { DRAWS = 1 << 16, ROUNDS = 15 };

struct policy_size {
	unsigned hosts, domains, prefixes;	/* domains: of the first host, which has one in any case */
};

static char folder[] = "/tmp/relaywall-bench-XXXXXX";
static unsigned passed;	/* used, so that no verdict is left out */
static size_t drawn_octets;	/* of the recipients that were drawn last */

static double
now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

__attribute__((noreturn)) static void
die(const char *what)
{
	perror(what);
	exit(1);
}

static FILE *
create(const char *name, char path[64])
{
	FILE *f;

	snprintf(path, 64, "%s/%s", folder, name);
	f = fopen(path, "w");
	if (f == NULL)
		die(path);
	return f;
}

/* The n-th of each. */
static int
domain_name(unsigned n, char out[64])
{
	return snprintf(out, 64, "dept-%07x.corp%u.example", n * 2654435761u >> 4, n);
}

static uint32_t
prefix_of(unsigned n)
{
	return 10u << 24 | n << 5;	/* a /28 in every second place */
}

static void
write_policy(const struct policy_size *size, char path[64])
{
	char domains[64], name[64];
	FILE *f = create("domains", domains);

	for (unsigned i = 0; i < size->domains; i++) {
		domain_name(i, name);
		fprintf(f, "%s\n", name);
	}
	fclose(f);
	f = create("conf", path);
	fprintf(f, "network many {\n\tprefixes = { ");
	for (unsigned i = 0; i < size->prefixes; i++)
		fprintf(f, "%s\"%u.%u.%u.%u/28\"", i == 0 ? "" : ",\n", prefix_of(i) >> 24, prefix_of(i) >> 16 & 255, prefix_of(i) >> 8 & 255,
		    prefix_of(i) & 255);
	fprintf(f, " }\n}\n");
	for (unsigned i = 0; i < size->hosts; i++) {
		fprintf(f, "protect \"host%u\" {\n\taddresses = { \"172.%u.%u.%u\" }\n\thostname = \"mail%u.example\"\n"
		    "\tlocal-domains = { \"mail%u.example\" }\n", i, 16 + (i >> 16), i >> 8 & 255, i & 255, i, i);
		if (i == 0)
			fprintf(f, "\tlocal-domains-file = \"%s\"\n", domains);
		fprintf(f, "}\n");
	}
	fclose(f);
}

static size_t
octets_in_use(void)
{
	struct mallinfo2 m = mallinfo2();

	return m.uordblks + m.hblkhd;
}

/* Arguments of RCPT, at domains of the whole policy. */
static void
draw_recipients(const struct policy_size *size, struct span *arguments)
{
	size_t before = octets_in_use();

	for (unsigned i = 0; i < DRAWS; i++) {
		char name[64], *text;
		int n;

		domain_name((unsigned)((uint64_t)i * size->domains / DRAWS * 7919 % size->domains), name);
		n = asprintf(&text, "TO:<user%u@%s>", i, name);
		if (n == -1)
			die("asprintf");
		arguments[i] = span_of(text, (size_t)n);
	}
	drawn_octets = octets_in_use() - before;
}

/* Seconds of one round of verdicts. */
static double
time_round(const struct site *site, const struct span *arguments)
{
	const struct policy_host *host = &site->policy.hosts[0];
	struct asked asked = { .host = host, .address = &host->addresses[0] };
	double begin = now_s();

	for (unsigned i = 0; i < DRAWS; i++) {
		struct verdict v;

		classify_recipient(&asked, arguments[i * 40503u % DRAWS], &v);
		passed += v.action == ACTION_PASS;
	}
	return now_s() - begin;
}

/* Nanoseconds of a verdict by each of two policies, in turn: what else the machine does meets both. */
static void
time_verdicts(const struct site *const sites[2], struct span *const arguments[2], double ns[2])
{
	ns[0] = ns[1] = 1e18;
	for (unsigned round = 0; round < ROUNDS; round++) {
		for (int i = 0; i < 2; i++) {
			double s = time_round(sites[i], arguments[i]) / DRAWS * 1e9;

			ns[i] = s < ns[i] ? s : ns[i];
		}
	}
	if (passed != 2 * DRAWS * ROUNDS)
		fprintf(stderr, "%u of %u passed\n", passed, 2 * DRAWS * ROUNDS);
}

/* Nanoseconds to find network and host of a connection. */
static double
time_connections(const struct site *site, const struct policy_size *size)
{
	double best = 1e9;
	uint64_t sum = 0;

	for (unsigned round = 0; round < ROUNDS; round++) {
		double begin = now_s(), s;

		for (unsigned i = 0; i < DRAWS; i++) {
			uint32_t client = prefix_of((uint32_t)((uint64_t)(i * 40503u) * size->prefixes >> 16) % size->prefixes) + i % 16;
			uint32_t n = (uint32_t)(i * 2654435761u) % size->hosts;
			uint8_t c[4] = { (uint8_t)(client >> 24), (uint8_t)(client >> 16), (uint8_t)(client >> 8), (uint8_t)client };
			uint8_t h[4] = { 172, (uint8_t)(16 + (n >> 16)), (uint8_t)(n >> 8), (uint8_t)n };
			struct ip from = ip_from_v4(c), to = ip_from_v4(h);

			sum += policy_network(&site->policy, &from) + (policy_host(&site->policy, &to) != NULL);
		}
		s = now_s() - begin;
		best = s < best ? s : best;
	}
	if (sum != 2ull * DRAWS * ROUNDS)
		fprintf(stderr, "a client or a host was not found\n");
	return best / DRAWS * 1e9;
}

static const struct policy_size small = { 1, 10, 10 };

static struct site *
load(const struct policy_size *size, struct span *arguments, double *seconds)
{
	struct site *site;
	char path[64];
	double begin;

	write_policy(size, path);
	draw_recipients(size, arguments);
	begin = now_s();
	site = site_load(path, stderr);
	*seconds = now_s() - begin;
	if (site == NULL)
		exit(1);
	site_forget_texts(site);	/* as who serves does */
	return site;
}

static void
measure(const struct policy_size *size)
{
	static struct span drawn[2][DRAWS];
	struct span *arguments[2] = { drawn[0], drawn[1] };
	const struct site *sites[2];
	double seconds, ns[2];
	size_t octets;

	sites[0] = load(&small, arguments[0], &seconds);
	octets = octets_in_use();
	sites[1] = load(size, arguments[1], &seconds);
	octets = octets_in_use() - octets - drawn_octets;
	time_verdicts(sites, arguments, ns);
	printf("%8u %9u %9u %8.2f %8.1f %11.0f %8.2f %14.0f\n", size->hosts, size->domains, size->prefixes, seconds, (double)octets / 1e6, ns[1],
	    ns[1] / ns[0], time_connections(sites[1], size));
	fflush(stdout);
	_exit(0);
}

int
main(void)
{
	static const struct policy_size sizes[] = {
		{ 1, 10, 10 }, { 1, 1000000, 10 }, { 1, 10, 500000 }, { 1, 1000000, 500000 }, { 1000, 10, 10 }, { 100000, 10, 10 },
	};
	int status = 0, failed = 0;

	if (mkdtemp(folder) == NULL)
		die(folder);
	printf("%8s %9s %9s %8s %8s %11s %8s %14s\n", "hosts", "domains", "prefixes", "load s", "MB", "verdict ns", "to small", "connection ns");
	fflush(stdout);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		pid_t pid = fork();

		if (pid == 0)
			measure(&sizes[i]);
		if (pid == -1 || waitpid(pid, &status, 0) == -1)
			die("fork");
		failed |= status;
	}
	char path[64];

	snprintf(path, sizeof(path), "%s/domains", folder);
	unlink(path);
	snprintf(path, sizeof(path), "%s/conf", folder);
	unlink(path);
	rmdir(folder);
	return failed != 0;
}
