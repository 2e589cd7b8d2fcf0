/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The language as tables: one row per keyword. Parser, ranges, defaults, canonical print, suggestions and the reference
 * all come from the row. */
#ifndef CONF_SCHEMA_H
#define CONF_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/config.h"
#include "conf/diag.h"
#include "conf/text/tree.h"
#include "lib/strbuf.h"

struct schema_ctx;
struct schema_block;
struct schema_row;
struct printer;

enum schema_type {
	ST_FLAG,                /* the word alone: true */
	ST_BOOL,                /* [true|on|yes|false|off|no]; the word alone: true */
	ST_INT,                 /* a whole number, any sign, min … max; the field has 1, 2, 4 or 8 bytes */
	ST_SECONDS,             /* decimal seconds into usec_t; min, max in µs */
	ST_MILLISECONDS,        /* decimal milliseconds into usec_t; min, max in µs */
	ST_STRING,              /* one word, at most max bytes when max is given */
	ST_IFNAME,              /* the name of an interface, which need not exist */
	ST_ADDR,                /* struct ip_addr */
	ST_ENUM,                /* one of `choices`; the field has 1, 2 or 4 bytes */
	ST_SCRIPT,              /* "COMMAND ARGS" [USER [GROUP]] into conf_script_id */
	ST_BLOCK,               /* opens `block` */
	ST_CUSTOM,              /* `parse` and `print` know */
	ST_GONE,                /* a word that has no meaning any more: said, and nothing else */
};

enum {
	SF_LATER   = 1,         /* parsed and checked, not acted on: one warning per file */
	SF_REPEAT  = 2,         /* may stand several times in its block */
	SF_SECRET  = 4,         /* the values are never shown */
	SF_DERIVED = 8,         /* `def` is what happens without it, for people; it is not assigned from here */
	SF_OLD     = 16,        /* an old or wrong spelling of `same_as`: a warning says so */
	SF_OPTIONAL = 32,       /* may stand without a value, which leaves the field as it is (ST_INT, ST_STRING, ST_SCRIPT) */
	SF_NOBLOCK = 64,        /* ST_BLOCK: its braces may be absent */
	SF_VITAL   = 128,       /* what it belongs to is held back when it is there and cannot be read (the message says so) */
	SF_BARE    = 256,       /* ST_SCRIPT: the command stands alone, a user is given elsewhere */
	SF_CLAMP = 512,         /* a value beyond the limits becomes the nearest that is allowed, with a warning (ST_INT; ST_STRING: it is cut) */
	SF_WORD    = 1024,      /* an option on the line of an item, not a statement (item.h) */
	SF_VITAL_NAME = 2048,   /* with SF_VITAL: also when its name is misspelt; so it is for blocks */
};

struct schema_choice { const char *word; int value; };

struct schema_row {
	const char *name;
	enum schema_type type;
	unsigned flags;
	size_t offset, size;                    /* of the field in the block's object; size 0 = there is none */
	int64_t min, max;
	const char *def;                        /* the default as an operator would write it; NULL = none */
	const char *bare;                       /* the value that the keyword alone stands for; NULL = it needs one */
	const char *since;                      /* version; NULL = from the beginning */
	const char *help;                       /* one line */
	const char *args;                       /* for messages and the reference; NULL = from the type */
	const char *same_as;                    /* the row that means the same; with SF_OLD also a warning */
	const char *advice;                     /* SF_OLD, ST_GONE: what to do; SF_LATER: what it means for now */
	const struct schema_choice *choices;    /* ends with a NULL word */
	const struct schema_block *block;
	void (*parse)(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj);
	size_t pos;                             /* a struct conf_pos of the object, which gets the statement's place whatever its value; 0 = none */
	size_t final, final_size;               /* for the print: the field in the finished object, when it is another one */
	void (*print)(struct printer *p, const struct schema_row *row, const void *obj);
};

