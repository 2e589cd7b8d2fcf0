// SPDX-License-Identifier: GPL-2.0-or-later
/* Definitions, sequences and lists: what lines they make. Where nothing else is said, keepalived 2.2.7 makes the same lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <unistd.h>

#include "conf/text/source.h"

static void collect(void *arg, enum diag_level level, const char *line)
{
	(void)level;
	strbuf_addf(arg, "%s\n", line);
}

/* The lines without their indentation, and what was said. */
static void expand(const char *text, struct strbuf *lines, struct strbuf *said)
{
	struct conf_diags *diags = diags_new();
	struct strbuf out = { 0 };
	char *line, *save = NULL;

	source_read_text("t", text, strlen(text), &(struct source_options){ .config_id = "here" }, diags, &out);
	for (line = strtok_r(out.str, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (*line++ != SOURCE_LINE)
			continue;
		line += strspn(line, " \t");
		if (*line)
			strbuf_addf(lines, "%s\n", line);
	}
	diags_each(diags, collect, said);
	diags_free(diags);
	strbuf_done(&out);
}

static void expect(const char *text, const char *want, const char *want_said)
{
	struct strbuf lines = { 0 }, said = { 0 };

	expand(text, &lines, &said);
	assert_string_equal(strbuf_str(&lines), want);
	assert_string_equal(strbuf_str(&said), want_said);
	strbuf_done(&lines);
	strbuf_done(&said);
}

static void test_uses(void **state)
{
	(void)state;
	expect("$A=one\nx${A}y\nx$A\nx$A y\nx$A, y\n(x$A)\n${A}${A}\n", "xoney\nxone\nxone y\nxone, y\n(xone)\noneone\n", "");
	expect("$A=one\n\"x $A y\"\n\"x ${A}\"\n", "\"x one y\"\n\"x one\"\n", "");
	/* Other characters behind $NAME keep it as it is: here it is said. */
	expect("$A=one\nx$A.z\n\"$A\"\nx$A:80 y$A/24\n", "x$A.z\n\"$A\"\nx$A:80 y$A/24\n",
	       "t:2:2: warning: `$A` is not replaced before `.`: write ${A}\nt:3:2: warning: `$A` is not replaced before `\"`: write ${A}\n"
	       "t:4:2: warning: `$A` is not replaced before `:`: write ${A}\nt:4:9: warning: `$A` is not replaced before `/`: write ${A}\n");
	expect("$A=\nx${A}z\n$A\n$A y\n", "xz\ny\n", "");
	expect("$A=  x   y  # z\n\"q${A}q\"\n", "\"qx   yq\"\n", "");
	expect("$Q=\"a # b\"\nz ${Q}\n", "z \"a # b\"\n", "");
	expect("$A=1\nx $A # $A\n# $A\n", "x 1\n", "");
	expect("$N=A\n$A=1\nx${${N}}\n$S_1=one\n$I=1\ny ${S_${I}}\n", "x1\ny one\n", "");
}

static void test_undefined(void **state)
{
	(void)state;
	expect("pa$word x$ y$$ $1 a$(b) $\n", "pa$word x$ y$$ $1 a$(b) $\n", "");
	expect("x ${UND} y\n", "x ${UND} y\n", "t:1:3: warning: `${UND}` is not defined: it stays as it is written\n");
	expect("$IFACE=eth0\nx $IFACES\n", "x $IFACES\n", "t:2:3: warning: `$IFACES` is not defined: it stays as it is written; did you mean `$IFACE`?\n");
	/* A shell's own, and a password, are nobody's mistake. */
	expect("x \"sh -c 'echo ${HOME}'\"\nauth_pass ${x}\nauth_pass $abc\n", "x \"sh -c 'echo ${HOME}'\"\nauth_pass ${x}\nauth_pass $abc\n", "");
	expect("x ${A}\n$A=1\nx ${A}\n", "x ${A}\nx 1\n", "t:1:3: warning: `$A` is defined only after this: here it stays as it is written\n");
}

static void test_order(void **state)
{
	(void)state;
	expect("$A=1\nx${A}\n$A=2\nx${A}\n$A=\nx${A}z\n", "x1\nx2\nxz\n", "");
	/* A value is read when it is used. */
	expect("$A=10.${B}.0\n$B=1\n${A}.1\n$B=2\n${A}.1\n", "10.1.0.1\n10.2.0.1\n", "");
	expect("g {\n$A=1\n}\nx$A\n", "g {\n}\nx1\n", "");
	expect("@here $A=1\n@there $A=2\n@^here $A=3\nx$A\n", "x1\n", "");
	expect("$C=@here\n$C x\n$D=@there\n$D y\n$E=@^there\n${E} z\n", "x\nz\n", "");
}

static void test_bad_definitions(void **state)
{
	(void)state;
	expect("$B = 1\n$1A=1\n$A-B=2\n", "",
	       "t:1:1: error: a definition has no blank between its name `$B` and its `=`: the line is left out\n"
	       "t:2:1: error: `$1A` is no name for a definition: letters, digits and _, not a digit first; the line is left out\n"
	       "t:3:1: error: `$A-B` is no name for a definition: letters, digits and _, not a digit first; the line is left out\n");
}

static void test_lines(void **state)
{
	(void)state;
	expect("$M= \\\n one a \\\n two b\n$M\n", "one a\ntwo b\n", "");
	expect("$M=zero \\  \n one \\\n\n$M\n", "zero\none\n", "");
	expect("$M= \\\n one \\\n # comment \\\n two # c \\\n three\n$M\n", "one\ntwo\nthree\n", "");
	expect("$M= \\	# c\n one \\	# c\n two \\ ! c\n three\n$M\n", "one\ntwo\nthree\n", "");
	/* A line without a backslash is the last, also when it is a comment. */
	expect("$M= \\\n one \\\n # comment\nx\n$M\n", "x\none\n", "");
	expect("$M= \\\n one \\\n two\nx $M\ny${M}\n@here $M\n@there $M\n", "x one\ntwo\nyone\ntwo\none\ntwo\n", "");
	expect("$M= \\\n $N=5 \\\n one $N \\\n @here two \\\n @there three\n$M\nx$N\n", "one 5\ntwo\nx5\n", "");
	expect("$B= \\\n b1 \\\n b2\n$A= \\\n a1 \\\n $B \\\n a2\n$A\n", "a1\nb1\nb2\na2\n", "");
	expect("$RS= \\\n rs ${N}.${I} { \\\n  weight 1 \\\n }\n$VS= \\\n vs $N { \\\n $I=1 \\\n $RS \\\n $I=2 \\\n $RS \\\n }\n$N=7\n$VS\n",
	       "vs 7 {\nrs 7.1 {\nweight 1\n}\nrs 7.2 {\nweight 1\n}\n}\n", "");
	expect("$M= \\\n a \\\n b\n$M=c\nx $M y\n", "x c y\n", "");
	expect("$M= \\\n a \\\n b\n$M x\nq${M}w\n", "",
	       "t:4:1: error: `$M` has several lines: nothing may follow it on its line, which is left out\n"
	       "t:5:2: error: `$M` has several lines: nothing may follow it on its line, which is left out\n");
	/* 2.2.7 reads the lines of a definition that does not count as statements. */
	expect("@there $M= \\\n c \\\n d\nx\n", "x\n", "");
	expect("$M= \\\n a \\\n", "", "t:1:1: warning: the definition `$M` ends with the file, although its last line goes on with a backslash\n");
	expect("foo \\\nbar\n", "foo\nbar\n",
	       "t:1:5: error: only a definition ($NAME=…) goes on behind a backslash: the next line is a statement of its own\n");
	expect("x a\\\n", "x a\\\n", "");
}

static void test_loops(void **state)
{
	(void)state;
	expect("$A=$A\nx $A\ny\n", "y\n", "t:2:3: error: the definition `$A` contains itself: the line is left out (from $A, line 1)\n");
	expect("$A=${B}\n$B=${A}\nx $A\n", "", "t:3:3: error: the definition `$A` contains itself: the line is left out (from $B, line 2)\n");
	expect("$M= \\\n a \\\n $M\n$M\nx\n", "a\nx\n", "t:4:1: error: the definition `$M` contains itself: the line is left out (from $M, line 3)\n");
	expect("$A=$A x\n$A\ny\n", "y\n",
	       "t:2:1: error: the definition at the start of this line contains itself: the line is left out (from $A, line 1)\n");
	/* A value that replaces itself is none of these. */
	expect("$M= \\\n $M=x \\\n y $M\n$M\n$M\n", "y x\nx\n", "");
}

static void test_predefined(void **state)
{
	(void)state;
	expect("x ${_INSTANCE} $_INSTANCE\n", "x here here\n", "");
	expect("x${_HASH}y\n\"x${_HASH}y\"\nx ${_BANG} y\n$OFF=${_HASH}\n${OFF} foo\n$OFF foo\n", "x\n\"x#y\"\nx\n", "");
	expect("x ${_RANDOM 5 5} ${_RANDOM 7 3} ${_RANDOM  8  8 }\n", "x 5 7 8\n", "");
	expect("x ${_RANDOM 1 2 3}\n", "",
	       "t:1:3: error: ${_RANDOM MIN MAX} takes at most two whole numbers from 0 to 4294967295: the line is left out\n");
	setenv("TEST_CONF_EXPAND", "value", 1);
	unsetenv("TEST_CONF_NOTHING");
	expect("x ${_ENV TEST_CONF_EXPAND} [${_ENV TEST_CONF_NOTHING}]\n", "x value []\n", "");
	expect("x ${_ENV a-b}\n", "", "t:1:3: error: ${_ENV NAME} needs the name of an environment variable: the line is left out\n");
	expect("$_PWD=own\nx ${_PWD}\n", "x own\n", "");
}

static void test_pwd(void **state)
{
	struct strbuf lines = { 0 }, said = { 0 };
	char cwd[4096];

	(void)state;
	assert_non_null(getcwd(cwd, sizeof(cwd)));
	expand("${_PWD}\n", &lines, &said);
	lines.str[lines.len - 1] = '\0';
	assert_string_equal(lines.str, cwd);
	strbuf_done(&lines);
	strbuf_done(&said);
}

/* The seed holds for the whole text, wherever it stands. (2.2.7 takes the clock in any case.) */
static void test_random(void **state)
{
	static const char text[] = "x ${_RANDOM} ${_RANDOM 0 4294967295}\n";
	struct strbuf one = { 0 }, two = { 0 }, three = { 0 }, said = { 0 }, with = { 0 };

	(void)state;
	strbuf_addf(&with, "random_seed 5\n%s", text);
	expand(strbuf_str(&with), &one, &said);
	expand(strbuf_str(&with), &two, &said);
	assert_string_equal(one.str, two.str);
	strbuf_reset(&with);
	strbuf_addf(&with, "%s$S=5\nrandom_seed $S\n", text);
	expand(strbuf_str(&with), &three, &said);
	assert_memory_equal(one.str + strlen("random_seed 5\n"), three.str, three.len - strlen("random_seed 5\n"));
	strbuf_reset(&two);
	strbuf_reset(&with);
	strbuf_addf(&with, "random_seed 6\n%s", text);
	expand(strbuf_str(&with), &two, &said);
	assert_string_not_equal(one.str + strlen("random_seed 5\n"), two.str + strlen("random_seed 6\n"));
	assert_string_equal(strbuf_str(&said), "");
	strbuf_done(&one);
	strbuf_done(&two);
	strbuf_done(&three);
	strbuf_done(&said);
	strbuf_done(&with);
}

static void test_sequences(void **state)
{
	(void)state;
	expect("~SEQ(A, 0, 3) x${A}\n", "x0\nx1\nx2\nx3\n", "");
	expect("~SEQ(A, 3) x$A\n~SEQ(A,-2) y$A\n~SEQ(A,0) z$A\n", "x1\nx2\nx3\ny-1\ny-2\nz1\nz0\n", "");
	expect("~SEQ(A,3,1) x$A\n~SEQ(A,1,2,6) y$A\n~SEQ(A,6,-2,1) z$A\n", "x3\nx2\nx1\ny1\ny3\ny5\nz6\nz4\nz2\n", "");
	expect("~SEQ(A,0x10,0x11) x$A\n~SEQ(A,010,011) y$A\n~SEQx(A,0xfe,0x101) z$A\n", "x16\nx17\ny8\ny9\nzfe\nzff\nz100\nz101\n", "");
	expect("~SEQ (A,1,2)x$A\n\t~SEQ( A , 1 , 2 )\ty$A\n", "x1\nx2\ny1\ny2\n", "");
	expect("~SEQ(A,1,2) ~SEQ(B,1,$A) x${A}_${B}\n", "x1_1\nx2_1\nx2_2\n", "");
	expect("$E=2\n$S=~SEQ(A,1,$E)\n$S x$A\n~SEQ(A,${E}) y$A\n", "x1\nx2\ny1\ny2\n", "");
	expect("$M= \\\n a${N} \\\n ~SEQ(I,1,2) b${N}${I}\n~SEQ(N,1,2) $M\n", "a1\nb11\nb12\na2\nb21\nb22\n", "");
	expect("@here ~SEQ(A,1,2) x$A\n~SEQ(A,1,2) @here y$A\n~SEQ(A,1,2) @there z$A\n", "x1\nx2\ny1\ny2\n", "");
	expect("~SEQ(A,1,2) $B=$A\nx$B\nx$A\n", "x2\nx2\n", "");
	expect("foo ~SEQ(A,1,2) x\n\"~SEQ(A,1,2) x\"\n", "foo ~SEQ(A,1,2) x\n\"~SEQ(A,1,2) x\"\n", "");
	expect("~SEQ(A,9223372036854775806,9223372036854775807) x$A\n", "x9223372036854775806\nx9223372036854775807\n", "");
	expect("~SEQ(A,-9223372036854775807,-9223372036854775808) x$A\n", "x-9223372036854775807\nx-9223372036854775808\n", "");
	expect("~SEQ(A,1,9223372036854775807,9223372036854775807) x$A\n", "x1\n", "");
}

static void test_bad_sequences(void **state)
{
	(void)state;
	expect("~SEQ(A,1,0,3) x\n", "", "t:1:1: error: steps of 0 never come from 1 to 3: the line is left out\n");
	expect("~SEQ(A,3,1,1) x\n", "", "t:1:1: error: steps of 1 never come from 3 to 1: the line is left out\n");
	expect("~SEQ(A) x\n", "", "t:1:1: error: ~SEQ takes (NAME, [START, [STEP,]] END): the line is left out\n");
	expect("~SEQ(A,1,2,3,4) x\n", "", "t:1:1: error: ~SEQ takes (NAME, [START, [STEP,]] END): the line is left out\n");
	expect("~SEQ(1A,2) x\n", "", "t:1:6: error: `1A` is no name for ~SEQ to set: letters, digits and _, not a digit first: the line is left out\n");
	expect("~SEQ(A,1,x) x\n", "", "t:1:10: error: `x` is no whole number: the line is left out\n");
	expect("~SEQ(A,,2) x\n", "", "t:1:8: error: `` is no whole number: the line is left out\n");
	expect("~SEQ(A,99999999999999999999) x\n", "", "t:1:8: error: `99999999999999999999` is too large a number: the line is left out\n");
	expect("~SEQ(A,1\n", "", "t:1:5: error: the ) of ~SEQ is missing: the line is left out\n");
	expect("~SEQ x\n", "", "t:1:1: error: a ( is missing behind ~SEQ: the line is left out\n");
	expect("~SEQ(A,2)\n", "", "t:1:1: error: no text to repeat stands behind ~SEQ(…): the line is left out\n");
	expect("~SEQx(A,-1,2) x\n", "", "t:1:1: error: ~SEQx writes no negative numbers: the line is left out\n");
}

static void test_lists(void **state)
{
	(void)state;
	expect("~LST(A, 1, 2, three) x$A\n", "x1\nx2\nxthree\n", "");
	expect("~LST({A,B}, {1,2}, {3 , 4}) x${A}_${B}\n", "x1_2\nx3_4\n", "");
	expect("~LST({A,B}, {1}, {3,4}, 5) x${A}_${B}\n", "x1_\nx3_4\nx5_\n", "");
	expect("~LST(A,) x${A}u\n~LST(A,,b) y${A}u\n", "xu\nyu\nybu\n", "");
	expect("~LST(A,1,2) ~LST(B,3,4) x${A}_${B}\n~LST(A,1,2) ~SEQ(B,3,4) y${A}_${B}\n", "x1_3\nx1_4\nx2_3\nx2_4\ny1_3\ny1_4\ny2_3\ny2_4\n", "");
	/* A definition is one value, whatever is in it. */
	expect("$L=a,b\n~LST(A,$L,c) x$A\n", "xa,b\nxc\n", "");
	expect("~LST({A,B}, {1,2}, {3,4,5}) x\n", "", "t:1:25: error: more values than names: the line is left out\n");
	expect("~LST(A) x\n", "", "t:1:1: error: ~LST takes (NAME, VALUE …) or ({NAME, …}, {VALUE, …} …): the line is left out\n");
	expect("~LST({A,B},{1,2) x\n", "", "t:1:12: error: `{1,2` has a brace without its partner: the line is left out\n");
}

/* What is nested too deeply, and what is too much, is said once and ends. */
static void test_limits(void **state)
{
	struct strbuf text = { 0 }, lines = { 0 }, said = { 0 };

	(void)state;
	strbuf_add(&text, "$A0=aaaaaaaaaaaaaaaa\n");
	for (unsigned i = 1; i < 39; i++)
		strbuf_addf(&text, "$A%u=${A%u}${A%u}\n", i, i - 1, i - 1);
	strbuf_add(&text, "x ${A38}\ny ${A0}\nz\n");
	expand(strbuf_str(&text), &lines, &said);
	assert_string_equal(strbuf_str(&lines), "y aaaaaaaaaaaaaaaa\nz\n");
	assert_memory_equal(strbuf_str(&said), "t:40:3: error: the line becomes longer than 1048576 bytes: it is left out", 72);
	assert_ptr_equal(strchr(said.str, '\n') + 1, said.str + said.len);
	strbuf_reset(&text);
	strbuf_reset(&lines);
	strbuf_reset(&said);
	strbuf_add(&text, "$A0=\n");
	for (unsigned i = 1; i < 60; i++)
		strbuf_addf(&text, "$A%u=${A%u}${A%u}\n", i, i - 1, i - 1);
	strbuf_add(&text, "x ${A59}\ny\n~SEQ(N,1,999999999999) @there x\nz\n");
	expand(strbuf_str(&text), &lines, &said);
	assert_string_equal(strbuf_str(&lines), "y\nz\n");
	assert_memory_equal(strbuf_str(&said), "t:61:3: error: definitions are nested too deeply: the line is left out", 70);
	assert_non_null(strstr(said.str, "t:63:1: error: definitions and sequences make too much text here"));
	strbuf_done(&text);
	strbuf_done(&lines);
	strbuf_done(&said);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_uses), cmocka_unit_test(test_undefined), cmocka_unit_test(test_order), cmocka_unit_test(test_bad_definitions),
		cmocka_unit_test(test_lines), cmocka_unit_test(test_loops), cmocka_unit_test(test_predefined), cmocka_unit_test(test_pwd),
		cmocka_unit_test(test_random), cmocka_unit_test(test_sequences), cmocka_unit_test(test_bad_sequences), cmocka_unit_test(test_lists),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
