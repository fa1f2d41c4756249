/* SPDX-License-Identifier: GPL-2.0-or-later */
/* TLS when each allocation fails in turn, those of GnuTLS among them. */
#include "proxy/driver/tls/creds.h"
#include "proxy/driver/tls/tls.h"
#include "tests/unit/scarce.h"
#include "tests/unit/suite.h"
#include "tests/unit/tls/careless.h"
#include "tests/unit/tls/identity.h"

#include <gnutls/gnutls.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	EVERY = 13,	/* of the allocations beyond the first 200: of a handshake there are thousands */
	TURNS = 50,	/* of client and server, more than any handshake has */
};

static void
credentials_are_loaded_or_it_is_said_why(void)
{
	const char *chain = identity_chain(), *key = identity_key();
	struct scarce s;

	careless_begin();
	SCARCE_STRIDE(&s, EVERY) {
		char why[TLS_WHY];
		struct tls_creds *c;

		scarce_begin(&s);
		c = tls_creds_load(chain, key, why);
		scarce_end(&s);
		CHECK(c != NULL || (s.denied && why[0] != '\0'), "%s: why \"%s\"", scarce_run(&s), why);
		CHECK(c == NULL || why[0] == '\0', "%s: loaded, but %s", scarce_run(&s), why);
		tls_creds_release(c);
	}
	careless_end();
}

/* The client's part, with all the memory that it wants. */
static gnutls_session_t
client_new(int fd, gnutls_certificate_credentials_t trust)
{
	gnutls_session_t session;

	gnutls_init(&session, GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL);
	gnutls_set_default_priority(session);
	gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, trust);
	gnutls_transport_set_int(session, fd);
	return session;
}

/* Until both are done; false: the server failed. */
static bool
shake_hands(struct scarce *s, struct tls *t, gnutls_session_t client)
{
	enum tls_result result = TLS_READ_MORE;
	bool is_done = false;

	for (size_t i = 0; i < TURNS && result != TLS_FAILED && (result != TLS_DONE || !is_done); i++) {
		is_done = is_done || gnutls_handshake(client) == GNUTLS_E_SUCCESS;
		if (result == TLS_DONE)
			continue;
		scarce_begin(s);
		result = tls_handshake(t);
		scarce_end(s);
	}
	return result == TLS_DONE && is_done;
}

/* A line each way and the end; false: not all of it came. What comes is what was sent. */
static bool
speak(struct scarce *s, struct tls *t, gnutls_session_t client)
{
	static const char banner[] = "220 mail.local.example\r\n", quit[] = "QUIT\r\n";
	char got[100] = "";
	uint8_t line[100];
	size_t sent, n = 0;
	ssize_t received = GNUTLS_E_AGAIN;
	enum tls_result result;
	bool ok;

	scarce_begin(s);
	result = tls_send(t, span_str(banner), &sent);
	scarce_end(s);
	for (size_t i = 0; i < TURNS && received == GNUTLS_E_AGAIN; i++)	/* tickets come before it */
		received = gnutls_record_recv(client, got, sizeof(got));
	if (received <= 0)
		return false;
	CHECK(strcmp(got, banner) == 0, "%s: the client got %s", scarce_run(s), got);
	gnutls_record_send(client, quit, strlen(quit));
	scarce_begin(s);
	result = tls_recv(t, line, sizeof(line), &n);
	ok = result == TLS_DONE && tls_bye(t) == TLS_DONE;
	scarce_end(s);
	CHECK(n == 0 || span_eq(span_of(line, n), span_str(quit)), "%s: %zu octets", scarce_run(s), n);
	return ok;
}

static void
a_session_ends_well_or_fails(void)
{
	char why[TLS_WHY];
	struct tls_creds *creds = tls_creds_load(identity_chain(), identity_key(), why);
	gnutls_certificate_credentials_t trust;
	struct scarce s;

	CU_ASSERT_PTR_NOT_NULL_FATAL(creds);
	CU_ASSERT_FATAL(gnutls_certificate_allocate_credentials(&trust) == 0);
	careless_begin();
	SCARCE_STRIDE(&s, EVERY) {
		gnutls_session_t client;
		bool ok = false;
		struct tls *t;
		int fd[2];

		CU_ASSERT_FATAL(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd) == 0);
		client = client_new(fd[1], trust);
		scarce_begin(&s);
		t = tls_new(fd[0], creds);
		scarce_end(&s);
		if (t != NULL)
			ok = shake_hands(&s, t, client) && speak(&s, t, client);
		CHECK(ok || s.denied, "%s: %s", scarce_run(&s), t == NULL ? "no session" : tls_why(t));
		if (t != NULL && !ok)
			CHECK(tls_why(t) != NULL, "%s", scarce_run(&s));
		tls_free(t);
		gnutls_deinit(client);
		close(fd[0]);
		close(fd[1]);
	}
	careless_end();
	gnutls_certificate_free_credentials(trust);
	tls_creds_release(creds);
}

static CU_TestInfo tests[] = {
	{ "credentials are loaded, or it is said why", credentials_are_loaded_or_it_is_said_why },
	{ "a session ends well or fails", a_session_ends_well_or_fails },
	CU_TEST_INFO_NULL,
};

SUITE(no_memory, tests)
