/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parent's side of alert mails: writes them, keeps them in their order (mail_queue.c decides which is sent when), and
 * hands one after the other to the process that talks to the relay (mail_child.c), which it starts when there is something
 * to send and ends when there is not. The answers of that process are checked like any stranger's.
 *
 * What goes wrong is said when it begins and when it is over, not with each mail.
 */
#include "notify/mail.h"

#include <errno.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/log.h"
#include "lib/mem.h"
#include "notify/mail_child.h"
#include "notify/mail_queue.h"
#include "parent/spawn.h"

#define ADDRS_MAX   8
#define HEADER_LINE 900         /* a list of recipients is continued on another line; RFC 5322 §2.1.1 allows 998 */
#define GRACE       (10 * USEC_PER_SEC)         /* beyond what the process may need; then it hangs */

struct mail { struct mail_item item; struct strbuf request; char *subject; };

struct mailer {
	struct loop *loop;
	struct reaper *reaper;
	void (*resolve)(void *arg);
	void *arg;
	char *const *argv;
	struct mail_request head;               /* of every request, but for the server's address */
	char *helo, *from, *router_id;
	char **to; unsigned nto;
	char *host;                             /* NULL = no relay */
	uint16_t port;
	struct ip_addr addrs[ADDRS_MAX]; unsigned naddrs;
	unsigned tries;                         /* which of them is next */
	bool numeric, asked;                    /* the host is an address; its addresses were asked for */

	struct mail_queue queue;
	struct timer timer;                     /* the next one is due */
	struct mail *current;
	struct ip_port server;                  /* the current mail's */

	int fd;                                 /* to the process; -1 = there is none */
	pid_t pid;                              /* 0 = it has ended */
	struct loop_io *io;
	struct reaper_watch *watch;
	struct timer limit;

	char said[SMTP_TEXT_MAX + 128];         /* the failure that was said last; "" = all is well */
	uint64_t lost;                          /* mails since then */
};

/* ---- a mail ---- */

static void mail_free(struct mail *mail)
{
	strbuf_done(&mail->request);
	free(mail->subject);
	free(mail);
}

static void add_plain(struct strbuf *sb, const char *str)
{
	for (; *str; str++)
		strbuf_addc(sb, (unsigned char)*str < ' ' || *str == 0x7f ? ' ' : *str);
}

static void add_recipients(struct strbuf *sb, const struct mailer *m)
{
	size_t line = 4;

	strbuf_add(sb, "To: ");
	for (unsigned i = 0; i < m->nto; i++) {
		size_t len = strlen(m->to[i]) + 2;

		if (i)
			strbuf_add(sb, line + len > HEADER_LINE ? ",\n " : ", ");
		line = i && line + len > HEADER_LINE ? len : line + len;
		add_plain(sb, m->to[i]);
	}
	strbuf_addc(sb, '\n');
}

static void add_text(struct strbuf *sb, const struct mailer *m, const char *subject, const char *body)
{
	time_t now = (time_t)(usec_real() / USEC_PER_SEC);
	char date[64];
	struct tm tm;

	localtime_r(&now, &tm);
	strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S %z", &tm);
	strbuf_addf(sb, "Date: %s\nFrom: ", date);
	add_plain(sb, m->from);
	strbuf_add(sb, "\nSubject: [");
	add_plain(sb, m->router_id);
	strbuf_add(sb, "] ");
	add_plain(sb, subject);
	strbuf_add(sb, "\nX-Mailer: Keepalived\n");
	add_recipients(sb, m);
	strbuf_addf(sb, "\n=> %s <=\n\n", body);
}

/* ---- what is said ---- */

static void say_failure(struct mailer *m, const char *text)
{
	if (!strncmp(m->said, text, sizeof m->said - 1))
		return;
	snprintf(m->said, sizeof m->said, "%s", text);
	log_warning("%s", text);
}

static void count_lost(struct mailer *m, const struct mail *mail)
{
	if (!m->lost++)
		log_err("SMTP alert was not sent: %s%s", mail->subject, m->said[0] ? "; others will be counted" : "");
}

static void say_lost(struct mailer *m)
{
	if (m->lost > 1)
		log_err("%llu SMTP alerts were not sent", (unsigned long long)m->lost);
	m->lost = 0;
}

