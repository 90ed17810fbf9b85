/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where overlays are kept: a private folder, one file a preparation. A file is
 * held by a lock while its program works with it without a journal entry that
 * names it; what nobody holds and no entry names is swept. Any thread.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _EmbarkOverlayHold EmbarkOverlayHold;

/* A name in @folder (made 0700 if missing) that is this program's until it is freed; the file itself is not made. */
EmbarkOverlayHold *embark_overlay_hold_new (const char *folder, GError **error);
const char *embark_overlay_hold_get_path (EmbarkOverlayHold *self);
/* Frees it; the overlay stays, because a journal entry names it. */
void embark_overlay_hold_keep (EmbarkOverlayHold *self);
/* Frees it and deletes the overlay. */
void embark_overlay_hold_delete (EmbarkOverlayHold *self);

/* TRUE when the overlay at @path is still wanted. Called while nobody else can begin to hold it. */
typedef gboolean (*EmbarkOverlayWantedFunc) (const char *path, gpointer user_data);
/* Deletes what nobody holds or wants. */
void embark_overlay_folder_sweep (const char *folder, EmbarkOverlayWantedFunc is_wanted, gpointer user_data);

G_END_DECLS