struct schema_block {
	const char *name;                       /* as in messages: `real_server` */
	const struct schema_row *rows; size_t nrows;
	size_t size, final_size;                /* of its object while it is built, and of the finished one that it starts with; 0 = the rows' fields are in the object of the block around it */
	unsigned id;                            /* enum schema_block_id: where its prototype is kept */
	unsigned min_words, max_words;          /* behind the keyword */
	/* Called with the object around; returns the block's own, or NULL to skip the block. NULL = a copy of the
	 * prototype is not wanted. */
	void *(*begin)(struct schema_ctx *c, const struct node *n, void *outer);
	void (*end)(struct schema_ctx *c, const struct node *n, void *obj, void *outer);
	void (*item)(struct schema_ctx *c, const struct node *n, void *obj);    /* lines are items, not keywords; `rows` are their options */
	void (*init)(void *prototype);          /* what defaults of rows cannot express */
	bool (*unknown)(struct schema_ctx *c, const struct node *n);    /* told of a statement that nobody knows, before the error; true = it holds the object back */
	void (*lost)(struct schema_ctx *c, const struct node *n, void *obj);     /* told of a line that could not be read; the object is held back anyway */
	const char *stray;                      /* what an unknown word that is near to no keyword probably is: ends the message */
};

enum schema_block_id { SB_NONE, SB_GLOBAL, SB_VRRP, SB_VS, SB_RS,
	SB_TCP, SB_HTTP, SB_SSL, SB_SMTP, SB_MISC, SB_PING, SB_UDP, SB_DNS, SB_FILE, SB_BFD,    /* in the order of enum conf_check_type */
	SB_HOST, SB_URL, SB_HMAC,
	SB_TRACK_SCRIPT, SB_TRACK_PROCESS, SB_TRACK_FILE, SB_BFD_INSTANCE, SB_SYNC_GROUP, SB_TRACK_GROUP, SB_GARP_GROUP,
	SB_COUNT };

#define SCHEMA_WORDS(s, f) .offset = offsetof(s, f), .size = sizeof(((s *)0)->f)
#define SCHEMA_ROWS(table) .rows = (table), .nrows = sizeof(table) / sizeof(*(table))

extern const struct schema_block schema_root, schema_global_defs, schema_vrrp_instance;
/* services, servers and their checkers (schema_server.c, schema_real.c, schema_vs_group.c, schema_check*.c) */
extern const struct schema_block schema_virtual_server, schema_real_server, schema_vs_group, schema_tcp_check, schema_ping_check, schema_http_get,
	schema_ssl_get, schema_smtp_check, schema_misc_check, schema_file_check, schema_bfd_check, schema_udp_check,
	schema_dns_check;
/* trackers (schema_track_*.c, schema_bfd.c) and the lists of who uses them (schema_track.c); groups (schema_group.c);
 * interfaces (schema_link.c); certificates (schema_ssl.c) */
extern const struct schema_block schema_vrrp_script, schema_track_process, schema_track_file, schema_bfd_instance, schema_sync_group,
	schema_track_group, schema_garp_group, schema_linkbeats, schema_if_delays, schema_ssl_context;
extern const struct schema_block schema_track_if_list, schema_track_script_list, schema_track_file_list, schema_track_process_list,
	schema_track_bfd_list;
/* lists of items (schema_address.c, schema_unicast.c): addresses, addresses outside adverts, peers */
extern const struct schema_block schema_vip_list, schema_evip_list, schema_peer_list;
/* and of routes and rules (schema_route.c, schema_hop.c, schema_rule.c) */
extern const struct schema_block schema_static_vip_list, schema_route_list, schema_static_route_list, schema_rule_list, schema_static_rule_list,
	schema_nexthop, schema_encap;
extern const struct tree_language schema_language;

/* ---- schema.c: the driver ---- */
void schema_parse(struct schema_ctx *c, const struct schema_block *block, const struct node *n, void *obj);
const struct schema_row *schema_find(const struct schema_block *block, const char *word);
/* The field has the row's own default: no line tells more than a line with it. */
bool schema_is_default(const struct schema_row *row, const void *field, size_t size);
void *schema_object(struct schema_ctx *c, const struct schema_block *block, void *obj);  /* obj becomes a copy of the block's prototype */
void schema_defaults(const struct schema_block *block, void *obj);     /* writes the rows' defaults and calls init */
/* Calls back for every row of the language, with the blocks' names joined by `/`. */
void schema_walk(void (*fn)(void *arg, const char *path, const struct schema_row *row), void *arg);

/* ---- schema_value.c: values by type; each says what is wrong and returns false, the field is then as it was ---- */
bool schema_value(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj);
bool value_int(struct schema_ctx *c, const struct node *n, unsigned word, int64_t min, int64_t max, int64_t *out);
bool value_seconds(struct schema_ctx *c, const struct node *n, unsigned word, int64_t min, int64_t max, usec_t *out);
bool value_addr(struct schema_ctx *c, const struct node *n, unsigned word, struct ip_addr *out);
bool value_port(struct schema_ctx *c, const struct node *n, unsigned word, uint16_t *out);
bool value_enum(struct schema_ctx *c, const struct node *n, unsigned word, const struct schema_choice *choices,
		int *out);
