// SPDX-License-Identifier: GPL-2.0-or-later
/* In the place of nft.c, where libnftables was not there at build time. */
#include "net/nft.h"

#include <errno.h>
#include <stdio.h>

int nft_run(const char *commands, char *why, size_t size)
{
	(void)commands;
	snprintf(why, size, "this keepalived was built without libnftables");
	return -EOPNOTSUPP;
}
