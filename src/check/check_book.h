/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the checkers leave behind in the survivors' book, and how a successor goes on from it: per virtual server its
 * quorum and the key of its service in the kernel, per real server whether it is alive and its weight, per check its
 * state and last result. */
#ifndef CHECK_CHECK_BOOK_H
#define CHECK_CHECK_BOOK_H

#include <stdbool.h>
#include <stddef.h>

#include "check/ipvs.h"
#include "check/sched.h"
#include "check/service.h"
#include "proc/book.h"

size_t check_book_records(const struct config *cfg);
/* Claims all records; once, before any of the writes. 0 or -errno. */
int check_book_claim(struct book *b, const struct service_set *s, const struct sched *sched);

void check_book_put_vs(struct book *b, const struct service_set *s, unsigned vs);       /* and its real servers */
void check_book_put_check(struct book *b, const struct service_set *s, const struct sched_check *c);
void check_book_put_all(struct book *b, const struct service_set *s, const struct sched *sched);

/* Takes over what a predecessor knew of the objects that are still configured: between service_init and service_start.
 * What it says of itself is checked; a record that makes no sense is passed over. */
void check_book_resume(const struct book *pred, struct service_set *s, struct sched *sched);

/* The services that a predecessor held in the kernel. */
struct check_owned { struct ipvs_key *keys; size_t count, cap; };
void check_book_owned(const struct book *pred, struct check_owned *out);
void check_owned_done(struct check_owned *o);
bool check_owned_has(void *owned, const struct ipvs_key *key);          /* struct check_owned: for ipvs_converge */

/* Calls back, by their names, for the predecessor's real servers that the configuration lacks although it has their
 * virtual server. */
void check_book_missing(const struct book *pred, const struct config *cfg, void (*fn)(void *arg, const char *rs,
			const char *vs), void *arg);

#endif
