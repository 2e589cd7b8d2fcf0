/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parent does for the trackers of one child: it follows files, and opens the socket of process events. */
#ifndef TRACK_TRACK_FEED_H
#define TRACK_TRACK_FEED_H

#include <stddef.h>
#include <stdint.h>

#include "conf/config.h"
#include "lib/filewatch.h"
#include "lib/loop.h"
#include "lib/map.h"

struct track_feed;

/* What all feeds of the parent share. */
struct track_feeds {
	struct loop *loop;
	struct filewatch_hub *watches;          /* NULL until the first file */
	struct map *begun;                      /* files that init_file was done for, by name */
};
void track_feeds_init(struct track_feeds *all, struct loop *l);
void track_feeds_done(struct track_feeds *all);                 /* every feed must be gone */

/* To the child: 0 or -errno. Descriptors stay ours. */
typedef int track_feed_send_fn(void *arg, uint16_t type, const void *payload, size_t len, const int *fds, unsigned nfds);

/* Tells the child at once what it must know before it goes to work, and later what changes. `used` are bits of
 * CONF_USED_BY_…: whose trackers. Does what init_file says of files that are new. */
struct track_feed *track_feed_new(struct track_feeds *all, const struct config *cfg, unsigned used, track_feed_send_fn *send,
				  void *arg);
void track_feed_free(struct track_feed *f);                     /* NULL is fine */

#endif
