/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/tls/identity.h"

#include <gnutls/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static char chain_file[] = "/tmp/relaywall-chain-XXXXXX", key_file[] = "/tmp/relaywall-key-XXXXXX";

static void
must(int result, const char *what)
{
	if (result >= 0)
		return;
	fprintf(stderr, "identity: %s: %s\n", what, gnutls_strerror(result));
	exit(1);
}

static void
write_file(char *file, const gnutls_datum_t *text)
{
	int fd = mkstemp(file);

	if (fd == -1 || write(fd, text->data, text->size) != (ssize_t)text->size) {
		perror(file);
		exit(1);
	}
	close(fd);
}

static void
remove_files(void)
{
	unlink(chain_file);
	unlink(key_file);
}

static void
sign(gnutls_x509_crt_t crt, gnutls_x509_privkey_t key)
{
	time_t now = time(NULL);

	must(gnutls_x509_crt_set_version(crt, 3), "version");
	must(gnutls_x509_crt_set_serial(crt, "\1", 1), "serial");
	must(gnutls_x509_crt_set_dn(crt, "CN=mail.local.example", NULL), "name");
	must(gnutls_x509_crt_set_activation_time(crt, now - 60), "begin");
	must(gnutls_x509_crt_set_expiration_time(crt, now + 3600), "end");
	must(gnutls_x509_crt_set_key(crt, key), "key");
	must(gnutls_x509_crt_sign2(crt, crt, key, GNUTLS_DIG_SHA256, 0), "sign");
}

static void
make(void)
{
	static int made;
	gnutls_x509_privkey_t key;
	gnutls_x509_crt_t crt;
	gnutls_datum_t text;

	if (made++ != 0)
		return;
	must(gnutls_x509_privkey_init(&key), "key");
	must(gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0), "key");
	must(gnutls_x509_crt_init(&crt), "certificate");
	sign(crt, key);
	must(gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_PEM, &text), "certificate");
	write_file(chain_file, &text);
	gnutls_free(text.data);
	must(gnutls_x509_privkey_export2(key, GNUTLS_X509_FMT_PEM, &text), "key");
	write_file(key_file, &text);
	gnutls_free(text.data);
	gnutls_x509_crt_deinit(crt);
	gnutls_x509_privkey_deinit(key);
	atexit(remove_files);
}

const char *
identity_chain(void)
{
	make();
	return chain_file;
}

const char *
identity_key(void)
{
	make();
	return key_file;
}
