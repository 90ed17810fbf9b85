/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The facts of whole looks, kept in the user's cache so that an unchanged disk
 * is not looked into again. A cache: whatever is wrong with it is the same as
 * nothing in it. Blocking; any thread, any number of programs at once.
 */
#pragma once

#include "model/base/facts.h"

G_BEGIN_DECLS

/* Files that are kept, and bytes of all of them. */
#define EMBARK_FACTS_CACHE_FILES_MAX 256
#define EMBARK_FACTS_CACHE_BYTES_MAX (32 * 1024 * 1024)

/* One line for what facts depend on: the files (embark_image_chain_get_identity()), the format they were read in,
 * this program and @helper in their versions, and the language of the reasons. Free. */
char *embark_facts_cache_make_key (const char *identity, const char *format, const char *helper);

/* New reference; NULL when there are none for @key that can be believed. @ret_looked_at: unix seconds of the look. */
EmbarkFacts *embark_facts_cache_load (const char *cache_dir, const char *key, gint64 *ret_looked_at,
                                      gboolean *ret_slow);
/* Readable by the user only; in one step, so that nobody sees half of it. Removes the oldest beyond the bounds. */
void embark_facts_cache_store (const char *cache_dir, const char *key, EmbarkFacts *facts, gint64 looked_at,
                               gboolean is_slow);

G_END_DECLS
