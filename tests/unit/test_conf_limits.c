// SPDX-License-Identifier: GPL-2.0-or-later
/* Hostile texts: they cost time and memory in proportion, and end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <time.h>

#include "conf_fixture.h"

static void repeat(struct strbuf *sb, const char *what, unsigned n)
{
	while (n--)
		strbuf_add(sb, what);
}

static struct parsed parse_and_drop(struct strbuf *text)
{
	struct parsed p = conf_parse(strbuf_str(text));

	strbuf_done(text);
	return p;
}

static void test_errors(void **state)
{
	struct strbuf text = { 0 };
	struct parsed p;

	(void)state;
	for (int i = 0; i < 100000; i++)
		strbuf_addf(&text, "wrong%d\n", i);
	p = parse_and_drop(&text);
	assert_int_equal(diags_count(p.diags, DIAG_ERROR), 100000);
	assert_non_null(strstr(p.said, "t.conf:1000:1: error: unknown keyword `wrong999`"));
	assert_non_null(strstr(p.said, "… and 99000 more errors\n"));
	assert_null(strstr(p.said, "wrong1000`"));
	parsed_done(&p);
}

/* However many warnings there are, an error behind them is said. */
static void test_errors_behind_warnings(void **state)
{
	struct strbuf text = { 0 };
	struct parsed p;

	(void)state;
	strbuf_add(&text, "global_defs {\n");
	for (int i = 0; i < 3000; i++)
		strbuf_add(&text, "router_id a\n");
	strbuf_add(&text, "wrong\n}\n");
	p = parse_and_drop(&text);
	assert_int_equal(diags_count(p.diags, DIAG_WARNING), 2999);
	assert_non_null(strstr(p.said, "t.conf:3002:1: error: unknown keyword `wrong`"));
	assert_non_null(strstr(p.said, "… and 1999 more warnings\n"));
	parsed_done(&p);
}

static void test_repeated(void **state)
{
	struct strbuf text = { 0 };
	struct parsed p;

	(void)state;
	repeat(&text, "global_defs {\nenable_traps\n}\n", 50000);
	p = parse_and_drop(&text);
	parsed_expect(&p, "t.conf:2:1: warning: `enable_traps` is known, but not supported yet (and 49999 more in this file)\n");
	parsed_done(&p);
}

static void test_long_line(void **state)
{
	struct strbuf text = { 0 };
	struct parsed p;

	(void)state;
	repeat(&text, "router_id ", 1000000);
	strbuf_add(&text, "\nuse_pid_dir\n");
	p = parse_and_drop(&text);
	assert_int_equal(diags_count(p.diags, DIAG_ERROR), 1);
	assert_true(strlen(p.said) < 600);
	assert_true(p.cfg->globals.use_pid_dir);
	parsed_done(&p);
	repeat(&text, "wrong", 200000);
	p = parse_and_drop(&text);
	assert_int_equal(diags_count(p.diags, DIAG_ERROR), 1);
	assert_true(strlen(p.said) < 800);
	parsed_done(&p);
}

static void test_depth(void **state)
{
	static const char *const blocks[] = { "a {\n", "virtual_server 192.0.2.1 80 {\n", "{", "}", "{}", "a{a", "vrrp_instance A {\n }\n}\n", "a {\nglobal_defs {\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(blocks) / sizeof(*blocks); i++) {
		struct strbuf text = { 0 };
		struct parsed p;

		repeat(&text, blocks[i], 30000);
		p = parse_and_drop(&text);
		assert_true(diags_count(p.diags, DIAG_ERROR) > 0);
		parsed_done(&p);
	}
}

static void test_quotes(void **state)
{
	struct strbuf text = { 0 };
	struct parsed p;

	(void)state;
	repeat(&text, "a\"", 300000);
	p = parse_and_drop(&text);
	parsed_done(&p);
	repeat(&text, "a\\\"", 300000);
	p = parse_and_drop(&text);
	parsed_done(&p);
	repeat(&text, " 'a'\"", 100000);
	p = parse_and_drop(&text);
	parsed_done(&p);
	repeat(&text, "${", 300000);
	p = parse_and_drop(&text);
	parsed_done(&p);
}

