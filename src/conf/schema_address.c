// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The blocks whose lines are items rather than keywords: addresses; routes and rules, which nobody reads yet.
 *
 * An item is one line with a grammar of its own. It is read into a vector of the context, which schema_vrrp.c seals when the instance ends;
 * a line that cannot be read is left out with an error, and the others stand. What follows from several items together (families,
 * repetitions, more than an advert has room for) is decided in finish_vrrp.c. The blocks are named by rows of schema_vrrp.c and schema_root.c.
 */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "conf/build.h"
#include "conf/schema.h"
#include "lib/num.h"

/* ---- what is not read yet ---- */

void item_skip(struct schema_ctx *c, const struct node *n, void *obj)
{
	(void)c;
	(void)n;
	(void)obj;
}

const struct schema_block schema_any_list = { .name = "a list", .item = item_skip };

/* ---- virtual_ipaddress ---- */

static const struct schema_choice scopes[] = {
	{ "global", RT_SCOPE_UNIVERSE }, { "site", RT_SCOPE_SITE }, { "link", RT_SCOPE_LINK }, { "host", RT_SCOPE_HOST },
	{ "nowhere", RT_SCOPE_NOWHERE }, { NULL, 0 },
};

static bool vip_scope(struct schema_ctx *c, const struct node *n, unsigned word, struct conf_vip *vip)
{
	int64_t number;
	int scope;

	if (word < n->nwords && !num_i64(n->words[word].str, 0, 0, 255, &number)) {
		vip->scope = (uint8_t)number;
		return true;
	}
	if (!value_enum(c, n, word, scopes, &scope))
		return false;
	vip->scope = (uint8_t)scope;
	return true;
}

static bool vip_broadcast(struct schema_ctx *c, const struct node *n, unsigned word, struct conf_vip *vip)
{
	const char *value = word < n->nwords ? n->words[word].str : "";
	struct conf_pos pos = node_pos(n, word);

	if (!strcmp(value, "+") || !strcmp(value, "-")) {
		vip->brd_kind = *value == '+' ? CONF_BRD_ONES : CONF_BRD_ZEROS;
	} else {
		if (!value_addr(c, n, word, &vip->brd))
			return false;
		vip->brd_kind = CONF_BRD_ADDR;
	}
	if (vip->prefix.addr.family == AF_INET && (vip->brd_kind != CONF_BRD_ADDR || vip->brd.family == AF_INET))
		return true;
	diag_add(c->diags, DIAG_ERROR, &pos, "only an IPv4 address has a broadcast address, and it is IPv4");
	return false;
}

/* One option with its value, at n->words[i]; returns how many words it took, 0 when the rest cannot be read. */
static unsigned vip_option(struct schema_ctx *c, const struct node *n, unsigned i, struct conf_vip *vip)
{
	static const char *const later[] = { "peer 1", "preferred_lft 1", "track_group 1", "home", "-nodad", "mngtmpaddr", "noprefixroute",
		"autojoin", "no_track", "use_vmac" };
	const char *word = n->words[i].str;
	struct conf_pos pos = node_pos(n, i);

	if (!strcmp(word, "dev"))
		return value_name(c, n, i + 1, IFNAMSIZ - 1, &vip->dev) ? 2 : 0;
	if (!strcmp(word, "label"))
		return value_name(c, n, i + 1, IFNAMSIZ - 1, &vip->label) ? 2 : 0;
	if (!strcmp(word, "scope"))
		return vip_scope(c, n, i + 1, vip) ? 2 : 0;
	if (!strcmp(word, "brd") || !strcmp(word, "broadcast"))
		return vip_broadcast(c, n, i + 1, vip) ? 2 : 0;
	for (size_t k = 0; k < sizeof(later) / sizeof(*later); k++) {
		size_t len = strcspn(later[k], " ");

		if (strlen(word) == len && !memcmp(word, later[k], len)) {
			diag_repeat(c->diags, DIAG_WARNING, &pos, "`%s` of an address is known, but not supported yet", word);
			return later[k][len] ? 2 : 1;
		}
	}
	diag_add(c->diags, DIAG_ERROR, &pos,
		 "`%.40s` is no option of an address; allowed: dev brd scope label peer preferred_lft no_track noprefixroute -nodad home mngtmpaddr "
		 "autojoin use_vmac", word);
	return 0;
}

static void add_vip_to(struct schema_ctx *c, const struct node *n, struct vec *list)
{
	struct conf_vip vip = { .pos = n->pos };
	unsigned took;
	int r = addr_parse_prefix(n->words[0].str, &vip.prefix);

	if (r) {
		diag_add(c->diags, DIAG_ERROR, &n->pos, r == -ERANGE ? "`%.60s`: the prefix length is out of range; the address is left out" :
			 "`%.60s` is not ADDRESS[/LENGTH]; the line is left out", n->words[0].str);
		return;
	}
	for (unsigned i = 1; i < n->nwords; i += took) {
		took = vip_option(c, n, i, &vip);
		if (!took)
			break;
	}
	*(struct conf_vip *)vec_push(list) = vip;
}

static void add_vip(struct schema_ctx *c, const struct node *n, void *obj)
{
	(void)obj;
	add_vip_to(c, n, &c->vips);
}

static void add_evip(struct schema_ctx *c, const struct node *n, void *obj)
{
	(void)obj;
	add_vip_to(c, n, &c->evips);
}

static void print_vip(struct printer *p, const struct conf_vip *vip)
{
	char text[PREFIX_STRLEN], brd[ADDR_STRLEN];

	print_keyword(p, prefix_str(&vip->prefix, text));
	if (vip->dev)
		strbuf_addf(p->out, " dev %s", vip->dev);
	if (vip->brd_kind != CONF_BRD_NONE)
		strbuf_addf(p->out, " brd %s", vip->brd_kind == CONF_BRD_ONES ? "+" : vip->brd_kind == CONF_BRD_ZEROS ? "-" :
			    addr_str(&vip->brd, brd));
	if (vip->scope != RT_SCOPE_UNIVERSE)
		strbuf_addf(p->out, " scope %u", vip->scope);
	if (vip->label) {
		strbuf_add(p->out, " label");
		print_word(p, vip->label);
	}
	print_end(p);
}

void item_print_vips(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_vrrp *v = obj;
	bool excluded = row->block->item == add_evip;
	const struct conf_vip *vips = excluded ? v->evips : v->vips;
	unsigned n = excluded ? v->nevips : v->nvips;

	if (!n)
		return;
	print_open(p, "%s", row->name);
	for (unsigned i = 0; i < n; i++)
		print_vip(p, &vips[i]);
	print_close(p);
}

static void note_vips(struct schema_ctx *c, const struct node *n, void *obj, void *outer)
{
	(void)c;
	(void)outer;
	((struct build_vrrp *)obj)->vips_pos = n->pos;
}

const struct schema_block schema_vip_list = { .name = "virtual_ipaddress", .item = add_vip, .end = note_vips };
const struct schema_block schema_evip_list = { .name = "virtual_ipaddress_excluded", .item = add_evip };