static void say_success(struct mailer *m, const struct mail_answer *a)
{
	char server[PORT_STRLEN];

	ip_port_str(&m->server, server);
	if (log_detail()) {
		log_info("Remote SMTP server %s connected.", server);
		log_info("SMTP alert successfully sent.");
	} else if (m->said[0] && !a->rejected) {
		log_info("SMTP server %s takes mail again", server);
	}
	if (!a->rejected)
		m->said[0] = 0;
	say_lost(m);
}

static void describe(const struct mailer *m, const struct mail_answer *a, char *text, size_t size)
{
	char server[PORT_STRLEN];

	ip_port_str(&m->server, server);
	switch ((enum mail_verdict)a->verdict) {
	case MAIL_V_SENT: case MAIL_V_REFUSED:
		snprintf(text, size, "Error processing %s cmd on SMTP server %s. SMTP status code = %u%s%s", smtp_step_name((enum smtp_step)a->step),
			 server, a->code, a->text[0] ? ": " : "", a->text);
		return;
	case MAIL_V_NONSENSE:
		snprintf(text, size, "SMTP server %s does not answer as SMTP wants it", server);
		return;
	case MAIL_V_CONNECT:
		if (a->error == ETIMEDOUT)
			snprintf(text, size, "Timeout connecting SMTP server %s.", server);
		else
			snprintf(text, size, "Error connecting SMTP server %s: %s", server, strerror(a->error));
		return;
	case MAIL_V_BROKEN:
		snprintf(text, size, "Connection to SMTP server %s is broken: %s", server, a->error ? strerror(a->error) : "it hung up");
		return;
	case MAIL_V_LATE:
		snprintf(text, size, "Timeout reading data from SMTP server %s.", server);
		return;
	case MAIL_V_INTERNAL: case MAIL_VERDICTS:
		break;
	}
	if (a->error == EDESTADDRREQ)
		snprintf(text, size, "SMTP alerts wait: the address of smtp_server %.100s is not known", m->host);
	else
		snprintf(text, size, "SMTP alerts cannot be sent: %s", a->error ? strerror(a->error) : "the helper process failed");
}

/* ---- the process ---- */

static void send_next(struct mailer *m);

static void process_forget(struct mailer *m)
{
	loop_timer_cancel(m->loop, &m->limit);
	loop_io_free(m->io);
	m->io = NULL;
	if (m->fd >= 0)
		close(m->fd);
	m->fd = -1;
	reaper_forget(m->watch);                /* it ends by itself */
	m->watch = NULL;
	m->pid = 0;
}

/* Once the relay has refused a mail for good it would do so again; everything else may pass. */
static enum mail_result result_of(const struct mail_answer *a)
{
	if (a->verdict == MAIL_V_SENT)
		return MAIL_DONE;
	return a->verdict == MAIL_V_REFUSED && a->code >= 500 && a->step != SMTP_GREETING ? MAIL_FAILED : MAIL_FAILED_NOW;
}

static void finish_mail(struct mailer *m, const struct mail_answer *a)
{
	enum mail_result result = result_of(a);
	struct mail *mail = m->current;
	char text[sizeof m->said];

	m->current = NULL;
	if (result == MAIL_DONE)
		say_success(m, a);
	if (result != MAIL_DONE || a->rejected) {
		describe(m, a, text, sizeof text);
		say_failure(m, text);
	}
	if (result == MAIL_FAILED_NOW && ++m->tries >= m->naddrs && !m->numeric)
		m->naddrs = m->tries = 0;       /* the name may have moved: asked for again */
	if (mail_queue_result(&m->queue, result, loop_now(m->loop))) {
		if (result != MAIL_DONE)
			count_lost(m, mail);
		mail_free(mail);
	}
	send_next(m);
}

static void process_failed(struct mailer *m, int error)
{
	struct mail_answer a = { .verdict = MAIL_V_INTERNAL, .error = error };

	process_forget(m);
	if (m->current)
		finish_mail(m, &a);
}

static bool answer_is_sane(const struct mail_answer *a, const struct mailer *m)
{
	bool refused = a->verdict == MAIL_V_REFUSED || a->rejected;

	return a->verdict < MAIL_VERDICTS && a->step < SMTP_STEPS && a->rejected <= m->nto && a->error >= 0 &&
	       (!refused || (a->code >= 200 && a->code < 600)) && memchr(a->text, 0, sizeof a->text);
}

