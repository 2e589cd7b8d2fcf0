// SPDX-License-Identifier: GPL-2.0-or-later
/* promote_secondaries of the interfaces whose instances ask for it.
 *
 * Without it the kernel removes the secondary addresses of an IPv4 subnet along with the first one. It is switched on while the daemon runs, by
 * vrrp_proc.c at the start and when such an interface comes, and put back at the stop. The book keeps what it was: a successor finds 1 there and
 * must not take that for the administrator's. */
#include "vrrp/vrrp_promote.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "lib/mem.h"
#include "net/sysctl.h"

#define SWITCH "promote_secondaries"
#define PREFIX "promote "
#define RECORD_VERSION 1

struct vrrp_promote {
	char ifname[IFNAMSIZ];
	size_t record;
	bool changed;                           /* by us; it was 0 */
};

static bool asks(const struct conf_vrrp *conf)
{
	return conf->promote_secondaries && conf->interface;
}

size_t vrrp_promote_records(const struct config *cfg)
{
	size_t n = 0;

	for (unsigned i = 0; i < cfg->nvrrp; i++)
		n += asks(&cfg->vrrp[i]);
	return n;
}

static struct vrrp_promote *find(const struct vrrp_shared *sh, const char *ifname)
{
	for (unsigned i = 0; i < sh->npromotes; i++)
		if (!strcmp(sh->promotes[i].ifname, ifname))
			return &sh->promotes[i];
	return NULL;
}

void vrrp_promote_init(struct vrrp_shared *sh)
{
	char key[BOOK_KEY_MAX];

	sh->promotes = mem_array(vrrp_promote_records(sh->rc->cfg) + 1, sizeof(*sh->promotes));
	for (unsigned i = 0; i < sh->ninsts; i++) {
		const struct conf_vrrp *conf = sh->insts[i].conf;
		struct vrrp_promote *p;

		if (!asks(conf) || find(sh, conf->interface))
			continue;
		p = &sh->promotes[sh->npromotes++];
		memcpy(p->ifname, conf->interface, strnlen(conf->interface, IFNAMSIZ - 1));
		p->record = sh->next_record++;
		snprintf(key, sizeof(key), PREFIX "%s", p->ifname);
		(void)book_claim(sh->rc->book, p->record, key);
	}
}

static void write_record(struct vrrp_shared *sh, const struct vrrp_promote *p)
{
	const uint8_t payload[] = { RECORD_VERSION, p->changed };

	(void)book_put(sh->rc->book, p->record, payload, sizeof(payload));
}

static void put_back(const char *ifname)
{
	int r = net_sysctl_set("ipv4", ifname, SWITCH, 0);

	if (r == 0)
		log_info("Resetting " SWITCH " on %s", ifname);
	else if (r != -ENOENT)
		log_warning("cannot reset " SWITCH " on %s: %s", ifname, strerror(-r));
}

static void switch_on(struct vrrp_shared *sh, struct vrrp_promote *p)
{
	int was, r = net_sysctl_get("ipv4", p->ifname, SWITCH, &was);

	if (r == -ENOENT || (r == 0 && was))
		return;
	p->changed = true;
	write_record(sh, p);
	if (r == 0)
		r = net_sysctl_set("ipv4", p->ifname, SWITCH, 1);
	if (r == 0)
		log_info("Setting " SWITCH " on %s", p->ifname);
	else
		log_warning("cannot set " SWITCH " on %s: %s", p->ifname, strerror(-r));
}

static void take_over(void *arg, const char *key, const void *payload, size_t len)
{
	struct vrrp_shared *sh = arg;
	const uint8_t *bytes = payload;
	struct vrrp_promote *p;

	if (strncmp(key, PREFIX, strlen(PREFIX)) || strlen(key + strlen(PREFIX)) >= IFNAMSIZ || strchr(key, '/'))
		return;
	if (len != 2 || bytes[0] != RECORD_VERSION || !bytes[1])
		return;
	p = find(sh, key + strlen(PREFIX));
	if (p) {
		p->changed = true;
		write_record(sh, p);
	} else {
		put_back(key + strlen(PREFIX));
	}
}

void vrrp_promote_start(struct vrrp_shared *sh, const struct book *predecessor)
{
	if (predecessor)
		book_each(predecessor, take_over, sh);
	for (unsigned i = 0; i < sh->npromotes; i++)
		switch_on(sh, &sh->promotes[i]);
}

void vrrp_promote_link(struct vrrp_shared *sh, const struct net_link *link)
{
	struct vrrp_promote *p = find(sh, link->name);

	if (p)
		switch_on(sh, p);
}

void vrrp_promote_stop(struct vrrp_shared *sh)
{
	for (unsigned i = 0; i < sh->npromotes; i++)
		if (sh->promotes[i].changed)
			put_back(sh->promotes[i].ifname);
}

void vrrp_promote_done(struct vrrp_shared *sh)
{
	free(sh->promotes);
	sh->promotes = NULL;
	sh->npromotes = 0;
}
