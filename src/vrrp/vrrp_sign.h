/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The signatures of an instance (auth_type AH, auth_hmac) and what of them stays in the survivors' book. All of these do
 * nothing for an instance that does not sign. */
#ifndef VRRP_SIGN_H
#define VRRP_SIGN_H

#include "vrrp/vrrp_inst.h"

void vrrp_sign_init(struct vrrp_inst *in);              /* in->auth, or NULL, which is said when it should be there */
void vrrp_sign_done(struct vrrp_inst *in);
/* Claims its records of the book, from `record` on; returns the one behind them. */
size_t vrrp_sign_claim(struct vrrp_inst *in, size_t record);
size_t vrrp_sign_records(const struct conf_vrrp *conf);         /* how many these are */
/* Goes on with the sequence numbers of a predecessor. */
void vrrp_sign_resume(struct vrrp_inst *in, const struct book *predecessor);

/* A new sequence number for all packets of in->packets; `head` bytes stand before each advert. */
void vrrp_sign_packets(struct vrrp_inst *in, size_t head);
/* A packet was looked at, with this result: what is to be counted and kept of it. */
void vrrp_sign_noted(struct vrrp_inst *in, enum vrrp_drop drop);

#endif
