/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The firewall rules of instances with no_accept, and of VMACs: as text (pure), and in the kernel. */
#ifndef VRRP_NFT_H
#define VRRP_NFT_H

#include <stdbool.h>

#include "lib/strbuf.h"
#include "vrrp/vrrp_inst.h"

/* The number of an interface that is there; 0 = it is not. */
typedef int vrrp_nft_ifindex_fn(void *arg, const char *ifname);

/* Commands that put our tables into the place of whatever tables of that name are there. false, and nothing is appended, when this
 * configuration needs none. */
bool vrrp_nft_rules(const struct config *cfg, vrrp_nft_ifindex_fn *ifindex, void *arg, struct strbuf *out);
/* Commands that remove tables of that name; there need not be any. */
void vrrp_nft_none(const char *table, struct strbuf *out);

size_t vrrp_nft_records(void);                          /* how many records of the book it takes */
/* Makes the rules, or removes those of the predecessor. To be called before addresses are set. */
void vrrp_nft_start(struct vrrp_shared *sh, const struct book *predecessor);
void vrrp_nft_stop(struct vrrp_shared *sh);

#endif
