// SPDX-License-Identifier: GPL-2.0-or-later
/* The firewall of no_accept, and of VMACs.
 *
 * Packets to a virtual address of an instance that does not accept are dropped, and those from it (RFC 5798 §6.1,
 * Accept_Mode; neighbour discovery passes). The rules name all such addresses whether we are master or not: where the
 * address is not ours no packet comes to the input hook for it. So they are made once, before any address, in one
 * transaction, no transition waits for them, and there is no moment in which an address is there without them.
 *
 * Reports of group membership must not leave by a VMAC: sent by a backup they would teach switches a wrong port for
 * the common MAC address.
 *
 * Called by vrrp_proc.c at start and stop. */
#include "vrrp/vrrp_nft.h"

#include <string.h>

#include "lib/log.h"
#include "net/nft.h"
#include "vrrp/vrrp_vmac.h"

#define RECORD_KEY "firewall"
#define FORMAT    1
#define TABLE_MAX  (BOOK_PAYLOAD_MAX - 1)

static bool guarded(const struct conf_vrrp *v)
{
	return !v->accept && !v->broken;
}

/* How many of an instance's addresses the set of this kind has. */
typedef bool pick_fn(const struct ip_addr *a);
static bool pick_v4(const struct ip_addr *a) { return a->family == AF_INET; }
static bool pick_v6(const struct ip_addr *a) { return a->family == AF_INET6 && !addr_is_link_local(a); }
static bool pick_link_local(const struct ip_addr *a) { return a->family == AF_INET6 && addr_is_link_local(a); }

struct rules {
	const struct config *cfg;
	vrrp_nft_ifindex_fn *ifindex;
	void *arg;
	struct strbuf *out;
	unsigned n;                             /* elements so far */
};

static const struct conf_vip *vip_at(const struct conf_vrrp *v, unsigned i)
{
	return i < v->nvips ? &v->vips[i] : &v->evips[i - v->nvips];
}

static void add_interface(struct rules *r, const char *ifname)
{
	if (r->cfg->globals.firewall.nft_ifindex)
		strbuf_addf(r->out, "%d", r->ifindex(r->arg, ifname));
	else
		strbuf_addf(r->out, "\"%s\"", ifname);
}

static unsigned add_addresses(struct rules *r, pick_fn *pick, bool with_interface)
{
	char text[ADDR_STRLEN];

	r->n = 0;
	for (unsigned i = 0; i < r->cfg->nvrrp; i++) {
		const struct conf_vrrp *v = &r->cfg->vrrp[i];

		for (unsigned j = 0; guarded(v) && j < v->nvips + v->nevips; j++) {
			const struct conf_vip *vip = vip_at(v, j);
			const char *on = vrrp_vmac_name(v, vip);

			on = on ? on : vip->dev ? vip->dev : v->interface;
			if (!pick(&vip->prefix.addr) || (with_interface && (!on || (r->cfg->globals.firewall.nft_ifindex && !r->ifindex(r->arg, on)))))
				continue;
			strbuf_addf(r->out, "%s%s", r->n++ ? ", " : "", addr_str(&vip->prefix.addr, text));
			if (with_interface) {
				strbuf_add(r->out, " . ");
				add_interface(r, on);
			}
		}
	}
	return r->n;
}

static unsigned add_vmacs(struct rules *r)
{
	r->n = 0;
	for (unsigned i = 0; i < r->cfg->nvrrp; i++)
		for (unsigned j = 0; j < r->cfg->vrrp[i].nvdevs; j++) {
			const char *name = r->cfg->vrrp[i].vdevs[j].name;

			if (r->cfg->globals.firewall.nft_ifindex && !r->ifindex(r->arg, name))
				continue;
			strbuf_add(r->out, r->n++ ? ", " : "");
			add_interface(r, name);
		}
	return r->n;
}

/* A set with its elements; false, and nothing, when it would be empty. */
static bool add_set(struct rules *r, const char *name, const char *type, pick_fn *pick)
{
	size_t start = r->out->len;

	strbuf_addf(r->out, " set %s { type %s; elements = { ", name, type);
	if (!(pick ? add_addresses(r, pick, pick == pick_link_local) : add_vmacs(r))) {
		strbuf_truncate(r->out, start);
		return false;
	}
	strbuf_add(r->out, " }; }\n");
	return true;
}

static void add_rule(struct rules *r, const char *match, const char *verdict)
{
	strbuf_addf(r->out, "  %s%s %s;\n", match, r->cfg->globals.firewall.nft_counters ? " counter" : "", verdict);
}

static void begin_chain(struct rules *r, const char *name, const char *hook)
{
	strbuf_addf(r->out, " chain %s {\n  type filter hook %s priority %d; policy accept;\n", name, hook, r->cfg->globals.firewall.nft_priority);
}

static const char *table_of(const struct config *cfg)
{
	return cfg->globals.firewall.nft_table ? cfg->globals.firewall.nft_table : "keepalived";
}

static void begin_table(struct rules *r, const char *family)
{
	strbuf_addf(r->out, "table %s %s\ndelete table %s %s\ntable %s %s {\n", family, table_of(r->cfg), family, table_of(r->cfg), family, table_of(r->cfg));
}

static bool add_ip4(struct rules *r)
{
	size_t start = r->out->len;
	const char *type = r->cfg->globals.firewall.nft_ifindex ? "iface_index" : "ifname";
	bool vips, vmacs;

	begin_table(r, "ip");
	vips = add_set(r, "vips", "ipv4_addr", pick_v4);
	vmacs = add_set(r, "vmacs", type, NULL);
	if (!vips && !vmacs) {
		strbuf_truncate(r->out, start);
		return false;
	}
	begin_chain(r, "in", "input");
	if (vips)
		add_rule(r, "ip daddr @vips", "drop");
	strbuf_add(r->out, " }\n");
	begin_chain(r, "out", "output");
	if (vmacs)
		add_rule(r, r->cfg->globals.firewall.nft_ifindex ? "ip protocol igmp oif @vmacs" : "ip protocol igmp oifname @vmacs", "drop");
	if (vips)
		add_rule(r, "ip saddr @vips", "drop");
	strbuf_add(r->out, " }\n}\n");
	return true;
}

