// SPDX-License-Identifier: GPL-2.0-or-later
/* The words that readers of pipes and filters of mail know. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "notify/notify_text.h"

#define INSTANCE(w, s) { .kind = MSG_INSTANCE, .what = w, .state = s, .priority = 100 }
#define GROUP(w, s) { .kind = MSG_GROUP, .what = w, .state = s, .priority = 100 }

static void lines(void **state)
{
	static const struct { struct msg_event ev; const char *line; } all[] = {
		{ INSTANCE(MSG_STATE, 1), "INSTANCE \"VI_1\" BACKUP 100\n" },
		{ INSTANCE(MSG_STATE, 2), "INSTANCE \"VI_1\" MASTER 100\n" },
		{ INSTANCE(MSG_STATE, 3), "INSTANCE \"VI_1\" FAULT 100\n" },
		{ INSTANCE(MSG_STATE, 97), "INSTANCE \"VI_1\" DELETED 100\n" },
		{ INSTANCE(MSG_STATE, 98), "INSTANCE \"VI_1\" STOP 100\n" },
		{ INSTANCE(MSG_SNAPSHOT, 2), "INSTANCE \"VI_1\" MASTER 100\n" },
		{ INSTANCE(MSG_PRIORITY, 1), "INSTANCE \"VI_1\" BACKUP_PRIORITY 100\n" },
		{ INSTANCE(MSG_PRIORITY, 2), "INSTANCE \"VI_1\" MASTER_PRIORITY 100\n" },
		{ INSTANCE(MSG_RX_LOWER_PRI, 2), "INSTANCE \"VI_1\" MASTER_RX_LOWER_PRI 100\n" },
		{ GROUP(MSG_STATE, 2), "GROUP \"VI_1\" MASTER 0\n" },
	};
	struct strbuf out = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		const char *word = notify_event_word(&all[i].ev);

		assert_non_null(word);
		strbuf_reset(&out);
		notify_line(&out, &all[i].ev, "VI_1", word);
		assert_string_equal(out.str, all[i].line);
	}
	strbuf_done(&out);
}

static void what_is_told_in_no_line(void **state)
{
	static const struct msg_event all[] = {
		INSTANCE(MSG_STATE, 0), INSTANCE(MSG_STATE, 4), INSTANCE(MSG_PRIORITY, 3), INSTANCE(MSG_PRIORITY, 0), INSTANCE(77, 2),
	};

	(void)state;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		assert_null(notify_event_word(&all[i]));
}

static void mails(void **state)
{
	static const struct { struct msg_event ev; const char *subject, *body; } all[] = {
		{ INSTANCE(MSG_STATE, 2), "VRRP Instance x - Entering MASTER state", "VRRP Instance is now owning VRRP VIPs" },
		{ INSTANCE(MSG_STATE, 1), "VRRP Instance x - Entering BACKUP state", "VRRP Instance is no longer owning VRRP VIPs" },
		{ INSTANCE(MSG_STATE, 98), "VRRP Instance x - Stopping", "VRRP Instance is no longer owning VRRP VIPs" },
		{ INSTANCE(MSG_STATE, 97), "VRRP Instance x - Deleted", "VRRP Instance is no longer owning VRRP VIPs" },
		{ GROUP(MSG_STATE, 3), "VRRP Group x - Entering FAULT state", "All VRRP group instances are now in FAULT state" },
		{ GROUP(MSG_STATE, 98), "VRRP Group x - Stopping", "All VRRP group instances are now in STOP state" },
	};
	struct strbuf subject = { 0 }, body = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		notify_mail(&all[i].ev, "x", &subject, &body);
		assert_string_equal(subject.str, all[i].subject);
		assert_string_equal(body.str, all[i].body);
	}
	strbuf_done(&subject);
	strbuf_done(&body);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(lines), cmocka_unit_test(what_is_told_in_no_line), cmocka_unit_test(mails) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
