/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * capture.h - packets of an interface or a capture file, through libpcap.
 *
 * Files: pcap and pcapng, microseconds or nanoseconds, packed or not (unpacker.h). What libpcap cannot read is refused: interfaces
 * of several link types in one pcapng file, for one.
 *
 * Live, the kernel gets a filter (filter.h), so that only what can belong to the ports comes here. A file gets none: to
 * look at a packet here is quicker than a filter, and then it is known what else there was. The operator's own filter holds for both,
 * on the octets of a packet as they are captured.
 */
#ifndef PROXY_DRIVER_TAP_CAPTURE_H
#define PROXY_DRIVER_TAP_CAPTURE_H

#include "proxy/driver/tap/packet.h"

struct capture;
struct unpacker;

enum {
	CAPTURE_SNAPLEN = 262144,		/* octets of a packet: all that libpcap knows */
	CAPTURE_BUFFER_DEFAULT = 32 << 20,	/* octets of the kernel's buffer */
	CAPTURE_BATCH = 4096,			/* packets of a file in one capture_read() */
	CAPTURE_WAIT_MS = 100,			/* live: as long as that a capture_read() waits for packets */
	CAPTURE_ERROR = 768,			/* octets of a message, with its NUL */
};

struct capture_conf {
	const char *file;		/* "-": standard input. NULL: live */
	struct unpacker *source;		/* that file, opened and not read; it is closed with the capture, or if that cannot be opened. NULL: open it */
	void (*wait)(void *cookie);	/* of a file without a length: as of unpacker_on_wait(); or NULL */
	void *cookie;
	const char *interface;		/* "any" is one, too */
	const uint16_t *ports;		/* live, host byte order. NULL: 25 alone */
	size_t port_count;
	const char *filter;		/* the operator's, pcap-filter(7); NULL: none */
	int buffer_octets;		/* live; 0: the default */
	bool promiscuous;
};

enum capture_result {
	CAPTURE_MORE = 0,	/* live also if nothing came */
	CAPTURE_END,		/* of the file, or it was stopped */
	CAPTURE_BROKEN,		/* nothing more can be read; capture_error() says why */
};

struct capture_progress {
	uint64_t octets, octets_all;	/* read of the file, packed as it is; all, 0: not known */
	uint64_t packets;		/* told of */
	uint64_t filtered;		/* packets that the operator's filter does not want */
	uint64_t bad_times;		/* packets with a time that cannot be: they have that of the one before */
	uint64_t time_us;		/* of the last packet */
	uint64_t dropped;		/* live: by the kernel, since its buffer was full, or by the network card */
};

/* NULL with a message in error, which names the file or interface. */
struct capture *capture_open(const struct capture_conf *conf, char error[CAPTURE_ERROR]);

/* NULL does nothing. */
void capture_close(struct capture *c);

/* The link type, one that frame.h knows. */
int capture_link(const struct capture *c);

/* Show packets, which are borrowed for the call: a batch of a file, or what has come. */
enum capture_result capture_read(struct capture *c, void (*take)(void *cookie, const struct tap_packet *p), void *cookie);

/* What is broken, with the name of the file or interface; valid while it is open. */
const char *capture_error(const struct capture *c);

/* The next capture_read() is the end. One that waits ends, too, if a signal comes. Can be called in a handler of signals. */
void capture_stop(struct capture *c);

void capture_progress(struct capture *c, struct capture_progress *p);

#endif
