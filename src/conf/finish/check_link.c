// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Patience with an interface has an end: a master whose interface is down must notice it before a backup takes over.
 *
 * Called by check.c when all instances are complete.
 */
#include "conf/build.h"

#define SHARE 256                               /* of an interval: so much earlier than the backup's least wait */

usec_t conf_if_delay_most(unsigned down_adverts, usec_t advert_int)
{
	usec_t wait = (down_adverts - 1) * advert_int;

	return wait > advert_int / SHARE ? wait - advert_int / SHARE : 0;
}

static bool limit(usec_t *t, usec_t most)
{
	if (*t <= most)
		return false;
	*t = most;
	return true;
}

void check_links(struct schema_ctx *c)
{
	if (!c->track.delays.n)
		return;
	for (size_t i = 0; i < c->vrrp.n; i++) {
		const struct conf_vrrp *v = &((struct build_vrrp *)vec_at(&c->vrrp, i))->v;
		uintptr_t at = v->interface ? (uintptr_t)map_get_str(c->track.delay_names, v->interface) : 0;
		struct conf_if_delay *d = at ? vec_at(&c->track.delays, at - 1) : NULL;
		usec_t most = conf_if_delay_most(v->down_timer_adverts, v->advert_int);
		bool down, up;

		if (!d)
			continue;
		down = limit(&d->down, most);
		up = limit(&d->up, most);
		if ((down || up) && most)
			diag_add(c->diags, DIAG_WARNING, &d->pos, "`%s`: a delay must be shorter than %u times the advert_int of `%.60s`, or a backup takes over first: "
				 "%u.%06u seconds is used", d->ifname, v->down_timer_adverts - 1, v->name, (unsigned)(most / USEC_PER_SEC),
				 (unsigned)(most % USEC_PER_SEC));
	}
}
