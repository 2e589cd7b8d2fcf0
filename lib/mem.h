/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory that is there or the process is not: when memory runs out the process ends with EXIT_NO_MEMORY (204)
 * and its parent starts another. No caller checks for NULL. */
#ifndef LIB_MEM_H
#define LIB_MEM_H

#include <stddef.h>

#define EXIT_NO_MEMORY 204

void *mem_alloc(size_t size);                    /* zeroed; never NULL; release with free() */
void *mem_array(size_t count, size_t size);      /* zeroed; the product is checked for overflow */
void *mem_resize(void *ptr, size_t size);        /* realloc; what is added is not zeroed */
char *mem_strdup(const char *str);               /* NULL gives NULL */
_Noreturn void mem_die(void);                    /* says so on stderr, exits with EXIT_NO_MEMORY */

#endif
