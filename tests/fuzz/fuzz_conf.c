// SPDX-License-Identifier: GPL-2.0-or-later
/* The whole front end: the first byte chooses between a file's text (definitions and all; includes are refused) and the text that children get.
 * What must hold for each: a child, which has no list of diagnostics, sees the same objects as the parent; what has no error is, printed and read
 * again, the same. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/config.h"
#include "conf/print.h"
#include "conf/text/source.h"

#define MOST ((size_t)1 << 16)                  /* of what definitions and sequences make: enough to meet the limit, and soon */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expand(const char *text, size_t len, struct conf_diags *diags, struct strbuf *expanded)
{
	source_read_alone("fuzz.conf", text, len, &(struct source_options){ .config_id = "a" }, MOST, diags, expanded);
}

static void print(const struct config *cfg, struct strbuf *out)
{
	config_print(cfg, out, true);
	config_print_globals(cfg, out, false);
	config_print_vrrp(cfg, out, false);
	config_print_checkers(cfg, out, false);
}

static void must_be_equal(const char *what, const struct strbuf *a, const struct strbuf *b)
{
	if (a->len == b->len && (!a->len || !memcmp(a->str, b->str, a->len)))
		return;
	fprintf(stderr, "%s differ:\n--- first\n%s\n--- second\n%s\n", what, strbuf_str(a), strbuf_str(b));
	abort();
}

static void print_again(const struct config *cfg)
{
	struct strbuf first = { 0 }, second = { 0 }, expanded = { 0 }, said = { 0 };
	struct conf_diags *diags = diags_new();
	struct config *again;

	config_print(cfg, &first, true);
	expand(strbuf_str(&first), first.len, diags, &expanded);
	again = config_parse(strbuf_str(&expanded), expanded.len, diags);
	config_print(again, &second, true);
	must_be_equal("print and print of the print", &first, &second);
	if (diags_count(diags, DIAG_ERROR)) {
		diags_print(diags, &said);
		fprintf(stderr, "the print has errors:\n%s\n%s", strbuf_str(&said), strbuf_str(&first));
		abort();
	}
	config_free(again);
	diags_free(diags);
	strbuf_done(&first);
	strbuf_done(&second);
	strbuf_done(&expanded);
	strbuf_done(&said);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct strbuf expanded = { 0 }, parents = { 0 }, childs = { 0 }, said = { 0 };
	struct conf_diags *diags = diags_new();
	struct config *parent, *child;
	bool whole = size > 0 && !(data[0] & 1);

	if (whole)
		expand((const char *)data + 1, size - 1, diags, &expanded);
	else if (size)
		strbuf_addn(&expanded, data + 1, size - 1);
	parent = config_parse(strbuf_str(&expanded), expanded.len, diags);
	child = config_parse(strbuf_str(&expanded), expanded.len, NULL);
	print(parent, &parents);
	print(child, &childs);
	must_be_equal("the prints of parent and child", &parents, &childs);
	diags_print(diags, &said);
	diags_json(diags, &said);
	if (whole && !diags_count(diags, DIAG_ERROR))
		print_again(parent);
	config_free(parent);
	config_free(child);
	diags_free(diags);
	strbuf_done(&expanded);
	strbuf_done(&parents);
	strbuf_done(&childs);
	strbuf_done(&said);
	return 0;
}
