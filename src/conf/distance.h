/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The distance of two words, in mistakes of typing. */
#ifndef CONF_DISTANCE_H
#define CONF_DISTANCE_H

#define DISTANCE_WORD_MAX 40

/* 0 = the same word; UINT32_MAX when it is more than `most`, or one of them is longer than DISTANCE_WORD_MAX. */
unsigned word_distance(const char *a, const char *b, unsigned most);

/* The search for what was meant by a word: of those that were tried, the first of the nearest ones. */
struct nearest { const char *wanted; unsigned below; const char *word; };       /* below: nearer than that; word: NULL = none yet */
struct nearest nearest_name(const char *wanted);                                /* among names that operators gave */
void nearest_try(struct nearest *n, const char *word);

#endif
