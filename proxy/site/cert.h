/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cert.h - the certificates that the operator named, loaded.
 */
#ifndef PROXY_SITE_CERT_H
#define PROXY_SITE_CERT_H

#include "proxy/driver/tls/creds.h"
#include "proxy/site/site.h"

/*
 * Load the credentials of a host, by position in policy.hosts. 0, with *creds
 * NULL where the host has none; or -1. What is wrong or odd with them is told on
 * out with file and line of the configuration. The caller has a hold on *creds.
 */
int cert_load(const struct site *site, size_t host, struct tls_creds **creds, FILE *out);

/* Load those of every host and forget them. 0, or -1 if one of them cannot be used. */
int cert_check(const struct site *site, FILE *out);

#endif
