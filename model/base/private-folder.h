/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A private folder for what lives as long as its owner: sockets and the like.
 * Locked by its owner, so that a later start can tell and sweep away what a
 * killed program left behind. Any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  char *path;
  int fd; /* of the folder; holds the lock */
} EmbarkPrivateFolder;

/* @prefix with six more letters in @parent, 0700; first the folders of that prefix go that nobody holds. */
EmbarkPrivateFolder *embark_private_folder_new (const char *parent, const char *prefix, GError **error);
/* Removes it with all it holds. */
void embark_private_folder_free (EmbarkPrivateFolder *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkPrivateFolder, embark_private_folder_free)

G_END_DECLS
