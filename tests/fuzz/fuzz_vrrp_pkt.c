// SPDX-License-Identifier: GPL-2.0-or-later
/* Fuzz target: any bytes as a VRRP packet. The first byte chooses what the instance expects, the rest is the packet of a raw socket. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "vrrp/vrrp_pkt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t password[VRRP_AUTH_LEN] = "1111";
	struct vrrp_expect ex = { .vrid = 51, .advert_int = USEC_PER_SEC, .auth_pass = password };
	struct vrrp_dgram d;
	struct vrrp_advert a;
	enum vrrp_drop drop;
	char text[200];

	if (!size)
		return 0;
	ex.version = data[0] & 1 ? 2 : 3;
	ex.unicast = data[0] & 2;
	ex.auth = data[0] & 4 ? CONF_AUTH_PASS : CONF_AUTH_NONE;
	if (data[0] & 8) {
		if (vrrp_pkt_ip4(data + 1, size - 1, &d))
			return 0;
	} else {                                        /* IPv6: the header is not part of what a raw socket gives */
		if (size < 33)
			return 0;
		d = (struct vrrp_dgram){ .src = addr_from_bytes(AF_INET6, data + 1), .dst = addr_from_bytes(AF_INET6, data + 17), .ttl = 255,
					 .data = data + 33, .len = size - 33 };
	}
	drop = vrrp_pkt_decode(&ex, &d, &a);
	vrrp_drop_text(drop, &ex, &d, text, sizeof(text));
	if (!drop && a.addrs + a.naddrs * addr_size(&d.src) > d.data + d.len)
		abort();
	return 0;
}
