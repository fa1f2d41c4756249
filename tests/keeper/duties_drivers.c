/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/keeper/duties.h"

#include "proxy/driver/resolver/resolver.h"
#include "proxy/driver/tap/capture.h"
#include "proxy/driver/tls/tls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <gnutls/gnutls.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct duties_conf duties_conf;

static int
no(void)
{
	errno = EPROTO;		/* it was not forbidden, but came to nothing */
	return -1;
}

/* --- the DNS */

static struct { struct ev_loop *loop; struct resolver *resolver; bool known; } dns;

static void *
with_resolver(int peer)
{
	static const uint8_t loopback[4] = { 127, 0, 0, 1 };
	struct ip server = ip_from_v4(loopback);
	const struct resolver_conf conf = {
		.servers = &server, .server_count = 1, .timeout_ms = 3000, .questions_max = 4, .cache_places = 16,
	};
	const char *what;

	(void)peer;
	dns.loop = ev_loop_new(EVFLAG_NOSIGMASK);
	must(dns.loop != NULL, "ev_loop_new");
	dns.resolver = resolver_new(dns.loop, &conf, &what);
	must(dns.resolver != NULL, "resolver_new");
	return dns.resolver;
}

static void
on_answer(void *cookie, const struct answer *a)
{
	(void)cookie;
	dns.known = a->outcome == ANSWER_FOUND;
	ev_break(dns.loop, EVBREAK_ALL);
}

static int
ask(void *resolver, const char *name)
{
	struct answer a;

	dns.known = false;
	if (resolver_ask(resolver, span_of(name, strlen(name)), ANSWER_MX, on_answer, NULL, &a) == NULL)
		return no();
	ev_run(dns.loop, 0);
	return dns.known ? 0 : no();
}

static int
ask_over_udp(void *resolver)
{
	return ask(resolver, "mx.example");
}

static int
ask_over_tcp(void *resolver)	/* the answer over UDP is cut */
{
	return ask(resolver, "truncated.example");
}

/* --- TLS */

static struct { int fd; struct tls_creds *creds; } secure;

static void *
with_creds(int peer)
{
	char why[TLS_WHY];

	secure.fd = peer;
	secure.creds = tls_creds_load(duties_conf.chain, duties_conf.key, why);
	must(secure.creds != NULL, why);
	must(fcntl(peer, F_SETFL, O_NONBLOCK) == 0, "fcntl");
	return &secure;
}

static int
serve_tls(void *p)
{
	struct tls *t = tls_new(secure.fd, secure.creds);
	enum tls_result r;
	size_t n;

	(void)p;
	if (t == NULL)
		return -1;
	while ((r = tls_handshake(t)) == TLS_READ_MORE || r == TLS_WRITE_MORE)
		if (poll(&(struct pollfd){ .fd = secure.fd, .events = r == TLS_READ_MORE ? POLLIN : POLLOUT }, 1, -1) == -1)
			return -1;
	if (r == TLS_DONE)
		r = tls_send(t, span_of("secret", 6), &n);
	if (r == TLS_DONE)
		r = tls_bye(t);
	tls_free(t);
	return r == TLS_DONE ? 0 : no();
}

/* What comes until the peer says that it is all; tickets for another session come as octets that are not there yet. */
static int
hear_tls(gnutls_session_t s, char *text, size_t size)
{
	size_t len = 0;
	ssize_t n;

	while ((n = gnutls_record_recv(s, text + len, size - len)) > 0 || n == GNUTLS_E_AGAIN)
		if (n > 0)
			len += (size_t)n;
	return n == 0 ? (int)len : -1;
}

static int
call_tls(int peer)
{
	gnutls_certificate_credentials_t nobody;
	gnutls_session_t s;
	char text[8] = "";
	int result;

	must(gnutls_init(&s, GNUTLS_CLIENT) == 0 && gnutls_set_default_priority(s) == 0, "gnutls_init");
	must(gnutls_certificate_allocate_credentials(&nobody) == 0, "credentials");
	must(gnutls_credentials_set(s, GNUTLS_CRD_CERTIFICATE, nobody) == 0, "gnutls_credentials_set");
	gnutls_transport_set_int(s, peer);
	do
		result = gnutls_handshake(s);
	while (result < 0 && !gnutls_error_is_fatal(result));
	if (result == 0)
		result = hear_tls(s, text, sizeof(text));
	gnutls_deinit(s);
	gnutls_certificate_free_credentials(nobody);
	return result == 6 && memcmp(text, "secret", 6) == 0 ? 0 : no();
}

/* --- an interface */

static void *
with_capture(int peer)
{
	char why[CAPTURE_ERROR];
	struct capture *c = capture_open(&(struct capture_conf){ .interface = "lo" }, why);

	(void)peer;
	must(c != NULL, "capture_open");
	return c;
}

static void
take_packet(void *count, const struct tap_packet *p)
{
	++*(unsigned *)count;
	(void)p;
}

static int
read_packets(void *c)
{
	unsigned count = 0;

	for (int i = 0; i < 50 && count == 0; i++)
		if (capture_read(c, take_packet, &count) == CAPTURE_BROKEN)
			return -1;
	capture_stop(c);
	if (capture_read(c, take_packet, &count) != CAPTURE_END)
		return no();
	capture_close(c);
	return count > 0 ? 0 : no();
}

/* Nobody listens there, which the packets do not know. */
static int
send_packets(int peer)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(25), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	(void)peer;
	for (int i = 0; i < 20; i++) {
		int fd = socket(AF_INET, SOCK_STREAM, 0);

		must(fd != -1, "socket");
		(void)connect(fd, (const struct sockaddr *)&at, sizeof(at));
		close(fd);
		(void)poll(NULL, 0, 20);
	}
	return 0;
}

const struct attempt duties_of_drivers[] = {
	{ "ask the DNS over UDP", IN_WORKER | IN_GATE, { with_resolver, ask_over_udp, NULL }, "done" },
	{ "ask the DNS over TCP", IN_WORKER | IN_GATE, { with_resolver, ask_over_tcp, NULL }, "done" },
	{ "listen to an interface", IN_TAP, { with_capture, read_packets, send_packets }, "done" },
	{ "TLS", IN_WORKER, { with_creds, serve_tls, call_tls }, "done" },
	{ NULL, 0, { NULL, NULL, NULL }, NULL },
};
