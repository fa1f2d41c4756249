/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * serve - the stream driver alone, with one policy that is written here, so that
 * its tests do not hang on configuration.
 *
 *	serve PORT [NAME=NUMBER ...]
 *
 * NAME is one of the table below. "ready" on stdout when it listens, then one
 * line an event; the counters on SIGUSR1 and at the end, which SIGTERM brings.
 * SIGHUP reads the certificate and its key again.
 */
#include "proxy/base/escape.h"
#include "proxy/driver/stream/stream.h"
#include "proxy/driver/stream/tproxy.h"
#include "tests/unit/names.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static struct stream *stream;
static struct rules rules;	/* for every client */
static struct dialogue_limits limits;
static uint64_t rates_memory[1 << 16];
static struct rates rates;
static struct stream_conf conf;
static const char *chain_file, *key_file;
static struct tls_creds *creds;	/* of the two, or NULL */
static unsigned dry, taken;	/* every so manieth socket has to be waited for; 0: none */
static ev_timer again;		/* ... so long */

static struct ip
address(int family, const char *text)
{
	struct ip ip;
	uint8_t v4[4];

	if (inet_pton(family, text, family == AF_INET ? v4 : ip.bytes) != 1)
		abort();
	return family == AF_INET ? ip_from_v4(v4) : ip;
}

static void
init_local_domains(struct domain_table *t)
{
	static struct names_memory memory;

	NAMES_TABLE(t, &memory, "local.example", "mail.local.example");
}

static const struct policy *
the_policy(void)
{
	static struct ip addresses[2];
	static struct policy_host host;
	static struct policy policy;
	static struct prefix_node networks[1], hosts[8];
	static struct span name;
	static const uint64_t key = 1;

	name = SPAN("untrusted");
	addresses[0] = address(AF_INET, "198.51.100.25");
	addresses[1] = address(AF_INET6, "2001:db8:25::25");
	host = (struct policy_host){ .name = SPAN("aix"), .key = key, .hostname = SPAN("mail.local.example"), .addresses = addresses,
	    .address_count = 2, .max_local = PATH_LOCAL_MAX, .rules = &rules };
	init_local_domains(&host.local);
	policy = (struct policy){ .network_names = &name, .network_keys = &key, .network_count = 1, .hosts = &host, .host_count = 1 };
	prefix_map_init(&policy.networks, networks, 1);
	prefix_map_init(&policy.host_map, hosts, 8);
	for (size_t i = 0; i < 2; i++)
		prefix_map_add(&policy.host_map, &(struct prefix){ .ip = addresses[i], .len = 128 }, 0);
	return &policy;
}

static void
report(void *cookie, const struct session *s, const struct event *e)
{
	char argument[2048];

	(void)cookie;
	escape_write(e->argument, argument, sizeof(argument));
	printf("event %s %u %s code=%u what=%s octets=%" PRIu64 " argument=%s\n", s->id, s->client_port,
	    event_name(e->kind), e->code, e->what == NULL ? "-" : e->what, e->octets, argument);
}

static void
print_counters(void)
{
	const struct stream_counters *c = stream_counters(stream);

	printf("counters");
#define X(name, meaning) printf(" " #name "=%" PRIu64, c->name);
	STREAM_COUNTERS(X)
#undef X
	printf("\n");
}

static void
on_show(struct ev_loop *loop, ev_signal *w, int revents)
{
	(void)loop, (void)w, (void)revents;
	print_counters();
}

static void
on_end(struct ev_loop *loop, ev_signal *w, int revents)
{
	(void)w, (void)revents;
	ev_break(loop, EVBREAK_ALL);
}

static void
load_tls(void)
{
	char why[TLS_WHY];

	if (chain_file == NULL)
		return;
	tls_creds_release(creds);
	creds = tls_creds_load(chain_file, key_file, why);
	printf("credentials %s\n", why[0] == '\0' ? "loaded" : why);
}

static void
on_reload(struct ev_loop *loop, ev_signal *w, int revents)
{
	(void)loop, (void)w, (void)revents;
	load_tls();
	stream_set_tls(stream, 0, creds);
}

static void
store(void *place, size_t size, uint64_t n)
{
	if (size == sizeof(uint64_t))
		memcpy(place, &n, size);
	else if (size == sizeof(unsigned))
		memcpy(place, &(unsigned){ (unsigned)n }, size);
	else
		memcpy(place, &(bool){ n != 0 }, sizeof(bool));
}

static bool
is_name(const char *text, const char *name)
{
	size_t len = strlen(name);

	return strncmp(text, name, len) == 0 && text[len] == '=';
}

