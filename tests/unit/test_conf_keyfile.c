// SPDX-License-Identifier: GPL-2.0-or-later
/* Keys of auth_hmac that lie in files: read with the configuration, shown by their paths, and part of what a reload compares. */
#include "conf_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEY32 "0123456789abcdefghijklmnopqrstuv"
#define HEX32 "hex:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

static char folder[] = "/tmp/test_conf_keyfile.XXXXXX";

static void put(const char *name, const char *text, mode_t mode)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	assert_int_equal(chmod(path, mode), 0);
}

/* An instance that signs with what `value` says. */
static struct parsed read_with(const char *value)
{
	char text[512], path[128];

	snprintf(text, sizeof(text), "vrrp_instance a {\ninterface eth0\nvirtual_router_id 1\nauth_hmac {\nkey 7 %s\nactive_key 7\n}\n"
		 "virtual_ipaddress {\n192.0.2.1\n}\n}\n", value);
	put("conf", text, 0600);
	snprintf(path, sizeof(path), "%s/conf", folder);
	return conf_parse_file(path);
}

static struct parsed read_with_file(const char *name)
{
	char value[128];

	snprintf(value, sizeof(value), "file:%s/%s", folder, name);
	return read_with(value);
}

static void expect_key(struct parsed p, const void *bytes, size_t len)
{
	const struct conf_hmac *h = p.cfg->vrrp[0].hmac;

	assert_string_equal(p.said, "");
	assert_null(p.cfg->vrrp[0].broken);
	assert_int_equal(h->nkeys, 1);
	assert_int_equal(h->keys[0].len, len);
	assert_memory_equal(h->keys[0].bytes, bytes, len);
	parsed_done(&p);
}

static void expect_error(struct parsed p, const char *part)
{
	assert_int_equal(diags_count(p.diags, DIAG_ERROR), 1);
	if (!strstr(p.said, part))
		print_error("%s\n", p.said);
	assert_non_null(strstr(p.said, part));
	assert_non_null(p.cfg->vrrp[0].broken);
	parsed_done(&p);
}

static void test_contents(void **state)
{
	uint8_t bytes[32];

	(void)state;
	for (unsigned i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)i;
	put("text", KEY32 "\n", 0600);
	put("hex", HEX32 "\r\n", 0400);
	expect_key(read_with_file("text"), KEY32, 32);
	expect_key(read_with_file("hex"), bytes, 32);
	setenv("CREDENTIALS_DIRECTORY", folder, 1);
	expect_key(read_with("file:text"), KEY32, 32);
	unsetenv("CREDENTIALS_DIRECTORY");
	expect_error(read_with("file:text"), "$CREDENTIALS_DIRECTORY");
}

static void test_what_cannot_be(void **state)
{
	char many[400];

	(void)state;
	memset(many, 'x', sizeof(many) - 1);
	many[sizeof(many) - 1] = '\0';
	put("short", "only this\n", 0600);
	put("empty", "\n", 0600);
	put("long", many, 0600);
	put("lines", KEY32 "\n" KEY32 "\n", 0600);
	expect_error(read_with_file("absent"), "No such file");
	expect_error(read_with_file("."), "no regular file");
	expect_error(read_with_file("short"), "key 7: a key has 32 to 64 bytes");
	expect_error(read_with_file("empty"), "it is empty");
	expect_error(read_with_file("long"), "one line");
	expect_error(read_with_file("lines"), "one line");
}

static void test_others_may_read_it(void **state)
{
	struct parsed p;

	(void)state;
	put("open", KEY32, 0644);
	p = read_with_file("open");
	assert_int_equal(diags_count(p.diags, DIAG_ERROR), 0);
	assert_non_null(strstr(p.said, "open to others than its owner (mode 0644)"));
	assert_null(p.cfg->vrrp[0].broken);
	parsed_done(&p);
}

/* Another key in the same file is another configuration; what is shown is the path. */
static void test_print(void **state)
{
	char *shown, *first, *second;
	struct parsed p;

	(void)state;
	put("text", KEY32, 0600);
	p = read_with_file("text");
	shown = parsed_print(p.cfg, false);
	first = parsed_print(p.cfg, true);
	parsed_done(&p);
	put("text", HEX32, 0600);
	p = read_with_file("text");
	second = parsed_print(p.cfg, true);
	parsed_done(&p);
	assert_non_null(strstr(shown, "key 7 file:/tmp/"));
	assert_null(strstr(shown, KEY32));
	assert_string_not_equal(first, second);
	assert_non_null(strstr(second, HEX32));
	free(shown);
	free(first);
	free(second);
}

static int setup(void **state)
{
	(void)state;
	unsetenv("CREDENTIALS_DIRECTORY");
	return mkdtemp(folder) ? 0 : -1;
}

static int teardown(void **state)
{
	static const char *const names[] = { "conf", "text", "hex", "short", "empty", "long", "lines", "open" };
	char path[128];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		unlink(path);
	}
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_contents),
		cmocka_unit_test(test_what_cannot_be),
		cmocka_unit_test(test_others_may_read_it),
		cmocka_unit_test(test_print),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
