/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "classifier/ip.h"

#include "classifier/ascii.h"

int
ip_parse_octet(struct span text, size_t *at, uint8_t *octet)
{
	size_t first = *at, i = first;
	unsigned value = 0;

	for (; i < text.len && i < first + 3 && ascii_is(text.at[i], ASCII_DIGIT); i++)
		value = value * 10 + (unsigned)(text.at[i] - '0');
	if (i == first || value > 255 || (text.at[first] == '0' && i > first + 1))
		return -1;
	*at = i;
	*octet = (uint8_t)value;
	return 0;
}

int
ip_parse_quad(struct span text, struct ip *ip)
{
	uint8_t v4[4];
	size_t at = 0;

	for (size_t i = 0; i < 4; i++) {
		if (i > 0 && (at == text.len || text.at[at++] != '.'))
			return -1;
		if (ip_parse_octet(text, &at, &v4[i]) == -1)
			return -1;
	}
	if (at != text.len)
		return -1;
	*ip = ip_from_v4(v4);
	return 0;
}

int
ip_parse_v6(struct span text, struct ip *ip)
{
	uint16_t group[8];
	size_t n = 0, gap = SIZE_MAX, i = 0;

	if (text.len >= 2 && text.at[0] == ':' && text.at[1] == ':') {
		gap = 0;
		i = 2;
	}
	while (i < text.len) {
		unsigned value = 0;
		size_t first = i;

		for (; i < text.len && i < first + 4 && ascii_hex(text.at[i]) < 16; i++)
			value = value << 4 | ascii_hex(text.at[i]);
		if (i == first || n == 8)
			return -1;
		group[n++] = (uint16_t)value;
		if (i == text.len)
			break;
		if (text.at[i++] != ':' || i == text.len)
			return -1;
		if (text.at[i] == ':') {
			if (gap != SIZE_MAX)
				return -1;
			gap = n;
			i++;
		}
	}
	if (gap == SIZE_MAX ? n != 8 : n > 6)	/* "::" stands for at least two groups */
		return -1;
	*ip = (struct ip){ 0 };
	for (size_t k = 0; k < n; k++) {
		size_t at = k < gap ? k : k + 8 - n;

		ip->bytes[2 * at] = (uint8_t)(group[k] >> 8);
		ip->bytes[2 * at + 1] = (uint8_t)group[k];
	}
	return 0;
}