static void on_answer(int fd, uint32_t revents, void *arg)
{
	struct mailer *m = arg;
	struct mail_answer a;
	ssize_t n = recv(fd, &a, sizeof a, MSG_DONTWAIT);

	(void)revents;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n != sizeof a || !m->current || !answer_is_sane(&a, m)) {
		if (m->pid > 0)
			kill(m->pid, SIGKILL);
		process_failed(m, 0);
		return;
	}
	loop_timer_cancel(m->loop, &m->limit);
	finish_mail(m, &a);
}

static void on_limit(struct timer *t, usec_t due, usec_t now)
{
	struct mailer *m = t->arg;

	(void)due;
	(void)now;
	if (m->pid > 0)
		kill(m->pid, SIGKILL);
	process_failed(m, ETIMEDOUT);
}

static void on_exit_of_process(pid_t pid, int wstatus, void *arg)
{
	struct mailer *m = arg;

	(void)pid;
	(void)wstatus;
	m->watch = NULL;                        /* its end of file is read from the socket */
	m->pid = 0;
}

/* 0 or -errno; what was made is forgotten by process_failed. */
static int process_start(struct mailer *m)
{
	const int room = 1 << 20;
	int fds[2];

	if (m->fd >= 0)
		return 0;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
		return -errno;
	m->fd = fds[0];
	setsockopt(m->fd, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof room);      /* for all at once, at the end */
	m->pid = spawn_role(m->argv, MAIL_ROLE, fds[1]);
	close(fds[1]);
	if (m->pid < 0)
		return m->pid;
	m->watch = reaper_watch(m->reaper, m->pid, on_exit_of_process, m);
	m->io = loop_io_new(m->loop, m->fd, EPOLLIN, on_answer, m);
	return m->watch && m->io ? 0 : -errno;
}

