// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which number a name means.
 *
 * The machine's own names (iproute2's files) were added to the expanded text by the parent, see names_read.c, so that
 * parent and children find the same number whatever happens to the files meanwhile. The names that iproute2 is
 * delivered with are known without any file. A number stands for itself. Called by the readers of routes, rules and
 * addresses; opens nothing.
 */
#include "conf/names.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "conf/distance.h"
#include "lib/num.h"

static const struct name_def known[] = {
	{ "main", 254, NAME_TABLE }, { "local", 255, NAME_TABLE }, { "default", 253, NAME_TABLE }, { "unspec", 0, NAME_TABLE },
	{ "global", 0, NAME_SCOPE }, { "site", 200, NAME_SCOPE }, { "link", 253, NAME_SCOPE }, { "host", 254, NAME_SCOPE },
	{ "nowhere", 255, NAME_SCOPE },
	{ "unspec", 0, NAME_PROTO }, { "redirect", 1, NAME_PROTO }, { "kernel", 2, NAME_PROTO }, { "boot", 3, NAME_PROTO },
	{ "static", 4, NAME_PROTO }, { "gated", 8, NAME_PROTO }, { "ra", 9, NAME_PROTO }, { "mrt", 10, NAME_PROTO }, { "zebra", 11, NAME_PROTO },
	{ "bird", 12, NAME_PROTO }, { "dnrouted", 13, NAME_PROTO }, { "xorp", 14, NAME_PROTO }, { "ntk", 15, NAME_PROTO },
	{ "dhcp", 16, NAME_PROTO }, { "keepalived", 18, NAME_PROTO }, { "babel", 42, NAME_PROTO }, { "bgp", 186, NAME_PROTO },
	{ "isis", 187, NAME_PROTO }, { "ospf", 188, NAME_PROTO }, { "rip", 189, NAME_PROTO }, { "eigrp", 192, NAME_PROTO },
	{ "cosmos", 0, NAME_REALM },
	{ "default", 0, NAME_DSFIELD }, { "AF11", 0x28, NAME_DSFIELD }, { "AF12", 0x30, NAME_DSFIELD }, { "AF13", 0x38, NAME_DSFIELD },
	{ "AF21", 0x48, NAME_DSFIELD }, { "AF22", 0x50, NAME_DSFIELD }, { "AF23", 0x58, NAME_DSFIELD }, { "AF31", 0x68, NAME_DSFIELD },
	{ "AF32", 0x70, NAME_DSFIELD }, { "AF33", 0x78, NAME_DSFIELD }, { "AF41", 0x88, NAME_DSFIELD }, { "AF42", 0x90, NAME_DSFIELD },
	{ "AF43", 0x98, NAME_DSFIELD }, { "CS1", 0x20, NAME_DSFIELD }, { "CS2", 0x40, NAME_DSFIELD }, { "CS3", 0x60, NAME_DSFIELD },
	{ "CS4", 0x80, NAME_DSFIELD }, { "CS5", 0xa0, NAME_DSFIELD }, { "CS6", 0xc0, NAME_DSFIELD }, { "CS7", 0xe0, NAME_DSFIELD },
	{ "EF", 0xb8, NAME_DSFIELD },
	{ "default", 0, NAME_GROUP },
	{ "icmp", 1, NAME_IPPROTO }, { "igmp", 2, NAME_IPPROTO }, { "tcp", 6, NAME_IPPROTO }, { "udp", 17, NAME_IPPROTO },
	{ "dccp", 33, NAME_IPPROTO }, { "gre", 47, NAME_IPPROTO }, { "esp", 50, NAME_IPPROTO }, { "ah", 51, NAME_IPPROTO },
	{ "ipv6-icmp", 58, NAME_IPPROTO }, { "icmpv6", 58, NAME_IPPROTO }, { "ospf", 89, NAME_IPPROTO }, { "vrrp", 112, NAME_IPPROTO },
	{ "l2tp", 115, NAME_IPPROTO }, { "sctp", 132, NAME_IPPROTO }, { "udplite", 136, NAME_IPPROTO },
};
#define LISTED_MAX 12
#define KNOWN (sizeof(known) / sizeof(*known))

static const struct name_def *name_at(const struct names *names, size_t i)
{
	size_t n = names ? names->n : 0;

	return i < n ? &names->defs[n - 1 - i] : i - n < KNOWN ? &known[i - n] : NULL;         /* what came later replaces what was there */
}

int names_number(const struct names *names, enum name_kind kind, const char *word, uint32_t max, uint32_t *out)
{
	const struct name_def *d;
	uint64_t number;
	int r;

	if (*word >= '0' && *word <= '9') {
		r = num_u64(word, 0, 0, max, &number);
		if (r == 0)
			*out = (uint32_t)number;
		if (r != -EINVAL)
			return r;
	}
	for (size_t i = 0; (d = name_at(names, i)) != NULL; i++) {
		if (d->kind != kind || (kind == NAME_IPPROTO ? strcasecmp(d->name, word) : strcmp(d->name, word)) != 0)
			continue;
		if (d->number > max)
			return -ERANGE;
		*out = d->number;
		return 0;
	}
	return -ENOENT;
}

static bool is_known(enum name_kind kind, const char *name)
{
	for (size_t i = 0; i < KNOWN; i++)
		if (known[i].kind == kind && !strcmp(known[i].name, name))
			return true;
	return false;
}

void names_list(const struct names *names, enum name_kind kind, struct strbuf *out)
{
	unsigned n = 0;

	for (size_t i = 0; i < KNOWN && n <= LISTED_MAX; i++)
		if (known[i].kind == kind && ++n <= LISTED_MAX)
			strbuf_addf(out, " %s", known[i].name);
	for (size_t i = 0; names && i < names->n && n <= LISTED_MAX; i++)
		if (names->defs[i].kind == kind && !is_known(kind, names->defs[i].name) && ++n <= LISTED_MAX)
			strbuf_addf(out, " %s", names->defs[i].name);           /* one that stands there twice is listed twice */
	if (n > LISTED_MAX)
		strbuf_add(out, " …");
}

const char *names_nearest(const struct names *names, enum name_kind kind, const char *word)
{
	unsigned best = (unsigned)strlen(word) / 3 + 1, d;
	const struct name_def *def;
	const char *nearest = NULL;

	for (size_t i = 0; (def = name_at(names, i)) != NULL; i++) {
		d = def->kind == kind ? word_distance(def->name, word, best) : UINT32_MAX;
		if (d < best && d < strlen(def->name)) {
			best = d;
			nearest = def->name;
		}
	}
	return nearest;
}
