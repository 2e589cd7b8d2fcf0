// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The tables of authentication and auth_hmac: what adverts carry to be believed.
 *
 * `authentication` is that of version 2: a word in clear text, or a signature of the time before. `auth_hmac` signs
 * adverts of both versions (draft-cassen-vrrp-auth-hmac). Keys may lie in files: the parent has read them into the text
 * (keyfile_read.c). No message repeats a secret. Whether the parts fit together is decided in finish_auth.c.
 */
#include <errno.h>
#include <string.h>

#include "conf/schema/schema_vrrp.h"
#include "lib/num.h"

#define HMAC_FIELD(f) SCHEMA_WORDS(struct conf_hmac, f)

/* ---- authentication ---- */

static const struct schema_choice auth_types[] = { { "PASS", CONF_AUTH_PASS }, { "AH", CONF_AUTH_AH }, { NULL, 0 } };

/* `none` is no word of the language, but its meaning is plain: there are files that say so, and their routers do
 * without. */
static bool means_none(const char *word)
{
	static const char *const words[] = { "none", "NONE", "no_auth", "NO_AUTH", "no", "off" };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (!strcmp(words[i], word))
			return true;
	return false;
}

static void parse_auth_type(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct conf_pos pos = node_pos(n, 1);
	struct build_vrrp *b = obj;
	int type;

	if (n->nwords > 1 && means_none(n->words[1].str)) {
		diag_add(c->diags, DIAG_ERROR, &pos, "`%s`: allowed: PASS AH; adverts without authentication are had by leaving the block out", row->name);
	} else if (value_enum(c, n, 1, row->choices, &type)) {
		b->v.auth = (enum conf_vrrp_auth)type;
		value_extra(c, n, 2);
	} else {
		b->auth_bad = true;
	}
}

static void print_auth_type(struct printer *p, const struct schema_row *row, const void *obj)
{
	print_line(p, "%s %s", row->name, ((const struct conf_vrrp *)obj)->auth == CONF_AUTH_AH ? "AH" : "PASS");
}

static void parse_auth_pass(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct build_vrrp *b = obj;
	struct conf_pos pos = node_pos(n, 1);

	(void)row;
	if (!value_name(c, n, 1, 0, &b->pass)) {
		b->auth_bad = true;
		return;
	}
	if (strlen(b->pass) > sizeof(b->v.auth_pass))
		diag_add(c->diags, DIAG_WARNING, &pos, "only the first %zu characters of the password are used; peers agree as long as these are the same",
			 sizeof(b->v.auth_pass));
	value_extra(c, n, 2);
}

static void print_auth_pass(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_vrrp *v = obj;
	char pass[sizeof(v->auth_pass) + 1] = { 0 };

	memcpy(pass, v->auth_pass, sizeof(v->auth_pass));
	print_keyword(p, row->name);
	print_word(p, p->secrets ? pass : "********");
	print_end(p);
}

static const struct schema_row auth_rows[] = {
	{ .name = "auth_type", .type = ST_CUSTOM, .parse = parse_auth_type, .print = print_auth_type,
	  VRRP_POS(auth_type_pos), .flags = SF_VITAL | SF_VITAL_NAME, .choices = auth_types, .args = "PASS|AH",
	  .help = "PASS: a word in every advert; AH: a signature" },
	{ .name = "auth_pass", .type = ST_CUSTOM, .parse = parse_auth_pass, .print = print_auth_pass,
	  VRRP_POS(auth_pass_pos), .flags = SF_SECRET | SF_VITAL | SF_VITAL_NAME, .args = "WORD",
	  .help = "the password, 8 characters of it" },
};

/* Whatever it was to say, adverts would not be what the others expect. */
static bool auth_unknown(struct schema_ctx *c, const struct node *n)
{
	(void)n;
	if (!c->broken)
		c->broken = "a statement of its authentication is unknown";
	c->auth_unknown = true;
	return true;
}

static void auth_end(struct schema_ctx *c, const struct node *n, void *obj, void *outer)
{
	struct build_vrrp *b = obj;

	(void)n;
	(void)outer;
	b->auth_read = true;
	b->auth_bad |= c->auth_unknown;
	c->auth_unknown = false;
}

