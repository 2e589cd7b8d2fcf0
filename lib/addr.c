// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Addresses of either family.
 *
 * Everything above works on struct ip_addr and is written once; the families differ here and where a protocol itself
 * differs. Text is read by inet_pton, which takes only the full, unambiguous forms: "10.1" and "010.0.0.1", which
 * other readers take for 10.0.0.1 and 8.0.0.1, are errors. Names are not resolved and scopes ("%eth0") not read here.
 */
#include "lib/addr.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/num.h"

unsigned addr_size(const struct ip_addr *a)
{
	switch (a->family) {
	case AF_INET:
		return 4;
	case AF_INET6:
		return 16;
	default:
		return 0;
	}
}

unsigned addr_bits(const struct ip_addr *a)
{
	return addr_size(a) * 8;
}

int addr_parse(const char *str, struct ip_addr *out)
{
	struct ip_addr a = { 0 };

	if (!str)
		return -EINVAL;
	a.family = strchr(str, ':') ? AF_INET6 : AF_INET;
	if (inet_pton(a.family, str, a.bytes) != 1)
		return -EINVAL;
	*out = a;
	return 0;
}

int addr_parse_prefix(const char *str, struct ip_prefix *out)
{
	const char *slash = str ? strchr(str, '/') : NULL;
	char text[ADDR_STRLEN];
	struct ip_prefix p;
	uint64_t len;
	int r;

	if (!slash) {
		r = addr_parse(str, &p.addr);
		if (r)
			return r;
		p.len = (uint8_t)addr_bits(&p.addr);
		*out = p;
		return 0;
	}
	if ((size_t)(slash - str) >= sizeof(text))
		return -EINVAL;
	memcpy(text, str, (size_t)(slash - str));
	text[slash - str] = '\0';
	r = addr_parse(text, &p.addr);
	if (r)
		return r;
	/* num_u64 would take a sign. */
	if (slash[1] < '0' || slash[1] > '9')
		return -EINVAL;
	r = num_u64(slash + 1, 10, 0, addr_bits(&p.addr), &len);
	if (r)
		return r;
	p.len = (uint8_t)len;
	*out = p;
	return 0;
}

int addr_cmp(const struct ip_addr *a, const struct ip_addr *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return memcmp(a->bytes, b->bytes, addr_size(a));
}

bool addr_equal(const struct ip_addr *a, const struct ip_addr *b)
{
	return addr_cmp(a, b) == 0;
}

bool prefix_equal(const struct ip_prefix *a, const struct ip_prefix *b)
{
	return a->len == b->len && addr_equal(&a->addr, &b->addr);
}

bool addr_in_prefix(const struct ip_addr *a, const struct ip_prefix *p)
{
	unsigned whole = p->len / 8, rest = p->len % 8;
	uint8_t mask = (uint8_t)(0xff00 >> rest);

	if (!addr_is_set(a) || a->family != p->addr.family || p->len > addr_bits(a))
		return false;
	if (memcmp(a->bytes, p->addr.bytes, whole))
		return false;
	return !rest || !((a->bytes[whole] ^ p->addr.bytes[whole]) & mask);
}

bool addr_is_multicast(const struct ip_addr *a)
{
	if (a->family == AF_INET)
		return (a->bytes[0] & 0xf0) == 0xe0;
	return a->family == AF_INET6 && a->bytes[0] == 0xff;
}

bool addr_is_link_local(const struct ip_addr *a)
{
	if (a->family == AF_INET)
		return a->bytes[0] == 169 && a->bytes[1] == 254;
	return a->family == AF_INET6 && a->bytes[0] == 0xfe && (a->bytes[1] & 0xc0) == 0x80;
}

const char *addr_str(const struct ip_addr *a, char buf[static ADDR_STRLEN])
{
	if (!addr_size(a) || !inet_ntop(a->family, a->bytes, buf, ADDR_STRLEN))
		strcpy(buf, "-");
	return buf;
}

const char *prefix_str(const struct ip_prefix *p, char buf[static PREFIX_STRLEN])
{
	char text[ADDR_STRLEN];

	addr_str(&p->addr, text);
	if (addr_size(&p->addr))
		snprintf(buf, PREFIX_STRLEN, "%s/%u", text, p->len);
	else
		strcpy(buf, text);
	return buf;
}

const char *ip_port_str(const struct ip_port *p, char buf[static PORT_STRLEN])
{
	char text[ADDR_STRLEN];

	addr_str(&p->addr, text);
	if (addr_size(&p->addr))
		snprintf(buf, PORT_STRLEN, "[%s]:%u", text, p->port);
	else
		strcpy(buf, text);
	return buf;
}

struct ip_addr addr_from_v4(struct in_addr in)
{
	return addr_from_bytes(AF_INET, &in);
}

struct ip_addr addr_from_v6(const struct in6_addr *in)
{
	return addr_from_bytes(AF_INET6, in);
}

struct ip_addr addr_from_bytes(uint8_t family, const void *bytes)
{
	struct ip_addr a = { .family = family };
	unsigned size = addr_size(&a);

	if (!size)
		return (struct ip_addr){ 0 };
	memcpy(a.bytes, bytes, size);
	return a;
}

socklen_t addr_to_sockaddr(const struct ip_addr *a, uint16_t port, uint32_t scope_id, struct sockaddr_storage *ss)
{
	memset(ss, 0, sizeof(*ss));
	if (a->family == AF_INET) {
		struct sockaddr_in sin = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = a->v4 };

		memcpy(ss, &sin, sizeof(sin));
		return sizeof(sin);
	}
	if (a->family == AF_INET6) {
		struct sockaddr_in6 sin6 = { .sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = a->v6,
					     .sin6_scope_id = scope_id };

		memcpy(ss, &sin6, sizeof(sin6));
		return sizeof(sin6);
	}
	return 0;
}

int addr_from_sockaddr(const struct sockaddr *sa, socklen_t len, struct ip_port *out)
{
	struct sockaddr_in6 sin6;
	struct sockaddr_in sin;

	/* The length is the kernel's: an unnamed peer has none, and no family either. */
	if (len < sizeof(sa->sa_family))
		return -EAFNOSUPPORT;
	if (sa->sa_family == AF_INET && len >= sizeof(sin)) {
		memcpy(&sin, sa, sizeof(sin));
		*out = (struct ip_port){ addr_from_v4(sin.sin_addr), ntohs(sin.sin_port) };
		return 0;
	}
	if (sa->sa_family == AF_INET6 && len >= sizeof(sin6)) {
		memcpy(&sin6, sa, sizeof(sin6));
		*out = (struct ip_port){ addr_from_v6(&sin6.sin6_addr), ntohs(sin6.sin6_port) };
		return 0;
	}
	return -EAFNOSUPPORT;
}
