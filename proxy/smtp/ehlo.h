/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ehlo.h - EHLO keywords: an allow list.
 *
 * A keyword that is passed on is a promise that this path carries what it
 * stands for; all others are left out, whatever the host can do.
 */
#ifndef PROXY_SMTP_EHLO_H
#define PROXY_SMTP_EHLO_H

#include "classifier/span.h"

/*
 * May this line of an EHLO reply (keyword and parameters) be shown to the
 * client? *offer gets the OFFER_ bit (classifier/param.h) that it stands for, or 0.
 */
bool ehlo_allowed(struct span line, unsigned *offer);

#endif
