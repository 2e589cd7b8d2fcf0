// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Allocation that never fails.
 *
 * A daemon that limps on with half an object is worse than one that ends: the parent starts another process, which
 * resumes from the book of this one. So the one decision about exhausted memory is taken here, and everybody else
 * is spared a branch that no test would ever reach. The exit code tells the parent (and an operator reading its log)
 * that memory was the reason.
 *
 * Must not allocate or run exit handlers on the way out: both may need the memory that is not there.
 */
#include "lib/mem.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

_Noreturn void mem_die(void)
{
	static const char text[] = "Out of memory, exiting\n";

	/* Nothing is left to do when even this cannot be written. */
	(void)!write(STDERR_FILENO, text, sizeof(text) - 1);
	_exit(EXIT_NO_MEMORY);
}

void *mem_alloc(size_t size)
{
	/* calloc(0) may give NULL, which callers would take for "absent". */
	void *p = calloc(1, size ? size : 1);

	if (!p)
		mem_die();
	return p;
}

void *mem_array(size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes))
		mem_die();
	return mem_alloc(bytes);
}

void *mem_resize(void *ptr, size_t size)
{
	/* realloc to 0 may free and give NULL. */
	void *p = realloc(ptr, size ? size : 1);

	if (!p)
		mem_die();
	return p;
}

char *mem_strdup(const char *str)
{
	char *copy;

	if (!str)
		return NULL;
	copy = strdup(str);
	if (!copy)
		mem_die();
	return copy;
}
