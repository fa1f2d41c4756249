/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/tap/play.h"

#include "tests/unit/suite.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>

static const uint64_t begin_us = UINT64_C(1000000000) * 1000000;

__attribute__((format(printf, 2, 3))) static void
tell(struct play *p, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(p->told + p->len, sizeof(p->told) - p->len, format, args);
	va_end(args);
	CU_ASSERT_FATAL(n >= 0 && (size_t)n < sizeof(p->told) - p->len);
	p->len += (size_t)n;
}

static void
check_time(struct play *p, uint64_t time_us)
{
	CHECK(time_us >= p->told_us, "time goes back by %" PRIu64 " us", p->told_us - time_us);
	p->told_us = time_us;
}

static char
letter(enum side side)
{
	return side == SIDE_CLIENT ? 'C' : 'H';
}

static void *
on_opened(void *cookie, const struct flow_ends *ends, bool from_start, uint64_t time_us)
{
	struct play *p = cookie;

	CHECK(ends->client_port == 40000 && ends->port == 25, "ports %u, %u", ends->client_port, ends->port);
	CHECK(ends->client.bytes[12] == 192 && ends->host.bytes[12] == 198, "ends: %u", ends->client.bytes[12]);
	p->told_us = 0;
	p->offset[0] = p->offset[1] = 0;
	check_time(p, time_us);
	tell(p, " %c", from_start ? 'O' : 'o');
	return p->refuses ? NULL : p;
}

static void
on_octets(void *flow, enum side from, struct span octets, uint64_t acknowledged, uint64_t time_us)
{
	struct play *p = flow;

	check_time(p, time_us);
	tell(p, " %c%" PRIu64 "/%" PRIu64, letter(from), p->offset[from], acknowledged);
	for (size_t i = 0; i < octets.len; i++)
		tell(p, "%c", octets.at[i] == 0 ? '%' : octets.at[i]);
	p->offset[from] += octets.len;
}

static void
on_gap(void *flow, enum side from, uint64_t octets, uint64_t time_us)
{
	struct play *p = flow;

	check_time(p, time_us);
	tell(p, " %c-%" PRIu64, letter(from), octets);
	p->offset[from] += octets;
}

static void
on_differs(void *flow, enum side from, uint64_t offset, uint64_t octets, uint64_t time_us)
{
	check_time(flow, time_us);
	tell(flow, " %c!%" PRIu64 ",%" PRIu64, letter(from), offset, octets);
}

static void
on_ended(void *flow, enum side from, uint64_t time_us)
{
	check_time(flow, time_us);
	tell(flow, " %c.", letter(from));
}

static void
on_closed(void *flow, enum flow_end how, uint64_t time_us)
{
	static const char *const names[] = { [FLOW_CLOSED] = "closed", [FLOW_RESET] = "reset", [FLOW_IDLE] = "idle",
		[FLOW_EVICTED] = "evicted", [FLOW_STOPPED] = "stopped" };

	check_time(flow, time_us);
	tell(flow, " =%s", names[how]);
}

struct flows_conf
play_conf(bool live)
{
	struct flows_conf conf = flows_conf_default(live);

	conf.windows = 4;
	conf.open_max = conf.half_open_max = 16;
	return conf;
}

void
play_begin(struct play *p, struct flows_conf *conf)
{
	*p = (struct play){ .client_isn = UINT32_MAX - 2, .host_isn = UINT32_MAX - 5, .time_us = begin_us,
		.user = { on_opened, on_octets, on_gap, on_differs, on_ended, on_closed } };
	conf->user = &p->user;
	conf->cookie = p;
	p->flows = flows_new(conf);
	CU_ASSERT_FATAL(p->flows != NULL);
}

static uint32_t
read_number(const char **at)
{
	char *end;
	unsigned long n = strtoul(*at, &end, 10);

	*at = end;
	return (uint32_t)n;
}

/* What stands behind the numbers of a word. */
static void
read_rest(const char **at, struct segment *s, uint8_t *octets)
{
	size_t n = 0;

	for (; isalnum((unsigned char)**at) || **at == '%'; ++*at)
		octets[n++] = **at == '%' ? 0 : (uint8_t)**at;
	s->payload = span_of(octets, n);
	if (**at == '+') {
		++*at;
		s->missing = read_number(at);
	}
	if (**at == '.')
		s->flags |= SEGMENT_FIN;
	if (**at == '!')
		s->flags |= SEGMENT_RST;
	*at += **at == '.' || **at == '!';
}

static void
read_segment(struct play *p, const char **at)
{
	static const uint8_t client4[4] = { 192, 0, 2, 1 }, host4[4] = { 198, 51, 100, 25 };
	bool is_client = *(*at)++ == 'C';
	uint32_t own = is_client ? p->client_isn : p->host_isn, other = is_client ? p->host_isn : p->client_isn;
	struct segment s = { .source = ip_from_v4(is_client ? client4 : host4), .destination = ip_from_v4(is_client ? host4 : client4),
		.source_port = is_client ? 40000 : 25, .destination_port = is_client ? 25 : 40000 };
	uint8_t octets[256];

	s.seq = own + 1 + read_number(at);
	if (**at == 's') {
		++*at;
		s.seq--;
		s.flags = SEGMENT_SYN | (is_client ? 0 : SEGMENT_ACK);
		s.ack = s.flags & SEGMENT_ACK ? other + 1 + read_number(at) : 0;
	} else {
		CU_ASSERT_FATAL(*(*at)++ == '/');
		s.ack = other + 1 + read_number(at);
		s.flags = SEGMENT_ACK;
	}
	read_rest(at, &s, octets);
	flows_take(p->flows, &s, p->time_us);
	p->time_us += 1000;
}

/* A word; what stands behind it. */
static const char *
play_word(struct play *p, const char *at)
{
	if (*at == '@' || *at == '=') {
		bool tick = *at++ == '=';

		p->time_us = begin_us + read_number(&at) * UINT64_C(1000000);
		if (tick)
			flows_tick(p->flows, p->time_us);
	} else {
		read_segment(p, &at);
	}
	if (*at != ' ' && *at != '\0') {
		printf("\n    \"%s\" cannot be read\n", at);
		abort();
	}
	return at;
}

void
play(struct play *p, const char *words)
{
	for (const char *at = words; *at != '\0';)
		at = *at == ' ' ? at + 1 : play_word(p, at);
}

const char *
play_stop(struct play *p)
{
	tell(p, " |");
	flows_stop(p->flows);
	return p->told + 1;
}

void
play_done(struct play *p)
{
	CHECK(flows_held(p->flows) == 0 && flows_open(p->flows) == 0, "%zu octets of %zu flows are left", flows_held(p->flows),
	    flows_open(p->flows));
	flows_free(p->flows);
}
