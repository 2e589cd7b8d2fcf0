/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes the request of HTTP_GET. Order and spelling of the lines are fixed: firewalls and access rules in front of
 * real servers match them. */
#include "check/http_request.h"

#include <netinet/in.h>

static void add_host(struct strbuf *out, const struct conf_vs *vs, const struct conf_rs *rs,
		     const struct conf_check *check, const struct conf_url *url)
{
	const char *names[] = { url->virtualhost, check->http->virtualhost, rs->virtualhost, vs->virtualhost };
	char addr[ADDR_STRLEN];

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i]) {
			strbuf_add(out, names[i]);
			return;
		}
	}
	addr_str(&check->dst.addr, addr);
	strbuf_addf(out, check->dst.addr.family == AF_INET6 ? "[%s]:%u" : "%s:%u", addr, check->dst.port);
}

void http_request(struct strbuf *out, const struct conf_vs *vs, const struct conf_rs *rs,
		  const struct conf_check *check, const struct conf_url *url)
{
	strbuf_addf(out, "GET %s HTTP/1.%u\r\nUser-Agent: KeepAliveClient\r\n", url->path,
		    check->http->version == 11 ? 1U : 0U);
	if (check->http->connection_close || check->http->version == 11)
		strbuf_add(out, "Connection: close\r\n");
	strbuf_add(out, "Host: ");
	add_host(out, vs, rs, check, url);
	strbuf_add(out, "\r\n\r\n");
}
