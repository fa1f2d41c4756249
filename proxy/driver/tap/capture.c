/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/tap/capture.h"

#include "proxy/driver/tap/filter.h"
#include "proxy/driver/tap/frame.h"
#include "proxy/driver/tap/unpacker.h"

#include <pcap/pcap.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>

static const uint64_t second_us = 1000 * 1000;

struct capture {
	const char *name;		/* of the file or interface, as the caller wrote it */
	pcap_t *pcap;
	struct unpacker *source;		/* NULL: live */
	struct bpf_program filter;	/* the operator's */
	bool has_filter;
	volatile sig_atomic_t stopped;
	struct capture_progress progress;
	char error[CAPTURE_ERROR];
};

/* Who is shown packets in one capture_read(). */
struct audience {
	struct capture *capture;
	void (*take)(void *cookie, const struct tap_packet *p);
	void *cookie;
};

__attribute__((format(printf, 2, 3))) static int
fail(struct capture *c, const char *format, ...)
{
	va_list args;
	int n = snprintf(c->error, sizeof(c->error), "%s: ", c->name);

	va_start(args, format);
	if (n > 0 && (size_t)n < sizeof(c->error))
		vsnprintf(c->error + n, sizeof(c->error) - (size_t)n, format, args);
	va_end(args);
	return -1;
}

static int
open_file(struct capture *c, const struct capture_conf *conf)
{
	char why[PCAP_ERRBUF_SIZE] = "", child[UNPACKER_ERROR];
	struct span first;
	bool empty;
	FILE *stream;

	if (c->source == NULL)
		c->source = unpacker_open(c->name, child);
	if (c->source == NULL)
		return fail(c, "%s", child);
	unpacker_on_wait(c->source, conf->wait, conf->cookie);
	empty = unpacker_look(c->source, &first) == 0 && first.len == 0;
	stream = unpacker_stream(c->source);
	if (stream == NULL)
		return fail(c, "no memory");
	c->pcap = pcap_fopen_offline_with_tstamp_precision(stream, PCAP_TSTAMP_PRECISION_MICRO, why);
	if (c->pcap != NULL)
		return 0;
	fclose(stream);
	if (unpacker_check(c->source, child) == -1)
		return fail(c, "no capture: %s; %s", why, child);
	return fail(c, "no capture: %s", empty ? "it is empty" : why);
}

static int
activate(struct capture *c, const struct capture_conf *conf)
{
	int result;

	pcap_set_snaplen(c->pcap, CAPTURE_SNAPLEN);
	pcap_set_promisc(c->pcap, conf->promiscuous);
	pcap_set_timeout(c->pcap, CAPTURE_WAIT_MS);
	pcap_set_buffer_size(c->pcap, conf->buffer_octets > 0 ? conf->buffer_octets : CAPTURE_BUFFER_DEFAULT);
	result = pcap_activate(c->pcap);
	if (result >= 0)
		return 0;
	switch (result) {
	case PCAP_ERROR_NO_SUCH_DEVICE:
		return fail(c, "there is no such interface");
	case PCAP_ERROR_PERM_DENIED:
	case PCAP_ERROR_PROMISC_PERM_DENIED:
		return fail(c, "not permitted: to capture needs root, or CAP_NET_RAW");
	case PCAP_ERROR_IFACE_NOT_UP:
		return fail(c, "the interface is not up");
	case PCAP_ERROR:
		return fail(c, "%s", pcap_geterr(c->pcap));
	default:
		return fail(c, "%s", pcap_statustostr(result));
	}
}

/* The kernel's filter. */
static int
set_filter(struct capture *c, const struct capture_conf *conf)
{
	static const uint16_t smtp = 25;
	char *text = filter_text(pcap_datalink(c->pcap), conf->ports != NULL ? conf->ports : &smtp, conf->ports != NULL ? conf->port_count : 1);
	struct bpf_program program;
	int result = -1;

	if (text == NULL)
		return fail(c, "no memory");
	if (pcap_compile(c->pcap, &program, text, 1, PCAP_NETMASK_UNKNOWN) == 0) {
		result = pcap_setfilter(c->pcap, &program);
		pcap_freecode(&program);
	}
	free(text);
	return result == 0 ? 0 : fail(c, "the filter for the ports: %s", pcap_geterr(c->pcap));
}

static int
open_live(struct capture *c, const struct capture_conf *conf)
{
	char why[PCAP_ERRBUF_SIZE] = "";

	c->pcap = pcap_create(c->name, why);
	if (c->pcap == NULL)
		return fail(c, "%s", why);
	if (activate(c, conf) == -1)
		return -1;
	return pcap_setnonblock(c->pcap, 1, why) == 0 ? 0 : fail(c, "%s", why);
}

/*
 * The operator's filter runs here, over what libpcap shows: in one program with ours a "vlan" in it would move what ours looks at.
 * It is compiled for no interface, as a live one's has the tag of a VLAN elsewhere.
 */
static int
compile(struct capture *c, const char *filter)
{
	pcap_t *dead = pcap_open_dead(pcap_datalink(c->pcap), CAPTURE_SNAPLEN);
	int result = 0;

	if (dead == NULL)
		return fail(c, "no memory");
	if (pcap_compile(dead, &c->filter, filter, 1, PCAP_NETMASK_UNKNOWN) == 0)
		c->has_filter = true;
	else
		result = fail(c, "the filter \"%s\": %s", filter, pcap_geterr(dead));
	pcap_close(dead);
	return result;
}

