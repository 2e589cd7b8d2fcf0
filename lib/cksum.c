// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The Internet checksum (RFC 1071) of VRRP, ICMP and the packets that we build ourselves, and FNV-1a for records that
 * only need to notice an accident.
 *
 * A running sum is a one's complement sum in 32 bits: 2^32 is 1 modulo 2^16 - 1, so folding the carries of a wider
 * accumulator back keeps it right for any length, while 32 plain bits would overflow after 128 KB.
 */
#include "lib/cksum.h"

static uint32_t fold_to_32(uint64_t sum)
{
	sum = (sum & UINT32_MAX) + (sum >> 32);
	return (uint32_t)((sum & UINT32_MAX) + (sum >> 32));
}

uint32_t cksum_add(uint32_t sum, const void *data, size_t len)
{
	const uint8_t *p = data;
	uint64_t total = sum;

	for (; len > 1; len -= 2, p += 2)
		total += (uint32_t)(p[0] << 8 | p[1]);
	if (len)
		total += (uint32_t)(p[0] << 8);
	return fold_to_32(total);
}

uint32_t cksum_add_pseudo(uint32_t sum, const struct ip_addr *src, const struct ip_addr *dst, uint8_t proto,
			  uint32_t len)
{
	sum = cksum_add(sum, src->bytes, addr_size(src));
	sum = cksum_add(sum, dst->bytes, addr_size(dst));
	/* The two headers differ in where the length and the protocol stand, which a sum does not see. */
	return fold_to_32((uint64_t)sum + (len >> 16) + (len & 0xffff) + proto);
}

uint16_t cksum_finish(uint32_t sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

uint64_t hash_fnv1a(const void *data, size_t len, uint64_t seed)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ seed;
	const uint8_t *p = data;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ p[i]) * UINT64_C(0x100000001b3);
	return hash;
}
