// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What adverts carry to be believed, from the statements taken together.
 *
 * Called by finish_vrrp.c when version, strict mode and interval are known. An `authentication` where the protocol has
 * none (version 3, strict mode) is ignored with an error: all routers with this file agree. One that lacks a part, or
 * has one that cannot be read, holds its instance back: what it would send, the others drop, and what it would take,
 * they were told not to take. The same holds for a signature.
 */
#include <string.h>

#include "conf/finish/finish_vrrp.h"

#define WINDOW_MIN 5
#define WINDOW_MAX 300

/* Why there is no authentication by the block's parts, or NULL. */
static const char *no_auth(const struct build_vrrp *b)
{
	if (b->v.version == 3)
		return "version 3 has no authentication";
	if (b->v.strict)
		return "strict mode has no authentication";
	if (!vrrp_given(&b->auth_type_pos))
		return "`authentication` needs an `auth_type`, PASS or AH";
	if (b->v.auth != CONF_AUTH_NONE && (!vrrp_given(&b->auth_pass_pos) || (b->pass && !*b->pass)))
		return "`authentication` needs an `auth_pass`";
	return NULL;
}

static void finish_password(struct schema_ctx *c, struct build_vrrp *b)
{
	struct conf_vrrp *v = &b->v;
	bool none = v->version == 3 || v->strict;
	const char *why = none || !b->auth_bad ? no_auth(b) : NULL;

	if (why && none) {
		diag_add(c->diags, DIAG_ERROR, &b->auth_pos, "%s: adverts are sent and taken without", why);
	} else if (why) {
		diag_add(c->diags, DIAG_ERROR, &b->auth_pos, "%s: `%s` is held back", why, v->name);
		vrrp_hold_back(v, "its authentication is not complete");
	} else if (b->auth_bad) {
		vrrp_hold_back(v, "a statement of its authentication cannot be used");
	} else if (v->auth == CONF_AUTH_AH) {
		if (b->state == STATE_MASTER && v->priority != OWNER)
			diag_add(c->diags, DIAG_WARNING, &b->state_pos,
				 "`state MASTER` does not work with `auth_type AH`: it starts as BACKUP");
		v->start_master &= v->priority == OWNER;
	}
	if (b->auth_bad)
		vrrp_hold_back(v, "a statement of its authentication cannot be used");
	if (why)
		v->auth = CONF_AUTH_NONE;
	if (v->auth != CONF_AUTH_NONE && b->pass)
		memcpy(v->auth_pass, b->pass, strnlen(b->pass, sizeof(v->auth_pass)));
}

static bool has_key(const struct conf_hmac *hmac, uint8_t id)
{
	for (unsigned i = 0; i < hmac->nkeys; i++)
		if (hmac->keys[i].id == id)
			return true;
	return false;
}

static void finish_hmac(struct schema_ctx *c, struct build_vrrp *b)
{
	struct conf_vrrp *v = &b->v;
	struct conf_hmac *hmac = b->hmac;
	usec_t three = (3 * v->advert_int + USEC_PER_SEC - 1) / USEC_PER_SEC;

	if (hmac->mode != CONF_HMAC_ENFORCE && v->strict) {
		diag_add(c->diags, DIAG_WARNING, &hmac->pos,
			 "strict mode wants `mode enforce` of `auth_hmac`: it is used");
		hmac->mode = CONF_HMAC_ENFORCE;
	}
	if (!hmac->window)
		hmac->window = three < WINDOW_MIN ? WINDOW_MIN : three > WINDOW_MAX ? WINDOW_MAX : (unsigned)three;
	v->hmac = hmac;
	if (vrrp_given(&b->auth_pos)) {
		diag_add(c->diags, DIAG_ERROR, &hmac->pos,
			 "`auth_hmac` and `authentication` exclude each other: `%s` is held back", v->name);
		vrrp_hold_back(v, "it has both auth_hmac and authentication");
	} else if (b->hmac_bad) {
		vrrp_hold_back(v, "a statement of its auth_hmac cannot be used");
	} else if (!hmac->nkeys) {
		diag_add(c->diags, DIAG_ERROR, &hmac->pos, "`auth_hmac` needs a `key`: `%s` is held back", v->name);
	} else if (!hmac->active) {
		diag_add(c->diags, DIAG_ERROR, &hmac->pos, "`auth_hmac` needs an `active_key`: `%s` is held back",
			 v->name);
	} else if (!has_key(hmac, hmac->active)) {
		diag_add(c->diags, DIAG_ERROR, &hmac->pos, "`active_key`: there is no key %u: `%s` is held back",
			 hmac->active, v->name);
	} else {
		return;
	}
	vrrp_hold_back(v, "its auth_hmac is not complete");
}

void finish_auth(struct schema_ctx *c, struct build_vrrp *b)
{
	if (b->auth_read)
		finish_password(c, b);
	if (b->hmac)
		finish_hmac(c, b);
}
