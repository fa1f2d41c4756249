/* SPDX-License-Identifier: GPL-2.0-or-later */
/* creds_inside.h - what a session is made from, for the files of this folder only. */
#ifndef PROXY_DRIVER_TLS_CREDS_INSIDE_H
#define PROXY_DRIVER_TLS_CREDS_INSIDE_H

#include "proxy/driver/tls/creds.h"

#include <gnutls/gnutls.h>

struct tls_creds {
	unsigned holds;
	gnutls_certificate_credentials_t certificate;
	gnutls_priority_t priority;
	gnutls_datum_t ticket_key;	/* of these credentials alone: no session of one host is resumed at another */
};

#endif
