/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writing JSON (RFC 8259) into a string: commas, quotes and escapes are looked after, the nesting is the caller's. What comes out is valid
 * UTF-8 whatever bytes went in: each byte that is none becomes U+FFFD. */
#ifndef LIB_JSON_H
#define LIB_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/strbuf.h"

struct json {
	struct strbuf *out;
	bool comma;                             /* something stands before, on this level */
	unsigned depth;
};

/* `key` is the name in an object, NULL in an array and at the top. A value with the name NULL in an object would not be JSON. */
void json_object(struct json *j, const char *key);              /* opens one; json_object_end closes it */
void json_object_end(struct json *j);
void json_array(struct json *j, const char *key);
void json_array_end(struct json *j);
void json_string(struct json *j, const char *key, const char *value);          /* NULL: null */
void json_stringn(struct json *j, const char *key, const char *value, size_t len);
void json_int(struct json *j, const char *key, int64_t value);
void json_uint(struct json *j, const char *key, uint64_t value);
void json_bool(struct json *j, const char *key, bool value);

#endif
