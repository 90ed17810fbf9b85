/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The private folder of one export, which holds its socket. Locked by its
 * owner, so that a later start can tell and sweep away what a killed program
 * left behind. Internal to export.c.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  char *path;
  int fd; /* of the folder; holds the lock */
} EmbarkExportFolder;

EmbarkExportFolder *embark_export_folder_new (const char *runtime_dir, GError **error);
/* Removes it with all it holds. */
void embark_export_folder_free (EmbarkExportFolder *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkExportFolder, embark_export_folder_free)

G_END_DECLS
