// SPDX-License-Identifier: GPL-2.0-or-later
/* The tables themselves: every row is complete. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "conf/distance.h"
#include "conf/schema/schema.h"
#include "conf/secret.h"
#include "lib/map.h"

struct seen { struct map *keys; unsigned rows; };

static void check_row(void *arg, const char *path, const struct schema_row *row)
{
	struct seen *s = arg;
	char key[300];

	s->rows++;
	snprintf(key, sizeof(key), "%s/%s", path, row->name);
	if (!map_put_str(s->keys, key, (void *)row))
		fail_msg("%s stands twice", key);
	if (!row->help || strlen(row->help) < 5 || strlen(row->help) > 100)
		fail_msg("%s has no help", key);
	if (row->type == ST_BLOCK && !row->same_as && !row->block)
		fail_msg("%s has no block", key);
	if (row->type == ST_CUSTOM && !row->same_as && !row->parse)
		fail_msg("%s has no parser", key);
	if ((row->flags & SF_OLD || row->type == ST_GONE) && !row->advice)
		fail_msg("%s has no advice", key);
	if (row->type == ST_ENUM && !row->choices)
		fail_msg("%s has no choices", key);
	if ((row->type == ST_INT || row->type == ST_SECONDS) && !row->same_as && row->min >= row->max)
		fail_msg("%s has no range", key);
}

static void test_rows(void **state)
{
	struct seen s = { map_new(), 0 };

	(void)state;
	schema_walk(check_row, &s);
	assert_true(s.rows > 450);
	map_free(s.keys);
}

/* A word that means the same as another names one that is there. */
static void check_same(void *arg, const char *path, const struct schema_row *row)
{
	struct map *keys = arg;
	char key[300];

	snprintf(key, sizeof(key), "%s/%s", path, row->same_as ? row->same_as : row->name);
	if (!map_get_str(keys, key))
		fail_msg("%s/%s: no row %s", path, row->name, key);
}

static void test_same(void **state)
{
	struct seen s = { map_new(), 0 };

	(void)state;
	schema_walk(check_row, &s);
	schema_walk(check_same, s.keys);
	map_free(s.keys);
}

static void test_suggest(void **state)
{
	(void)state;
	assert_int_equal(word_distance("weight", "weight", 9), 0);
	assert_int_equal(word_distance("weigth", "weight", 9), 1);
	assert_int_equal(word_distance("", "abc", 9), 3);
	assert_int_equal(word_distance("weigth", "weight", 0), UINT32_MAX);
	assert_int_equal(word_distance("abcdef", "uvwxyz", 5), UINT32_MAX);
	assert_int_equal(word_distance("Lb-Kind", "lb_kind", 0), 0);
	assert_int_equal(word_distance("ab", "ba", 1), 1);
	assert_string_equal(suggest_keyword(&schema_real_server, "weigth"), "weight");
	assert_string_equal(suggest_keyword(&schema_virtual_server, "lb-kind"), "lb_kind");
	assert_string_equal(suggest_keyword(&schema_root, "virtual_server192.0.2.1"), "virtual_server");
	assert_string_equal(suggest_keyword(&schema_global_defs, "script_security"), "enable_script_security");
	assert_string_equal(suggest_keyword(&schema_vrrp_instance, "mcast_src_ip=192.0.2.1"), "mcast_src_ip");
	assert_null(suggest_keyword(&schema_root, "wholly_different_word"));
	assert_string_equal(suggest_block("connect_port"), "TCP_CHECK");
	assert_string_equal(suggest_block("vrrp_instance"), "the top level");
	assert_null(suggest_block("nb_get_retry"));
}

/* What the tables hide, the list knows. */
static void check_secret(void *arg, const char *path, const struct schema_row *row)
{
	unsigned *found = arg;

	if (!(row->flags & SF_SECRET))
		return;
	++*found;
	if (!secret_is_listed(row->name))
		fail_msg("%s/%s is a secret that secret.c does not know", path, row->name);
}

static void test_secret(void **state)
{
	unsigned found = 0;

	(void)state;
	schema_walk(check_secret, &found);
	assert_true(found >= 3);
	assert_false(secret_is_listed("auth_pas"));
	assert_true(secret_follows("auth_pass", 9));
	assert_true(secret_follows("auth_pas", 8));
	assert_true(secret_follows("password", 8));
	assert_false(secret_follows("auth_type", 9));
	assert_false(secret_follows("PASS", 4));
	assert_false(secret_follows("", 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows), cmocka_unit_test(test_same), cmocka_unit_test(test_suggest), cmocka_unit_test(test_secret),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
