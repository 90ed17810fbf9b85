/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * For the tests of the stream: disks made with QEMU's tools in a temporary
 * folder, served by real NBD servers, streamed into a file.
 */
#pragma once

#include "model/stream/qcow2-stream.h"

typedef struct
{
  char *folder;
  char *socket;
  char *pid_file;
  char *output; /* the streamed file */

  guint64 part_size; /* 0: as planned */
  guint n_workers;
  EmbarkStreamLevel level;

  /* During a run. */
  GCancellable *cancellable;
  void (*at_first_part) (gpointer disk); /* may be NULL */
  guint n_parts;
  guint last_number;
  double last_fraction;

  EmbarkStreamPlan plan;
  EmbarkStreamResult result;
} NbdDisk;

NbdDisk *nbd_disk_new (void);
/* Stops the server, deletes the folder. */
void nbd_disk_free (NbdDisk *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NbdDisk, nbd_disk_free)

/* Path of a file in the folder. */
char *nbd_disk_path (NbdDisk *self, const char *name);
/* Runs a program, which must succeed; arguments end with NULL. */
void nbd_disk_run (const char *program, ...) G_GNUC_NULL_TERMINATED;
/* Writes @length bytes of @seed's pseudo-random data (seed 0: zeroes) at @offset; the file is made if needed. */
void nbd_disk_write (const char *path, guint64 offset, gsize length, guint32 seed);
/* Both return when the server listens. @connections as qemu-nbd's --shared. */
void nbd_disk_serve (NbdDisk *self, const char *path, const char *format, const char *connections);
/* Arguments of nbdkit, ending with NULL. */
void nbd_disk_serve_nbdkit (NbdDisk *self, ...) G_GNUC_NULL_TERMINATED;
/* SIGKILL. */
void nbd_disk_kill_server (NbdDisk *self);
void nbd_disk_stop_server (NbdDisk *self);

/* Plans and streams into the output file, checking each part as it comes. */
gboolean nbd_disk_stream (NbdDisk *self, GError **error);
/* The output is what `qemu-img check` and `compare` call right, and as the result says. */
void nbd_disk_verify (NbdDisk *self, const char *path, const char *format);
