/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_packet.c - the octets of a packet.
 *
 * A packet that is cut anywhere gives what the whole one gives, or says that it
 * was cut. What is reported as a SYN is the segment that a router and a host
 * find, by a walk that shares no code with the reader; written anew from what was
 * reported, in the plainest form, it is the same SYN.
 */
#include "proxy/driver/gate/packet.h"

#include "tests/fuzz/fuzz.h"

static bool
same(const struct packet *a, const struct packet *b)
{
	return ip_eq(&a->client, &b->client) && ip_eq(&a->host, &b->host) && a->client_port == b->client_port &&
	    a->port == b->port && a->seq == b->seq && a->flags == b->flags;
}

/* Read a copy of exact size, which a sanitizer watches. */
static enum packet_result
read_copy(struct span s, struct packet *p)
{
	uint8_t *copy = malloc(s.len + 1);
	enum packet_result result;

	if (copy == NULL)
		abort();
	memcpy(copy + 1, s.at, s.len);
	result = packet_read(span_of(copy + 1, s.len), p);
	free(copy);
	return result;
}

static void
check_cuts(struct span whole, enum packet_result want, const struct packet *p)
{
	struct packet cut;

	for (size_t n = 0; n < whole.len && n <= PACKET_OCTETS; n++) {
		enum packet_result got = read_copy(span_cut(whole, 0, n), &cut);

		HOLDS(got == PACKET_CUT || (got == want && same(&cut, p)), "%zu of %zu octets: %s, the whole: %s", n, whole.len,
		    packet_result_name(got), packet_result_name(want));
		HOLDS(got != PACKET_CUT || n < PACKET_OCTETS, "%zu octets are not enough", n);
	}
}

/* Where a stack finds TCP in IPv4, whose options do not lead elsewhere. */
static size_t
find_tcp_v4(struct span in)
{
	size_t end = 4u * (in.at[0] & 15u);

	for (size_t i = 20; i < end && in.at[i] != 0; i += in.at[i] == 1 ? 1 : in.at[i + 1])
		HOLDS((in.at[i] != 131 && in.at[i] != 137) || in.at[i + 2] > in.at[i + 1], "a source route at %zu", i);
	HOLDS(in.at[9] == 6 && (in.at[6] & 0x3f) + in.at[7] == 0, "protocol %u, or a fragment", in.at[9]);
	return end;
}

/* The same in IPv6: it adds up the lengths of headers, none of which leads elsewhere. */
static size_t
find_tcp_v6(struct span in)
{
	uint8_t kind = in.at[6];
	size_t at = 40;

	for (unsigned i = 0; kind != 6; i++) {
		const uint8_t *h = in.at + at;

		HOLDS(kind == 0 || kind == 43 || kind == 44 || kind == 51 || kind == 60, "header %u", kind);
		HOLDS(i < PACKET_EXTENSIONS_MAX && (kind != 0 || i == 0), "header %u, the %u.", kind, i);
		HOLDS(kind != 44 || (h[2] == 0 && (h[3] & 0xf9) == 0), "a fragment, %02x%02x", h[2], h[3]);
		HOLDS(kind != 43 || h[3] == 0, "%u more hops", h[3]);
		at += kind == 44 ? 8 : kind == 51 ? 4 * (h[1] + 2u) : 8 * (h[1] + 1u);
		kind = h[0];
	}
	return at;
}

static bool
has16(const uint8_t *at, unsigned value)
{
	return at[0] == (value >> 8 & 255) && at[1] == (value & 255);
}

/* The fields stand where a stack looks for them, inside of the packet's own length. */
static void
check_place(struct span in, const struct packet *p)
{
	bool v4 = in.at[0] >> 4 == 4;
	size_t end = v4 ? in.at[2] * 256u + in.at[3] : 40 + in.at[4] * 256u + in.at[5];
	size_t at = v4 ? find_tcp_v4(in) : find_tcp_v6(in), len = v4 ? 4 : 16;
	const uint8_t *tcp = in.at + at, *addresses = in.at + (v4 ? 12 : 8);

	HOLDS(at + 20 <= PACKET_OCTETS && at + 20 <= in.len, "TCP at %zu of %zu", at, in.len);
	HOLDS(tcp[12] >= 0x50 && at + 4u * (tcp[12] >> 4) <= end, "TCP at %zu of %zu, %02x", at, end, tcp[12]);
	HOLDS(has16(tcp, p->client_port) && has16(tcp + 2, p->port), "ports %u, %u", p->client_port, p->port);
	HOLDS(has16(tcp + 4, p->seq >> 16) && has16(tcp + 6, p->seq & 0xffff) && tcp[13] == p->flags, "flags %02x", p->flags);
	HOLDS(ip_is_v4(&p->client) == v4 && ip_is_v4(&p->host) == v4, "another family");
	HOLDS(memcmp(p->client.bytes + 16 - len, addresses, len) == 0, "another client");
	HOLDS(memcmp(p->host.bytes + 16 - len, addresses + len, len) == 0, "another host");
}

static size_t
write_ip(uint8_t *out, const struct packet *p)
{
	if (ip_is_v4(&p->client)) {
		memcpy(out, "\x45\0\0\x28\0\0\0\0\x40\6\0\0", 12);
		memcpy(out + 12, p->client.bytes + 12, 4);
		memcpy(out + 16, p->host.bytes + 12, 4);
		return 20;
	}
	memcpy(out, "\x60\0\0\0\0\x14\6\x40", 8);
	memcpy(out + 8, p->client.bytes, 16);
	memcpy(out + 24, p->host.bytes, 16);
	return 40;
}

static void
check_anew(const struct packet *p, enum packet_result want)
{
	uint8_t out[60] = { 0 };
	uint8_t *tcp = out + write_ip(out, p);
	struct packet again;
	enum packet_result got;

	for (unsigned i = 0; i < 2; i++) {
		tcp[i] = (uint8_t)(p->client_port >> (8 - 8 * i));
		tcp[2 + i] = (uint8_t)(p->port >> (8 - 8 * i));
	}
	for (unsigned i = 0; i < 4; i++)
		tcp[4 + i] = (uint8_t)(p->seq >> (24 - 8 * i));
	tcp[12] = 0x50;
	tcp[13] = p->flags;
	got = packet_read(span_of(out, (size_t)(tcp + 20 - out)), &again);
	HOLDS(got == want && same(&again, p), "%s, anew: %s", packet_result_name(want), packet_result_name(got));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span whole = span_of(data, size);
	struct packet p;
	enum packet_result result = packet_read(whole, &p);

	check_cuts(whole, result, &p);
	if (result != PACKET_SYN && result != PACKET_OTHER)
		return 0;
	HOLDS((result == PACKET_SYN) == ((p.flags & 0x17) == 0x02), "flags %02x: %s", p.flags, packet_result_name(result));
	check_place(whole, &p);
	check_anew(&p, result);
	return 0;
}
