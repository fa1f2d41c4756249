/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/tls/tls.h"

#include "proxy/driver/tls/creds_inside.h"

#include <stdio.h>
#include <stdlib.h>

struct tls {
	gnutls_session_t session;
	struct tls_creds *creds;
	enum tls_result ended;	/* EOF or FAILED: what the next tls_recv() will say */
	int error;		/* GnuTLS's, of FAILED */
};

static int
begin(struct tls *t, int fd)
{
	int result = gnutls_init(&t->session, GNUTLS_SERVER | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL);

	if (result < 0)
		return -1;
	if (gnutls_priority_set(t->session, t->creds->priority) < 0 ||
	    gnutls_credentials_set(t->session, GNUTLS_CRD_CERTIFICATE, t->creds->certificate) < 0 ||
	    gnutls_session_ticket_enable_server(t->session, &t->creds->ticket_key) < 0)
		return -1;
	gnutls_transport_set_int(t->session, fd);
	return 0;
}

struct tls *
tls_new(int fd, struct tls_creds *creds)
{
	struct tls *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->creds = tls_creds_hold(creds);
	if (begin(t, fd) == 0)
		return t;
	tls_free(t);
	return NULL;
}

void
tls_free(struct tls *t)
{
	if (t == NULL)
		return;
	gnutls_deinit(t->session);
	tls_creds_release(t->creds);
	free(t);
}

static enum tls_result
want_more(const struct tls *t)
{
	return gnutls_record_get_direction(t->session) == 1 ? TLS_WRITE_MORE : TLS_READ_MORE;
}

static enum tls_result
fail(struct tls *t, int error)
{
	t->error = error;
	return TLS_FAILED;
}

enum tls_result
tls_handshake(struct tls *t)
{
	int result = gnutls_handshake(t->session);

	if (result == GNUTLS_E_SUCCESS)
		return TLS_DONE;
	if (gnutls_error_is_fatal(result) == 0)
		return want_more(t);
	gnutls_alert_send_appropriate(t->session, result);
	return fail(t, result);
}

/* Reading gave no octets: is it the end? */
static enum tls_result
ending(struct tls *t, int result)
{
	if (result == 0 || result == GNUTLS_E_PREMATURE_TERMINATION)
		return TLS_EOF;
	if (result == GNUTLS_E_REHANDSHAKE) {	/* no failure to GnuTLS, which leaves it to us */
		gnutls_alert_send(t->session, GNUTLS_AL_FATAL, GNUTLS_A_NO_RENEGOTIATION);
		return fail(t, result);
	}
	if (gnutls_error_is_fatal(result) == 0)
		return TLS_READ_MORE;
	gnutls_alert_send_appropriate(t->session, result);
	return fail(t, result);
}

/* Several records a call: a message costs its host one send for all of them. */
enum tls_result
tls_recv(struct tls *t, uint8_t *out, size_t size, size_t *n)
{
	*n = 0;
	while (t->ended == TLS_READ_MORE && *n < size) {
		ssize_t result = gnutls_record_recv(t->session, out + *n, size - *n);

		if (result <= 0) {
			t->ended = ending(t, (int)result);
			break;
		}
		*n += (size_t)result;
	}
	return *n > 0 ? TLS_DONE : t->ended;
}

/* GnuTLS keeps the record that did not go out, and asks to be called with the same octets: they are not counted yet. */
enum tls_result
tls_send(struct tls *t, struct span out, size_t *n)
{
	*n = 0;
	while (*n < out.len) {
		ssize_t result = gnutls_record_send(t->session, out.at + *n, out.len - *n);

		if (result < 0)
			return gnutls_error_is_fatal((int)result) == 0 ? TLS_WRITE_MORE : fail(t, (int)result);
		*n += (size_t)result;
	}
	return TLS_DONE;
}

bool
tls_pending(const struct tls *t)
{
	return t->ended != TLS_READ_MORE || gnutls_record_check_pending(t->session) > 0;
}

enum tls_result
tls_bye(struct tls *t)
{
	int result = gnutls_bye(t->session, GNUTLS_SHUT_WR);

	if (result == GNUTLS_E_SUCCESS)
		return TLS_DONE;
	return gnutls_error_is_fatal(result) == 0 ? TLS_WRITE_MORE : fail(t, result);
}

void
tls_describe(const struct tls *t, char how[TLS_HOW])
{
	snprintf(how, TLS_HOW, "%s %s", gnutls_protocol_get_name(gnutls_protocol_get_version(t->session)),
	    gnutls_ciphersuite_get(t->session));
}

const char *
tls_why(const struct tls *t)
{
	if (t->error == GNUTLS_E_FATAL_ALERT_RECEIVED)
		return gnutls_alert_get_name(gnutls_alert_get(t->session));
	return gnutls_strerror(t->error);
}
