// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Values of global_defs about adverts and announcements: groups, pauses, and the buffers that adverts are received in.
 */
#include <string.h>
#include <strings.h>

#include "conf/schema/schema_global.h"
#include "lib/num.h"

void parse_mcast_group(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	bool six = row->name[strlen(row->name) - 1] == '6';
	struct conf_pos pos = node_pos(n, 1);
	struct ip_addr addr;

	if (!value_addr(c, n, 1, &addr))
		return;
	if (!addr_is_multicast(&addr) || addr.family != (six ? AF_INET6 : AF_INET)) {
		diag_add(c->diags, DIAG_ERROR, &pos,
			 "`%s`: `%s` is not an IPv%d multicast address; the default is used: %s", row->name,
			 n->words[1].str, six ? 6 : 4, row->def);
		return;
	}
	if (six && (addr.bytes[1] & 0x0f) != 2)
		diag_add(c->diags, DIAG_WARNING, &pos, "`%s`: `%s` reaches beyond the link: adverts belong to a group of the link (ff02::)", row->name,
			 n->words[1].str);
	memcpy((char *)obj + row->offset, &addr, sizeof(addr));
	value_extra(c, n, 2);
}

void print_mcast_group(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct ip_addr *addr = (const struct ip_addr *)(const void *)((const char *)obj + row->offset);
	char text[ADDR_STRLEN];

	print_line(p, "%s %s", row->name, addr_str(addr, text));
}

/* 0 was written into every sample file for years; it is what happens anyway. */
void parse_pause(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	bool none = n->nwords > 1 && num_decimal(n->words[1].str, 6, 0, 0, &(int64_t){ 0 }, NULL) == 0;
	usec_t t = 0;

	if (!none && !value_seconds(c, n, 1, row->min, row->max, &t))
		return;
	if (none)
		diag_add(c->diags, DIAG_WARNING, &n->pos, "`%s 0` means %s, which is the default: the line can go",
			 row->name, row->flags & SF_LATER ? "none" : "no pause");
	memcpy((char *)obj + row->offset, &t, sizeof(t));
	value_extra(c, n, 2);
}

void print_pause(struct printer *p, const struct schema_row *row, const void *obj)
{
	usec_t t;

	memcpy(&t, (const char *)obj + row->offset, sizeof(t));
	if (t)
		print_seconds(p, row->name, t);
}

void parse_global_extra(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	value_garp_extra(c, n, (struct conf_garp_extra *)(void *)((char *)obj + row->offset));
}

void print_global_extra(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_garp_extra *e = (const struct conf_garp_extra *)(const void *)((const char *)obj + row->offset);

	if (e->period)
		print_line(p, "%s%s %llu", row->name, e->all ? " all" : "",
			   (unsigned long long)(e->period / USEC_PER_SEC));
}

void print_addr_prefix(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_vrrp_globals *v = &((const struct conf_globals *)obj)->vrrp;

	if (!strcmp(v->vmac_addr_prefix, v->vmac_prefix))
		return;
	print_keyword(p, row->name);
	print_word(p, v->vmac_addr_prefix);
	print_end(p);
}

/* A number of bytes beats the words, and of these the first counts. */
void parse_rx_policy(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct conf_vrrp_globals *v = &((struct build_globals *)obj)->g.vrrp;
	uint8_t policy = CONF_RX_KERNEL;
	int64_t bytes = 0, given = 0;

	for (unsigned i = 1; i < n->nwords || i == 1; i++) {
		const char *word = i < n->nwords ? n->words[i].str : "";
		uint8_t kind = !strcasecmp(word, "MTU") ? CONF_RX_MTU : !strcasecmp(word, "ADVERT") ? CONF_RX_ADVERT : CONF_RX_BYTES;
		struct conf_pos pos = node_pos(n, i);

		if (kind == CONF_RX_BYTES && i < n->nwords && !strchr("+-0123456789", *word)) {
			diag_add(c->diags, DIAG_ERROR, &pos, "`%s`: `%.40s` is not allowed; allowed: MTU, ADVERT or a number of bytes; the statement is left out",
				 row->name, word);
			return;
		}
		if (kind == CONF_RX_BYTES && !value_int(c, n, i, 0, UINT32_MAX, &given))
			return;
		if (policy != CONF_RX_KERNEL)
			diag_add(c->diags, DIAG_WARNING, &pos, "`%s`: only one of MTU, ADVERT and a number can be: %s",
				 row->name, kind == CONF_RX_BYTES ? "the number counts" : "this is ignored");
		if (kind == CONF_RX_BYTES)
			bytes = given;
		if (policy == CONF_RX_KERNEL || kind == CONF_RX_BYTES)
			policy = kind;
	}
	v->rx_policy = policy == CONF_RX_BYTES && !bytes ? CONF_RX_KERNEL : policy;
	v->rx_bytes = policy == CONF_RX_BYTES ? (uint32_t)bytes : 0;
}

void print_rx_policy(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_vrrp_globals *v = &((const struct conf_globals *)obj)->vrrp;

	if (v->rx_policy == CONF_RX_BYTES)
		print_line(p, "%s %u", row->name, v->rx_bytes);
	else if (v->rx_policy != CONF_RX_KERNEL)
		print_line(p, "%s %s", row->name, v->rx_policy == CONF_RX_MTU ? "MTU" : "ADVERT");
}
