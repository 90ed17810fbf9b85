/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The text of an INF file: sections, lines, fields, strings ("General
 * Guidelines for INF Files"). Knows nothing of drivers. Pure; any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define EMBARK_INF_BYTES_MAX (1024 * 1024)
/* Of one field, after its %strings% have been put in. */
#define EMBARK_INF_CHARS_MAX 1024

typedef struct _EmbarkInfText EmbarkInfText;

/* "key = field, field"; of a line without "=" the key is NULL. Fields are as they are written, without their quotation
 * marks; at most 64. */
typedef struct
{
  const char *key;
  const char **fields; /* NULL-terminated */
  guint n_fields;
} EmbarkInfLine;

/* @bytes: UTF-16 with a mark at its start, UTF-8, or Latin-1. NULL: longer than EMBARK_INF_BYTES_MAX, or no section. */
EmbarkInfText *embark_inf_text_new (const guint8 *bytes, gsize length);
void embark_inf_text_free (EmbarkInfText *self);

/* Of EmbarkInfLine, borrowed; sections of one name are one. In any case; NULL when there is none. */
GPtrArray *embark_inf_text_get_section (EmbarkInfText *self, const char *name);
/* First line with that key, in any case; borrowed, NULL when there is none. */
const EmbarkInfLine *embark_inf_text_find (EmbarkInfText *self, const char *section, const char *key);
/* @text with each "%name%" of [Strings] put in, "%%" as "%"; what is not known stays. Bounded; free. */
char *embark_inf_text_expand (EmbarkInfText *self, const char *text);
/* A field, expanded; NULL when it is missing or empty. Free. */
char *embark_inf_text_get_field (EmbarkInfText *self, const EmbarkInfLine *line, guint field);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkInfText, embark_inf_text_free)

G_END_DECLS
