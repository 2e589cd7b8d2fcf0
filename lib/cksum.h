/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The Internet checksum (RFC 1071), in pieces, and a hash for records. */
#ifndef LIB_CKSUM_H
#define LIB_CKSUM_H

#include "lib/addr.h"

/* Adds bytes to a running sum. Every piece but the last must have an even length. Start with 0. */
uint32_t cksum_add(uint32_t sum, const void *data, size_t len);
/* Adds the pseudo header of RFC 793 (IPv4) or RFC 8200 §8.1 (IPv6). */
uint32_t cksum_add_pseudo(uint32_t sum, const struct ip_addr *src, const struct ip_addr *dst, uint8_t proto, uint32_t len);
uint16_t cksum_finish(uint32_t sum);            /* folded and complemented, host order: store big-endian; 0 over a correct packet */

uint64_t hash_fnv1a(const void *data, size_t len, uint64_t seed);       /* FNV-1a 64: not for keys an attacker picks */

#endif
