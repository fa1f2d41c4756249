/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/base/tcp_image.h"

#include "proxy/base/pcapng.h"

enum { FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16 };
enum { IPV4 = 20, IPV6 = 40, TCP = 20, PROTOCOL_TCP = 6, HOPS = 64, MTU = 1500, WINDOW = 65535 };

static void
put16(uint8_t *at, unsigned n)
{
	at[0] = (uint8_t)(n >> 8);
	at[1] = (uint8_t)n;
}

static void
put32(uint8_t *at, uint32_t n)
{
	put16(at, n >> 16);
	put16(at + 2, n & 0xffff);
}

/* RFC 1071, before it is folded. Of pieces that are added up all but the last have an even length. */
static uint32_t
sum(uint32_t before, struct span s)
{
	for (size_t i = 0; i + 1 < s.len; i += 2)
		before += (uint32_t)(s.at[i] << 8 | s.at[i + 1]);
	return s.len % 2 == 0 ? before : before + (uint32_t)(s.at[s.len - 1] << 8);
}

static unsigned
checksum(uint32_t of)
{
	while (of > 0xffff)
		of = (of & 0xffff) + (of >> 16);
	return ~of & 0xffff;
}

/* An address as it stands in a header of its family. */
static struct span
address(const struct ip *ip)
{
	return ip_is_v4(ip) ? span_of(ip->bytes + 12, 4) : span_of(ip->bytes, 16);
}

static size_t
ip_octets(const struct tcp_image *t)
{
	return ip_is_v4(&t->ends.ip[TCP_CLIENT]) ? IPV4 : IPV6;
}

static void
put_ipv4(uint8_t *at, struct span from, struct span to, size_t payload)
{
	memset(at, 0, IPV4);
	at[0] = 0x45;
	put16(at + 2, (unsigned)(IPV4 + payload));
	put16(at + 6, 0x4000);		/* not to be fragmented, so that it needs no identification: RFC 6864 */
	at[8] = HOPS;
	at[9] = PROTOCOL_TCP;
	memcpy(at + 12, from.at, 4);
	memcpy(at + 16, to.at, 4);
	put16(at + 10, checksum(sum(0, span_of(at, IPV4))));
}

static void
put_ipv6(uint8_t *at, struct span from, struct span to, size_t payload)
{
	memset(at, 0, IPV6);
	at[0] = 0x60;
	put16(at + 4, (unsigned)payload);
	at[6] = PROTOCOL_TCP;
	at[7] = HOPS;
	memcpy(at + 8, from.at, 16);
	memcpy(at + 24, to.at, 16);
}

/* The pseudo header of either family comes to the same sum: both addresses, the length, the protocol. */
static unsigned
tcp_checksum(struct span from, struct span to, struct span segment)
{
	return checksum(sum(sum(sum((uint32_t)segment.len + PROTOCOL_TCP, from), to), segment));
}

static void
put_tcp(const struct tcp_image *t, uint8_t *at, enum tcp_side from, unsigned flags)
{
	memset(at, 0, TCP);
	put16(at, t->ends.port[from]);
	put16(at + 2, t->ends.port[!from]);
	put32(at + 4, t->next[from]);
	put32(at + 8, (flags & ACK) != 0 ? t->next[!from] : 0);
	at[12] = TCP / 4 << 4;
	at[13] = (uint8_t)flags;
	put16(at + 14, WINDOW);
}

/* One packet. octets: as many as fit. */
static void
packet(struct tcp_image *t, enum tcp_side from, unsigned flags, uint64_t time_us, struct span octets, struct span comment)
{
	struct span source = address(&t->ends.ip[from]), target = address(&t->ends.ip[!from]);
	size_t head = ip_octets(t), payload = TCP + octets.len;
	uint8_t image[MTU];

	if (head == IPV4)
		put_ipv4(image, source, target, payload);
	else
		put_ipv6(image, source, target, payload);
	put_tcp(t, image + head, from, flags);
	if (octets.len > 0)
		memcpy(image + head + TCP, octets.at, octets.len);
	put16(image + head + 16, tcp_checksum(source, target, span_of(image + head, payload)));
	pcapng_packet(t->out, time_us, span_of(image, head + payload), comment);
	t->next[from] += (uint32_t)octets.len + ((flags & (SYN | FIN)) != 0);
}

void
tcp_image_open(struct tcp_image *t, struct buf *out, const struct tcp_ends *ends, uint32_t first, uint64_t time_us,
    struct span comment)
{
	const struct span none = { 0 };

	*t = (struct tcp_image){ .out = out, .ends = *ends, .next = { first, ~first } };
	packet(t, TCP_CLIENT, SYN, time_us, none, comment);
	packet(t, TCP_SERVER, SYN | ACK, time_us, none, none);
	packet(t, TCP_CLIENT, ACK, time_us, none, none);
}

void
tcp_image_send(struct tcp_image *t, enum tcp_side from, uint64_t time_us, struct span octets, struct span comment)
{
	const size_t most = MTU - ip_octets(t) - TCP;

	for (size_t at = 0; at < octets.len; at += most) {
		size_t end = octets.len - at < most ? octets.len : at + most;

		packet(t, from, PSH | ACK, time_us, span_cut(octets, at, end), at == 0 ? comment : (struct span){ 0 });
	}
}

void
tcp_image_skip(struct tcp_image *t, enum tcp_side from, uint64_t octets)
{
	t->next[from] += (uint32_t)octets;
}

void
tcp_image_finish(struct tcp_image *t, enum tcp_side from, uint64_t time_us, struct span comment)
{
	const struct span none = { 0 };

	packet(t, from, FIN | ACK, time_us, none, comment);
	packet(t, !from, ACK, time_us, none, none);
}

void
tcp_image_reset(struct tcp_image *t, enum tcp_side from, uint64_t time_us, struct span comment)
{
	packet(t, from, RST | ACK, time_us, (struct span){ 0 }, comment);
}
