/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/tls/creds.h"

#include "proxy/driver/tls/creds_inside.h"

#include <errno.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/*
 * Behind the default of the system, which the operator may have narrowed in
 * GnuTLS's own configuration: it only takes away.
 */
static const char versions[] = "-VERS-SSL3.0:-VERS-TLS1.0:-VERS-TLS1.1:-VERS-DTLS-ALL";

struct chain {
	gnutls_x509_crt_t *all;
	unsigned count;
};

static int
read_file(const char *file, gnutls_datum_t *out, char why[TLS_WHY])
{
	int result;

	errno = 0;
	result = gnutls_load_file(file, out);
	if (result == GNUTLS_E_SUCCESS)
		return 0;
	snprintf(why, TLS_WHY, "%s: %s", file, errno != 0 ? strerror(errno) : gnutls_strerror(result));
	return -1;
}

static int
read_chain(const char *file, struct chain *out, char why[TLS_WHY])
{
	gnutls_datum_t text;
	int result;

	if (read_file(file, &text, why) == -1)
		return -1;
	result = gnutls_x509_crt_list_import2(&out->all, &out->count, &text, GNUTLS_X509_FMT_PEM,
	    GNUTLS_X509_CRT_LIST_SORT);
	gnutls_free(text.data);
	if (result == GNUTLS_E_SUCCESS)
		return 0;
	snprintf(why, TLS_WHY, "%s: not a chain of PEM certificates: %s", file, gnutls_strerror(result));
	return -1;
}

static int
read_key(const char *file, gnutls_x509_privkey_t *out, char why[TLS_WHY])
{
	gnutls_datum_t text;
	int result;

	if (read_file(file, &text, why) == -1)
		return -1;
	result = gnutls_x509_privkey_init(out);
	if (result == GNUTLS_E_SUCCESS) {
		result = gnutls_x509_privkey_import(*out, &text, GNUTLS_X509_FMT_PEM);
		if (result != GNUTLS_E_SUCCESS)
			gnutls_x509_privkey_deinit(*out);
	}
	gnutls_memset(text.data, 0, text.size);
	gnutls_free(text.data);
	if (result == GNUTLS_E_SUCCESS)
		return 0;
	snprintf(why, TLS_WHY, "%s: not a PEM private key without a password: %s", file, gnutls_strerror(result));
	return -1;
}

static void
free_chain(struct chain *chain)
{
	for (unsigned i = 0; i < chain->count; i++)
		gnutls_x509_crt_deinit(chain->all[i]);
	gnutls_free(chain->all);
}

static void
warn_of_time(const char *file, gnutls_x509_crt_t first, char why[TLS_WHY])
{
	time_t now = time(NULL);

	if (now > gnutls_x509_crt_get_expiration_time(first))
		snprintf(why, TLS_WHY, "%s: the certificate has expired", file);
	else if (now < gnutls_x509_crt_get_activation_time(first))
		snprintf(why, TLS_WHY, "%s: the certificate is not valid yet", file);
}

/* Put the two files together. */
static int
load_pair(struct tls_creds *c, const char *chain_file, const char *key_file, char why[TLS_WHY])
{
	struct chain chain = { 0 };
	gnutls_x509_privkey_t key;
	int result;

	if (read_chain(chain_file, &chain, why) == -1)
		return -1;
	if (read_key(key_file, &key, why) == -1) {
		free_chain(&chain);
		return -1;
	}
	result = gnutls_certificate_set_x509_key(c->certificate, chain.all, (int)chain.count, key);	/* copies */
	if (result == GNUTLS_E_CERTIFICATE_KEY_MISMATCH)
		snprintf(why, TLS_WHY, "%s: not the key of the certificate in %s", key_file, chain_file);
	else if (result < 0)
		snprintf(why, TLS_WHY, "%s, %s: %s", chain_file, key_file, gnutls_strerror(result));
	else
		warn_of_time(chain_file, chain.all[0], why);
	gnutls_x509_privkey_deinit(key);
	free_chain(&chain);
	return result < 0 ? -1 : 0;
}

struct tls_creds *
tls_creds_load(const char *chain_file, const char *key_file, char why[TLS_WHY])
{
	struct tls_creds *c = calloc(1, sizeof(*c));
	int result = GNUTLS_E_MEMORY_ERROR;

	why[0] = '\0';
	if (c == NULL)
		goto failed;
	c->holds = 1;
	result = gnutls_certificate_allocate_credentials(&c->certificate);
	if (result < 0)
		goto failed;
	result = gnutls_priority_init2(&c->priority, versions, NULL, GNUTLS_PRIORITY_INIT_DEF_APPEND);
	if (result < 0)
		goto failed;
	result = gnutls_session_ticket_key_generate(&c->ticket_key);
	if (result < 0)
		goto failed;
	if (load_pair(c, chain_file, key_file, why) == 0)
		return c;

failed:
	if (why[0] == '\0')
		snprintf(why, TLS_WHY, "TLS: %s", gnutls_strerror(result));
	tls_creds_release(c);
	return NULL;
}

struct tls_creds *
tls_creds_hold(struct tls_creds *c)
{
	if (c != NULL)
		c->holds++;
	return c;
}

void
tls_creds_release(struct tls_creds *c)
{
	if (c == NULL || --c->holds > 0)
		return;
	if (c->certificate != NULL)
		gnutls_certificate_free_credentials(c->certificate);
	if (c->priority != NULL)
		gnutls_priority_deinit(c->priority);
	if (c->ticket_key.data != NULL) {
		gnutls_memset(c->ticket_key.data, 0, c->ticket_key.size);
		gnutls_free(c->ticket_key.data);
	}
	free(c);
}
