/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkPathRow: a folder (or file) of this computer that is chosen with the
 * desktop's own dialog.
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define EMBARK_TYPE_PATH_ROW (embark_path_row_get_type ())
G_DECLARE_FINAL_TYPE (EmbarkPathRow, embark_path_row, EMBARK, PATH_ROW, AdwActionRow)

/* Properties: "path" (string, file name bytes, nullable, read-only: absolute), "empty-text" (string): said while there
 * is none; "is-file-allowed" (boolean): a file will do as well. */

const char *embark_path_row_get_path (EmbarkPathRow *self);
/* NULL for none. */
void embark_path_row_set_path (EmbarkPathRow *self, const char *path);
/* Shows what @key of the preferences names, and keeps there what is chosen from now on. */
void embark_path_row_bind (EmbarkPathRow *self, GSettings *settings, const char *key);

G_END_DECLS
