/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkWindow: machines at the left, what is chosen at the right; one pane at
 * a time where there is no room for both.
 */
#pragma once

#include <adwaita.h>

#include "model/context.h"

G_BEGIN_DECLS

#define EMBARK_TYPE_WINDOW (embark_window_get_type ())
G_DECLARE_FINAL_TYPE (EmbarkWindow, embark_window, EMBARK, WINDOW, AdwApplicationWindow)

/* Actions: add-disk, search, refresh, check, migrate, save-report, copy-report, explain(s), explain-codes, back,
 * show-imports, toast(s), show-migration(s), continue-migration(s), remove-migration(s), show-machine(s),
 * remove-file(s). */

EmbarkWindow *embark_window_new (GtkApplication *application, EmbarkContext *context);
/* @files: of GFile. Adds each as a disk file, shows and checks the first; tells which were refused and why. */
void embark_window_add_files (EmbarkWindow *self, GListModel *files);

G_END_DECLS
