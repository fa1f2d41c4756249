/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hidden.h - parameters that a client would not have sent through the shield.
 *
 * A client says BY= to a host that offered DELIVERBY. The shield carries nothing of the kind, so it does not show the
 * keyword, and the same client says MAIL without it. Parameters whose keyword the host did not offer are the client's own
 * fault, and stay.
 */
#ifndef PROXY_DRIVER_TAP_HIDDEN_H
#define PROXY_DRIVER_TAP_HIDDEN_H

#include "classifier/span.h"

/*
 * A line of MAIL or RCPT without the parameters that belong to keywords of the host's answer to EHLO and that the shield does not
 * carry. answer: the whole reply. The line itself where there are none, or it has more than size octets; else in memory[size].
 */
struct span hidden_leave_out(struct span line, struct span answer, uint8_t *memory, size_t size);

#endif
