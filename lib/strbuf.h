/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A growing string. Always terminated; zero-initialised (`struct strbuf sb = {0}`) is empty and valid. */
#ifndef LIB_STRBUF_H
#define LIB_STRBUF_H

#include <stdarg.h>
#include <stddef.h>

struct strbuf { char *str; size_t len, cap; };

void strbuf_add(struct strbuf *sb, const char *str);
void strbuf_addn(struct strbuf *sb, const void *data, size_t len);
void strbuf_truncate(struct strbuf *sb, size_t len);   /* drops what is behind the first len bytes */
void strbuf_addc(struct strbuf *sb, char c);
void strbuf_addf(struct strbuf *sb, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void strbuf_vaddf(struct strbuf *sb, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
void strbuf_reset(struct strbuf *sb);                  /* empty, keeps its memory */
const char *strbuf_str(const struct strbuf *sb);       /* never NULL */
char *strbuf_detach(struct strbuf *sb);                /* the caller frees it; sb is empty afterwards */
void strbuf_done(struct strbuf *sb);
void strbuf_wipe(struct strbuf *sb);                   /* the same, for what held secrets: overwrites it first */

#endif
