/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What diag.c (the list) and diag_show.c (its forms of output) share. */
#ifndef CONF_DIAG_INT_H
#define CONF_DIAG_INT_H

#include "conf/diag.h"
#include "conf/mask.h"
#include "conf/pos.h"

struct diag {
	struct conf_pos pos;
	bool placed, gone;                      /* gone: an error tells it as its cause */
	enum diag_level level;
	unsigned order, more;                   /* order of arrival; repetitions in the same file, or of the same definition */
	char *text;
};

/* What is odd about a word (diag_cause). */
struct diag_cause { struct conf_pos pos; size_t diag; char *text; bool taken; };        /* diag: index + 1; 0 = it is not kept */

struct diag_file {
	char *name, *text;
	size_t len;
	bool searched;                          /* for the lines about secrets, when something is shown */
	struct secret_lines secrets;
	uint32_t line;                          /* where the last search ended: lines are asked for in ascending order */
	size_t offset;
};

struct diag_origin { uint32_t file, line; char *name; };        /* what a text came from that was not written where it stands */

struct conf_diags {
	struct diag *list;
	size_t count, cap;
	bool sorted;
	unsigned counts[3];                     /* of each level, kept or not */
	unsigned dropped[3];                    /* of each level */
	struct map *said;                       /* file, place, text → struct diag's index + 1 */
	struct diag_cause *causes;              /* in the order of arrival */
	size_t ncauses;
	struct map *cause_at;                   /* place of the word → index + 1 */
	struct diag_file *files;
	size_t nfiles;
	struct diag_origin *origins;            /* struct conf_pos's via − 1 */
	size_t norigins, cap_origins;
	struct mask *mask;
};

#endif