static void auth_lost(struct schema_ctx *c, const struct node *n, void *obj)
{
	(void)n;
	(void)obj;
	c->auth_unknown = true;
}

const struct schema_block schema_authentication = { .name = "authentication", SCHEMA_ROWS(auth_rows), .end = auth_end,
						    .unknown = auth_unknown, .lost = auth_lost };

void print_authentication(struct printer *p, const struct schema_row *row, const void *obj)
{
	if (((const struct conf_vrrp *)obj)->auth == CONF_AUTH_NONE)
		return;
	print_open(p, "%s", row->name);
	schema_print(p, row->block, obj);
	print_close(p);
}

/* ---- auth_hmac ---- */

/* The bytes of `hex:…`, or of the text as it is; what is wrong with them, or NULL. */
static const char *key_bytes(const char *text, struct conf_hmac_key *key)
{
	bool hex = !strncmp(text, "hex:", 4);
	size_t len = strlen(hex ? text += 4 : text);

	if (hex && (len % 2 || strspn(text, "0123456789abcdefABCDEF") != len))
		return "`hex:` needs pairs of hexadecimal digits behind it";
	len = hex ? len / 2 : len;
	if (len < CONF_HMAC_KEY_MIN || len > CONF_HMAC_KEY_MAX)
		return hex ? "a key has 32 to 64 bytes: 64 to 128 hexadecimal digits" : "a key has 32 to 64 bytes";
	for (size_t i = 0; i < len; i++)
		key->bytes[i] = (uint8_t)(hex ? num_hex_digit(text[2 * i]) << 4 | num_hex_digit(text[2 * i + 1]) :
					  text[i]);
	key->len = (uint8_t)len;
	return NULL;
}

/* "" = why it has no key has been said. */
static const char *key_from_file(struct schema_ctx *c, struct conf_hmac_key *key)
{
	char text[KEYFILE_MAX + 1];
	int r = keyfile_text(&c->keyfiles, key->file, text);
	const char *wrong = r == -ENOENT ? "its file was not read" : r < 0 ? "" : key_bytes(text, key);

	explicit_bzero(text, sizeof(text));
	return wrong;
}

static const char *key_value(struct schema_ctx *c, const char *text, struct conf_hmac_key *key)
{
	if (strncmp(text, "file:", 5) != 0)
		return key_bytes(text, key);
	if (!text[5])
		return "`file:` needs a path behind it";
	key->file = arena_strdup(c->arena, text + 5);
	return key_from_file(c, key);
}

static const struct conf_hmac_key *key_find(const struct vec *keys, int64_t id)
{
	for (size_t i = 0; i < keys->n; i++) {
		const struct conf_hmac_key *key = vec_at(keys, i);

		if (key->id == id)
			return key;
	}
	return NULL;
}

static void parse_key(struct schema_ctx *c, const struct schema_row *row, const struct node *n, void *obj)
{
	struct conf_hmac_key key = { .pos = n->pos };
	struct conf_pos pos = node_pos(n, 2);
	const struct conf_hmac_key *first;
	const char *wrong;
	int64_t id;

	(void)obj;
	if (n->nwords < 3) {
		diag_add(c->diags, DIAG_ERROR, &n->pos, "`%s` needs two values: %s", row->name, row->args);
		c->bad_values++;
		return;
	}
	if (num_i64(n->words[1].str, 10, 1, 255, &id)) {
		pos = node_pos(n, 1);
		diag_add(c->diags, DIAG_ERROR, &pos, "`%s`: the number of a key is 1 to 255, and stands before it",
			 row->name);
		c->bad_values++;
		return;
	}
	key.id = (uint8_t)id;
	first = key_find(&c->hmac_keys, id);
	wrong = first ? NULL : key_value(c, n->words[2].str, &key);
	if (first)
		diag_add(c->diags, DIAG_ERROR, &n->pos, "key %u stands on line %u already", key.id, first->pos.line);
	else if (wrong && *wrong)
		diag_add(c->diags, DIAG_ERROR, &pos, "key %u: %s", key.id, wrong);
	else if (!wrong)
		*(struct conf_hmac_key *)vec_push(&c->hmac_keys) = key;
	c->bad_values += first || wrong;
	explicit_bzero(key.bytes, sizeof(key.bytes));
	value_extra(c, n, 3);
}

