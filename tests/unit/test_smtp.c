// SPDX-License-Identifier: GPL-2.0-or-later
/* One mail over SMTP, as bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "lib/smtp.h"

static const char *const to[] = { "a@example.com", "Bee <b@example.com>" };
static const struct smtp_mail mail = { "host.example", "me@host.example", to, 2, "Subject: x\n\n.dot\nbody\n" };
static struct smtp s;

static int setup(void **state)
{
	(void)state;
	smtp_init(&s, &mail);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	smtp_done(&s);
	return 0;
}

/* Says that, and returns what is answered. */
static const char *say(const char *reply)
{
	strbuf_reset(&s.out);
	smtp_feed(&s, reply, strlen(reply));
	return strbuf_str(&s.out);
}

static void a_mail(void **state)
{
	(void)state;
	assert_string_equal(strbuf_str(&s.out), "");
	assert_string_equal(say("220 hello\r\n"), "HELO host.example\r\n");
	assert_string_equal(say("250 you\r\n"), "MAIL FROM:<me@host.example>\r\n");
	assert_string_equal(say("250 ok\r\n"), "RCPT TO:<a@example.com>\r\n");
	assert_string_equal(say("250 ok\r\n"), "RCPT TO:<b@example.com>\r\n");
	assert_string_equal(say("251 forwards\r\n"), "DATA\r\n");
	assert_string_equal(say("354 go\r\n"), "Subject: x\r\n\r\n..dot\r\nbody\r\n.\r\n");
	assert_int_equal(s.outcome, SMTP_GOING);
	assert_string_equal(say("250 queued\r\n"), "QUIT\r\n");
	assert_int_equal(s.outcome, SMTP_SENT);
	assert_int_equal(s.accepted, 2);
	assert_string_equal(say("221 bye\r\n500 ?\r\n"), "");
	assert_int_equal(s.outcome, SMTP_SENT);
}

static void replies_in_pieces_and_of_several_lines(void **state)
{
	(void)state;
	assert_string_equal(say("22"), "");
	assert_string_equal(say("0-a\r\n220-"), "");
	assert_string_equal(say("b\r\n220"), "");
	assert_string_equal(say("\n"), "HELO host.example\r\n");
	assert_string_equal(say("250-x\n250 y\n2"), "MAIL FROM:<me@host.example>\r\n");
	assert_string_equal(say("50\n"), "RCPT TO:<a@example.com>\r\n");
}

static void one_recipient_is_unknown(void **state)
{
	(void)state;
	say("220 x\n250 x\n250 x\n");
	assert_string_equal(say("550-no\n550 no such user\n"), "RCPT TO:<b@example.com>\r\n");
	assert_string_equal(say("250 ok\n"), "DATA\r\n");
	say("354 x\n250 x\n");
	assert_int_equal(s.outcome, SMTP_SENT);
	assert_int_equal(s.rejected, 1);
	assert_int_equal(s.refused, SMTP_RCPT);
	assert_int_equal(s.code, 550);
	assert_string_equal(s.text, "no such user");
}

static void all_recipients_are_unknown(void **state)
{
	(void)state;
	say("220 x\n250 x\n250 x\n550 no\n");
	assert_string_equal(say("450 later\n"), "QUIT\r\n");
	assert_int_equal(s.outcome, SMTP_REFUSED);
	assert_int_equal(s.code, 450);
}

static void refusals(void **state)
{
	static const struct { const char *said; enum smtp_step step; unsigned code; } all[] = {
		{ "554 go away\n", SMTP_GREETING, 554 }, { "250 x\n", SMTP_GREETING, 250 },
		{ "220 x\n502 x\n", SMTP_HELO, 502 }, { "220 x\n250 x\n451 x\n", SMTP_MAIL, 451 },
		{ "220 x\n250 x\n250 x\n421 x\n", SMTP_RCPT, 421 },
		{ "220 x\n250 x\n250 x\n250 x\n250 x\n250 x\n", SMTP_DATA, 250 },
		{ "220 x\n250 x\n250 x\n250 x\n250 x\n354 x\n452 full\x07\n", SMTP_BODY, 452 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		smtp_done(&s);
		smtp_init(&s, &mail);
		say(all[i].said);
		assert_int_equal(s.outcome, SMTP_REFUSED);
		assert_int_equal(s.refused, all[i].step);
		assert_int_equal(s.code, all[i].code);
		assert_non_null(strstr(strbuf_str(&s.out), "QUIT\r\n"));
	}
	assert_string_equal(s.text, "full?");
	assert_string_equal(smtp_step_name(SMTP_GREETING), "(E)SMTP");
}

static void nonsense(void **state)
{
	static const char *const all[] = { "\n", "hello\n", "22 x\n", "2200 x\n", "220-x\n250 x\n", "120 x\n", "600 x\n", "220_x\n", "-1 x\n" };
	static char lines[9 * (SMTP_LINES_MAX + 2)];

	(void)state;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		smtp_done(&s);
		smtp_init(&s, &mail);
		assert_string_equal(say(all[i]), "");
		assert_int_equal(s.outcome, SMTP_NONSENSE);
	}
	smtp_done(&s);
	smtp_init(&s, &mail);
	for (unsigned i = 0; i <= SMTP_LINES_MAX; i++)
		strcat(lines, "220-x\r\n");
	say(lines);
	assert_int_equal(s.outcome, SMTP_NONSENSE);
}

static void a_line_without_end(void **state)
{
	(void)state;
	for (unsigned i = 0; i < SMTP_LINE_MAX; i++)
		smtp_feed(&s, "2", 1);
	assert_int_equal(s.outcome, SMTP_GOING);
	smtp_feed(&s, "2", 1);
	assert_int_equal(s.outcome, SMTP_NONSENSE);
}

static void names_cannot_end_their_line(void **state)
{
	static const char *const bad[] = { "a@b>\r\nDATA" };
	static const struct smtp_mail evil = { "h\r\nQUIT", "x\r\ny", bad, 1, "no end" };

	(void)state;
	smtp_init(&s, &evil);
	assert_string_equal(say("220 x\n"), "HELO h__QUIT\r\n");
	assert_string_equal(say("250 x\n"), "MAIL FROM:<x__y>\r\n");
	assert_string_equal(say("250 x\n"), "RCPT TO:<a@b___DATA>\r\n");
	say("250 x\n");
	assert_string_equal(say("354 x\n"), "no end\r\n.\r\n");
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_mail), T(replies_in_pieces_and_of_several_lines), T(one_recipient_is_unknown), T(all_recipients_are_unknown),
		T(refusals), T(nonsense), T(a_line_without_end), T(names_cannot_end_their_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
