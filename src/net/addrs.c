// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of addresses: what RTM_NEWADDR and RTM_DELADDR say, kept so that every question is answered in constant
 * time (or in the number of addresses of one link, where all of them have to be looked at).
 *
 * net.c feeds it with the messages of a dump and with events; see rtnetlink(7) and linux/if_addr.h. An address that
 * is not usable yet (duplicate address detection is running, or found one) is in the table, but is no source
 * address: the kernel would refuse to bind to it, and sends another message when that changes.
 *
 * addr_ops.c writes the messages that change addresses. Must not know who listens.
 */
#include "net/addrs.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <stdlib.h>
#include <string.h>

#include "lib/list.h"
#include "lib/map.h"
#include "lib/mem.h"
#include "net/netlink.h"

struct addr_entry {
	struct net_addr a;
	uint32_t epoch;
	struct list on_addr, on_link;
};

struct addr_key {
	int ifindex;
	uint8_t family, len;
	uint8_t addr[16], peer[16];
};

void addrs_init(struct addrs *t)
{
	*t = (struct addrs){ .by_key = map_new(), .by_addr = map_new(), .by_link = map_new() };
}

static void free_values(struct map *m)
{
	size_t cursor = 0;
	void *value;

	while (map_next(m, &cursor, &value))
		free(value);
	map_free(m);
}

void addrs_done(struct addrs *t)
{
	free_values(t->by_key);
	free_values(t->by_addr);
	free_values(t->by_link);
}

/* Keys are compared as bytes, so padding has to be zero. */
static struct addr_key key_of(const struct net_addr *a)
{
	struct addr_key key;

	memset(&key, 0, sizeof(key));
	key.ifindex = a->ifindex;
	key.family = a->prefix.addr.family;
	key.len = a->prefix.len;
	memcpy(key.addr, a->prefix.addr.bytes, sizeof(key.addr));
	memcpy(key.peer, a->peer.bytes, sizeof(key.peer));
	return key;
}

struct bare_key { uint8_t family, addr[16]; };

static struct bare_key bare_key_of(const struct ip_addr *a)
{
	struct bare_key key = { .family = a->family };

	memcpy(key.addr, a->bytes, sizeof(key.addr));
	return key;
}

static struct list *group_get(struct map *m, const void *key, size_t len)
{
	struct list *head = map_get(m, key, len);

	if (!head) {
		head = mem_alloc(sizeof(*head));
		list_init(head);
		map_put(m, key, len, head);
	}
	return head;
}

static void group_drop_empty(struct map *m, const void *key, size_t len)
{
	struct list *head = map_get(m, key, len);

	if (head && list_empty(head))
		free(map_remove(m, key, len));
}

static bool read_addr(const struct nlattr *at, uint8_t family, struct ip_addr *out)
{
	if (nla_len(at) < (family == AF_INET ? 4 : 16))
		return false;
	*out = addr_from_bytes(family, nla_data(at));
	return true;
}

static void read_lifetime(const struct nlattr *at, struct net_addr *out)
{
	const struct ifa_cacheinfo *info = nla_data(at);

	if (nla_len(at) < (int)sizeof(*info))
		return;
	out->limited = info->ifa_prefered != UINT32_MAX;
	out->preferred = out->limited ? info->ifa_prefered : 0;
}

static bool parse_attributes(const struct nlmsghdr *h, struct net_addr *out)
{
	uint8_t family = out->prefix.addr.family;
	struct ip_addr local = { 0 }, address = { 0 };
	struct nlattr *at;
	bool good = true;
	int left;

	nlmsg_for_each_attr(at, (struct nlmsghdr *)h, sizeof(struct ifaddrmsg), left) {
		switch (nla_type(at)) {
		case IFA_LOCAL:
			good = good && read_addr(at, family, &local);
			break;
		case IFA_ADDRESS:
			good = good && read_addr(at, family, &address);
			break;
		case IFA_BROADCAST:
			good = good && read_addr(at, family, &out->brd);
			break;
		case IFA_LABEL:
			nla_strlcpy(out->label, at, sizeof(out->label));
			break;
		case IFA_FLAGS:
			if (nla_len(at) >= (int)sizeof(uint32_t))
				out->flags = nla_get_u32(at);
			break;
		case IFA_CACHEINFO:
			read_lifetime(at, out);
			break;
		case IFA_PROTO:
			if (nla_len(at) >= (int)sizeof(uint8_t))
				out->proto = nla_get_u8(at);
			break;
		}
	}
	/* IFA_ADDRESS is the other end of a point-to-point link if there is one; IPv6 sends no IFA_LOCAL otherwise. */
	out->prefix.addr = addr_is_set(&local) ? local : address;
	if (addr_is_set(&address) && addr_is_set(&local) && !addr_equal(&local, &address))
		out->peer = address;
	return good && addr_is_set(&out->prefix.addr);
}

bool addrs_parse(const struct nlmsghdr *h, struct net_addr *out)
{
	const struct ifaddrmsg *ifa;
	struct net_addr id = { 0 };

	if ((h->nlmsg_type != RTM_NEWADDR && h->nlmsg_type != RTM_DELADDR) || !nlmsg_valid_hdr(h, sizeof(*ifa)))
		return false;
	ifa = nlmsg_data(h);
	if ((ifa->ifa_family != AF_INET && ifa->ifa_family != AF_INET6) || (int)ifa->ifa_index <= 0)
		return false;
	id.ifindex = (int)ifa->ifa_index;
	id.prefix.len = ifa->ifa_prefixlen;
	id.prefix.addr.family = ifa->ifa_family;
	id.scope = ifa->ifa_scope;
	id.flags = ifa->ifa_flags;
	if (!parse_attributes(h, &id) || id.prefix.len > addr_bits(&id.prefix.addr))
		return false;
	*out = id;
	return true;
}