static double parse_time(unsigned services)
{
	struct strbuf text = { 0 };
	struct timespec from, to;
	struct parsed p;

	for (unsigned i = 0; i < services; i++) {
		strbuf_addf(&text, "virtual_server 10.%u.%u.1 80 {\nlb_algo rr\nlb_kind NAT\nprotocol TCP\n", i / 250, i % 250);
		for (unsigned k = 1; k <= 10; k++)
			strbuf_addf(&text, "real_server 172.16.0.%u 80 {\nweight 1\nTCP_CHECK {\nconnect_timeout 3\n}\n}\n", k);
		strbuf_add(&text, "}\n");
	}
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
	p = parse_and_drop(&text);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
	parsed_expect(&p, "");
	assert_int_equal(p.cfg->nvs, services);
	assert_int_equal(p.cfg->nchecks, services * 10);
	parsed_done(&p);
	return (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
}

/* Ten times the text takes some ten times as long, not a hundred times. */
static void test_linear(void **state)
{
	double one = parse_time(100), ten = parse_time(1000), t;

	(void)state;
	for (int i = 0; i < 2; i++) {
		t = parse_time(100);
		one = t < one ? t : one;
		t = parse_time(1000);
		ten = t < ten ? t : ten;
	}
	print_message("# 100 services: %.1f ms, 1000 services: %.1f ms\n", one * 1e3, ten * 1e3);
	assert_true(ten < 40 * one + 0.05);
}

/* Lists in which everything is wrong cost no more than in proportion either. Whole seconds too long when it is not so. */
static void test_long_lists(void **state)
{
	struct strbuf text = { 0 };
	struct timespec from, to;
	struct parsed p;

	(void)state;
	strbuf_add(&text, "vrrp_instance A {\ninterface eth0\nvirtual_router_id 1\nunicast_peer {\n");
	for (unsigned i = 0; i < 60000; i++)
		strbuf_addf(&text, "10.1.%u.%u\n", i / 250, i % 250);
	strbuf_add(&text, "}\ntrack_script {\n");
	for (unsigned i = 0; i < 30000; i++)
		strbuf_addf(&text, "wrong_script_%u\n", i);
	strbuf_add(&text, "}\n}\n");
	for (unsigned i = 0; i < 30000; i++)
		strbuf_addf(&text, "vrrp_script check_script_%u {\nscript /bin/true\n}\n", i);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
	p = parse_and_drop(&text);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
	assert_int_equal(p.cfg->vrrp[0].npeers, 60000);
	assert_true(diags_count(p.diags, DIAG_ERROR) >= 30000);
	print_message("# long lists: %ld s\n", (long)(to.tv_sec - from.tv_sec));
	assert_true(to.tv_sec - from.tv_sec < 12);
	parsed_done(&p);
}

static double cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* One line of a million bytes in every form that could be looked at again and again. Minutes when one of them is. */
static void test_long_lines_of_uses(void **state)
{
	static const char *const pieces[] = {
		"$A ", "${A}", "$A$A", "${A", "${${", "${_A ", "${_RANDOM ", "$B ", "${B}", "'${B} ", "\"$B ", "auth_pass $A ", "\xe2\x80\x9cx ", "\xe2\x80\x98x ",
		"\xc2\xa0", "\xe2\x80\x93", "\x1b[1m", "~SEQ(A,1,2) ", "@here ", "@^there ", "$C", "${_HASH}\"", "a=b ",
	};
	double from = cpu_seconds();

	(void)state;
	for (size_t i = 0; i < sizeof(pieces) / sizeof(*pieces); i++) {
		struct strbuf text = { 0 };
		struct parsed p;

		strbuf_add(&text, "$A=xy\n$C=$A \n");
		repeat(&text, pieces[i], 1000000 / (unsigned)strlen(pieces[i]));
		strbuf_add(&text, "\n~LST(A");
		repeat(&text, ",{a}", 1000);
		strbuf_add(&text, ") ");
		repeat(&text, pieces[i], 20);
		strbuf_add(&text, "\nglobal_defs {\nrouter_id end\n}\n");
		p = parse_and_drop(&text);
		if (!p.cfg->globals.router_id || strcmp(p.cfg->globals.router_id, "end") != 0)
			fail_msg("what follows `%s` is lost:\n%.2000s", pieces[i], p.said);
		parsed_done(&p);
	}
	print_message("# long lines of uses: %.1f s\n", cpu_seconds() - from);
	assert_true(cpu_seconds() - from < 30);
}

/* What multiplies ends, is said once, and what stands behind it is read. */
static void test_explosions(void **state)
{
	static const struct { const char *text, *said; } bombs[] = {
		{ "$A=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n$B=$A $A $A $A $A $A $A $A $A $A \n$C=$B $B $B $B $B $B $B $B $B $B $B\n"
			"$D=$C $C $C $C $C $C $C $C $C $C \n$E=$D $D $D $D $D $D $D $D $D $D \n$F=$E $E $E $E $E $E $E $E $E $E \n"
			"$G=$F $F $F $F $F $F $F $F $F $F \nx $G y\n", "becomes longer than" },
		{ "~SEQ(A,1,1000) ~SEQ(B,1,1000) ~SEQ(C,1,1000) ~SEQ(D,1,1000) @there x\n", "make too much text here" },
		{ "~SEQ(A,1,1000) ~SEQ(B,1,1000) ~SEQ(C,1,1000) ~SEQ(D,1,1000) $X=$D\n", "make too much text here" },
		{ "$M= \\\n ~SEQ(A,1,1000) $N \\\n x\n$N= \\\n ~SEQ(B,1,1000) $O \\\n y\n$O= \\\n ~SEQ(C,1,10000) z \\\n a\n$M\n", "make too much text here" },
		{ "$A=\n"
			"$B=${A}${A}${A}${A}${A}${A}${A}${A}${A}${A}\n"
			"$C=${B}${B}${B}${B}${B}${B}${B}${B}${B}${B}\n"
			"$D=${C}${C}${C}${C}${C}${C}${C}${C}${C}${C}\n"
			"$E=${D}${D}${D}${D}${D}${D}${D}${D}${D}${D}\n"
			"$F=${E}${E}${E}${E}${E}${E}${E}${E}${E}${E}\n"
			"$G=${F}${F}${F}${F}${F}${F}${F}${F}${F}${F}\n"
			"$H=${G}${G}${G}${G}${G}${G}${G}${G}${G}${G}\n"
			"$I=${H}${H}${H}${H}${H}${H}${H}${H}${H}${H}\n"
			"x $I\n", "make too much text here" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bombs) / sizeof(*bombs); i++) {
		struct strbuf text = { 0 };
		struct parsed p;
		double from = cpu_seconds();

		strbuf_addf(&text, "%sx ${_PWD}\nglobal_defs {\nrouter_id end\n}\n", bombs[i].text);
		p = parse_and_drop(&text);
		if (!strstr(p.said, bombs[i].said))
			fail_msg("bomb %zu: %.2000s", i, p.said);
		assert_null(strstr(strstr(p.said, bombs[i].said) + 1, bombs[i].said));
		assert_string_equal(p.cfg->globals.router_id, "end");
		assert_true(cpu_seconds() - from < 20);
		parsed_done(&p);
	}
}

static double sequence_time(unsigned services)
{
	struct strbuf text = { 0 };
	struct parsed p;
	double from;

	strbuf_addf(&text, "$VS= \\\nvirtual_server 10.1.0.1 ${N} { \\\nlb_algo rr \\\nlb_kind NAT \\\nprotocol TCP \\\n"
		    "~SEQ(RS,1,10) real_server 172.16.0.${RS} 80 { $CHECK } \\\n}\n$CHECK=TCP_CHECK { }\n~SEQ(N,1,%u) $VS\n", services);
	from = cpu_seconds();
	p = parse_and_drop(&text);
	assert_int_equal(diags_count(p.diags, DIAG_ERROR), 0);
	assert_int_equal(p.cfg->nvs, services);
	assert_int_equal(p.cfg->nchecks, services * 10);
	parsed_done(&p);
	return cpu_seconds() - from;
}

static void test_linear_sequences(void **state)
{
	double one = sequence_time(60), ten = sequence_time(600), hundred = sequence_time(6000);

	(void)state;
	print_message("# made by sequences: 60 services %.1f ms, 600 %.1f ms, 6000 %.1f ms\n", one * 1e3, ten * 1e3, hundred * 1e3);
	assert_true(ten < 40 * one + 0.05);
	assert_true(hundred < 40 * ten + 0.05);
}

static void must_end_within(struct strbuf *text, const char *what, double seconds)
{
	double from = cpu_seconds();
	struct parsed p = parse_and_drop(text);

	print_message("# %s: %.1f s\n", what, cpu_seconds() - from);
	assert_true(cpu_seconds() - from < seconds);
	parsed_done(&p);
}

/* Reads the text; it must not take longer than a slow build on a busy machine needs. */
static void must_end(struct strbuf *text, const char *what)
{
	must_end_within(text, what, 30);
}

/* A long line of which nothing comes is not read millions of times for nothing. */
static void test_sequence_of_nothing(void **state)
{
	struct strbuf text = { 0 };

	(void)state;
	strbuf_add(&text, "~SEQ(A, 1, 3000000) @");
	repeat(&text, "x", 1000000);
	must_end(&text, "conditions");
	strbuf_add(&text, "~SEQ(A, 1, 3000000) ~LST(1bad, ");
	repeat(&text, "x", 1000000);
	strbuf_add(&text, ") x\n");
	must_end(&text, "broken lists");
	strbuf_add(&text, "$L=$L a\n~SEQ(A, 1, 3000000) ");
	repeat(&text, "word ", 200000);
	strbuf_add(&text, "$L\n");
	must_end(&text, "broken lines");
	strbuf_add(&text, "~SEQ(A, 1, 3000000) include /nowhere/$A\n");
	must_end(&text, "includes");
}

static void test_many_definitions(void **state)
{
	struct strbuf text = { 0 };

	(void)state;
	for (int i = 0; i < 300000; i++)
		strbuf_addf(&text, "$some_long_name_%d=x\n", i);
	for (int i = 0; i < 1000; i++)
		strbuf_addf(&text, "word $same_long_name_%d_\n", i);
	must_end(&text, "undefined names");
}

/* Thousands of places in one line, asked for forwards and backwards. */
static void test_many_pieces(void **state)
{
	struct strbuf text = { 0 };

	(void)state;
	strbuf_add(&text, "$a=b\n");
	repeat(&text, "${a}\u00ad ", 110000);
	must_end(&text, "pieces");
	strbuf_add(&text, "$a=${\n");
	repeat(&text, "${a}", 260000);
	must_end(&text, "places in one word");
}

/* Behind a very long word stands one of which every character is asked about. */
static void test_odd_characters(void **state)
{
	struct strbuf text = { 0 };

	(void)state;
	for (int i = 0; i < 16; i++) {
		repeat(&text, "a", 500000);
		strbuf_add(&text, " ");
		repeat(&text, "\u00e9", 250000);
		strbuf_add(&text, "\n");
	}
	must_end_within(&text, "odd characters", 12);
}

/* What stands in a definition is wrong wherever it is used, and understood once. */
static void test_repeated_mistakes(void **state)
{
	struct strbuf text = { 0 };

	(void)state;
	strbuf_add(&text, "$A= \\\nfoo \\\nbar\n");
	repeat(&text, "$A\n", 200000);
	must_end_within(&text, "mistakes of a definition", 12);
}

/* Each of our interfaces gets a name of its own, however many want the same. */
static void test_interfaces(void **state)
{
	struct strbuf text = { 0 };
	double from = cpu_seconds();
	struct parsed p;

	(void)state;
	for (unsigned i = 0; i < 30000; i++)
		strbuf_addf(&text, "vrrp_instance A%u {\ninterface e%u\nvirtual_router_id 1\nuse_vmac\n}\n", i, i);
	strbuf_add(&text, "vrrp_instance B {\ninterface eth0\nvirtual_router_id 2\nvirtual_ipaddress_excluded {\n");
	for (unsigned i = 0; i < 30000; i++)
		strbuf_addf(&text, "10.%u.%u.1 dev e%u use_vmac\n10.%u.%u.2 dev e%u use_vmac\n", i / 250, i % 250, i, i / 250, i % 250, i);
	strbuf_add(&text, "}\n}\n");
	p = parse_and_drop(&text);
	print_message("# interfaces: %.1f s\n", cpu_seconds() - from);
	assert_true(cpu_seconds() - from < 30);
	assert_string_equal(p.cfg->vrrp[0].vdevs[0].name, "vrrp.1");
	assert_string_equal(p.cfg->vrrp[29999].vdevs[0].name, "vrrp29999.1");
	assert_int_equal(p.cfg->vrrp[30000].nvdevs, 30000);
	assert_string_equal(p.cfg->vrrp[30000].vdevs[29999].name, "vrrp29999.2");
	parsed_done(&p);
}

static void test_many_secrets(void **state)
{
	struct strbuf text = { 0 };

	(void)state;
	for (int i = 0; i < 1000; i++)
		strbuf_addf(&text, "$PASSWORD%d=aaa%dbbb\n", i, i);
	for (int i = 0; i < 2000; i++) {
		strbuf_addf(&text, "wrong%d ", i);
		repeat(&text, "a", 4000);
		strbuf_add(&text, "\n");
	}
	must_end(&text, "secrets");
}

/* Values that begin like the lines that are shown: when looking for them is given up, nothing is shown unseen. */
static void test_similar_secrets(void **state)
{
	struct strbuf text = { 0 };
	struct parsed p;
	double from;

	(void)state;
	for (int i = 0; i < 5000; i++)
		strbuf_addf(&text, "$PASSWORD%d=aaaa%d\n", i, i);
	for (int i = 0; i < 1000; i++) {
		strbuf_addf(&text, "wrong%d aaaa%d ", i, i);
		repeat(&text, "a", 4000);
		strbuf_add(&text, "\n");
	}
	from = cpu_seconds();
	p = parse_and_drop(&text);
	print_message("# similar secrets: %.1f s\n", cpu_seconds() - from);
	assert_true(cpu_seconds() - from < 30);
	assert_non_null(strstr(p.said, "t.conf:5001:1: error: unknown keyword `wrong0` in the top level\n    wrong0 ******** aaaaa"));
	assert_non_null(strstr(p.said, "t.conf:6000:1: error: unknown keyword `********\n    ********\n"));
	for (char digit = '0'; digit <= '9'; digit++)
		assert_null(strstr(p.said, (char[]){ 'a', 'a', 'a', 'a', digit, '\0' }));
	parsed_done(&p);
}

/* What a file is made of: a head, then a piece again and again (with its number where %u stands), then an end. */
struct shape { const char *name, *head, *piece; unsigned times; const char *end; };

static const char chain[] = "$A%u=$A%u $A%u\n", chain_grown[] = "$A%u=${A%u}${A%u}\n", chain_lines[] = "$A%u= \\\n$A%u \\\n$A%u\n";

static const struct shape shapes[] = {
	{ "sequences in sequences, 15 deep", "", "~SEQ(V%u,1,2) ", 15, "x $V1\n" },
	{ "sequences in sequences, 22 deep", "", "~SEQ(V%u,1,2) ", 22, "x $V1\n" },
	{ "sequences of ten in sequences, 22 deep", "", "~SEQ(V%u,1,10) ", 22, "x $V1\n" },
	{ "a sequence of mistakes", "~SEQ(A,1,4294967295) router_id $A", "", 1, "\n" },
	{ "undefined names", "global_defs {\n", "router_id $u%u\n", 25000, "}\n" },
	{ "unknown names of existing kinds", "vrrp_instance A {\ntrack_script {\n", "script_with_a_long_name_%u\n", 30000, "}\n}\n" },
	{ "names longer than words", "global_defs {\n", "a_name_%u_that_is_much_longer_than_any_word_of_the_language_and_longer_than_that\n", 50000, "}\n" },
	{ "near misses", "global_defs {\n", "router_idd%u x\n", 100000, "}\n" },
	{ "bad values", "global_defs {\n", "vrrp_garp_interval x%u\n", 100000, "}\n" },
	{ "statements elsewhere", "", "real_server 192.0.2.1 %u\n", 100000, "" },
	{ "closing braces", "", "}\n", 100000, "" },
	{ "lone quotes", "", "\"\n", 100000, "" },
	{ "quotes without an end", "", "a \"b\n", 1000000, "" },
	{ "lines behind a quote", "global_defs {\nrouter_id \"", "word word word word\n", 500000, "" },
	{ "one line behind a quote", "global_defs {\nrouter_id \"", "x", 10000000, "\n}\n" },
	{ "a long comment", "#", "x", 10000000, "\nglobal_defs {\n}\n" },
	{ "conditions", "", "@a x\n", 500000, "" },
	{ "one line of conditions", "", "@here ", 170000, "x\n" },
	{ "a brace missing at the start", "virtual_server 192.0.2.1 80 {\nreal_server 192.0.2.2 80 {\nTCP_CHECK {\n}\n",
		"real_server 192.0.2.3 %u {\nTCP_CHECK {\nretry 2\n}\nweight 1\n}\n", 20000, "}\n" },
	{ "a brace too many at the start", "virtual_server 192.0.2.1 80 {\nreal_server 192.0.2.2 80 {\nTCP_CHECK {\n}\n}\n}\n",
		"real_server 192.0.2.3 %u {\nTCP_CHECK {\nretry 2\n}\nweight 1\n}\n", 20000, "}\n" },
	{ "an opening brace missing at the start", "virtual_server 192.0.2.1 80 {\nreal_server 192.0.2.2 80\nTCP_CHECK {\n}\n}\n",
		"real_server 192.0.2.3 %u {\nTCP_CHECK {\nretry 2\n}\nweight 1\n}\n", 20000, "}\n" },
	{ "opening braces missing everywhere", "virtual_server 192.0.2.1 80 {\n", "real_server 192.0.2.3 %u\nTCP_CHECK {\n}\n}\n", 20000, "}\n" },
	{ "braces too many everywhere", "", "virtual_server 192.0.2.1 %u {\nreal_server 192.0.2.3 80 {\nTCP_CHECK {\n}\n}\n}\n}\n", 10000, "" },
	{ "definitions that double, on one line", "", chain, 30, "$A31=x\nrouter_id $A1\n$A1\n" },
	{ "definitions that double, in one word", "", chain_grown, 30, "$A31=x\nrouter_id ${A1}\n$A1\n" },
	{ "definitions that double, in lines", "", chain_lines, 30, "$A31= \\\nrouter_id x \\\nx\n$A1\n" },
	{ "signs before a value", "vrrp_instance A {\ninterface ", "= ", 200000, "eth0\n}\n" },
	{ "definitions of themselves", "$A=$A\n$B=$C\n$C=$B\n", "router_id $A\n$B\n$C\n", 50000, "" },
};

/* Printf with a piece of the table: the compiler cannot look at it, but here is all that they hold. */
static void add_piece(struct strbuf *text, const char *piece, unsigned n)
{
	bool doubled = piece == chain || piece == chain_grown || piece == chain_lines;
	unsigned number = n;

	for (const char *p = piece; *p; p++) {
		if (*p != '%' || p[1] != 'u') {
			strbuf_addc(text, *p);
			continue;
		}
		strbuf_addf(text, "%u", number);
		if (doubled)
			number = n + 1;
		p++;
	}
}

/* A second at most, when measured; each has a multiple of that, for slow builds on busy machines. */
static void test_shapes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(shapes) / sizeof(*shapes); i++) {
		struct strbuf text = { 0 };

		strbuf_add(&text, shapes[i].head);
		for (unsigned n = 1; n <= shapes[i].times; n++)
			add_piece(&text, shapes[i].piece, n);
		strbuf_add(&text, shapes[i].end);
		must_end(&text, shapes[i].name);
	}
}

