/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nftables, in the caller's network namespace, by commands as nft(8) takes them. */
#ifndef NET_NFT_H
#define NET_NFT_H

#include <stddef.h>

/* Runs the commands as one transaction: all of them happen, or none. 0; -EOPNOTSUPP when this program was built without it; else -EIO, with
 * the first line of the reason in `why`. */
int nft_run(const char *commands, char *why, size_t size);

#endif