bool value_name(struct schema_ctx *c, const struct node *n, unsigned word, size_t max, const char **out);
/* Why this cannot be the name of an interface, as the end of a sentence (it may be empty); NULL = it can. */
const char *ifname_fault(const char *name);
bool value_ifname(struct schema_ctx *c, const struct node *n, unsigned word, const char **out);
bool value_garp_extra(struct schema_ctx *c, const struct node *n, struct conf_garp_extra *out);        /* [all] SECONDS */
/* How the message ends about a value of the statement that cannot be taken: "; the default is used: 5". */
struct value_outcome { char text[160]; };
struct value_outcome value_outcome(const struct schema_ctx *c, const struct node *n);
bool value_given(struct schema_ctx *c, const struct node *n, unsigned word, const char *what);  /* false, with an error, when there is no such word */
void value_store(void *field, size_t size, int64_t value);
int64_t value_load(const void *field, size_t size, bool is_signed);
const char *value_consequence(const struct schema_ctx *c);     /* of an object that is held back: "; the instance is held back" */
const char *value_held(const struct schema_ctx *c);            /* what follows for a value of a vital row: "; the instance is held back"; or "" */
bool value_flag(struct schema_ctx *c, const struct node *n);           /* on, unless there is a word that says no */
/* Words from `from` on have no meaning: a warning, once per statement. */
void value_extra(struct schema_ctx *c, const struct node *n, unsigned from);

/* ---- schema_command.c ---- */
conf_script_id value_script(struct schema_ctx *c, const struct node *n);        /* 0 = none */

/* ---- schema_suggest.c ---- */
/* The nearest word of the block, or NULL. */
const char *suggest_keyword(const struct schema_block *block, const char *word);
/* The keyword of the block that has this nickname (vrid, iface, vip), or NULL. */
const char *suggest_nickname(const struct schema_block *block, const char *word);
bool suggest_is_dpvs(const char *word);
/* A keyword of the block, of *len bytes, that has grown together with its value (interface=eth0,
 * virtual_server192.0.2.1): where the value starts; 0 = none. */
size_t suggest_split(const struct schema_block *block, const char *word, size_t *len);
/* The block that has exactly this keyword, or NULL. */
const char *suggest_block(const char *word);

/* ---- schema_print.c ---- */
struct printer { struct strbuf *out; const struct config *cfg; unsigned indent; bool secrets; };

void schema_print(struct printer *p, const struct schema_block *block, const void *obj);
void print_line(struct printer *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void print_open(struct printer *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));        /* adds ` {` and indents */
void print_close(struct printer *p);
void print_keyword(struct printer *p, const char *keyword);     /* the start of a line; print_end ends it */
void print_word(struct printer *p, const char *word);           /* a blank and the word, quoted where it must be */
void print_bare(struct printer *p, const char *word);           /* the same without the blank */
void print_end(struct printer *p);
void print_seconds(struct printer *p, const char *keyword, usec_t t);           /* a whole line; nothing for USEC_NEVER */
void print_script(struct printer *p, const char *keyword, conf_script_id id);   /* a whole line; nothing for 0 */
void print_command(struct printer *p, const char *keyword, conf_script_id id);  /* the same without the user */

/* The same for what does not print itself row by row. */
void print_check(struct printer *p, const struct schema_row *row, const void *rs);      /* schema_checker.c: all checks of a server */
void print_vs(struct printer *p, const struct conf_vs *vs);                            /* schema_server.c: the whole block */
void print_vs_group(struct printer *p, const struct conf_vs_group *group);             /* schema_vs_group.c */
void print_ssl(struct printer *p);                              /* schema_ssl.c: the whole block, if there is one */

/* ---- schema_address.c, schema_track.c ---- */
void item_print_vips(struct printer *p, const struct schema_row *row, const void *obj);
void item_print_statics(struct printer *p);     /* all three lists that stand outside of instances */
void item_print_routes(struct printer *p, const struct schema_row *row, const void *obj);
void item_print_rules(struct printer *p, const struct schema_row *row, const void *obj);
void item_print_track_ifs(struct printer *p, const struct schema_row *row, const void *obj);

#endif