static void print_keys(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_hmac *hmac = obj;

	for (unsigned k = 0; k < hmac->nkeys; k++) {
		const struct conf_hmac_key *key = &hmac->keys[k];
		struct strbuf value = { 0 };

		/* With secrets it is all that a process depends on, so what is in the file, not where it is. */
		if (key->file && !p->secrets)
			strbuf_addf(&value, "file:%s", key->file);
		else
			strbuf_add(&value, p->secrets ? "hex:" : "********************************");      /* as long as a key must be */
		for (unsigned i = 0; p->secrets && i < key->len; i++)
			strbuf_addf(&value, "%02x", key->bytes[i]);
		print_keyword(p, row->name);
		strbuf_addf(p->out, " %u", key->id);
		print_word(p, strbuf_str(&value));
		print_end(p);
		strbuf_wipe(&value);
	}
}

static const struct schema_choice anti_replay[] = { { "time", false }, { "monotonic", true }, { NULL, 0 } };
static const struct schema_choice modes[] = {
	{ "enforce", CONF_HMAC_ENFORCE }, { "permissive", CONF_HMAC_PERMISSIVE }, { "receive-only", CONF_HMAC_RECEIVE_ONLY }, { NULL, 0 },
};

static const struct schema_row hmac_rows[] = {
	{ .name = "key", .type = ST_CUSTOM, .parse = parse_key, .print = print_keys, .flags = SF_SECRET | SF_REPEAT,
	  .args = "ID TEXT|hex:DIGITS|file:PATH", .since = "2.4.0",
	  .help = "a key of 32 to 64 bytes, and its number (1 to 255)" },
	{ .name = "active_key", .type = ST_INT, HMAC_FIELD(active), .min = 1, .max = 255, .since = "2.4.0",
	  .help = "the number of the key that we sign with" },
	{ .name = "time_window", .type = ST_INT, HMAC_FIELD(window), .min = 1, .max = 300, .since = "2.4.0",
	  .flags = SF_DERIVED, .def = "the larger of 5 and 3 intervals",
	  .help = "seconds by which the time of a signature may differ from our clock" },
	{ .name = "anti_replay", .type = ST_ENUM, HMAC_FIELD(monotonic), .choices = anti_replay, .def = "time",
	  .args = "time|monotonic", .since = "2.4.0", .help = "whether sequence numbers follow the clock" },
	{ .name = "mode", .type = ST_ENUM, HMAC_FIELD(mode), .choices = modes, .def = "enforce",
	  .args = "enforce|permissive|receive-only", .since = "2.4.0",
	  .help = "whether unsigned adverts are taken, and ours are signed" },
};

static void *hmac_begin(struct schema_ctx *c, const struct node *n, void *outer)
{
	struct build_vrrp *b = outer;

	b->hmac = schema_object(c, &schema_auth_hmac, arena_alloc(c->arena, sizeof(*b->hmac)));
	b->hmac->pos = n->pos;
	c->hmac_keys.n = 0;
	c->bad_values = 0;
	return b->hmac;
}

/* What it lacks may be meant by this. */
static bool hmac_unknown(struct schema_ctx *c, const struct node *n)
{
	(void)n;
	c->bad_values++;
	return true;
}

static void hmac_end(struct schema_ctx *c, const struct node *n, void *obj, void *outer)
{
	struct build_vrrp *b = outer;
	struct conf_hmac *hmac = obj;

	(void)n;
	b->hmac_bad = c->bad_values > 0;
	hmac->nkeys = (unsigned)c->hmac_keys.n;
	hmac->keys = vec_seal(&c->hmac_keys, c->arena, 0);
}

const struct schema_block schema_auth_hmac = {
	.name = "auth_hmac", SCHEMA_ROWS(hmac_rows), .size = sizeof(struct conf_hmac), .final_size = sizeof(struct conf_hmac), .id = SB_HMAC,
	.begin = hmac_begin, .end = hmac_end, .unknown = hmac_unknown,
};

void print_auth_hmac(struct printer *p, const struct schema_row *row, const void *obj)
{
	const struct conf_hmac *hmac = ((const struct conf_vrrp *)obj)->hmac;

	if (!hmac)
		return;
	print_open(p, "%s", row->name);
	schema_print(p, row->block, hmac);
	print_close(p);
}
