/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sealed shared memory: text handed to another process, or a book that outlives one. */
#ifndef LIB_MEMFD_H
#define LIB_MEMFD_H

#include <stddef.h>

/* A memfd with this content, sealed against every change; the descriptor (close-on-exec) or -errno. */
int memfd_text(const char *name, const void *data, size_t len);
/* A memfd of this size, zeroed, sealed against growing and shrinking but writable; the descriptor or -errno. */
int memfd_shared(const char *name, size_t size);
/* Reads a whole memfd whose seals show that it cannot change; *out is to be freed; 0, -EPERM (not sealed), -EFBIG or -errno. */
int memfd_read(int fd, size_t limit, char **out, size_t *len);

#endif
