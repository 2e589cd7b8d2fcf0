// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The hash map: entries in an array in the order of their insertion, and beside it an index of open-addressed slots
 * that hold positions in that array.
 *
 * Iterating is walking the array, so it needs no chain and gives the same order in every process that read the same
 * file. Removing clears the entry but leaves its slot pointing at it, so that the probes of others still pass
 * through; such entries go when the array is full and is rebuilt. Slots are twice the entries there is room for:
 * a probe always ends at an empty one. Because only map_put rebuilds, an entry may be removed while iterating.
 *
 * Names come from configuration files and, through them, from whoever feeds their includes. The hash is SipHash-1-3
 * (Aumasson and Bernstein, "SipHash: a fast short-input PRF") keyed at random for each map, so nobody can prepare
 * names that all fall into one place.
 */
#include "lib/map.h"

#include <endian.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "lib/mem.h"
#include "lib/usec.h"

#define FIRST_CAP 8

struct entry {
	uint64_t hash;
	char *key;                              /* NULL: removed */
	size_t len;
	void *value;
};

struct map {
	uint64_t seed[2];
	struct entry *entries;
	uint32_t *slots;                        /* position in entries + 1; 0 = empty; 2 * cap of them */
	size_t used, cap;                       /* of entries, the removed ones included */
	size_t count;
};

static uint64_t rotl(uint64_t v, unsigned bits)
{
	return v << bits | v >> (64 - bits);
}

static void sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = rotl(v[1], 13) ^ v[0];
	v[0] = rotl(v[0], 32);
	v[2] += v[3];
	v[3] = rotl(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotl(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotl(v[1], 17) ^ v[2];
	v[2] = rotl(v[2], 32);
}

static uint64_t sip_hash(const uint64_t seed[2], const void *data, size_t len)
{
	uint64_t v[4] = { seed[0] ^ UINT64_C(0x736f6d6570736575), seed[1] ^ UINT64_C(0x646f72616e646f6d),
			  seed[0] ^ UINT64_C(0x6c7967656e657261), seed[1] ^ UINT64_C(0x7465646279746573) };
	const uint8_t *p = data;
	uint64_t word;

	for (size_t left = len;; left -= 8, p += 8) {
		bool last = left < 8;

		word = 0;
		if (left)
			memcpy(&word, p, last ? left : 8);
		word = le64toh(word);
		if (last)
			word |= (uint64_t)len << 56;
		v[3] ^= word;
		sip_round(v);
		v[0] ^= word;
		if (last)
			break;
	}
	v[2] ^= 0xff;
	for (int i = 0; i < 3; i++)
		sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

struct map *map_new(void)
{
	struct map *m = mem_alloc(sizeof(*m));

	/* Early in the boot there may be no randomness yet; waiting for it is worse than a seed that can be guessed. */
	if (getrandom(m->seed, sizeof(m->seed), GRND_NONBLOCK) != (ssize_t)sizeof(m->seed)) {
		m->seed[0] = usec_mono() ^ (uint64_t)(uintptr_t)m;
		m->seed[1] = usec_real();
	}
	return m;
}

void map_free(struct map *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->used; i++)
		free(m->entries[i].key);
	free(m->entries);
	free(m->slots);
	free(m);
}

/* The slot that leads to this key, or the empty one where it belongs. Needs slots. */
static uint32_t *map_find_slot(const struct map *m, uint64_t hash, const void *key, size_t len)
{
	size_t mask = m->cap * 2 - 1;

	for (size_t i = hash & mask;; i = (i + 1) & mask) {
		const struct entry *e;

		if (!m->slots[i])
			return &m->slots[i];
		e = &m->entries[m->slots[i] - 1];
		if (e->key && e->hash == hash && e->len == len && (!len || !memcmp(e->key, key, len)))
			return &m->slots[i];
	}
}

static struct entry *map_find(const struct map *m, const void *key, size_t len)
{
	uint32_t *slot;

	if (!m->count)
		return NULL;
	slot = map_find_slot(m, sip_hash(m->seed, key, len), key, len);
	return *slot ? &m->entries[*slot - 1] : NULL;
}

/* Drops the removed entries and makes room: twice as much when more than half of it is still in use. */
static void map_rebuild(struct map *m)
{
	size_t cap = m->cap ? m->cap : FIRST_CAP, used = 0, mask;
	struct entry *entries;

	if (m->count > cap / 2)
		cap *= 2;
	if (cap > UINT32_MAX / 2)
		mem_die();
	entries = mem_array(cap, sizeof(*entries));
	free(m->slots);
	m->slots = mem_array(cap * 2, sizeof(*m->slots));
	mask = cap * 2 - 1;
	for (size_t i = 0; i < m->used; i++) {
		size_t at = m->entries[i].hash & mask;

		if (!m->entries[i].key)
			continue;
		while (m->slots[at])
			at = (at + 1) & mask;
		entries[used++] = m->entries[i];
		m->slots[at] = (uint32_t)used;
	}
	free(m->entries);
	m->entries = entries;
	m->used = used;
	m->cap = cap;
}

bool map_put(struct map *m, const void *key, size_t len, void *value)
{
	struct entry *e = map_find(m, key, len);
	uint64_t hash;

	if (e) {
		e->value = value;
		return false;
	}
	if (m->used == m->cap)
		map_rebuild(m);
	hash = sip_hash(m->seed, key, len);
	e = &m->entries[m->used];
	*e = (struct entry){ .hash = hash, .key = mem_alloc(len), .len = len, .value = value };
	if (len)
		memcpy(e->key, key, len);
	*map_find_slot(m, hash, key, len) = (uint32_t)++m->used;
	m->count++;
	return true;
}

void *map_get(const struct map *m, const void *key, size_t len)
{
	struct entry *e = map_find(m, key, len);

	return e ? e->value : NULL;
}

void *map_remove(struct map *m, const void *key, size_t len)
{
	struct entry *e = map_find(m, key, len);

	if (!e)
		return NULL;
	free(e->key);
	e->key = NULL;
	m->count--;
	return e->value;
}

size_t map_count(const struct map *m)
{
	return m->count;
}

bool map_next(const struct map *m, size_t *cursor, void **value)
{
	for (; *cursor < m->used; (*cursor)++) {
		const struct entry *e = &m->entries[*cursor];

		if (!e->key)
			continue;
		*value = e->value;
		(*cursor)++;
		return true;
	}
	return false;
}

bool map_put_str(struct map *m, const char *key, void *value)
{
	return map_put(m, key, strlen(key), value);
}

void *map_get_str(const struct map *m, const char *key)
{
	return map_get(m, key, strlen(key));
}
