/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Putting the addresses of masters on their links and taking them off again, without keeping adverts waiting. */
#ifndef VRRP_INSTALL_H
#define VRRP_INSTALL_H

#include "vrrp/vrrp_inst.h"

/* Begins, or turns round what is under way. The first addresses follow when all that is due now was done: adverts of other instances first. */
void vrrp_install_begin(struct vrrp_inst *in);
void vrrp_install_remove(struct vrrp_inst *in);         /* routes and rules at once */
/* Its addresses are being put on their links: these announce themselves, and whoever is to be told waits. */
bool vrrp_install_running(const struct vrrp_inst *in);
void vrrp_install_tell(struct vrrp_inst *in, enum vrrp_state state);    /* when it is done, or given up */
bool vrrp_install_busy(const struct vrrp_shared *sh);   /* with any instance: events of the net are held back */
void vrrp_install_finish(struct vrrp_shared *sh);       /* all of it, now */
void vrrp_install_init(struct vrrp_shared *sh);
void vrrp_install_done(struct vrrp_shared *sh);         /* drops what is under way */

#endif
