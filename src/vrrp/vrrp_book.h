/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an instance leaves in the survivors' book for its successor. Pure conversion between structs and records; a
 * record that another version or a fault wrote is refused, never half-read. Per instance there are two records, its
 * state and its counters, and one per address, route and rule, static ones too, because a successor must know which are
 * there by our doing. */
#ifndef VRRP_BOOK_H
#define VRRP_BOOK_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/config.h"
#include "net/entries.h"
#include "proc/book.h"
#include "vrrp/vrrp_fsm.h"

struct vrrp_book_state {
	enum vrrp_state state;                  /* BACKUP, MASTER, FAULT */
	uint8_t priority;                       /* effective */
	uint8_t master_priority;
	usec_t interval;                        /* in force: of our adverts when MASTER, of the master's otherwise */
	usec_t last_advert;                     /* CLOCK_BOOTTIME of our last advert; 0 = none */
	usec_t last_transition;                 /* CLOCK_REALTIME */
	struct ip_addr master;                  /* unset = unknown */
};

/* The known statistics. */
struct vrrp_counters {
	uint64_t advert_rcvd, advert_sent;
	uint32_t become_master, release_master;
	uint32_t packet_len_err, ip_ttl_err, invalid_type_rcvd, advert_interval_err, addr_list_err;
	uint32_t invalid_authtype, authtype_mismatch, auth_failure;
	uint32_t pri_zero_rcvd, pri_zero_sent;
};

/* Identities. They are the same over reloads for what is the same router on the wire: VRID, family, interface, and the
 * group or our own unicast address. The name is not part of it. */
void vrrp_book_key(const struct conf_vrrp *conf, char key[static BOOK_KEY_MAX]);
void vrrp_book_kind_key(const char *kind, const struct conf_vrrp *conf, char key[static BOOK_KEY_MAX]);     /* of another record of the instance */
void vrrp_book_counters_key(const struct conf_vrrp *conf, char key[static BOOK_KEY_MAX]);
void vrrp_book_addr_key(const char *ifname, const struct ip_prefix *prefix, char key[static BOOK_KEY_MAX]);
bool vrrp_book_parse_addr_key(const char *key, char ifname[static IFNAMSIZ], struct ip_prefix *prefix);

/* Returns the length of the record; `payload` takes BOOK_PAYLOAD_MAX. */
size_t vrrp_book_put_state(const struct vrrp_book_state *s, void *payload);
/* false: not one; out untouched */
bool vrrp_book_get_state(const void *payload, size_t len, struct vrrp_book_state *out);
size_t vrrp_book_put_counters(const struct vrrp_counters *c, void *payload);
bool vrrp_book_get_counters(const void *payload, size_t len, struct vrrp_counters *out);
size_t vrrp_book_put_addr(bool installed, void *payload);
bool vrrp_book_get_addr(const void *payload, size_t len, bool *installed);

/* Of a route or rule: what is in it is what takes it out again. `text` is its line in the configuration. */
void vrrp_book_entry_key(enum net_entry_kind kind, const char *text, char key[static BOOK_KEY_MAX]);
bool vrrp_book_is_entry_key(const char *key);
size_t vrrp_book_put_entry(bool installed, const struct net_entry_id *id, void *payload);
bool vrrp_book_get_entry(const void *payload, size_t len, bool *installed, struct net_entry_id *id);

/* How many records a configuration needs. */
size_t vrrp_book_records(const struct config *cfg);
/* A predecessor's MASTER may be resumed: its last advert is so young that no backup can have acted on silence.
 * `boot` is now. */
bool vrrp_book_in_time(const struct vrrp_book_state *s, unsigned down_adverts, usec_t boot);

#endif
