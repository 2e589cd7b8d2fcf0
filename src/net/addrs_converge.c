// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From the addresses that are there to those that are wanted: mark what is there, unmark what is wanted, remove
 * what stays marked.
 *
 * Used at start (adopt what a predecessor left, remove the rest of it), at takeover, at reload and after lost
 * messages. Who owns an address is the caller's to say. Three habits of the kernel shape the order of the steps:
 *
 *  - Adding first and removing afterwards leaves no moment without an address. But an attribute of an address cannot be
 *    changed, and an IPv6 link has an address only once, whatever the prefix length: those are removed, then added.
 *  - When the primary address of an IPv4 subnet goes, the kernel drops its secondaries too, unless promote_secondaries
 *    is set. Wanted ones of that subnet are therefore added (again) after the removals; being there still is no error.
 *  - It reports the interface's name as the label of an IPv4 address that was given none, and computes the scope of an
 *    IPv6 one.
 *
 * Must not know sockets, nor whose addresses these are.
 */
#include "net/addrs_converge.h"

#include <linux/if_addr.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/map.h"
#include "lib/mem.h"

struct key { int ifindex; uint8_t family, len, bytes[16]; };

struct plan {
	struct map *have;                       /* key → const struct net_addr * */
	struct map *wanted;                     /* key → the first of its kind in want */
	struct map *replaced;                   /* keys that are removed and wanted all the same */
	struct map *cut;                        /* IPv4 subnets whose primary goes */
	struct net_addr_op *first, *gone, *last;
	size_t nfirst, ngone, nlast;
};

static struct key identity(const struct net_addr *a)
{
	const struct ip_addr *ip = &a->prefix.addr;
	struct key key;

	memset(&key, 0, sizeof(key));
	key.ifindex = a->ifindex;
	key.family = ip->family;
	key.len = ip->family == AF_INET ? a->prefix.len : 0;
	memcpy(key.bytes, ip->bytes, sizeof(key.bytes));
	return key;
}

/* The IPv4 subnet of an address on its link. */
static struct key subnet(const struct net_addr *a)
{
	struct key key = identity(a);

	for (unsigned i = 0; i < 4; i++) {
		unsigned bits = key.len > i * 8 ? key.len - i * 8 : 0;

		key.bytes[i] &= bits >= 8 ? 0xff : (uint8_t)(0xff00 >> bits);
	}
	return key;
}

/* What is left of it counts down to 0. IPv4 does not show it of an address that is valid for ever. */
static bool same_lifetime(const struct net_addr *want, const struct net_addr *have)
{
	return want->limited == have->limited && have->preferred <= want->preferred;
}

static bool as_wanted(const struct net_addr *want, const struct net_addr *have)
{
	if (want->prefix.len != have->prefix.len || !addr_equal(&want->peer, &have->peer) || (want->flags ^ have->flags) & NET_ADDR_FLAGS)
		return false;
	if (want->prefix.addr.family != AF_INET)
		return same_lifetime(want, have);
	if (want->scope != have->scope || !addr_equal(&want->brd, &have->brd))
		return false;
	return !want->label[0] || !strcmp(want->label, have->label);
}

static void push(struct net_addr_op *list, size_t *n, bool add, const struct net_addr *a)
{
	list[(*n)++] = (struct net_addr_op){ .add = add, .addr = *a };
}

static void plan_removal(struct plan *p, const struct net_addr *a)
{
	struct key net = subnet(a);

	push(p->gone, &p->ngone, false, a);
	if (a->prefix.addr.family == AF_INET && !(a->flags & IFA_F_SECONDARY))
		map_put(p->cut, &net, sizeof(net), p);
}

static bool in_cut_subnet(const struct plan *p, const struct net_addr *a)
{
	struct key net = subnet(a);

	return a->prefix.addr.family == AF_INET && map_get(p->cut, &net, sizeof(net));
}

static void plan_removals(struct plan *p, const struct net_addr *have, size_t nhave,
			  bool (*owned)(void *, const struct net_addr *), void *arg)
{
	for (size_t i = 0; owned && i < nhave; i++) {
		struct key key = identity(&have[i]);
		const struct net_addr *want = map_get(p->wanted, &key, sizeof(key));

		if ((!want || !as_wanted(want, &have[i])) && owned(arg, &have[i])) {
			plan_removal(p, &have[i]);
			map_remove(p->have, &key, sizeof(key));
			if (want)
				map_put(p->replaced, &key, sizeof(key), p);
		}
	}
}

static void plan_additions(struct plan *p)
{
	size_t cursor = 0;
	void *at;

	while (map_next(p->wanted, &cursor, &at)) {
		const struct net_addr *want = at;
		struct key key = identity(want);
		const struct net_addr *have = map_get(p->have, &key, sizeof(key));

		if (have && !(in_cut_subnet(p, want) && (have->flags & IFA_F_SECONDARY)))
			continue;
		if (in_cut_subnet(p, want) || map_get(p->replaced, &key, sizeof(key)))
			push(p->last, &p->nlast, true, want);
		else
			push(p->first, &p->nfirst, true, want);
	}
}

void addrs_converge(const struct net_addr *want, size_t nwant, const struct net_addr *have, size_t nhave,
		    bool (*owned)(void *arg, const struct net_addr *a), void *arg, struct net_addr_op **ops,
		    size_t *nops)
{
	struct plan p = { .have = map_new(), .wanted = map_new(), .replaced = map_new(), .cut = map_new() };
	size_t total;

	p.first = mem_array(nwant + 1, sizeof(*p.first));
	p.last = mem_array(nwant + 1, sizeof(*p.last));
	p.gone = mem_array(nhave + 1, sizeof(*p.gone));
	for (size_t i = 0; i < nhave; i++) {
		struct key key = identity(&have[i]);

		map_put(p.have, &key, sizeof(key), (void *)&have[i]);
	}
	for (size_t i = 0; i < nwant; i++) {
		struct key key = identity(&want[i]);

		if (!map_get(p.wanted, &key, sizeof(key)))
			map_put(p.wanted, &key, sizeof(key), (void *)&want[i]);
	}
	plan_removals(&p, have, nhave, owned, arg);
	plan_additions(&p);
	total = p.nfirst + p.ngone + p.nlast;
	*ops = NULL;
	*nops = total;
	if (total) {
		*ops = mem_array(total, sizeof(**ops));
		memcpy(*ops, p.first, p.nfirst * sizeof(*p.first));
		memcpy(*ops + p.nfirst, p.gone, p.ngone * sizeof(*p.gone));
		memcpy(*ops + p.nfirst + p.ngone, p.last, p.nlast * sizeof(*p.last));
	}
	free(p.first);
	free(p.gone);
	free(p.last);
	map_free(p.have);
	map_free(p.wanted);
	map_free(p.replaced);
	map_free(p.cut);
}