static int process_give(struct mailer *m, struct mail *mail)
{
	struct mail_request head;
	int error = process_start(m);

	if (error < 0)
		return error;
	memcpy(&head, mail->request.str, sizeof head);
	head.server = m->server;
	head.timeout = m->head.timeout;
	memcpy(mail->request.str, &head, sizeof head);
	return send(m->fd, mail->request.str, mail->request.len, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 ? -errno : 0;
}

/* ---- the order ---- */

/* true: the address of the relay is there. */
static bool choose_server(struct mailer *m)
{
	if (!m->naddrs) {
		if (!m->asked)
			m->resolve(m->arg);
		m->asked = true;
		return false;
	}
	m->server = (struct ip_port){ .addr = m->addrs[m->tries % m->naddrs], .port = m->port };
	return true;
}

static void send_next(struct mailer *m)
{
	usec_t now = loop_now(m->loop), due = mail_queue_due(&m->queue);
	struct mail_item *item;
	int error;

	if (due == USEC_NEVER && !m->current && m->fd >= 0)
		process_forget(m);              /* nothing more to do: the end of its socket ends it */
	if (due == USEC_NEVER || m->current || (due <= now && !choose_server(m)))
		return;
	item = mail_queue_next(&m->queue, now);
	if (!item) {
		loop_timer_set(m->loop, &m->timer, due);
		return;
	}
	m->current = container_of(item, struct mail, item);
	error = process_give(m, m->current);
	if (error < 0)
		process_failed(m, -error);
	else
		loop_timer_set(m->loop, &m->limit, now + (MAIL_LIMIT + 1) * m->head.timeout + GRACE);
}

static void on_due(struct timer *t, usec_t due, usec_t now)
{
	(void)due;
	(void)now;
	send_next(t->arg);
}

/* ---- for others ---- */

struct mailer *mailer_new(struct loop *l, struct reaper *r, void (*resolve)(void *arg), void *arg)
{
	struct mailer *m = mem_alloc(sizeof *m);

	*m = (struct mailer){ .loop = l, .reaper = r, .resolve = resolve, .arg = arg, .fd = -1 };
	mail_queue_init(&m->queue);
	timer_init(&m->timer, on_due, m);
	timer_init(&m->limit, on_limit, m);
	return m;
}

static void forget_configuration(struct mailer *m)
{
	for (unsigned i = 0; i < m->nto; i++)
		free(m->to[i]);
	free(m->to);
	free(m->helo);
	free(m->from);
	free(m->router_id);
	free(m->host);
	m->to = NULL;
	m->nto = 0;
	m->helo = m->from = m->router_id = m->host = NULL;
}

void mailer_free(struct mailer *m)
{
	struct mail_item *item;

	if (!m)
		return;
	process_forget(m);
	loop_timer_cancel(m->loop, &m->timer);
	if (m->current)
		mail_free(m->current);
	while ((item = mail_queue_take(&m->queue)))
		mail_free(container_of(item, struct mail, item));
	forget_configuration(m);
	free(m);
}

static char *default_sender(const char *host)
{
	const struct passwd *pw = getpwuid(geteuid());
	struct strbuf sb = { 0 };

	strbuf_addf(&sb, "%s@%s", pw ? pw->pw_name : "keepalived", host);
	return strbuf_detach(&sb);
}

void mailer_configure(struct mailer *m, const struct conf_mail *conf, const struct mailer_env *env)
{
	char host[256] = "localhost";

	gethostname(host, sizeof host - 1);
	forget_configuration(m);
	m->argv = env->argv;
	m->head = (struct mail_request){ .uid = env->uid, .gid = env->gid, .timeout = conf->timeout };
	if (env->netns)
		snprintf(m->head.netns, sizeof m->head.netns, "%s", env->netns);
	m->helo = mem_strdup(conf->helo ? conf->helo : host);
	m->from = conf->from ? mem_strdup(conf->from) : default_sender(host);
	m->router_id = mem_strdup(env->router_id);
	for (const char *const *to = conf->to; to && *to; to++) {
		m->to = mem_resize(m->to, (m->nto + 1) * sizeof *m->to);
		m->to[m->nto++] = mem_strdup(*to);
	}
	m->host = mem_strdup(conf->server);
	m->port = conf->port;
	m->tries = 0;
	m->asked = false;
	m->numeric = m->host && !addr_parse(m->host, &m->addrs[0]);
	m->naddrs = m->numeric;
	send_next(m);
}

void mailer_server(struct mailer *m, const struct ip_addr *addrs, unsigned n)
{
	struct mail_answer a = { .verdict = MAIL_V_INTERNAL, .error = EDESTADDRREQ };
	struct mail_item *item;

	m->asked = false;
	m->naddrs = n < ADDRS_MAX ? n : ADDRS_MAX;
	for (unsigned i = 0; i < m->naddrs; i++)
		m->addrs[i] = addrs[i];
	item = n || m->current ? NULL : mail_queue_next(&m->queue, loop_now(m->loop));
	if (item) {
		m->current = container_of(item, struct mail, item);
		finish_mail(m, &a);
	} else {
		send_next(m);
	}
}

bool mailer_wanted(const struct mailer *m)
{
	return m->host && m->nto;
}

void mailer_send(struct mailer *m, const char *subject, const char *body)
{
	struct mail *mail = mem_alloc(sizeof *mail);
	struct mail_item *dropped;

	m->head.nto = m->nto;
	mail->subject = mem_strdup(subject);
	strbuf_addn(&mail->request, &m->head, sizeof m->head);
	strbuf_addn(&mail->request, m->helo, strlen(m->helo) + 1);
	strbuf_addn(&mail->request, m->from, strlen(m->from) + 1);
	for (unsigned i = 0; i < m->nto; i++)
		strbuf_addn(&mail->request, m->to[i], strlen(m->to[i]) + 1);
	add_text(&mail->request, m, subject, body);
	strbuf_addc(&mail->request, 0);
	if (mail->request.len > MAIL_REQUEST_MAX) {
		log_err("SMTP alert was not sent: too many addresses in notification_email");
		mail_free(mail);
		return;
	}
	dropped = mail_queue_add(&m->queue, &mail->item, loop_now(m->loop));
	if (dropped) {
		count_lost(m, container_of(dropped, struct mail, item));
		mail_free(container_of(dropped, struct mail, item));
	}
	send_next(m);
}

void mailer_finish(struct mailer *m)
{
	struct mail_item *item;

	if (m->naddrs && !m->current)
		choose_server(m);
	while ((item = mail_queue_take(&m->queue))) {
		struct mail *mail = container_of(item, struct mail, item);

		if (!m->naddrs || process_give(m, mail) < 0)
			count_lost(m, mail);
		mail_free(mail);
	}
	say_lost(m);
}
