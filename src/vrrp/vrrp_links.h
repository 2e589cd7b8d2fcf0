/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is believed about links: up, down, and when that is said. */
#ifndef VRRP_LINKS_H
#define VRRP_LINKS_H

#include "vrrp/vrrp_inst.h"

/* `changed`: a link is believed to be up or down now, some time after it was seen. Claims its records in the book from `record` on. */
void vrrp_links_init(struct vrrp_shared *sh, size_t record, void (*changed)(void *arg, const struct net_link *link), void *arg);
void vrrp_links_done(struct vrrp_shared *sh);
size_t vrrp_links_records(const struct config *cfg);    /* how many records that takes */
/* From now on changes are delayed; one that a predecessor (its book; NULL = none) was waiting for goes on. */
void vrrp_links_start(struct vrrp_shared *sh, const struct book *predecessor);

/* A link came, changed or went; before anybody asks whether it is up. */
void vrrp_links_see(struct vrrp_shared *sh, const struct net_link *link, bool gone);
bool vrrp_link_up(const struct vrrp_shared *sh, const struct net_link *link);   /* as far as we believe; NULL is down */

/* Lines of the log about links that somebody cares about. What is noted at the start is not news. */
void vrrp_links_note(struct vrrp_shared *sh, const char *name);
void vrrp_links_say(struct vrrp_shared *sh, const struct net_link *link, bool gone);

#endif