static bool add_ip6(struct rules *r)
{
	static const char *const nd = "icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert }";
	size_t start = r->out->len;
	bool index = r->cfg->globals.firewall.nft_ifindex, vips, local, vmacs;

	begin_table(r, "ip6");
	vips = add_set(r, "vips", "ipv6_addr", pick_v6);
	local = add_set(r, "vips_link_local", index ? "ipv6_addr . iface_index" : "ipv6_addr . ifname", pick_link_local);
	vmacs = add_set(r, "vmacs", index ? "iface_index" : "ifname", NULL);
	if (!vips && !local && !vmacs) {
		strbuf_truncate(r->out, start);
		return false;
	}
	begin_chain(r, "in", "input");
	if (vips || local)
		add_rule(r, nd, "accept");
	if (local)
		add_rule(r, index ? "ip6 daddr . iif @vips_link_local" : "ip6 daddr . iifname @vips_link_local", "drop");
	if (vips)
		add_rule(r, "ip6 daddr @vips", "drop");
	strbuf_add(r->out, " }\n");
	begin_chain(r, "out", "output");
	if (vmacs)
		add_rule(r, index ? "icmpv6 type { mld-listener-report, mld-listener-done, mld2-listener-report, nd-router-solicit } oif @vmacs" :
				    "icmpv6 type { mld-listener-report, mld-listener-done, mld2-listener-report, nd-router-solicit } oifname @vmacs", "drop");
	if (vips || local)
		add_rule(r, nd, "accept");
	if (local)
		add_rule(r, index ? "ip6 saddr . oif @vips_link_local" : "ip6 saddr . oifname @vips_link_local", "drop");
	if (vips)
		add_rule(r, "ip6 saddr @vips", "drop");
	strbuf_add(r->out, " }\n}\n");
	return true;
}

bool vrrp_nft_rules(const struct config *cfg, vrrp_nft_ifindex_fn *ifindex, void *arg, struct strbuf *out)
{
	struct rules r = { .cfg = cfg, .ifindex = ifindex, .arg = arg, .out = out };
	bool ip4 = add_ip4(&r), ip6 = add_ip6(&r);

	return ip4 || ip6;
}

void vrrp_nft_none(const char *table, struct strbuf *out)
{
	strbuf_addf(out, "table ip %s\ndelete table ip %s\ntable ip6 %s\ndelete table ip6 %s\n", table, table, table, table);
}

/* ---- in the kernel ---- */

size_t vrrp_nft_records(void)
{
	return 1;
}

static int ifindex_of(void *arg, const char *ifname)
{
	const struct net_link *link = net_link_by_name(((struct vrrp_shared *)arg)->net, ifname);

	return link ? link->ifindex : 0;
}

/* "" = there are none. */
static void write_record(struct vrrp_shared *sh, const char *table)
{
	uint8_t payload[BOOK_PAYLOAD_MAX] = { FORMAT };
	size_t len = strnlen(table, TABLE_MAX);

	memcpy(payload + 1, table, len);
	(void)book_put(sh->rc->book, sh->nft_record, payload, 1 + len);
}

static void run(const struct strbuf *commands, const char *what)
{
	char why[200] = "";

	if (nft_run(strbuf_str(commands), why, sizeof(why)) < 0)
		log_err("nftables: cannot %s: %s", what, why);
}

static void remove_table(const char *table)
{
	struct strbuf commands = { 0 };

	vrrp_nft_none(table, &commands);
	run(&commands, "remove the rules of no_accept and VMACs");
	strbuf_done(&commands);
}

static void drop_old(const struct book *predecessor, const char *table)
{
	uint8_t payload[BOOK_PAYLOAD_MAX];
	char old[BOOK_PAYLOAD_MAX];
	int len = predecessor ? book_get(predecessor, RECORD_KEY, payload, sizeof(payload)) : 0;

	if (len < 2 || payload[0] != FORMAT)
		return;
	memcpy(old, payload + 1, (size_t)len - 1);
	old[len - 1] = '\0';
	/* It becomes part of a command. */
	if (strcmp(old, table) && !old[strspn(old, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./")])
		remove_table(old);
}

void vrrp_nft_start(struct vrrp_shared *sh, const struct book *predecessor)
{
	const struct config *cfg = sh->rc->cfg;
	struct strbuf commands = { 0 };
	bool any = vrrp_nft_rules(cfg, ifindex_of, sh, &commands);

	sh->nft_record = sh->next_record++;
	(void)book_claim(sh->rc->book, sh->nft_record, RECORD_KEY);
	drop_old(predecessor, any ? table_of(cfg) : "");
	if (any) {
		if (!cfg->globals.firewall.nft_table && !predecessor)
			log_info("use_vmac or no_accept/strict specified, but no firewall configured - using nftables");
		write_record(sh, table_of(cfg));
		run(&commands, "make the rules of no_accept and VMACs");
	}
	strbuf_done(&commands);
}

void vrrp_nft_stop(struct vrrp_shared *sh)
{
	const struct config *cfg = sh->rc->cfg;
	struct strbuf commands = { 0 };

	if (vrrp_nft_rules(cfg, ifindex_of, sh, &commands))
		remove_table(table_of(cfg));
	strbuf_done(&commands);
	write_record(sh, "");
}
