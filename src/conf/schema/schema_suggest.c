// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What was probably meant: the nearest word of a block, and the block that has a word.
 *
 * Nearness is the distance of distance.c; a word of six letters may differ in two. Called by the driver when something
 * is unknown, never on the way of a correct file.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "conf/distance.h"
#include "conf/schema/schema.h"

/* A part of a word that was left out (script_security), or grown together with the next (virtual_server192.0.2.1). */
static const char *contained_keyword(const struct schema_block *block, const char *word)
{
	for (size_t i = 0; i < block->nrows; i++) {
		const char *name = block->rows[i].name;

		if ((strlen(word) > 7 && strstr(name, word)) || (strlen(name) > 5 && !strncmp(word, name, strlen(name)) && !strchr("_-", word[strlen(name)])))
			return name;
	}
	return NULL;
}

/* What people say for short, or in other programs. */
const char *suggest_nickname(const struct schema_block *block, const char *word)
{
	static const struct { const char *word, *keyword; } names[] = {
		{ "vrid", "virtual_router_id" }, { "router_id", "virtual_router_id" }, { "iface", "interface" }, { "intf", "interface" },
		{ "device", "interface" }, { "nic", "interface" }, { "dev", "interface" }, { "prio", "priority" },
		{ "proto", "protocol" }, { "vip", "virtual_ipaddress" },
		{ "vips", "virtual_ipaddress" }, { "ipaddress", "virtual_ipaddress" },
		{ "virtual_ip", "virtual_ipaddress" }, { "auth", "authentication" }, { "password", "auth_pass" },
		{ "passwd", "auth_pass" }, { "pass", "auth_pass" }, { "secret", "auth_pass" },
		{ "auth_pwd", "auth_pass" }, { "auth_key", "auth_pass" },
		{ "type", "auth_type" }, { "peers", "unicast_peer" }, { "peer", "unicast_peer" },
		{ "lvs_kind", "lb_kind" }, { "kind", "lb_kind" },
		{ "method", "lb_kind" }, { "lb_method", "lb_kind" }, { "algo", "lb_algo" }, { "scheduler", "lb_algo" },
		{ "sched", "lb_algo" },
		{ "notificationd", "notification_email" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(names[i].word, word) && schema_find(block, names[i].keyword))
			return names[i].keyword;
	return NULL;
}

const char *suggest_keyword(const struct schema_block *block, const char *word)
{
	unsigned best = (unsigned)strlen(word) / 3, d;
	const char *nearest = NULL;

	if (strlen(word) > DISTANCE_WORD_MAX)
		return NULL;
	nearest = suggest_nickname(block, word);
	if (nearest)
		return nearest;
	for (size_t i = 0; i < block->nrows; i++) {
		const struct schema_row *row = &block->rows[i];

		/* The new word for an old one, unless a word of today is as near. */
		d = word_distance(word, row->name, best);
		d += d <= best && (row->type == ST_GONE || row->flags & SF_OLD);
		if (d < best + (nearest == NULL)) {
			best = d;
			nearest = row->flags & SF_OLD && row->same_as ? row->same_as : row->name;
		}
	}
	return nearest ? nearest : contained_keyword(block, word);
}

size_t suggest_split(const struct schema_block *block, const char *word, size_t *len)
{
	size_t longest = 0, n;

	for (size_t i = 0; i < block->nrows; i++) {
		if (block->rows[i].name[0] != word[0])
			continue;
		n = strlen(block->rows[i].name);
		if (n > longest && !strncmp(word, block->rows[i].name, n) && word[n] &&
		    (word[n] == '=' || (n > 5 && strchr("0123456789/\"", word[n]))))
			longest = n;
	}
	*len = longest;
	return longest && word[longest] == '=' ? (word[longest + 1] ? longest + 1 : 0) : longest;
}

/* Words of DPVS, whose configuration looks the same. */
bool suggest_is_dpvs(const char *word)
{
	static const char *const words[] = { "local_address_group", "laddr_group_name", "deny_address_group",
					     "daddr_group_name", "syn_proxy",
		"establish_timeout", "expire_quiescent_conn" };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (!strcmp(word, words[i]))
			return true;
	return false;
}

struct home { const char *word; bool options; char found[120]; };

static void find_home(void *arg, const char *path, const struct schema_row *row)
{
	struct home *h = arg;
	const char *inner = strrchr(path, '/');

	if (h->found[0] || ((row->flags & SF_WORD) != 0) != h->options || row->type == ST_GONE || row->flags & SF_OLD ||
	    strcmp(row->name, h->word) != 0)
		return;
	if (*path)
		snprintf(h->found, sizeof(h->found), "%s", inner ? inner + 1 : path);
	else
		snprintf(h->found, sizeof(h->found), "the top level");
}

const char *suggest_block(const char *word)
{
	static _Thread_local struct home h;

	h.word = word;
	h.found[0] = '\0';
	h.options = false;
	schema_walk(find_home, &h);
	if (!h.found[0]) {
		h.options = true;               /* it may be an option on a line of items */
		schema_walk(find_home, &h);
	}
	return h.found[0] ? h.found : NULL;
}
