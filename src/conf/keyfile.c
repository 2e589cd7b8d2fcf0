// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What was in a key file, as the text brought it. Called by schema_auth.c in every process.
 */
#include "conf/keyfile.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "lib/num.h"

int keyfile_text(const struct keyfiles *files, const char *path, char text[static KEYFILE_MAX + 1])
{
	const char *hex = NULL;
	size_t len;

	for (size_t i = 0; i < files->n && !hex; i++)
		if (!strcmp(files->list[i].path, path))
			hex = files->list[i].hex;
	if (!hex)
		return -ENOENT;
	len = strspn(hex, "0123456789abcdef");
	if (hex[len] || len % 2 || len / 2 > KEYFILE_MAX)
		return -EIO;
	for (size_t i = 0; i < len / 2; i++)
		text[i] = (char)(num_hex_digit(hex[2 * i]) << 4 | num_hex_digit(hex[2 * i + 1]));
	text[len / 2] = '\0';
	return 0;
}
