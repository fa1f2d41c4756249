/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/tap/filter.h"

#include "proxy/driver/tap/frame.h"

#include <stdio.h>
#include <stdlib.h>

/* An IP packet that may have TCP of these ports in it. */
static void
write_ip(FILE *out, const uint16_t *ports, size_t port_count)
{
	for (size_t i = 0; i < port_count; i++)
		fprintf(out, "%stcp port %u", i > 0 ? " or " : "", ports[i]);
	fputs(" or (ip proto 6 and ip[6:2] & 0x3fff != 0)"
	      " or (ip6 and (ip6[6] = 0 or ip6[6] = 43 or ip6[6] = 44 or ip6[6] = 51 or ip6[6] = 60))", out);
}

static void
write_types(FILE *out)
{
	fputs(" or ether proto 0x8864 or ether proto 0x8847 or ether proto 0x8848", out);
}

/*
 * In pcap-filter "vlan" moves everything that is written behind it to what is behind the tag, so each level is written inside
 * of the one before. "pppoes" and "mpls" would do the same, so these are named by their types.
 */
static void
write_ethernet(FILE *out, const uint16_t *ports, size_t port_count)
{
	for (int level = 0; level < 3; level++) {
		write_ip(out, ports, port_count);
		write_types(out);
		fputs(level < 2 ? " or (vlan and (" : " or vlan", out);
	}
	fputs("))))", out);
}

/* Of the device "any". It has no "vlan". */
static void
write_cooked(FILE *out, const uint16_t *ports, size_t port_count)
{
	write_ip(out, ports, port_count);
	write_types(out);
	fputs(" or ether proto 0x8100 or ether proto 0x88a8 or ether proto 0x9100", out);
}

char *
filter_text(int link, const uint16_t *ports, size_t port_count)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (out == NULL)
		return NULL;
	if (link == FRAME_EN10MB)
		write_ethernet(out, ports, port_count);
	else if (link == FRAME_LINUX_SLL || link == FRAME_LINUX_SLL2)
		write_cooked(out, ports, port_count);
	else if (link == FRAME_PPP || link == FRAME_PPP_SERIAL)
		;	/* all of it: its framings are not what the compiler of filters knows */
	else
		write_ip(out, ports, port_count);
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}
