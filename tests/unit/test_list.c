// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "lib/list.h"

struct item {
	int number;
	struct list link;
};

/* The numbers of the list as digits of one number, forwards or backwards. */
static long digits(struct list *head)
{
	struct item *it;
	long v = 0;

	list_for_each(it, head, link)
		v = v * 10 + it->number;
	return v;
}

static long digits_backwards(struct list *head)
{
	long v = 0;

	for (struct list *l = head->prev; l != head; l = l->prev)
		v = v * 10 + container_of(l, struct item, link)->number;
	return v;
}

static void test_order(void **state)
{
	struct item a = { .number = 1 }, b = { .number = 2 }, c = { .number = 3 }, d = { .number = 4 };
	struct list head = LIST_INIT(head);

	(void)state;
	assert_true(list_empty(&head));
	assert_int_equal(digits(&head), 0);
	list_append(&head, &b.link);
	assert_false(list_empty(&head));
	list_append(&head, &c.link);
	list_prepend(&head, &a.link);
	list_add_before(&c.link, &d.link);
	assert_int_equal(digits(&head), 1243);
	assert_int_equal(digits_backwards(&head), 3421);
}

static void test_remove(void **state)
{
	struct item a = { .number = 1 }, b = { .number = 2 }, c = { .number = 3 };
	struct list head;

	(void)state;
	list_init(&head);
	list_append(&head, &a.link);
	list_append(&head, &b.link);
	list_append(&head, &c.link);
	list_remove(&b.link);
	assert_int_equal(digits(&head), 13);
	assert_int_equal(digits_backwards(&head), 31);
	assert_true(list_empty(&b.link));
	/* Off the list already: nothing may happen. */
	list_remove(&b.link);
	assert_int_equal(digits(&head), 13);
	list_append(&head, &b.link);
	assert_int_equal(digits(&head), 132);
	list_remove(&a.link);
	list_remove(&b.link);
	list_remove(&c.link);
	assert_true(list_empty(&head));
}

static void test_free_while_walking(void **state)
{
	struct list head = LIST_INIT(head);
	struct item *it, *tmp;

	(void)state;
	for (int i = 1; i <= 6; i++) {
		it = malloc(sizeof(*it));
		it->number = i;
		list_append(&head, &it->link);
	}
	list_for_each_safe(it, tmp, &head, link) {
		if (it->number % 2)
			continue;
		list_remove(&it->link);
		free(it);
	}
	assert_int_equal(digits(&head), 135);
	list_for_each_safe(it, tmp, &head, link) {
		list_remove(&it->link);
		free(it);
	}
	assert_true(list_empty(&head));
	list_for_each_safe(it, tmp, &head, link)
		fail();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_remove),
		cmocka_unit_test(test_free_while_walking),
	};

	return cmocka_run_group_tests_name("list", tests, NULL, NULL);
}
