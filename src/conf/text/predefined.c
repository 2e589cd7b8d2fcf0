// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is defined without anybody's doing: ${_PWD}, ${_INSTANCE}, ${_RANDOM [MIN [MAX]]}, ${_HASH}, ${_BANG}, ${_ENV
 * NAME}.
 *
 * A definition of the same name in the configuration comes first. _HASH and _BANG are characters that would start a comment when they were
 * written; put in outside of quotes they start one, by which a definition can switch a line off. The random numbers follow from
 * random_seed alone, so that a configuration with a seed is the same at every reload; without one the clock is the seed.
 *
 * Called by expand_use.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/text/expand_int.h"
#include "lib/mem.h"

#define STATE_BYTES 128
#define WORDS_MAX 300                           /* from the name to its } */

void predefined_done(struct expander *x)
{
	free(x->random.data);
	free(x->random.state);
	x->random = (struct expand_random){ 0 };
}

static uint32_t random_between(struct expander *x, uint32_t min, uint32_t max)
{
	struct expand_random *r = &x->random;
	int32_t high = 0, low = 0;

	if (!r->seeded) {
		r->data = mem_alloc(sizeof(*r->data));
		r->state = mem_array(STATE_BYTES, 1);
		initstate_r(x->ops->seed(x->arg), r->state, STATE_BYTES, r->data);
		r->seeded = true;
	}
	random_r(r->data, &high);
	random_r(r->data, &low);
	return min + (uint32_t)(((uint64_t)(uint32_t)high << 31 | (uint32_t)low) % ((uint64_t)max - min + 1));
}

/* The words behind the name, up to `end`: at most two whole numbers. */
static bool read_bounds(const char *p, const char *end, uint32_t *min, uint32_t *max)
{
	uint64_t given[2] = { 0, 32767 };
	unsigned n = 0;

	for (;;) {
		while (p < end && expand_is_blank(*p))
			p++;
		if (p == end)
			break;
		if (n == 2 || *p < '0' || *p > '9')
			return false;
		for (given[n] = 0; p < end && *p >= '0' && *p <= '9' && given[n] <= UINT32_MAX; p++)
			given[n] = given[n] * 10 + (uint64_t)(*p - '0');
		if (given[n++] > UINT32_MAX)
			return false;
	}
	*min = (uint32_t)given[0];
	*max = (uint32_t)(given[1] < given[0] ? given[0] : given[1]);
	return true;
}

static bool add_random(struct expander *x, struct expansion *e, const struct placed *in, size_t at, const char *p, const char *end, const struct piece *piece,
		       struct placed *out)
{
	struct conf_pos pos = expand_pos(e->pos, in, at);
	uint32_t min, max;
	char number[16];
	int len;

	if (!read_bounds(p, end, &min, &max)) {
		diag_add(x->diags, DIAG_ERROR, &pos, "${_RANDOM MIN MAX} takes at most two whole numbers from 0 to %u: the line is left out", UINT32_MAX);
		e->failed = true;
		return true;
	}
	len = snprintf(number, sizeof(number), "%u", random_between(x, min, max));
	placed_add(out, number, (size_t)len, piece);
	return true;
}

static bool add_env(struct expander *x, struct expansion *e, const struct placed *in, size_t at, const char *p, const char *end, const struct piece *piece,
		    struct placed *out)
{
	struct conf_pos pos = expand_pos(e->pos, in, at);
	const char *value;
	char name[256];
	size_t len;

	while (p < end && expand_is_blank(*p))
		p++;
	while (p < end && expand_is_blank(end[-1]))
		end--;
	len = define_name(p, end);
	if (!len || p + len != end || len >= sizeof(name)) {
		diag_add(x->diags, DIAG_ERROR, &pos, "${_ENV NAME} needs the name of an environment variable: the line is left out");
		e->failed = true;
		return true;
	}
	memcpy(name, p, len);
	name[len] = '\0';
	value = getenv(name);
	if (value && strpbrk(value, "\n\r")) {
		diag_add(x->diags, DIAG_ERROR, &pos, "the environment variable `%.60s` has several lines: the line is left out", name);
		e->failed = true;
	} else if (value && expand_spend(x, &pos, strlen(value))) {
		if (e->secret)
			diags_add_secret(x->diags, value, strlen(value));
		placed_add(out, value, strlen(value), piece);
	}
	return true;
}

static bool is_named(const char *name, size_t len, const char *want)
{
	return len == strlen(want) && !memcmp(name, want, len);
}

bool predefined_add(struct expander *x, struct expansion *e, const struct placed *in, size_t at, size_t to, char next, const struct piece *piece,
	struct placed *out, size_t *after)
{
	const char *start = in->s.str, *end = start + to, *name, *close, *p;
	bool braced = to - at > 1 && start[at + 1] == '{';
	const char *value = NULL;
	struct use u;
	size_t len;

	name = start + at + 1 + braced;
	if (name >= end || *name != '_')
		return false;
	len = define_name(name, end);
	p = name + len;
	close = braced ? memchr(p, '}', (size_t)(end - p < WORDS_MAX ? end - p : WORDS_MAX)) : p;
	u = (struct use){ name, len, close ? close + braced : p, braced };
	if (!close || (braced && p < close && !expand_is_blank(*p)) || !use_is_ended(&u, end, next))
		return false;
	*after = (size_t)(u.after - start);
	if (is_named(name, len, "_RANDOM"))
		return add_random(x, e, in, at, p, close, piece, out);
	if (is_named(name, len, "_ENV") && braced)
		return add_env(x, e, in, at, p, close, piece, out);
	if (p != close)
		return false;
	if (is_named(name, len, "_PWD"))
		value = x->ops->folder(x->arg);
	else if (is_named(name, len, "_INSTANCE"))
		value = x->config_id;
	else if (is_named(name, len, "_HASH"))
		value = "#";
	else if (is_named(name, len, "_BANG"))
		value = "!";
	if (!value)
		return false;
	if (strpbrk(value, "\n\r")) {
		diag_add(x->diags, DIAG_ERROR, e->pos, "${%.*s} has several lines here: the line is left out", (int)len, name);
		e->failed = true;
		return true;
	}
	e->comment = e->comment || *value == '#' || *value == '!';
	if (expand_spend(x, e->pos, strlen(value) + EXPAND_USE_COST))
		placed_add(out, value, strlen(value), piece);
	return true;
}
