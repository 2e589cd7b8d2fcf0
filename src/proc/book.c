/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The survivors' book (see book.h).
 *
 * Layout: a head, then fixed-size records. A record has the identity of its object and two slots; book_put writes the older one, so whatever
 * instruction the writer dies at, the other slot stays whole. A slot counts when its checksum fits, and the one with the higher sequence
 * number is the newest. The descriptor is sealed against changes of size, so a mapping can never fault.
 *
 * Nothing here knows what a payload means. The reader trusts nothing: not the head, not a key, not a length; what does not
 * check out is as if it had never been written.
 */
#include "proc/book.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "lib/cksum.h"
#include "lib/map.h"
#include "lib/mem.h"
#include "lib/memfd.h"

#define BOOK_MAGIC   UINT64_C(0x6b61626f6f6b0a1a)
#define BOOK_VERSION 1
#define BOOK_MAX_RECORDS (UINT64_C(1) << 22)
#define BOOK_SEALS   (F_SEAL_SHRINK | F_SEAL_GROW)

struct book_slot {
	uint64_t seq;                   /* 0 = never written */
	uint64_t len;
	uint8_t payload[BOOK_PAYLOAD_MAX];
	uint64_t sum;                   /* over the key, seq, len and payload */
};

struct book_record {
	char key[BOOK_KEY_MAX];
	struct book_slot slots[2];
};

struct book_head {
	uint64_t magic;
	uint32_t version, role;
	uint64_t generation, nrecords, record_size;
	_Atomic uint64_t beat, closed;
};

struct book {
	struct book_head *head;
	struct book_record *records;
	size_t size, nrecords;
	uint64_t *seqs;                 /* writer: last sequence number of each record, not read back from the mapping */
	struct map *index;              /* reader: key → record */
};

/* Keys longer than a record holds keep their beginning and get a hash of the whole. */
static void book_key(const char *key, char out[static BOOK_KEY_MAX])
{
	static const char hex[] = "0123456789abcdef";
	size_t len = strlen(key);

	memset(out, 0, BOOK_KEY_MAX);
	if (len < BOOK_KEY_MAX) {
		memcpy(out, key, len);
		return;
	}
	uint64_t h = hash_fnv1a(key, len, 0);
	memcpy(out, key, BOOK_KEY_MAX - 18);
	out[BOOK_KEY_MAX - 18] = '#';
	for (int i = 0; i < 16; i++, h >>= 4)
		out[BOOK_KEY_MAX - 17 + i] = hex[h & 15];
}

static uint64_t slot_sum(const char *key, const struct book_slot *s)
{
	uint64_t h = hash_fnv1a(key, BOOK_KEY_MAX, s->seq);

	h = hash_fnv1a(&s->len, sizeof s->len, h);
	return hash_fnv1a(s->payload, sizeof s->payload, h);
}

