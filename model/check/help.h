/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The help text of each finding: what is looked at, what the cloud demands,
 * what happens otherwise, how to mend it; and of each fix: what it is against,
 * what it changes, what is seen afterwards, how to undo it. From
 * resources/help, in the user's language; immutable, any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  EMBARK_HELP_PARAGRAPH,
  EMBARK_HELP_ITEM, /* of a numbered list */
  EMBARK_HELP_CODE, /* lines to type or to write into a file */
} EmbarkHelpKind;

/* Text of paragraphs and items holds `code` between back quotes and no other marks. */
typedef struct
{
  EmbarkHelpKind kind;
  guint number; /* of an item, from 1 */
  char *text;
} EmbarkHelpBlock;

typedef struct
{
  char *id;
  GPtrArray *blocks; /* of EmbarkHelpBlock */
} EmbarkHelpSection;

/* Of EmbarkHelpSection, new: one for each “## id” of @markdown. Bounded: 256 sections, 64 blocks each; the rest is left
 * out. */
GPtrArray *embark_help_parse (const char *markdown);
/* The section of finding @id in the user's language, else in English; NULL when there is none. Borrowed. */
const EmbarkHelpSection *embark_help_find (const char *id);
/* The same of a fix, which may have the name of a finding. */
const EmbarkHelpSection *embark_help_find_fix (const char *id);
/* What @id looks at, translated: "virtio drivers". @id itself when there is no such finding. Borrowed. */
const char *embark_help_get_title (const char *id);
/* Code of the language of help and reports: "en", "zh-CN". Borrowed. */
const char *embark_help_get_language (void);
/* Words of a block for a terminal: without back quotes. Free. */
char *embark_help_strip (const char *text);

G_END_DECLS
