/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mechanism.h - names of SASL mechanisms (RFC 4422, 3.1; IANA's registry, and those that mail programs use beside it).
 */
#ifndef PROXY_SMTP_MECHANISM_H
#define PROXY_SMTP_MECHANISM_H

#include "classifier/span.h"

/* Is this the name of a mechanism, in any case? A word that is none may be a password of a client that left the name out. */
bool mechanism_is_known(struct span name);

#endif