static bool same(const struct net_addr *a, const struct net_addr *b)
{
	return a->scope == b->scope && a->flags == b->flags && a->proto == b->proto && addr_equal(&a->brd, &b->brd) &&
	       !strcmp(a->label, b->label);
}

const struct net_addr *addrs_put(struct addrs *t, const struct net_addr *a)
{
	struct addr_key key = key_of(a);
	struct bare_key bare = bare_key_of(&a->prefix.addr);
	struct addr_entry *e = map_get(t->by_key, &key, sizeof(key));

	if (e) {
		bool changed = !same(&e->a, a);

		e->a = *a;
		e->epoch = t->epoch;
		return changed ? &e->a : NULL;
	}
	e = mem_alloc(sizeof(*e));
	e->a = *a;
	e->epoch = t->epoch;
	map_put(t->by_key, &key, sizeof(key), e);
	list_append(group_get(t->by_addr, &bare, sizeof(bare)), &e->on_addr);
	list_append(group_get(t->by_link, &a->ifindex, sizeof(a->ifindex)), &e->on_link);
	return &e->a;
}

static void take_out(struct addrs *t, struct addr_entry *e, struct net_addr *out)
{
	struct addr_key key = key_of(&e->a);
	struct bare_key bare = bare_key_of(&e->a.prefix.addr);

	map_remove(t->by_key, &key, sizeof(key));
	list_remove(&e->on_addr);
	list_remove(&e->on_link);
	group_drop_empty(t->by_addr, &bare, sizeof(bare));
	group_drop_empty(t->by_link, &e->a.ifindex, sizeof(e->a.ifindex));
	*out = e->a;
	free(e);
}

bool addrs_remove(struct addrs *t, const struct net_addr *a, struct net_addr *out)
{
	struct addr_key key = key_of(a);
	struct addr_entry *e = map_get(t->by_key, &key, sizeof(key));

	if (!e)
		return false;
	take_out(t, e, out);
	return true;
}

bool addrs_remove_first(struct addrs *t, int ifindex, struct net_addr *out)
{
	struct list *head = map_get(t->by_link, &ifindex, sizeof(ifindex));

	if (!head || list_empty(head))
		return false;
	take_out(t, container_of(head->next, struct addr_entry, on_link), out);
	return true;
}

bool addrs_has(const struct addrs *t, int ifindex, const struct ip_addr *a)
{
	struct bare_key bare = bare_key_of(a);
	struct list *head = map_get(t->by_addr, &bare, sizeof(bare));
	struct addr_entry *e;

	if (!head || !ifindex)
		return head;
	list_for_each(e, head, on_addr) {
		if (e->a.ifindex == ifindex)
			return true;
	}
	return false;
}

static bool usable_source(const struct net_addr *a, uint8_t family, const struct ip_addr *except, unsigned nexcept)
{
	const struct ip_addr *addr = &a->prefix.addr;

	if (addr->family != family || (a->flags & IFA_F_DEPRECATED))
		return false;
	if (family == AF_INET6 && !addr_is_link_local(addr))
		return false;
	/* IFA_F_SECONDARY is the bit that IPv6 calls IFA_F_TEMPORARY: no source either. */
	if (a->flags & (IFA_F_SECONDARY | IFA_F_DADFAILED))
		return false;
	if ((a->flags & IFA_F_TENTATIVE) && !(a->flags & IFA_F_OPTIMISTIC))
		return false;
	for (unsigned i = 0; i < nexcept; i++) {
		if (addr_equal(&except[i], addr))
			return false;
	}
	return true;
}

bool addrs_source(const struct addrs *t, int ifindex, uint8_t family, const struct ip_addr *except, unsigned nexcept,
		  struct ip_addr *out)
{
	struct list *head = map_get(t->by_link, &ifindex, sizeof(ifindex));
	const struct net_addr *best = NULL;
	struct addr_entry *e;

	if (!head)
		return false;
	/* The kernel keeps wider scopes (smaller numbers) first and would choose in that order. */
	list_for_each(e, head, on_link) {
		if ((!best || e->a.scope < best->scope) && usable_source(&e->a, family, except, nexcept))
			best = &e->a;
	}
	if (!best)
		return false;
	*out = best->prefix.addr;
	return true;
}

struct net_addr *addrs_copy(const struct addrs *t, size_t *count)
{
	struct net_addr *copy = mem_array(map_count(t->by_key) + 1, sizeof(*copy));
	size_t cursor = 0, n = 0;
	void *at;

	while (map_next(t->by_key, &cursor, &at))
		copy[n++] = ((const struct addr_entry *)at)->a;
	*count = n;
	return copy;
}

void addrs_mark(struct addrs *t)
{
	t->epoch++;
}

bool addrs_remove_unseen(struct addrs *t, size_t *cursor, struct net_addr *out)
{
	void *at;

	while (map_next(t->by_key, cursor, &at)) {
		struct addr_entry *e = at;

		if (e->epoch == t->epoch)
			continue;
		take_out(t, e, out);
		return true;
	}
	return false;
}

int addrs_dump(struct nl_sock *sk, void (*fn)(void *arg, const struct nlmsghdr *h), void *arg)
{
	struct ifaddrmsg ifa = { .ifa_family = AF_UNSPEC };
	struct nl_msg *msg = nlmsg_alloc_simple(RTM_GETADDR, 0);
	int r = -ENOMEM;

	if (msg && nlmsg_append(msg, &ifa, sizeof(ifa), NLMSG_ALIGNTO) >= 0)
		r = netlink_dump(sk, nlmsg_hdr(msg), fn, arg);
	nlmsg_free(msg);
	return r;
}
