/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One mail over SMTP, RFC 5321, as a state machine. The process that sends mail (notify/mail_child.c) moves the bytes and
 * watches the time; this knows neither sockets nor clocks.
 *
 *   awaited     good reply        then
 *   GREETING    220               HELO
 *   HELO        250               MAIL FROM
 *   MAIL        250               RCPT TO, one after the other
 *   RCPT        250 251 252       the next one; after the last DATA, if one was taken
 *   DATA        354               the text and the dot
 *   BODY        250               SENT; QUIT, whose reply nobody waits for
 *
 * A relay that does not know one of several recipients shall not keep the alert from the others. Every other refusal ends
 * the dialogue, with QUIT.
 *
 * What comes in is a stranger's: lines and replies have bounds, and a reply is three digits, then a blank, a dash or the
 * end, all lines of it with the same digits. Anything else is the end.
 */
#include "lib/smtp.h"

#include <string.h>

#include "lib/rbuf.h"

static const char *const step_names[SMTP_STEPS] = { "(E)SMTP", "HELO", "MAIL", "RCPT", "DATA", "BODY", "QUIT" };

const char *smtp_step_name(enum smtp_step step)
{
	return (unsigned)step < SMTP_STEPS ? step_names[step] : "?";
}

void smtp_init(struct smtp *s, const struct smtp_mail *mail)
{
	*s = (struct smtp){ .mail = mail, .step = SMTP_GREETING };
}

void smtp_done(struct smtp *s)
{
	strbuf_done(&s->out);
}

/* ---- what we say ---- */

static bool is_control(char c)
{
	return (unsigned char)c < ' ' || c == 0x7f;
}

/* A name that cannot end its line. */
static void add_word(struct strbuf *out, const char *word, size_t len)
{
	for (size_t i = 0; i < len; i++)
		strbuf_addc(out, is_control(word[i]) || word[i] == '<' || word[i] == '>' ? '_' : word[i]);
}

/* The address alone, without the name before it. */
static void add_path(struct strbuf *out, const char *address)
{
	const char *open = strrchr(address, '<'), *close = open ? strchr(open, '>') : NULL;

	strbuf_addc(out, '<');
	if (close)
		add_word(out, open + 1, (size_t)(close - open - 1));
	else
		add_word(out, address, strlen(address));
	strbuf_addc(out, '>');
}

static void say_path(struct smtp *s, const char *command, const char *address)
{
	strbuf_add(&s->out, command);
	add_path(&s->out, address);
	strbuf_add(&s->out, "\r\n");
}

/* Each line with CR LF, a dot at its beginning doubled (RFC 5321 §4.5.2), then the dot alone. */
static void say_text(struct smtp *s)
{
	for (const char *p = s->mail->text; *p; ) {
		size_t len = strcspn(p, "\n");

		if (*p == '.')
			strbuf_addc(&s->out, '.');
		for (size_t i = 0; i < len; i++)
			if (p[i] != '\r')
				strbuf_addc(&s->out, p[i]);
		strbuf_add(&s->out, "\r\n");
		p += len + (p[len] == '\n');
	}
	strbuf_add(&s->out, ".\r\n");
}

static void say_helo(struct smtp *s)
{
	strbuf_add(&s->out, "HELO ");
	add_word(&s->out, s->mail->helo, strlen(s->mail->helo));
	strbuf_add(&s->out, "\r\n");
}

static void end(struct smtp *s, enum smtp_outcome outcome)
{
	s->outcome = outcome;
	strbuf_add(&s->out, "QUIT\r\n");
}

/* ---- what a reply makes of it ---- */

static bool is_good(enum smtp_step step, unsigned code)
{
	switch (step) {
	case SMTP_GREETING: return code == 220;
	case SMTP_RCPT: return code == 250 || code == 251 || code == 252;
	case SMTP_DATA: return code == 354;
	case SMTP_HELO: case SMTP_MAIL: case SMTP_BODY: return code == 250;
	case SMTP_QUIT: case SMTP_STEPS: break;
	}
	return false;
}

static void note_refusal(struct smtp *s, unsigned code)
{
	size_t len = s->len > 4 ? s->len - 4 : 0;

	if (len >= sizeof s->text)
		len = sizeof s->text - 1;
	s->refused = s->step;
	s->code = code;
	memcpy(s->text, s->line + 4, len);
	s->text[len] = 0;
	for (char *p = s->text; *p; p++)
		if (is_control(*p))
			*p = '?';
}

static void next_rcpt(struct smtp *s)
{
	s->step = SMTP_RCPT;
	if (s->rcpt < s->mail->nto) {
		say_path(s, "RCPT TO:", s->mail->to[s->rcpt]);
	} else if (s->accepted) {
		s->step = SMTP_DATA;
		strbuf_add(&s->out, "DATA\r\n");
	} else {
		end(s, SMTP_REFUSED);
	}
}

static void go_on(struct smtp *s)
{
	switch (s->step) {
	case SMTP_GREETING:
		s->step = SMTP_HELO;
		say_helo(s);
		break;
	case SMTP_HELO:
		s->step = SMTP_MAIL;
		say_path(s, "MAIL FROM:", s->mail->from);
		break;
	case SMTP_MAIL:
		next_rcpt(s);
		break;
	case SMTP_RCPT:
		s->rcpt++;
		next_rcpt(s);
		break;
	case SMTP_DATA:
		s->step = SMTP_BODY;
		say_text(s);
		break;
	case SMTP_BODY:
		s->step = SMTP_QUIT;
		end(s, SMTP_SENT);
		break;
	case SMTP_QUIT: case SMTP_STEPS:
		break;
	}
}

static void on_reply(struct smtp *s, unsigned code)
{
	bool good = is_good(s->step, code);

	if (!good)
		note_refusal(s, code);
	if (s->step == SMTP_RCPT) {
		*(good ? &s->accepted : &s->rejected) += 1;
		good = code != 421;                     /* the server leaves */
	}
	if (good)
		go_on(s);
	else
		end(s, SMTP_REFUSED);
}

/* ---- what comes in ---- */

/* The line's code, or 0 when it is no line of a reply. */
static unsigned parse_code(const char *line, size_t len)
{
	unsigned code = 0;

	for (size_t i = 0; i < 3; i++) {
		if (i >= len || line[i] < '0' || line[i] > '9')
			return 0;
		code = code * 10 + (unsigned)(line[i] - '0');
	}
	if (len > 3 && line[3] != ' ' && line[3] != '-')
		return 0;
	return code >= 200 && code < 600 ? code : 0;
}

static void on_line(struct smtp *s)
{
	unsigned code = parse_code(s->line, s->len);
	bool more = s->len > 3 && s->line[3] == '-';

	if (!code || (s->lines && code != s->line_code) || ++s->lines > SMTP_LINES_MAX) {
		s->outcome = SMTP_NONSENSE;
		return;
	}
	s->line_code = code;
	if (more)
		return;
	s->lines = 0;
	on_reply(s, code);
}

void smtp_feed(struct smtp *s, const void *data, size_t len)
{
	struct rbuf in = rbuf_of(data, len);

	while (s->outcome == SMTP_GOING && rbuf_left(&in)) {
		char c = (char)rbuf_u8(&in);

		if (c != '\n') {
			if (s->len == sizeof s->line)
				s->outcome = SMTP_NONSENSE;
			else
				s->line[s->len++] = c;
			continue;
		}
		if (s->len && s->line[s->len - 1] == '\r')
			s->len--;
		on_line(s);
		s->len = 0;
	}
}
