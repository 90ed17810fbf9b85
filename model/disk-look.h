/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Looking into one disk, in two stages: what its headers say (files, partition
 * table, what is allocated), then what is inside (sizes, the guest). Blocking
 * functions. Any thread.
 */
#pragma once

#include <gio/gio.h>

#include "model/base/facts.h"
#include "model/base/progress.h"
#include "model/source/image-chain.h"

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
  gint64 looked_at;  /* unix seconds; earlier than now when the facts were kept from an earlier look */
  gboolean is_slow;  /* TCG */
  gboolean is_kept;  /* from an earlier look */
} EmbarkLook;

void embark_look_free (EmbarkLook *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkLook, embark_look_free)

/* Takes @look: what the first stage found. */
typedef void (*EmbarkLookFunc) (EmbarkLook *look, gpointer user_data);

typedef struct
{
  gboolean is_again; /* looks, even if the facts of an earlier look are kept */
  EmbarkProgressFunc progress;
  EmbarkLookFunc first_stage; /* (nullable) not called when nothing had to be looked at */
  gpointer user_data;         /* of both */
} EmbarkLookOptions;

/* IN_USE with the machine's name when the source is held. Part of every function that reads the disk. */
gboolean embark_disk_source_check_rest (const EmbarkDiskSource *self, GError **error);

/* The files that hold the disk. Errors: as embark_image_chain_open(). */
EmbarkImageChain *embark_disk_source_open (const EmbarkDiskSource *self, GCancellable *cancellable, GError **error);
/* The same, but SOURCE_CHANGED when they are not those of @fingerprint; without one nothing is known of them, so too.
 */
EmbarkImageChain *embark_disk_source_open_checked (const EmbarkDiskSource *self, const char *fingerprint,
                                                   GCancellable *cancellable, GError **error);

/* The image files only, without any other process: milliseconds. */
EmbarkLook *embark_look_at_header (const EmbarkDiskSource *source, GCancellable *cancellable, GError **error);
/* The first stage: the image files, the partition table and what is allocated. One process, no appliance. */
EmbarkLook *embark_look_at_layout (const EmbarkDiskSource *source, EmbarkProgressFunc progress, gpointer user_data,
                                   GCancellable *cancellable, GError **error);
/* Both stages, or the facts that are kept of an unchanged disk. What the guest session could not find out is noted in
 * the facts; a guest session that could not start is an error. Facts are kept when every file of the disk stayed as it
 * was; never of block devices, whose times say nothing. */
EmbarkLook *embark_look_inside (const EmbarkDiskSource *source, const EmbarkLookOptions *options,
                                GCancellable *cancellable, GError **error);

/* As embark_look_inside(), with what a guest session of this very disk already found: @guest. Nothing is kept. */
EmbarkLook *embark_look_with_guest (const EmbarkDiskSource *source, EmbarkFacts *guest, gboolean is_slow,
                                    GCancellable *cancellable, GError **error);

/* Sets disk.reclaimable: bytes that are stored though no file system uses them, so that trimming or deleting could
 * save them. Everything in partitions counts as used but what mounted file systems call free, so it is at least this
 * much; absent when no file system told its size. */
void embark_look_add_reclaimable (EmbarkFacts *facts);

G_END_DECLS