static int
check_link(struct capture *c)
{
	int link = pcap_datalink(c->pcap);
	const char *name = pcap_datalink_val_to_name(link);

	if (frame_knows(link))
		return 0;
	return fail(c, "packets of link type %s (%d) cannot be read", name != NULL ? name : "unknown", link);
}

static int
open_any(struct capture *c, const struct capture_conf *conf)
{
	if ((conf->file != NULL ? open_file(c, conf) : open_live(c, conf)) == -1 || check_link(c) == -1)
		return -1;
	if (conf->file == NULL && set_filter(c, conf) == -1)
		return -1;
	return conf->filter != NULL ? compile(c, conf->filter) : 0;
}

struct capture *
capture_open(const struct capture_conf *conf, char error[CAPTURE_ERROR])
{
	struct capture *c = calloc(1, sizeof(*c));

	if (c == NULL) {
		snprintf(error, CAPTURE_ERROR, "no memory");
		unpacker_close(conf->source);
		return NULL;
	}
	c->source = conf->source;
	c->name = conf->file != NULL ? conf->file : conf->interface;
	if (open_any(c, conf) == 0)
		return c;
	memcpy(error, c->error, CAPTURE_ERROR);
	capture_close(c);
	return NULL;
}

void
capture_close(struct capture *c)
{
	if (c == NULL)
		return;
	if (c->has_filter)
		pcap_freecode(&c->filter);
	if (c->pcap != NULL)
		pcap_close(c->pcap);	/* and the stream of the source */
	unpacker_close(c->source);
	free(c);
}

int
capture_link(const struct capture *c)
{
	return pcap_datalink(c->pcap);
}

/* Seconds of a pcap file have 32 bits; those of a pcapng file may be anything. */
static uint64_t
time_of(struct capture *c, const struct pcap_pkthdr *header)
{
	const struct timeval *t = &header->ts;

	if (t->tv_sec < INT32_MIN || t->tv_sec > UINT32_MAX || t->tv_usec < 0 || t->tv_usec >= (suseconds_t)second_us) {
		c->progress.bad_times++;
		return c->progress.time_us;
	}
	return (uint32_t)t->tv_sec * second_us + (uint64_t)t->tv_usec;
}

static void
on_packet(u_char *cookie, const struct pcap_pkthdr *header, const u_char *octets)
{
	struct audience *a = (struct audience *)(void *)cookie;
	struct capture *c = a->capture;
	struct tap_packet p = { .link = pcap_datalink(c->pcap), .octets = span_of(octets, header->caplen), .length = header->len };

	if (c->has_filter && pcap_offline_filter(&c->filter, header, octets) == 0) {
		c->progress.filtered++;
		return;
	}
	p.time_us = time_of(c, header);
	c->progress.packets++;
	c->progress.time_us = p.time_us;
	a->take(a->cookie, &p);
}

/* The end of a file: was it whole? */
static enum capture_result
end(struct capture *c)
{
	char child[UNPACKER_ERROR];

	if (unpacker_check(c->source, child) == 0)
		return CAPTURE_END;
	fail(c, "%s", child);
	return CAPTURE_BROKEN;
}

static enum capture_result
broken(struct capture *c)
{
	char child[UNPACKER_ERROR];

	if (c->source != NULL && unpacker_check(c->source, child) == -1)
		fail(c, "%s; %s", pcap_geterr(c->pcap), child);
	else
		fail(c, "%s", pcap_geterr(c->pcap));
	return CAPTURE_BROKEN;
}

/* Until there are packets, for a while at most: on an interface where nothing is sent libpcap itself would wait for ever. */
static void
wait_for_packets(struct capture *c)
{
	struct pollfd p = { pcap_get_selectable_fd(c->pcap), POLLIN, 0 };

	poll(&p, 1, CAPTURE_WAIT_MS);
}

enum capture_result
capture_read(struct capture *c, void (*take)(void *cookie, const struct tap_packet *p), void *cookie)
{
	struct audience audience = { c, take, cookie };
	int n;

	if (c->stopped)
		return CAPTURE_END;
	n = pcap_dispatch(c->pcap, c->source != NULL ? CAPTURE_BATCH : -1, on_packet, (u_char *)&audience);
	if (n == 0 && c->source == NULL && !c->stopped)
		wait_for_packets(c);
	if (c->stopped)
		return CAPTURE_END;
	if (n < 0)
		return broken(c);
	return n == 0 && c->source != NULL ? end(c) : CAPTURE_MORE;
}

const char *
capture_error(const struct capture *c)
{
	return c->error;
}

void
capture_stop(struct capture *c)
{
	c->stopped = 1;
	if (c->source != NULL)
		unpacker_stop(c->source);
	pcap_breakloop(c->pcap);
}

void
capture_progress(struct capture *c, struct capture_progress *p)
{
	struct pcap_stat stat;

	if (c->source != NULL) {
		c->progress.octets = unpacker_octets(c->source);
		c->progress.octets_all = unpacker_all(c->source);
	} else if (pcap_stats(c->pcap, &stat) == 0) {
		c->progress.dropped = (uint64_t)stat.ps_drop + stat.ps_ifdrop;
	}
	*p = c->progress;
}
