// SPDX-License-Identifier: GPL-2.0-or-later
/* Runs while the documentation is built: keepalived.conf(5) from its hand-written part (stdin) and the tables; the fuzzers' dictionary; a list. */
#include <stdio.h>
#include <string.h>

#include "conf/reference.h"

static int write_out(struct strbuf *text)
{
	int status = fputs(strbuf_str(text), stdout) < 0 || fflush(stdout) ? 1 : 0;

	if (status)
		perror("conf_reference");
	strbuf_done(text);
	return status;
}

static int make_page(void)
{
	struct strbuf in = { 0 }, page = { 0 }, errors = { 0 };
	char buf[4096];
	size_t n;
	int status = 1;

	while ((n = fread(buf, 1, sizeof(buf), stdin)) > 0)
		strbuf_addn(&in, buf, n);
	if (ferror(stdin))
		perror("conf_reference");
	else if (reference_page(strbuf_str(&in), in.len, &page, &errors))
		status = write_out(&page);
	fputs(strbuf_str(&errors), stderr);
	strbuf_done(&in);
	strbuf_done(&page);
	strbuf_done(&errors);
	return status;
}

int main(int argc, char **argv)
{
	struct strbuf out = { 0 };

	if (argc == 2 && !strcmp(argv[1], "page"))
		return make_page();
	if (argc == 2 && !strcmp(argv[1], "dictionary"))
		reference_dictionary(&out);
	else if (argc == 2 && !strcmp(argv[1], "keywords"))
		reference_list(&out);
	else
		fprintf(stderr, "usage: conf_reference page < PAGE.in | dictionary | keywords\n");
	return out.len ? write_out(&out) : 2;
}