static void test_long_comment(void **state)
{
	struct strbuf text = { 0 };
	struct parsed p;

	(void)state;
	strbuf_add(&text, "global_defs { # ");
	repeat(&text, "0123456789", 1000000);
	strbuf_add(&text, "\n router_id a ");
	repeat(&text, "          ", 1000000);
	strbuf_add(&text, "\n}\n! ");
	repeat(&text, "0123456789", 1000000);
	p = parse_and_drop(&text);
	parsed_expect(&p, "");
	assert_string_equal(p.cfg->globals.router_id, "a");
	parsed_done(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shapes), cmocka_unit_test(test_long_comment), cmocka_unit_test(test_sequence_of_nothing), cmocka_unit_test(test_many_definitions), cmocka_unit_test(test_many_pieces),
		cmocka_unit_test(test_many_secrets), cmocka_unit_test(test_similar_secrets), cmocka_unit_test(test_odd_characters),
		cmocka_unit_test(test_repeated_mistakes), cmocka_unit_test(test_interfaces),
		cmocka_unit_test(test_errors), cmocka_unit_test(test_errors_behind_warnings), cmocka_unit_test(test_repeated), cmocka_unit_test(test_long_line), cmocka_unit_test(test_depth),
		cmocka_unit_test(test_quotes), cmocka_unit_test(test_linear), cmocka_unit_test(test_long_lists),
		cmocka_unit_test(test_long_lines_of_uses), cmocka_unit_test(test_explosions), cmocka_unit_test(test_linear_sequences),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
