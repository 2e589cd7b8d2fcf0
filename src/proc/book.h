/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The survivors' book: one sealed, shared memfd per child process, holding the little that must outlive it. Records are keyed by the
 * object's identity; each has two slots written in turn with a sequence number and a checksum, so a kill at any instruction loses at most the
 * last update. A predecessor's book is read as hostile input. */
#ifndef PROC_BOOK_H
#define PROC_BOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/usec.h"

#define BOOK_KEY_MAX     96             /* with the terminator; longer identities are cut and get a hash */
#define BOOK_PAYLOAD_MAX 64

struct book;

/* Parent: a fresh book for so many records; the descriptor or -errno. */
int book_create(uint32_t role, uint64_t generation, size_t nrecords);
/* Child: maps its own book for writing. NULL with a reason when it is not one. The descriptor stays the caller's. */
struct book *book_open(int fd, const char **why);
/* Maps a predecessor's book for reading; every length, key, sequence and checksum is checked. NULL with a reason. */
struct book *book_open_predecessor(int fd, uint32_t role, const char **why);
void book_close(struct book *b);                                        /* NULL is fine */

/* Claims the record with this index (each once, at start) for the identity `key`. */
int book_claim(struct book *b, size_t index, const char *key);
/* Writes the next slot: 0, -ERANGE or -EMSGSIZE. */
int book_put(struct book *b, size_t index, const void *payload, size_t len);
/* Newest intact payload under this identity; its length, or -ENOENT. At most len bytes are copied. */
int book_get(const struct book *b, const char *key, void *payload, size_t len);
/* Every record with an intact payload. */
void book_each(const struct book *b, void (*fn)(void *arg, const char *key, const void *payload, size_t len), void *arg);

void book_beat(struct book *b, usec_t boot);                            /* the child is alive: CLOCK_BOOTTIME */
usec_t book_last_beat(const struct book *b);
void book_mark_closed(struct book *b);                                  /* last act of an orderly stop: nothing is left to take over */
bool book_is_closed(const struct book *b);

#endif
