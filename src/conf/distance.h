/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The distance of two words, in mistakes of typing. */
#ifndef CONF_DISTANCE_H
#define CONF_DISTANCE_H

#define DISTANCE_WORD_MAX 40

/* 0 = the same word; UINT32_MAX when it is more than `most`, or one of them is longer than DISTANCE_WORD_MAX. */
unsigned word_distance(const char *a, const char *b, unsigned most);

#endif
