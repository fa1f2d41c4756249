/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * filter.h - the expression (pcap-filter(7)) for packets that a tap needs: TCP of the ports, and all that may turn out to be.
 *
 * Fragments have no ports, and what is behind extension headers, PPPoE or MPLS is out of sight for it: these pass, and are
 * looked at when they are read. Of VLAN tags the first two are looked behind; what has a third one passes.
 */
#ifndef PROXY_DRIVER_TAP_FILTER_H
#define PROXY_DRIVER_TAP_FILTER_H

#include <stddef.h>
#include <stdint.h>

/* For frames of this link type (frame.h), one port at least, host byte order. A text that is the caller's to free; NULL without memory. */
char *filter_text(int link, const uint16_t *ports, size_t port_count);

#endif