int book_create(uint32_t role, uint64_t generation, size_t nrecords)
{
	size_t size = sizeof(struct book_head) + nrecords * sizeof(struct book_record);
	struct book_head *head;
	int fd;

	if (nrecords > BOOK_MAX_RECORDS)
		return -E2BIG;
	fd = memfd_shared("keepalived-book", size);
	if (fd < 0)
		return fd;
	head = mmap(NULL, sizeof *head, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (head == MAP_FAILED)
		return -errno;
	head->version = BOOK_VERSION;
	head->role = role;
	head->generation = generation;
	head->nrecords = nrecords;
	head->record_size = sizeof(struct book_record);
	head->magic = BOOK_MAGIC;
	munmap(head, sizeof *head);
	return fd;
}

/* Maps the descriptor after checking that its size is fixed and its head fits that size. */
static struct book *book_map(int fd, int prot, const char **why)
{
	struct stat st;
	int seals = fcntl(fd, F_GET_SEALS);
	struct book *b;
	void *at;

	*why = NULL;
	if (seals < 0 || (seals & BOOK_SEALS) != BOOK_SEALS)
		*why = "its size is not sealed";
	else if (fstat(fd, &st) < 0 || st.st_size < (off_t)sizeof(struct book_head))
		*why = "it is too short";
	if (*why)
		return NULL;
	at = mmap(NULL, (size_t)st.st_size, prot, MAP_SHARED, fd, 0);
	if (at == MAP_FAILED) {
		*why = "it cannot be mapped";
		return NULL;
	}
	b = mem_alloc(sizeof *b);
	b->head = at;
	b->records = (struct book_record *)(b->head + 1);
	b->size = (size_t)st.st_size;
	b->nrecords = (size_t)__atomic_load_n(&b->head->nrecords, __ATOMIC_RELAXED);     /* once */
	if (b->head->magic != BOOK_MAGIC)
		*why = "it is not a book";
	else if (b->head->version != BOOK_VERSION || b->head->record_size != sizeof(struct book_record))
		*why = "it is of another version";
	else if (b->nrecords > BOOK_MAX_RECORDS ||              /* the copy: its writer may still live and change it */
		 b->size != sizeof(struct book_head) + b->nrecords * sizeof(struct book_record))
		*why = "its length does not fit its number of records";
	if (*why) {
		book_close(b);
		return NULL;
	}
	return b;
}

struct book *book_open(int fd, const char **why)
{
	struct book *b = book_map(fd, PROT_READ | PROT_WRITE, why);

	if (b)
		b->seqs = mem_array(b->nrecords ? b->nrecords : 1, sizeof *b->seqs);
	return b;
}

struct book *book_open_predecessor(int fd, uint32_t role, const char **why)
{
	struct book *b = book_map(fd, PROT_READ, why);

	if (b && b->head->role != role) {
		*why = "it belongs to another role";
		book_close(b);
		return NULL;
	}
	if (!b)
		return NULL;
	b->index = map_new();
	for (size_t i = 0; i < b->nrecords; i++) {
		const char *key = b->records[i].key;
		size_t len = strnlen(key, BOOK_KEY_MAX);

		if (len && len < BOOK_KEY_MAX)
			map_put(b->index, key, len, &b->records[i]);
	}
	return b;
}

void book_close(struct book *b)
{
	if (!b)
		return;
	munmap(b->head, b->size);
	map_free(b->index);
	free(b->seqs);
	free(b);
}

int book_claim(struct book *b, size_t index, const char *key)
{
	if (!b->seqs || index >= b->nrecords)
		return -ERANGE;
	book_key(key, b->records[index].key);
	return 0;
}

int book_put(struct book *b, size_t index, const void *payload, size_t len)
{
	struct book_record *r;
	struct book_slot *s;

	if (!b->seqs || index >= b->nrecords)
		return -ERANGE;
	if (len > BOOK_PAYLOAD_MAX)
		return -EMSGSIZE;
	r = &b->records[index];
	/* The fences keep the compiler from mixing the writes of two calls: one slot at a time may be torn, never both. */
	atomic_signal_fence(memory_order_seq_cst);
	s = &r->slots[++b->seqs[index] & 1];
	s->seq = b->seqs[index];
	s->len = len;
	memset(s->payload, 0, sizeof s->payload);
	memcpy(s->payload, payload, len);
	s->sum = slot_sum(r->key, s);
	atomic_signal_fence(memory_order_seq_cst);
	return 0;
}

/* A private copy of the newest intact slot: what is checked is what is used, whoever else may write. */
static bool record_read(const struct book_record *r, struct book_slot *out)
{
	bool found = false;

	for (int i = 0; i < 2; i++) {
		struct book_slot s = r->slots[i];

		if (s.seq && s.len <= BOOK_PAYLOAD_MAX && s.sum == slot_sum(r->key, &s) && (!found || s.seq > out->seq)) {
			*out = s;
			found = true;
		}
	}
	return found;
}

int book_get(const struct book *b, const char *key, void *payload, size_t len)
{
	char k[BOOK_KEY_MAX];
	struct book_slot s;
	const struct book_record *r;

	book_key(key, k);
	r = b->index ? map_get(b->index, k, strlen(k)) : NULL;
	if (!r || !record_read(r, &s))
		return -ENOENT;
	memcpy(payload, s.payload, len < s.len ? len : s.len);
	return (int)s.len;
}

void book_each(const struct book *b, void (*fn)(void *, const char *, const void *, size_t), void *arg)
{
	for (size_t i = 0; i < b->nrecords; i++) {
		struct book_slot s;
		char key[BOOK_KEY_MAX];

		memcpy(key, b->records[i].key, sizeof key);
		if (key[0] && memchr(key, 0, sizeof key) && record_read(&b->records[i], &s))
			fn(arg, key, s.payload, s.len);
	}
}

void book_beat(struct book *b, usec_t boot)
{
	atomic_store_explicit(&b->head->beat, boot, memory_order_relaxed);
}

usec_t book_last_beat(const struct book *b)
{
	return atomic_load_explicit(&b->head->beat, memory_order_relaxed);
}

void book_mark_closed(struct book *b)
{
	atomic_store_explicit(&b->head->closed, 1, memory_order_relaxed);
}

bool book_is_closed(const struct book *b)
{
	return atomic_load_explicit(&b->head->closed, memory_order_relaxed);
}
