// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The tables of UDP_CHECK and DNS_CHECK.
 *
 * Bytes are written as hexadecimal words: two digits a byte, an odd one at the end of a word a byte by itself. In
 * require_reply an x stands for any four bits. A question that cannot be read as it was meant (bytes, type, name)
 * breaks the checker.
 */
#include <string.h>

#include "conf/schema/schema_server.h"
#include "lib/num.h"

/* ---- bytes ---- */

struct bytes { uint8_t *value, *mask; unsigned n; };

/* One word; false when it holds something else than digits (and x, with a mask). */
static bool add_word(struct bytes *b, const char *word, bool wild)
{
	for (const char *p = word; *p; p += p[1] ? 2 : 1) {
		unsigned len = p[1] ? 2 : 1, value = 0, mask = len == 2 ? 0 : 0xf0;

		for (unsigned i = 0; i < len; i++) {
			bool any = wild && (p[i] | 0x20) == 'x';
			int digit = any ? 0 : num_hex_digit(p[i]);

			if (digit < 0)
				return false;
			value = value << 4 | (unsigned)digit;
			mask = (len == 2 ? mask << 4 : mask) | (any ? 0 : 0xf);
		}
		b->value[b->n] = (uint8_t)value;
		b->mask[b->n++] = (uint8_t)mask;
	}
	return true;
}

/* The words from the second on; mask NULL: no x. Returns false after a message. */
static bool read_bytes(struct schema_ctx *c, const struct node *n, const uint8_t **value, const uint8_t **mask,
		       unsigned *len)
{
	struct bytes b = { 0 };
	size_t room = 0;

	for (unsigned i = 1; i < n->nwords; i++)
		room += (strlen(n->words[i].str) + 1) / 2;
	b.value = arena_alloc(c->arena, room);
	b.mask = arena_alloc(c->arena, room);
	for (unsigned i = 1; i < n->nwords; i++) {
		struct conf_pos pos = node_pos(n, i);

		if (add_word(&b, n->words[i].str, mask != NULL))
			continue;
		diag_add(c->diags, DIAG_ERROR, &pos, "`%s`: `%.40s` does not consist of hexadecimal digits%s" SERVICE_HELD, n->words[0].str, n->words[i].str,
			 mask ? " and x (any digit)" : "");
		return false;
	}
	*value = b.n ? b.value : NULL;
	*len = b.n;
	if (mask)
		*mask = b.n ? b.mask : NULL;
	return true;
}

static void print_bytes(struct printer *p, const struct schema_row *row, const uint8_t *value, const uint8_t *mask,
			unsigned n)
{
	print_keyword(p, row->name);
	strbuf_add(p->out, n ? " " : "");
	for (unsigned i = 0; i < n; i++)
		for (unsigned shift = 4; shift < 8; shift -= 4)
			strbuf_addc(p->out, !mask || mask[i] >> shift & 0xf ?
				    "0123456789abcdef"[value[i] >> shift & 0xf] : 'x');
	print_end(p);
}

/* ---- UDP_CHECK ---- */

static void parse_payload(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct conf_udp *udp = &((struct build_check *)obj)->u.udp;

	if (n->nwords < 2)
		check_fault(c, &n->pos, "the payload of a UDP_CHECK cannot be read", "`%s` needs a value: %s",
			    row->name, row->args);
	else if (!read_bytes(c, n, &udp->payload, NULL, &udp->npayload))
		check_break(c, "the payload of a UDP_CHECK cannot be read");
}

static void print_payload(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_udp *udp = &((const struct build_check *)obj)->u.udp;

	if (udp->npayload)
		print_bytes(p, row, udp->payload, NULL, udp->npayload);
}

static void parse_reply(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct conf_udp *udp = &((struct build_check *)obj)->u.udp;
	struct conf_pos pos = node_pos(n, 1);

	udp->require_reply = true;
	if (!read_bytes(c, n, &udp->reply, &udp->mask, &udp->nreply)) {
		check_break(c, "the require_reply of a UDP_CHECK cannot be read");
		return;
	}
	if (n->nwords > 1 && !strncmp(n->words[1].str, "0x", 2))
		diag_add(c->diags, DIAG_WARNING, &pos,
			 "`%s`: `0x` is a 0 and any digit here, not a prefix of hexadecimal numbers", row->name);
}

static void print_reply(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_udp *udp = &((const struct build_check *)obj)->u.udp;

	if (udp->require_reply)
		print_bytes(p, row, udp->reply, udp->mask, udp->nreply);
}

