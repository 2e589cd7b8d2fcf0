// SPDX-License-Identifier: GPL-2.0-or-later
/* What is believed of a link that goes up and down. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "conf/config.h"
#include "vrrp/vrrp_damp.h"

#define T0 1000000

static void test_no_delay(void **state)
{
	struct vrrp_damp d;

	(void)state;
	vrrp_damp_init(&d, true);
	assert_false(vrrp_damp_see(&d, true, 0, T0));
	assert_true(vrrp_damp_see(&d, false, 0, T0));
	assert_true(!d.up && d.due == USEC_NEVER);
	assert_false(vrrp_damp_poll(&d, T0));
}

static void test_change_that_lasts(void **state)
{
	struct vrrp_damp d;

	(void)state;
	vrrp_damp_init(&d, true);
	assert_false(vrrp_damp_see(&d, false, 300, T0));
	assert_false(vrrp_damp_see(&d, false, 300, T0 + 200));         /* another event of the same link does not prolong it */
	assert_true(d.up && d.due == T0 + 300);
	assert_false(vrrp_damp_poll(&d, T0 + 299));
	assert_true(vrrp_damp_poll(&d, T0 + 300));
	assert_true(!d.up && d.due == USEC_NEVER);
	assert_false(vrrp_damp_poll(&d, T0 + 900));
	assert_false(vrrp_damp_see(&d, true, 100, T0 + 1000));
	assert_true(vrrp_damp_poll(&d, T0 + 1100));
	assert_true(d.up);
}

static void test_bounce(void **state)
{
	struct vrrp_damp d;

	(void)state;
	vrrp_damp_init(&d, true);
	for (usec_t t = T0; t < T0 + 3000; t += 300) {                  /* never down for 300 in a row */
		assert_false(vrrp_damp_see(&d, false, 300, t));
		assert_false(vrrp_damp_poll(&d, t + 299));
		assert_false(vrrp_damp_see(&d, true, 300, t + 299));
		assert_true(d.up && d.due == USEC_NEVER);
	}
}

/* Patience that was taken away while it was needed. */
static void test_delay_gone(void **state)
{
	struct vrrp_damp d;

	(void)state;
	vrrp_damp_init(&d, true);
	assert_false(vrrp_damp_see(&d, false, 300, T0));
	assert_true(vrrp_damp_see(&d, false, 0, T0 + 1));
	assert_true(!d.up && d.due == USEC_NEVER);
}

static void test_longest(void **state)
{
	(void)state;
	assert_int_equal(conf_if_delay_most(3, 200000), 399219);        /* what keepalived 2.2.7 uses */
	assert_int_equal(conf_if_delay_most(1, 200000), 0);             /* a backup takes over after the first advert that is missing */
	assert_int_equal(conf_if_delay_most(2, USEC_PER_SEC), 996094);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_delay), cmocka_unit_test(test_change_that_lasts), cmocka_unit_test(test_bounce),
		cmocka_unit_test(test_delay_gone), cmocka_unit_test(test_longest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
