/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Looking into one disk: header probe, export, measure, inspection, in that
 * order, as one blocking function. Any thread.
 */
#pragma once

#include <gio/gio.h>

#include "model/base/facts.h"
#include "model/base/progress.h"

G_BEGIN_DECLS

/* Where a disk's bytes are and which programs and folders serve to read them. Owned strings. */
typedef struct
{
  char *path;
  char *format;   /* (nullable) what the domain XML says */
  char **allowed; /* (nullable) backing files libvirt names */
  char *holder;   /* (nullable) name of the machine that has the disk open */
  char *helper, *cache_dir, *runtime_dir;
} EmbarkDiskSource;

EmbarkDiskSource *embark_disk_source_copy (const EmbarkDiskSource *self);
void embark_disk_source_free (EmbarkDiskSource *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkDiskSource, embark_disk_source_free)

typedef struct
{
  EmbarkFacts *facts;
  char *fingerprint; /* changes when a file of the disk changes */
  gboolean is_slow;  /* TCG */
} EmbarkLook;

void embark_look_free (EmbarkLook *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkLook, embark_look_free)

/* IN_USE with the machine's name when the source is held. Part of every function that reads the disk. */
gboolean embark_disk_source_check_rest (const EmbarkDiskSource *self, GError **error);

/* Header facts only: milliseconds. */
EmbarkLook *embark_look_at_header (const EmbarkDiskSource *source, GCancellable *cancellable, GError **error);
/* All of it. What the guest session could not find out is noted in the facts; a guest session that could not start
 * is an error. */
EmbarkLook *embark_look_inside (const EmbarkDiskSource *source, EmbarkProgressFunc progress, gpointer user_data,
                                GCancellable *cancellable, GError **error);

G_END_DECLS
