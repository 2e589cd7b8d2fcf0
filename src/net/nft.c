// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nftables by libnftables: text in, done.
 *
 * Its context is made for each call and freed after it: it is used at a start and a stop, and its memory is not small.
 * nft_none.c takes the place of this file where the library is not there at build time.
 */
#include "net/nft.h"

#include <errno.h>
#include <nftables/libnftables.h>
#include <stdio.h>
#include <string.h>

int nft_run(const char *commands, char *why, size_t size)
{
	struct nft_ctx *ctx = nft_ctx_new(NFT_CTX_DEFAULT);
	const char *text;
	int r = -EIO;

	if (!ctx) {
		snprintf(why, size, "out of memory");
		return -ENOMEM;
	}
	nft_ctx_buffer_output(ctx);
	nft_ctx_buffer_error(ctx);
	if (nft_run_cmd_from_buffer(ctx, commands) == 0) {
		r = 0;
	} else {
		text = nft_ctx_get_error_buffer(ctx);
		snprintf(why, size, "%.*s", (int)strcspn(text ? text : "", "\n"), text ? text : "");
	}
	nft_ctx_free(ctx);
	return r;
}
