// SPDX-License-Identifier: GPL-2.0-or-later
/* No way of writing a secret wrongly shows it: in text, in JSON, in the log, in the print. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "conf/secret_block.h"
#include "conf_fixture.h"
#include "lib/strbuf.h"

#define ZWSP "\xe2\x80\x8b"
#define BOM  "\xef\xbb\xbf"
#define SSL(body) "}\nSSL {\n" body "\n"
#define AUTH(body) "authentication {\nauth_type PASS\n" body "\n}\n"
#define HMAC(body) "auth_hmac {\nactive_key 1\n" body "\n}\n"

/* In a vrrp_instance; S is the secret. */
static const char *const forms[] = {
	AUTH("auth_pass S more"), AUTH("auth_password S"), AUTH("auth_pass= S"), AUTH("auth_pass=S"), AUTH("auth_pass = S"), AUTH("auth_pass: S"),
	AUTH(ZWSP "auth_pass S"), AUTH(BOM "auth_pass S"), AUTH("auth_pas" ZWSP "s S"), AUTH("auth_pass" ZWSP " S"), AUTH("auth_pas S"), AUTH("auth_passs S"),
	AUTH("auth pass S"), AUTH("auth-pass S"), AUTH("auth_pwd S"), AUTH("auth_key S"), AUTH("secret S"), AUTH("pass S"), AUTH("auth S"), AUTH("foo S"), AUTH("foo=S"),
	AUTH("foo bar S"), AUTH("S"), AUTH("auth_pass\nS"), AUTH("auth_pass\n\nS"), AUTH("auth_pass\nS more"), AUTH("auth_pass\n# comment\nS x"), AUTH("auth_pass {\nS\n}"),
	AUTH("auth_pass { S }"), AUTH("auth_pass {\nx S\n}"), AUTH("auth_pass S { x }"), AUTH("auth_pass \"S"), AUTH("auth_pas \"S x\""), AUTH("pw \"x S\" y"), AUTH("AUTH_PASS S"),
	AUTH("auth_type S"), AUTH("auth_type PASS S"), AUTH("auth_type AH S\nauth_pass"), AUTH("auth_pass x S"), AUTH("auth_pass S; x"),
	"authentication { auth_type PASS S }\n", "authentication { auth_pass S x }\n", "authentication\n{\nauth_type PASS\nfoo S\n}\n", "authentification {\nfoo S\n}\n",
	"authentication {\nauth_type PASS\nfoo S\n", "authentication\nauth_type PASS\nfoo S\n}\n", "auth {\nfoo S\n}\n", "auth_pass S\n", "auth_pass=S\n", "auth_password S\n",
	ZWSP "auth_pass S\n", "auth_pas S\n", "password S\n", "auth_key S\n",
	HMAC("kye 3 S"), HMAC("keys 3 S"), HMAC("key1 S"), HMAC("key 3 S"), HMAC("key S"), HMAC("key x S"), HMAC("3 S"), HMAC("key 3 hex:S"), HMAC("key 3\nS"), HMAC("key 300 S"),
	HMAC("key 1 S\nkey 1 S"), HMAC("active_key 1 S"), HMAC("mode enforce S"), HMAC("key 3 {\nS\n}"), "auth_hmca {\nfoo S\n}\n", "auth-hmac {\nfoo S\n}\n",
	SSL("pass S"), SSL("password S S"), SSL("pasword S"), SSL("passphrase S"), SSL("foo S"), SSL("ca file S"), SSL("password\nS"), SSL("password {\nS\n}"),
	"$1PW=S\n", "$1PW=S\n" AUTH("auth_pass $1PW"), "$PW=S\n" AUTH("auth_pass $PW x"), "$X=auth_pass\n$Y=S\n" AUTH("$X $Y"), "$X=auth_pass\n$Y=S\n$X $Y\n", "$Y=S\n" AUTH("auth_pas $Y"),
	"$Y=S\n" AUTH("auth_pass ${Y} x"), "$PW= S\n", "PW=S\n", "$MY-PW=S\n",
};

static void collect(void *arg, enum diag_level level, const char *line)
{
	(void)level;
	strbuf_addf(arg, "%s\n", line);
}

static char *replace(const char *form, const char *secret)
{
	struct strbuf sb = { 0 };

	strbuf_add(&sb, "vrrp_instance A {\ninterface eth0\nvirtual_router_id 5\npriority 9\nvirtual_ipaddress {\n192.0.2.1\n}\n");
	for (; *form; form++)
		/* A capital S that stands alone. */
		if (*form == 'S' && form[1] != 'S' && form[-1] != 'S' && form[-1] != '_' && form[-1] != 'A')
			strbuf_add(&sb, secret);
		else
			strbuf_addc(&sb, *form);
	strbuf_add(&sb, "}\n");
	return strbuf_detach(&sb);
}

static void look_for(const char *secret)
{
	unsigned shown = 0;

	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		char *text = replace(forms[i], secret), *print;
		struct parsed p = conf_parse(text);
		struct strbuf all = { 0 };

		assert_non_null(strstr(text, secret));
		strbuf_add(&all, p.said);
		diags_json(p.diags, &all);
		diags_each(p.diags, collect, &all);
		print = parsed_print(p.cfg, false);
		strbuf_add(&all, print);
		if (strstr(strbuf_str(&all), secret))
			print_error("shown (%u): %s\n%s", ++shown, text, p.said);
		free(print);
		free(text);
		strbuf_done(&all);
		parsed_done(&p);
	}
	assert_int_equal(shown, 0);
}

static void test_forms(void **state)
{
	(void)state;
	look_for("Zq7xK9wv");
	look_for("Zq7xK9wv0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJ");
	look_for("Zq7");
}

/* What is no secret can be read, and the columns stay. */
static void test_shown(void **state)
{
	struct parsed p = conf_parse("vrrp_instance A {\ninterface eth0\nvirtual_router_id 5\npriority 9\nvirtual_ipaddress {\n192.0.2.1\n}\n"
				     "authentication {\nauth_type PSAS\nauth_pwd  hunter2hunter2  x # comment\n}\npriorty eth0\n}\n");

	(void)state;
	assert_non_null(strstr(p.said, "    auth_type PSAS\n              ^\n"));
	assert_non_null(strstr(p.said, "    auth_pwd  ********        ******** # comment\n    ^\n"));
	assert_non_null(strstr(p.said, "    priorty eth0\n"));
	parsed_done(&p);
}

/* A block that is not closed ends where another one begins. */
static void test_lines(void **state)
{
	static const char text[] = "a {\nauthentication {\nfoo bar\nvirtual_ipaddress {\n192.0.2.1\n}\n}\nSSL\n{\n x y\n}\nz\n";
	struct secret_lines s;

	(void)state;
	secret_lines_read(&s, text, strlen(text));
	assert_null(secret_lines_find(&s, 1));
	assert_non_null(secret_lines_find(&s, 3));
	assert_null(secret_lines_find(&s, 5));
	assert_null(secret_lines_find(&s, 9));
	assert_non_null(secret_lines_find(&s, 10));
	assert_null(secret_lines_find(&s, 12));
	secret_lines_done(&s);
	assert_null(secret_lines_find(&s, 3));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_forms), cmocka_unit_test(test_shown), cmocka_unit_test(test_lines) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
