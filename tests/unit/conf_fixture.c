// SPDX-License-Identifier: GPL-2.0-or-later
#include "conf_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "conf/print.h"
#include "conf/text/source.h"

static void finish(struct parsed *p, struct strbuf *expanded)
{
	struct strbuf said = { 0 };

	p->cfg = config_parse(strbuf_str(expanded), expanded->len, p->diags);
	diags_print(p->diags, &said);
	p->said = strbuf_detach(&said);
	p->expanded = strbuf_detach(expanded);
}

struct parsed conf_parse(const char *text)
{
	struct parsed p = { .diags = diags_new() };
	struct strbuf expanded = { 0 };

	source_read_text("t.conf", text, strlen(text), &(struct source_options){ .config_id = "here" }, p.diags, &expanded);
	finish(&p, &expanded);
	return p;
}

struct parsed conf_parse_file(const char *path)
{
	struct parsed p = { .diags = diags_new() };
	struct strbuf expanded = { 0 };

	assert_int_equal(source_read(path, &(struct source_options){ .config_id = "here" }, p.diags, &expanded), 0);
	finish(&p, &expanded);
	return p;
}

void parsed_done(struct parsed *p)
{
	config_free(p->cfg);
	diags_free(p->diags);
	free(p->said);
	free(p->expanded);
}

char *parsed_print(const struct config *cfg, bool secrets)
{
	struct strbuf out = { 0 };

	config_print(cfg, &out, secrets);
	return strbuf_detach(&out);
}

static void collect(void *arg, enum diag_level level, const char *line)
{
	(void)level;
	strbuf_addf(arg, "%s\n", line);
}

void parsed_expect(const struct parsed *p, const char *lines)
{
	struct strbuf got = { 0 };

	diags_each(p->diags, collect, &got);
	assert_string_equal(strbuf_str(&got), lines);
	strbuf_done(&got);
}
