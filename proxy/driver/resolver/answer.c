/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/resolver/answer.h"

#include <arpa/nameser.h>
#include <limits.h>

enum { IPV4_OCTETS = 4, IPV6_OCTETS = 16, MX_LEAST = 3, SOA_MINIMUM_OCTETS = 4 };

static ns_type
number_of(enum answer_type type)
{
	return type == ANSWER_A ? ns_t_a : type == ANSWER_AAAA ? ns_t_aaaa : ns_t_mx;
}

/* One record of the type. False: no such record can be. */
static bool
take(struct answer *a, enum answer_type type, const ns_rr *rr, unsigned found)
{
	const uint8_t *data = ns_rr_rdata(*rr);
	size_t len = ns_rr_rdlen(*rr);

	if (type == ANSWER_AAAA)
		return len == IPV6_OCTETS;
	if (type == ANSWER_MX) {
		if (len < MX_LEAST)
			return false;
		a->null_mx = found == 1 && len == MX_LEAST && data[2] == 0;	/* a preference, and the root */
		return true;
	}
	if (len != IPV4_OCTETS)
		return false;
	if (a->addresses < ANSWER_ADDRESSES)
		memcpy(a->address[a->addresses++], data, IPV4_OCTETS);
	return true;
}

/* RFC 2308 5: a name that is not there is not there for so long. */
static uint32_t
negative_ttl(ns_msg *m)
{
	for (int i = 0; i < ns_msg_count(*m, ns_s_ns); i++) {
		uint32_t ttl, minimum;
		ns_rr rr;

		if (ns_parserr(m, ns_s_ns, i, &rr) == -1)
			return 0;
		if (ns_rr_type(rr) != ns_t_soa || ns_rr_rdlen(rr) < SOA_MINIMUM_OCTETS)
			continue;
		ttl = ns_rr_ttl(rr);
		minimum = (uint32_t)ns_get32(ns_rr_rdata(rr) + ns_rr_rdlen(rr) - SOA_MINIMUM_OCTETS);
		return ttl < minimum ? ttl : minimum;
	}
	return 0;
}

/* False: the message is broken. */
static bool
read_records(ns_msg *m, enum answer_type type, struct answer *a)
{
	unsigned found = 0;
	uint32_t ttl_s = UINT32_MAX;

	for (int i = 0; i < ns_msg_count(*m, ns_s_an); i++) {
		ns_rr rr;

		if (ns_parserr(m, ns_s_an, i, &rr) == -1)
			return false;
		if (ns_rr_class(rr) != ns_c_in)
			continue;
		if (ns_rr_ttl(rr) < ttl_s)	/* of a chain the shortest counts */
			ttl_s = ns_rr_ttl(rr);
		if (ns_rr_type(rr) == number_of(type) && !take(a, type, &rr, ++found))
			return false;
	}
	a->outcome = found > 0 ? ANSWER_FOUND : ANSWER_NO_DATA;
	a->ttl_s = found > 0 ? ttl_s : negative_ttl(m);
	return true;
}

void
answer_read(struct span message, enum answer_type type, struct answer *a)
{
	ns_msg m;

	*a = (struct answer){ 0 };
	if (message.len > INT_MAX || message.at == NULL || ns_initparse(message.at, (int)message.len, &m) == -1 ||
	    ns_msg_getflag(m, ns_f_qr) == 0 || ns_msg_getflag(m, ns_f_tc) != 0)
		return;
	switch (ns_msg_getflag(m, ns_f_rcode)) {
	case ns_r_nxdomain:
		a->outcome = ANSWER_NO_NAME;
		a->ttl_s = negative_ttl(&m);
		break;
	case ns_r_noerror:
		if (!read_records(&m, type, a))
			*a = (struct answer){ 0 };
		break;
	default:
		break;
	}
}
