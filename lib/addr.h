/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses of either family. Everything above this file is written once for IPv4 and IPv6. */
#ifndef LIB_ADDR_H
#define LIB_ADDR_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#define ADDR_STRLEN   INET6_ADDRSTRLEN          /* 46: an address as text */
#define PREFIX_STRLEN (ADDR_STRLEN + 4)         /* …/128 */
#define PORT_STRLEN   (ADDR_STRLEN + 8)         /* [addr]:port */

struct ip_addr {
	uint8_t family;                         /* AF_INET, AF_INET6; 0 = no address */
	union { struct in_addr v4; struct in6_addr v6; uint8_t bytes[16]; };    /* network order, unused bytes zero */
};

struct ip_prefix { struct ip_addr addr; uint8_t len; };         /* the host's own address and its prefix length */
struct ip_port   { struct ip_addr addr; uint16_t port; };       /* port in host order; 0 = none */

static inline bool addr_is_set(const struct ip_addr *a) { return a->family != 0; }

unsigned addr_size(const struct ip_addr *a);                    /* 4, 16, or 0 when unset */
unsigned addr_bits(const struct ip_addr *a);                    /* 32, 128, or 0 */
int addr_parse(const char *str, struct ip_addr *out);           /* numeric only; 0 or -EINVAL */
int addr_parse_prefix(const char *str, struct ip_prefix *out);  /* ADDR[/LEN]; without LEN the whole address; -EINVAL, -ERANGE */
int addr_cmp(const struct ip_addr *a, const struct ip_addr *b); /* family, then numeric order: <0, 0, >0 */
bool addr_equal(const struct ip_addr *a, const struct ip_addr *b);
bool prefix_equal(const struct ip_prefix *a, const struct ip_prefix *b);
bool addr_in_prefix(const struct ip_addr *a, const struct ip_prefix *p);
bool addr_is_multicast(const struct ip_addr *a);
bool addr_is_link_local(const struct ip_addr *a);

/* Text is written into the buffer, which is also returned; "-" for no address. */
const char *addr_str(const struct ip_addr *a, char buf[static ADDR_STRLEN]);
const char *prefix_str(const struct ip_prefix *p, char buf[static PREFIX_STRLEN]);
const char *ip_port_str(const struct ip_port *p, char buf[static PORT_STRLEN]);     /* [ADDR]:PORT for both families, as in the known log texts */

struct ip_addr addr_from_v4(struct in_addr in);
struct ip_addr addr_from_v6(const struct in6_addr *in);
struct ip_addr addr_from_bytes(uint8_t family, const void *bytes);                  /* 4 or 16 bytes */
socklen_t addr_to_sockaddr(const struct ip_addr *a, uint16_t port, uint32_t scope_id, struct sockaddr_storage *ss);
int addr_from_sockaddr(const struct sockaddr *sa, socklen_t len, struct ip_port *out);   /* 0 or -EAFNOSUPPORT */

#endif
