// SPDX-License-Identifier: GPL-2.0-or-later
/* The whole front end: the first byte chooses between a file's text and the text that children get. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "conf/config.h"
#include "conf/print.h"
#include "conf/text/source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An include would read this machine's files: the word is made another one. */
static char *without_includes(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	for (size_t i = 0; i + 7 <= size; i++)
		if (!memcmp(text + i, "include", 7))
			text[i] = 'x';
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct strbuf expanded = { 0 }, out = { 0 };
	struct conf_diags *diags = diags_new();
	struct config *cfg;
	char *text;

	if (size > 0) {
		text = without_includes(data + 1, size - 1);
		if (data[0] & 1)
			strbuf_addn(&expanded, text, size - 1);
		else
			source_read_text("fuzz.conf", text, size - 1, &(struct source_options){ .config_id = "a" }, diags, &expanded);
		free(text);
	}
	cfg = config_parse(strbuf_str(&expanded), expanded.len, diags);
	config_print_globals(cfg, &out, true);
	config_print_vrrp(cfg, &out, false);
	config_print_checkers(cfg, &out, true);
	diags_print(diags, &out);
	config_free(cfg);
	diags_free(diags);
	strbuf_done(&expanded);
	strbuf_done(&out);
	return 0;
}
