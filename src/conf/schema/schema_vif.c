// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * use_vmac and use_ipvlan: an interface of the instance's own.
 *
 * Both statements are a row of words in any order, told apart by what they look like: a MAC address has colons, an
 * address parses as one, `name` and `group` say what comes next, and what remains is the interface's name. Rows of
 * schema_vrrp.c name the functions; what depends on the rest of the instance is decided in finish_vif.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/schema/schema_vrrp.h"

#define MAC_LEN 6

/* Two hexadecimal digits, or one, between colons. Returns how many octets there are, 0 when it is not a MAC address. */
static unsigned mac_parse(const char *str, uint8_t mac[static MAC_LEN])
{
	static const char digits[] = "0123456789abcdefABCDEF";
	unsigned n = 0;

	for (;;) {
		size_t len = strspn(str, digits);

		if (!len || len > 2 || n == MAC_LEN)
			return 0;
		mac[n++] = (uint8_t)strtoul(str, NULL, 16);
		str += len;
		if (!*str)
			return n;
		if (*str++ != ':')
			return 0;
	}
}

static void vmac_mac(struct schema_ctx *c, const struct node *n, unsigned word, struct conf_vif *vif)
{
	static const uint8_t rfc[] = { 0x00, 0x00, 0x5e, 0x00 };
	const char *str = n->words[word].str;
	struct conf_pos pos = node_pos(n, word);
	uint8_t mac[MAC_LEN] = { 0 };
	unsigned len = mac_parse(str, mac);

	if (len != MAC_LEN && len != MAC_LEN - 1) {
		diag_add(c->diags, DIAG_ERROR, &pos,
			 "`%s`: `%.40s` is not a MAC address of 6 octets, or of 5 with the VRID as the last: "
			 "that of the RFC is used", n->words[0].str, str);
	} else if (mac[0] & 1) {
		diag_add(c->diags, DIAG_ERROR, &pos,
			 "`%s`: `%s` is a multicast address: the MAC address of the RFC is used", n->words[0].str, str);
	} else if (!memcmp(mac, rfc, sizeof(rfc)) && (mac[4] == 1 || mac[4] == 2)) {
		diag_add(c->diags, DIAG_ERROR, &pos, "`%s`: `%s` is in the range that the RFC gives to virtual routers: without it the right one is used",
			 n->words[0].str, str);
	} else {
		memcpy(vif->mac, mac, sizeof(mac));
		vif->mac_len = (uint8_t)len;
	}
}

static void vif_name(struct schema_ctx *c, const struct node *n, unsigned word, const char *allowed,
		     struct conf_vif *vif)
{
	struct conf_pos pos = node_pos(n, word);

	if (vif->name)
		diag_add(c->diags, DIAG_ERROR, &pos, "`%s`: `%.40s` is not understood; allowed: %s", n->words[0].str,
			 n->words[word].str, allowed);
	else
		value_ifname(c, n, word, &vif->name);
}

/* `name IFNAME` and `group GROUP` at `word`; returns how many words that were, 0 for something else. */
static unsigned vif_option(struct schema_ctx *c, const struct node *n, unsigned word, const char *allowed,
			   struct conf_vif *vif)
{
	const char *str = n->words[word].str;
	bool name = !strcmp(str, "name");
	struct conf_pos pos = node_pos(n, word);

	if (!name && strcmp(str, "group") != 0)
		return 0;
	if (word + 1 >= n->nwords)
		diag_add(c->diags, DIAG_ERROR, &pos, "`%s`: `%s` needs a value", n->words[0].str, str);
	else if (name)
		vif_name(c, n, word + 1, allowed, vif);
	else
		value_name(c, n, word + 1, 64, &vif->group);
	return 2;
}

static struct conf_vif *vif_begin(struct schema_ctx *c, const struct node *n, struct build_vrrp *b, bool ipvlan)
{
	if (b->vif && b->vif->ipvlan != ipvlan)
		diag_add(c->diags, DIAG_WARNING, &n->pos,
			 "`use_vmac` and `use_ipvlan` exclude each other: the last one counts, this one");
	b->vif = arena_alloc(c->arena, sizeof(*b->vif));
	*b->vif = (struct conf_vif){ .pos = n->pos, .ipvlan = ipvlan };
	return b->vif;
}

void parse_vmac(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct conf_vif *vif = vif_begin(c, n, obj, false);
	unsigned took;

	for (unsigned i = 1; i < n->nwords; i += took) {
		took = vif_option(c, n, i, row->args, vif);
		if (took)
			continue;
		took = 1;
		if (!strcmp(n->words[i].str, "netlink_notify_msg"))
			vif->netlink_notify_msg = true;
		else if (strchr(n->words[i].str, ':'))
			vmac_mac(c, n, i, vif);
		else
			vif_name(c, n, i, row->args, vif);
	}
}

static const struct schema_choice ipvlan_modes[] = {
	{ "bridge", CONF_IPVLAN_BRIDGE }, { "private", CONF_IPVLAN_PRIVATE }, { "vepa", CONF_IPVLAN_VEPA }, { NULL, 0 },
};

static bool ipvlan_mode(const char *word, struct conf_vif *vif)
{
	for (const struct schema_choice *ch = ipvlan_modes; ch->word; ch++)
		if (!strcmp(ch->word, word)) {
			vif->mode = (enum conf_ipvlan_mode)ch->value;
			return true;
		}
	return false;
}

void parse_ipvlan(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct conf_vif *vif = vif_begin(c, n, obj, true);
	unsigned took;

	for (unsigned i = 1; i < n->nwords; i += took) {
		struct conf_pos pos = node_pos(n, i);
		struct ip_prefix addr;

		took = vif_option(c, n, i, row->args, vif);
		if (took)
			continue;
		took = 1;
		if (addr_parse_prefix(n->words[i].str, &addr)) {
			if (!ipvlan_mode(n->words[i].str, vif))
				vif_name(c, n, i, row->args, vif);
		} else if (addr_is_set(&vif->addr.addr)) {
			diag_add(c->diags, DIAG_ERROR, &pos, "`%s` has an address already: `%s` is left out", row->name,
				 n->words[i].str);
		} else {
			vif->addr = addr;
		}
	}
}

static void print_vmac(struct printer *p, const struct conf_vif *vif)
{
	if (vif->mac_len)
		for (unsigned i = 0; i < vif->mac_len; i++)
			strbuf_addf(p->out, "%c%02x", i ? ':' : ' ', vif->mac[i]);
	if (vif->netlink_notify_msg)
		strbuf_add(p->out, " netlink_notify_msg");
}

void print_vif(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_vif *vif = ((const struct conf_vrrp *)obj)->vif;
	char addr[PREFIX_STRLEN];

	if (!vif || vif->ipvlan != !strcmp(row->name, "use_ipvlan"))
		return;
	print_keyword(p, row->name);
	if (vif->name) {
		strbuf_add(p->out, " name");
		print_word(p, vif->name);
	}
	if (!vif->ipvlan)
		print_vmac(p, vif);
	else if (addr_is_set(&vif->addr.addr))
		strbuf_addf(p->out, " %s", prefix_str(&vif->addr, addr));
	if (vif->ipvlan)
		strbuf_addf(p->out, " %s", ipvlan_modes[vif->mode].word);
	if (vif->group) {
		strbuf_add(p->out, " group");
		print_word(p, vif->group);
	}
	print_end(p);
}
