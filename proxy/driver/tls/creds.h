/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * creds.h - with what a host's clients are told who speaks TLS for it: a chain of
 * certificates, the key of the first, and what is made of them for sessions.
 *
 * Counted: every session holds what it began with, so that others can be loaded
 * while it runs. Single-threaded.
 */
#ifndef PROXY_DRIVER_TLS_CREDS_H
#define PROXY_DRIVER_TLS_CREDS_H

struct tls_creds;

enum { TLS_WHY = 512 };

/*
 * Read two PEM files. NULL: why names the file and what is wrong with it. Else
 * why is empty, or a warning: the certificate has expired or is not valid yet.
 * The caller has one hold on the result.
 */
struct tls_creds *tls_creds_load(const char *chain_file, const char *key_file, char why[TLS_WHY]);

/* One more hold; the same is returned. NULL does nothing. */
struct tls_creds *tls_creds_hold(struct tls_creds *c);

/* One less; freed with the last. NULL does nothing. */
void tls_creds_release(struct tls_creds *c);

#endif
