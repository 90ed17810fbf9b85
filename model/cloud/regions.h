/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The regions of COS and CVM as data (resources/regions.json). Immutable.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  char *code; /* ap-guangzhou */
  char *name_en, *name_zh;
  gboolean is_finance, is_overseas, is_closed;
} EmbarkRegion;

/* Of EmbarkRegion, from the GResource of the program; borrowed, never freed. */
GPtrArray *embark_regions_get (void);
const EmbarkRegion *embark_regions_find (const char *code); /* (nullable) */
/* Name in the user's language, or the code itself when it is not known. Borrowed. */
const char *embark_regions_get_name (const char *code);
/* ^[a-z]+-[a-z0-9-]+$, at most 32 bytes. */
gboolean embark_regions_is_valid (const char *code);

G_END_DECLS
