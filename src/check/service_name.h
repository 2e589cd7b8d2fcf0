/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How virtual and real servers are called in logs, FIFOs and books. */
#ifndef CHECK_SERVICE_NAME_H
#define CHECK_SERVICE_NAME_H

#include "conf/config.h"

#define SERVICE_NAME_MAX 64

/* "[192.0.2.1]:tcp:80", "FWM 5". Written into the buffer, which is also returned. */
const char *service_vs_name(const struct conf_vs *vs, char buf[static SERVICE_NAME_MAX]);
/* "[192.0.2.1]:tcp:80", with the protocol of its virtual server. */
const char *service_rs_name(const struct conf_vs *vs, const struct conf_rs *rs, char buf[static SERVICE_NAME_MAX]);

/* What a record in the book is known by, the same over reloads. "FWM 5" exists once per family, so the family is part
 * of it. */
#define SERVICE_KEY_MAX 176
const char *service_vs_key(const struct conf_vs *vs, char buf[static SERVICE_KEY_MAX]);
const char *service_rs_key(const struct conf_vs *vs, const struct conf_rs *rs, char buf[static SERVICE_KEY_MAX]);
/* `ordinal` counts the checks of its type before it at the same real server, from 0. */
const char *service_check_key(const struct conf_vs *vs, const struct conf_rs *rs, const struct conf_check *check,
			      unsigned ordinal, char buf[static SERVICE_KEY_MAX]);

#endif