static int
set(const char *text)
{
#define NUMBER(name, place) { name, &(place), sizeof(place) }
	const struct { const char *name; void *place; size_t size; } numbers[] = {
		NUMBER("sessions", conf.sessions_max), NUMBER("dry", dry), NUMBER("keep-port", conf.keep_source_port),
		NUMBER("body-buffers", conf.body_buffers_max), NUMBER("connect-ms", conf.connect_ms),
		NUMBER("max-connections", rules.rates.most[RATE_ADDRESS][RATE_SESSIONS]),
		NUMBER("connections-per-minute", rules.rates.most[RATE_ADDRESS][RATE_CONNECTIONS]), NUMBER("starttls", rules.starttls),
		NUMBER("errors", limits.errors_max), NUMBER("idle", limits.idle_commands_max),
		NUMBER("refused", limits.refused_max), NUMBER("command-ms", limits.command_ms),
		NUMBER("body-ms", limits.body_ms), NUMBER("banner-ms", limits.banner_ms),
		NUMBER("reply-ms", limits.reply_ms), NUMBER("data-ms", limits.data_ms), NUMBER("final-ms", limits.final_ms),
	};
	const struct { const char *name; const char **place; } texts[] = {
		{ "certificate", &chain_file }, { "key", &key_file },
	};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (is_name(text, numbers[i].name)) {
			store(numbers[i].place, numbers[i].size, strtoull(strchr(text, '=') + 1, NULL, 10));
			return 0;
		}
	}
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (is_name(text, texts[i].name)) {
			*texts[i].place = strchr(text, '=') + 1;
			return 0;
		}
	}
	fprintf(stderr, "serve: %s?\n", text);
	return -1;
}

static int
listen_both(struct stream_listener out[2], uint16_t port)
{
	for (int i = 0; i < 2; i++) {
		const char *what;

		out[i].fd = tproxy_listen(i == 0, port, true, &what);
		if (out[i].fd == -1) {
			fprintf(stderr, "serve: %s: %s\n", what, strerror(errno));
			return -1;
		}
	}
	return 0;
}

static void
on_again(struct ev_loop *loop, ev_timer *w, int revents)
{
	(void)loop, (void)w, (void)revents;
	stream_sockets_came(stream);
}

/* This program is root. */
static int
take_socket(void *cookie, const struct tproxy_ends *ends, bool keep_port)
{
	(void)keep_port;
	if (dry > 0 && ++taken % dry == 0) {
		ev_timer_set(&again, 0.01, 0.);
		ev_timer_start(cookie, &again);
		errno = EAGAIN;
		return -1;
	}
	return tproxy_socket(ip_is_v4(&ends->address));
}

static int
serve(struct ev_loop *loop, uint16_t port)
{
	struct stream_listener listeners[2] = { 0 };
	ev_signal show, reload, end[2];

	load_tls();
	conf.tls = (struct tls_creds *const[]){ creds };
	conf.take_socket = take_socket;
	conf.sockets = loop;
	conf.listeners = listeners;
	conf.listener_count = 2;
	ev_timer_init(&again, on_again, 0., 0.);
	if (listen_both(listeners, port) == -1 || (stream = stream_new(loop, &conf)) == NULL)
		return 1;
	stream_resume(stream);
	ev_signal_init(&show, on_show, SIGUSR1);
	ev_signal_init(&reload, on_reload, SIGHUP);
	ev_signal_init(&end[0], on_end, SIGTERM);
	ev_signal_init(&end[1], on_end, SIGINT);
	ev_signal_start(loop, &show);
	ev_signal_start(loop, &reload);
	ev_signal_start(loop, &end[0]);
	ev_signal_start(loop, &end[1]);
	printf("ready\n");
	ev_run(loop, 0);
	print_counters();
	stream_free(stream);
	ev_timer_stop(loop, &again);
	tls_creds_release(creds);
	ev_signal_stop(loop, &show);
	ev_signal_stop(loop, &reload);
	ev_signal_stop(loop, &end[0]);
	ev_signal_stop(loop, &end[1]);
	return 0;
}

int
main(int argc, char **argv)
{
	struct ev_loop *loop = ev_default_loop(0);
	int result;

	limits = dialogue_limits_default;
	rules = rules_default(POLICY_UNTRUSTED);
	conf = (struct stream_conf){
		.policy = the_policy(),
		.limits = &limits,
		.hooks = { .report = report },
		.keep_source_port = true,
		.connect_ms = 30 * 1000,
		.sessions_max = 1000,
		.rates = &rates,
	};
	rates_init(&rates, rates_memory, sizeof(rates_memory), 1, (uint64_t[]){ 1, 2 });
	rates_take(&rates, 0);
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc < 2 || loop == NULL)
		return 2;
	for (int i = 2; i < argc; i++)
		if (set(argv[i]) == -1)
			return 2;
	result = serve(loop, (uint16_t)strtoul(argv[1], NULL, 10));
	ev_loop_destroy(loop);
	return result;
}
