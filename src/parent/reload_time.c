// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reloads at a time that a file names, as reload_time_file wants it. Called by parent.c and reload.c; asks reload.c for the reload. The file is
 * watched: whoever writes another time into it sets that, whoever removes it cancels. When the time has come it is removed, unless
 * reload_repeat is given and it names a time of the day.
 *
 * Time of the day can be set, and a machine can sleep: the clock is looked at once a minute at least.
 */
#include "parent/reload_time.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/log.h"
#include "lib/mem.h"
#include "parent/parent_int.h"

#define TEXT_MAX  64
#define LOOK      (60 * USEC_PER_SEC)

/* ---- what it says ---- */

/* Exactly so many digits, then this character; moves `*s` behind them. */
static bool take(const char **s, unsigned digits, char end, int *value)
{
	int v = 0;

	for (unsigned i = 0; i < digits; i++) {
		if (!isdigit((unsigned char)(*s)[i]))
			return false;
		v = v * 10 + (*s)[i] - '0';
	}
	if (end && (*s)[digits] != end)
		return false;
	*s += digits + (end != 0);
	*value = v;
	return true;
}

static bool take_date(const char **s, struct tm *tm)
{
	const char *dash = strchr(*s, '-');
	int year, month;

	if (!dash || (dash - *s != 2 && dash - *s != 4) || !take(s, (unsigned)(dash - *s), '-', &year))
		return false;
	if (!take(s, 2, '-', &month) || !take(s, 2, ' ', &tm->tm_mday))
		return false;
	tm->tm_year = year < 100 ? year + 100 : year - 1900;
	tm->tm_mon = month - 1;
	*s += strspn(*s, " \t");
	return true;
}

static time_t moment(const struct tm *tm, bool utc)
{
	struct tm copy = *tm;

	copy.tm_isdst = -1;
	return utc ? timegm(&copy) : mktime(&copy);
}

/* 31 February is no day, and 24:00:00 no time. */
static bool exists(const struct tm *tm)
{
	struct tm copy = *tm;

	return tm->tm_hour < 24 && tm->tm_min < 60 && tm->tm_sec < 60 && timegm(&copy) != -1 && copy.tm_mday == tm->tm_mday &&
	       copy.tm_mon == tm->tm_mon;
}

int reload_time_parse(const char *text, time_t now, time_t *at, bool *daily)
{
	const char *s = text + strspn(text, " \t\r\n"), *z = strchr(s, 'Z');
	bool utc = z != NULL, date = strchr(s, '-') != NULL;
	struct tm tm;
	time_t then;

	if (!(utc ? gmtime_r(&now, &tm) : localtime_r(&now, &tm)))
		return -EINVAL;
	if (date && !take_date(&s, &tm))
		return -EINVAL;
	if (!take(&s, 2, ':', &tm.tm_hour) || !take(&s, 2, ':', &tm.tm_min) || !take(&s, 2, 0, &tm.tm_sec))
		return -EINVAL;
	s += utc && s == z;
	if (s[strspn(s, " \t\r\n")] || !exists(&tm))
		return -EINVAL;
	then = moment(&tm, utc);
	if (!date && then <= now) {
		tm.tm_mday++;
		then = moment(&tm, utc);
	}
	if (then <= now)
		return -ERANGE;
	*at = then;
	*daily = !date;
	return 0;
}

/* ---- the file ---- */

/* 0 or -errno. */
static int read_text(const char *path, char *text)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = !fstat(fd, &st) && S_ISREG(st.st_mode) ? read(fd, text, TEXT_MAX) : -1;
	close(fd);
	if (n < 0 || n == TEXT_MAX)
		return -EINVAL;
	text[n] = '\0';
	return 0;
}

static void arm(struct parent *p)
{
	struct reload_time *rt = &p->reload_time;
	time_t now = time(NULL);
	usec_t wait = rt->at > now ? (usec_t)(rt->at - now) * USEC_PER_SEC - usec_real() % USEC_PER_SEC : 0;

	if (rt->at)
		loop_timer_set(p->loop, &rt->timer, loop_now(p->loop) + (wait < LOOK ? wait : LOOK));
	else
		loop_timer_cancel(p->loop, &rt->timer);
}

static void say_time(const struct reload_time *rt)
{
	char text[40];
	struct tm tm;

	if (localtime_r(&rt->at, &tm) && strftime(text, sizeof text, "%F %T %Z", &tm))
		log_info("Reload scheduled at %s", text);
}

static void on_file(void *arg)
{
	struct parent *p = arg;
	struct reload_time *rt = &p->reload_time;
	char text[TEXT_MAX];
	time_t before = rt->at;
	int error = read_text(rt->path, text);

	rt->at = 0;
	if (!error && text[strspn(text, " \t\r\n")])
		error = reload_time_parse(text, time(NULL), &rt->at, &rt->daily);
	if (error == -ERANGE)
		log_warning("reload_time_file %s: that time is over", rt->path);
	else if (error == -EINVAL)
		log_warning("reload_time_file %s does not say HH:MM:SS or YYYY-MM-DD HH:MM:SS, with a Z for UTC", rt->path);
	else if (error && error != -ENOENT)
		log_warning("reload_time_file %s cannot be read: %s", rt->path, strerror(-error));
	if (rt->at && rt->at != before)
		say_time(rt);
	else if (!rt->at && before)
		log_info("The scheduled reload is cancelled");
	arm(p);
}

static void on_timer(struct timer *t, usec_t due, usec_t now)
{
	struct parent *p = t->arg;
	struct reload_time *rt = &p->reload_time;

	(void)due;
	(void)now;
	if (rt->at > time(NULL)) {
		arm(p);
		return;
	}
	rt->at = 0;
	log_info("Reload as scheduled in %s", rt->path);
	if (rt->daily && p->current->cfg->globals.reload.repeat)
		on_file(p);
	else if (unlink(rt->path) < 0)
		log_warning("reload_time_file %s cannot be removed: %s", rt->path, strerror(errno));
	reload_request(p, NULL);
}

void reload_time_configure(struct parent *p)
{
	struct reload_time *rt = &p->reload_time;
	const char *path = p->current->cfg->globals.reload.time_file;

	if (rt->path && path && !strcmp(rt->path, path))
		return;
	filewatch_free(rt->watch);
	rt->watch = NULL;
	free(rt->path);
	rt->path = mem_strdup(path);
	rt->at = 0;
	loop_timer_cancel(p->loop, &rt->timer);
	if (!path)
		return;
	if (!rt->hub)
		rt->hub = filewatch_hub_new(p->loop);
	rt->watch = filewatch_new(rt->hub, path, on_file, p);
	on_file(p);
}

void reload_time_init(struct parent *p)
{
	timer_init(&p->reload_time.timer, on_timer, p);
}

void reload_time_done(struct parent *p)
{
	struct reload_time *rt = &p->reload_time;

	if (!rt->timer.fn)
		return;
	loop_timer_cancel(p->loop, &rt->timer);
	filewatch_free(rt->watch);
	filewatch_hub_free(rt->hub);
	free(rt->path);
}
