/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A temporary folder for a test, and images made in it with qemu-img.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  char *path;
} ImageFolder;

ImageFolder *image_folder_new (void);
/* Removes it with everything in it. */
void image_folder_free (ImageFolder *self);
char *image_folder_get_path (ImageFolder *self, const char *name);
/* How many entries it has. */
guint image_folder_count (ImageFolder *self);
/* Writes @size bytes. */
void image_folder_write (ImageFolder *self, const char *name, const void *bytes, gsize size);
/* A raw disk of @size bytes with a boot signature, some data and holes. */
void image_folder_make_raw (ImageFolder *self, const char *name, guint64 size);
/* Runs @first with the words behind it (to a NULL) in the folder; fails the test unless it exits with 0. */
void image_folder_run (ImageFolder *self, const char *first, ...) G_GNUC_NULL_TERMINATED;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImageFolder, image_folder_free)

G_END_DECLS
