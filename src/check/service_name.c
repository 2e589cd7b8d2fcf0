/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names. One for people, as operators know them from their logs, and one that identifies an object over reloads and
 * restarts. An identity holds what the kernel or the operator tells objects apart by and nothing that may be edited:
 * not a weight, not a check's parameters. */
#include "check/service_name.h"

#include <netinet/in.h>
#include <stdio.h>

static const char *protocol_name(uint8_t protocol)
{
	switch (protocol) {
	case IPPROTO_UDP:
		return "udp";
	case IPPROTO_SCTP:
		return "sctp";
	case IPPROTO_TCP:
		return "tcp";
	default:
		return "none";          /* of a firewall mark */
	}
}

static const char *endpoint(const struct ip_port *p, uint8_t protocol, char buf[static SERVICE_NAME_MAX])
{
	char addr[ADDR_STRLEN];

	snprintf(buf, SERVICE_NAME_MAX, "[%s]:%s:%u", addr_str(&p->addr, addr), protocol_name(protocol), p->port);
	return buf;
}

const char *service_vs_name(const struct conf_vs *vs, char buf[static SERVICE_NAME_MAX])
{
	if (!addr_is_set(&vs->addr.addr)) {
		snprintf(buf, SERVICE_NAME_MAX, "FWM %u", vs->fwmark);
		return buf;
	}
	return endpoint(&vs->addr, vs->protocol, buf);
}

const char *service_rs_name(const struct conf_vs *vs, const struct conf_rs *rs, char buf[static SERVICE_NAME_MAX])
{
	return endpoint(&rs->addr, vs->protocol, buf);
}

const char *service_vs_key(const struct conf_vs *vs, char buf[static SERVICE_KEY_MAX])
{
	char name[SERVICE_NAME_MAX];

	snprintf(buf, SERVICE_KEY_MAX, "V%s %s", vs->family == AF_INET6 ? "6" : "4", service_vs_name(vs, name));
	return buf;
}

const char *service_rs_key(const struct conf_vs *vs, const struct conf_rs *rs, char buf[static SERVICE_KEY_MAX])
{
	char vsn[SERVICE_NAME_MAX], rsn[SERVICE_NAME_MAX];

	snprintf(buf, SERVICE_KEY_MAX, "R%s %s %s", vs->family == AF_INET6 ? "6" : "4", service_vs_name(vs, vsn),
		 service_rs_name(vs, rs, rsn));
	return buf;
}

static const char *type_name(unsigned type)
{
	static const char *const names[] = {
		[CONF_CHECK_TCP] = "TCP", [CONF_CHECK_HTTP] = "HTTP", [CONF_CHECK_SSL] = "SSL", [CONF_CHECK_SMTP] = "SMTP",
		[CONF_CHECK_MISC] = "MISC", [CONF_CHECK_PING] = "PING", [CONF_CHECK_UDP] = "UDP", [CONF_CHECK_DNS] = "DNS",
		[CONF_CHECK_FILE] = "FILE", [CONF_CHECK_BFD] = "BFD",
	};

	return names[type];
}

const char *service_check_key(const struct conf_vs *vs, const struct conf_rs *rs, const struct conf_check *check,
			      unsigned ordinal, char buf[static SERVICE_KEY_MAX])
{
	char vsn[SERVICE_NAME_MAX], rsn[SERVICE_NAME_MAX];

	snprintf(buf, SERVICE_KEY_MAX, "C%s %s %s %s %u", vs->family == AF_INET6 ? "6" : "4", service_vs_name(vs, vsn),
		 service_rs_name(vs, rs, rsn), type_name(check->type), ordinal);
	return buf;
}