static const struct schema_row udp_rows[] = {
	CONNECTION_ROWS("2.1.0", "2.1.0", "2.1.0", "2.1.0", "2.1.0"), TIMING_ROWS("1", "2.1.0", "1", "2.1.0", "2.1.0"),
	{ .name = "payload", .type = ST_CUSTOM, .flags = SF_VITAL, .parse = parse_payload, .print = print_payload,
	  .args = "HEX …", .def = "an empty datagram", .since = "2.2.0", .help = "bytes that are sent" },
	{ .name = "require_reply", .type = ST_CUSTOM, .flags = SF_VITAL, .parse = parse_reply, .print = print_reply,
	  .args = "[HEX …]", .since = "2.1.0", .help = "an answer must come, and begin with these bytes; x is any digit" },
	{ .name = "min_reply_length", .type = ST_INT, CHECK_FIELD(u.udp.min_reply), .max = 65535, .flags = SF_VITAL,
	  .def = "0", .since = "2.2.0", .help = "bytes of the shortest good answer" },
	{ .name = "max_reply_length", .type = ST_INT, CHECK_FIELD(u.udp.max_reply), .max = 65535, .flags = SF_VITAL,
	  .def = "255", .since = "2.2.0", .help = "bytes of the longest good answer" },
};

static void udp_end(struct schema_ctx *c, const struct node *n, void *obj, void *outer)
{
	const struct conf_udp *udp = &((const struct build_check *)obj)->u.udp;

	(void)outer;
	if (udp->min_reply <= udp->max_reply)
		return;
	check_fault(c, &n->pos, "no answer to a UDP_CHECK could be good",
		    "min_reply_length %u is more than max_reply_length %u: no answer could be good", udp->min_reply,
		    udp->max_reply);
}

const struct schema_block schema_udp_check = { CHECK_BLOCK("UDP_CHECK", udp_rows, SB_UDP), .init = check_init,
					       .end = udp_end };

/* ---- DNS_CHECK ---- */

#define NAME_BYTES 253
#define LABEL_BYTES 63

static const struct schema_choice dns_types[] = {
	{ "A", 1 }, { "NS", 2 }, { "CNAME", 5 }, { "SOA", 6 }, { "MX", 15 }, { "TXT", 16 }, { "AAAA", 28 }, { "RRSIG", 46 }, { "DNSKEY", 48 },
	{ NULL, 0 },
};

static void parse_type(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	int type;

	(void)row;
	server_upper_word(n, 1);
	if (value_enum(c, n, 1, dns_types, &type)) {
		((struct build_check *)obj)->u.dns.type = (uint16_t)type;
		value_extra(c, n, 2);
	} else {
		check_break(c, "the type of a DNS_CHECK is unknown");
	}
}

static void print_type(struct printer *p, const struct schema_row *row, const void *obj)
{
	for (const struct schema_choice *ch = dns_types; ch->word; ch++)
		if (ch->value == ((const struct build_check *)obj)->u.dns.type)
			print_line(p, "%s %s", row->name, ch->word);
}

/* What is wrong with a name, or NULL. */
static const char *name_fault(const char *name)
{
	size_t len = strlen(name);

	if (!strcmp(name, "."))
		return NULL;
	if (len && name[len - 1] == '.')
		len--;
	if (!len)
		return "is empty";
	if (len > NAME_BYTES)
		return "is longer than 253 characters";
	for (const char *p = name; p < name + len; p++) {
		size_t label = strcspn(p, ".");

		if (!label || p + label + 1 == name + len)
			return "has an empty part between two dots";
		if (label > LABEL_BYTES)
			return "has a part of more than 63 characters";
		p += label;
	}
	return NULL;
}

static void parse_name(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct conf_pos pos = node_pos(n, 1);
	const char *name, *fault;

	if (!value_name(c, n, 1, 0, &name)) {
		check_break(c, "the name of a DNS_CHECK cannot be asked for");
		return;
	}
	value_extra(c, n, 2);
	fault = name_fault(name);
	if (!fault) {
		((struct build_check *)obj)->u.dns.name = name;
		return;
	}
	check_fault(c, &pos, "the name of a DNS_CHECK cannot be asked for", "`%s`: the name `%.60s` %s", row->name,
		    name, fault);
}

static void print_name(struct printer *p, const struct schema_row *row, const void *obj)
{
	print_keyword(p, row->name);
	print_word(p, ((const struct build_check *)obj)->u.dns.name);
	print_end(p);
}

static const struct schema_row dns_rows[] = {
	CONNECTION_ROWS("1.3.0", "1.3.0", "1.3.0", "1.3.0", "1.3.0"), TIMING_ROWS("3", "1.3.0", "delay_loop", "1.3.7",
										  "1.3.7"),
	{ .name = "type", .type = ST_CUSTOM, .flags = SF_VITAL, .parse = parse_type, .print = print_type,
	  .args = "A|NS|CNAME|SOA|MX|TXT|AAAA|RRSIG|DNSKEY", .def = "SOA", .since = "1.3.0",
	  .help = "what is asked for, in capitals or not" },
	{ .name = "name", .type = ST_CUSTOM, .flags = SF_VITAL, .parse = parse_name, .print = print_name,
	  .args = "NAME", .def = ".", .since = "1.3.0", .help = "name that is asked for; . is the root" },
};

static void dns_init(void *obj)
{
	struct build_check *b = obj;

	check_init(obj);
	b->u.dns.type = 6;
	b->u.dns.name = ".";
}

const struct schema_block schema_dns_check = { CHECK_BLOCK("DNS_CHECK", dns_rows, SB_DNS), .init = dns_init };
