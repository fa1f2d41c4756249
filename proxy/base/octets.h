/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * octets.h - numbers in network byte order, anywhere in memory.
 */
#ifndef PROXY_BASE_OCTETS_H
#define PROXY_BASE_OCTETS_H

#include <stdint.h>

static inline uint16_t
octets_16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static inline uint32_t
octets_32(const uint8_t *at)
{
	return (uint32_t)octets_16(at) << 16 | octets_16(at + 2);
}

#endif
