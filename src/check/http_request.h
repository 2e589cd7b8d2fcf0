/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The text of a check's request, byte for byte as servers' logs and rules know it. Pure. */
#ifndef CHECK_HTTP_REQUEST_H
#define CHECK_HTTP_REQUEST_H

#include "conf/config.h"
#include "lib/strbuf.h"

/* Appends the request for `url`. Host is the virtualhost of the url, else of the check, the real server, the virtual
 * server, else ADDR:PORT. */
void http_request(struct strbuf *out, const struct conf_vs *vs, const struct conf_rs *rs,
		  const struct conf_check *check, const struct conf_url *url);

#endif
