// SPDX-License-Identifier: GPL-2.0-or-later
/* disable_local_igmp.
 *
 * Membership of 224.0.0.18 needs no report: switches flood the groups of the link. Where there are many instances the reports are a nuisance, and
 * the kernel has a sysctl against them, which is the whole namespace's. What it was before us stays in the survivors' book, so that
 * whoever stops last puts it back. Called by vrrp_proc.c at the start and at the stop. */
#include "vrrp/vrrp_igmp.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "lib/log.h"

#define REPORTS "/proc/sys/net/ipv4/igmp_link_local_mcast_reports"
#define KEY     "igmp_link_local_mcast_reports"

/* Its first character, or 0 and errno. */
static char read_value(void)
{
	int fd = open(REPORTS, O_RDONLY | O_CLOEXEC);
	char value = 0;

	if (fd < 0)
		return 0;
	if (read(fd, &value, 1) != 1)
		value = 0;
	close(fd);
	return value;
}

static void write_value(char value)
{
	int fd = open(REPORTS, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, &value, 1) != 1)
		log_warning("cannot set net.ipv4.igmp_link_local_mcast_reports to %c: %s", value, strerror(errno));
	else
		log_info("net.ipv4.igmp_link_local_mcast_reports set to %c", value);
	if (fd >= 0)
		close(fd);
}

void vrrp_igmp_init(struct vrrp_shared *sh, size_t record)
{
	sh->igmp_record = record;
	(void)book_claim(sh->rc->book, record, KEY);
}

void vrrp_igmp_go(struct vrrp_shared *sh, const struct book *predecessor)
{
	char was = 0;

	if (!predecessor || book_get(predecessor, KEY, &was, 1) != 1 || was < '0' || was > '9')
		was = 0;
	if (!sh->rc->cfg->globals.vrrp.disable_local_igmp) {
		if (was)
			write_value(was);
		return;
	}
	if (!was)
		was = read_value();
	if (!was)
		log_warning("disable_local_igmp: this kernel has no net.ipv4.igmp_link_local_mcast_reports");
	if (!was)
		return;
	sh->igmp_was = was;
	(void)book_put(sh->rc->book, sh->igmp_record, &was, 1);
	if (read_value() != '0')
		write_value('0');
}

void vrrp_igmp_stop(struct vrrp_shared *sh)
{
	if (sh->igmp_was && sh->igmp_was != '0')
		write_value(sh->igmp_was);
	sh->igmp_was = 0;
}
