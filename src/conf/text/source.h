/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading the files: every include resolved, every line with the place it came from, as one text. The parent makes it
 * once; children get the same bytes in a sealed memfd. The format is ours alone: a table of file names, then one
 * record per logical line. */
#ifndef CONF_SOURCE_H
#define CONF_SOURCE_H

#include "conf/diag.h"
#include "lib/strbuf.h"

/* The records of an expanded text: one per line, the first byte says which. A line without a place stands on the line
 * below the one before. */
#define SOURCE_FILE  'F'                        /* FNAME: the next file of the table, numbered from 0 */
#define SOURCE_PLACE 'P'                        /* PFILE LINE: where the next line stands */
#define SOURCE_LINE  '='                        /* =TEXT: a line, without comment and end; columns are those of the file unless a M record precedes */
#define SOURCE_ORIGIN 'D'                       /* DFILE LINE NAME: the next origin of a text that was not written where it stands, numbered from 1 */
#define SOURCE_MAP   'M'                        /* M[OFFSET COLUMN[+] ORIGIN]…: where the pieces of the next line come from; + = the column grows with them */
#define SOURCE_LOST  'X'                        /* XCLOSED OPENED: a line that was left out for an error, and what it would have done to the blocks */
#define SOURCE_KEY   'K'                        /* KHEX PATH: what is in a key file, - = it cannot be read; see conf/keyfile.h */
#define SOURCE_NAME  'N'                        /* NKIND NUMBER NAME: what this machine calls a number, see conf/names.h */

struct source_options {
	const char *config_id;                  /* -i; NULL = host name up to the first dot */
	bool strict_includes;                   /* -e */
	bool regular_only;                      /* `path` must be a regular file: waiting for the other end of a pipe is not possible now */
};

/* Reads `path` (a glob is allowed) and what it includes into the expanded text. 0, or -errno when the file itself
 * cannot be read (a diagnostic says which and why). Mistakes inside are diagnostics only. */
int source_read(const char *path, const struct source_options *opt, struct conf_diags *diags, struct strbuf *expanded);

/* The same for a text that is in memory already; includes in it are relative to the folder of `name`. */
void source_read_text(const char *name, const char *text, size_t len, const struct source_options *opt, struct conf_diags *diags,
	struct strbuf *expanded);

/* The same of a text that depends on nothing else: an include is a mistake, random numbers start from 1 unless the
 * text says otherwise. `most` bytes at most come of definitions and sequences. */
void source_read_alone(const char *name, const char *text, size_t len, const struct source_options *opt, size_t most, struct conf_diags *diags,
	struct strbuf *expanded);

#endif
