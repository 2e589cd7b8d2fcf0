/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Intrusive doubly linked list. A node that is on no list points at itself. */
#ifndef LIB_LIST_H
#define LIB_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct list { struct list *next, *prev; };

#define container_of(ptr, type, member) ((type *)((char *)(ptr) - offsetof(type, member)))
#define LIST_INIT(name) { &(name), &(name) }

static inline void list_init(struct list *l) { l->next = l->prev = l; }
static inline bool list_empty(const struct list *l) { return l->next == l; }

static inline void list_add_before(struct list *at, struct list *node)
{
	node->prev = at->prev;
	node->next = at;
	at->prev->next = node;
	at->prev = node;
}

static inline void list_append(struct list *head, struct list *node) { list_add_before(head, node); }
static inline void list_prepend(struct list *head, struct list *node) { list_add_before(head->next, node); }

/* Takes the node off its list; harmless when it is on none. */
static inline void list_remove(struct list *node)
{
	node->prev->next = node->next;
	node->next->prev = node->prev;
	list_init(node);
}

#define list_for_each(var, head, member)                                                                      \
	for (var = container_of((head)->next, __typeof__(*var), member); &var->member != (head);              \
	     var = container_of(var->member.next, __typeof__(*var), member))

/* The current node may be removed or freed in the body. */
#define list_for_each_safe(var, tmp, head, member)                                                            \
	for (var = container_of((head)->next, __typeof__(*var), member),                                      \
	    tmp = container_of(var->member.next, __typeof__(*var), member);                                   \
	     &var->member != (head); var = tmp, tmp = container_of(tmp->member.next, __typeof__(*var), member))

#endif
