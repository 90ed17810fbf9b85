/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkDriverTree: names and sizes of what an ISO image or a folder holds,
 * and the bytes of the few files that are asked for. Names are compared in any
 * case, as Windows does. Symbolic links are followed within the tree only,
 * never by the kernel. Nothing of it is trusted; one thread at a time.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define EMBARK_DRIVER_ENTRIES_MAX 20000
#define EMBARK_DRIVER_DEPTH_MAX 16
#define EMBARK_DRIVER_FILE_MAX (16 * 1024 * 1024)
#define EMBARK_DRIVER_TOTAL_MAX (64 * 1024 * 1024)

typedef struct _EmbarkDriverTree EmbarkDriverTree;
typedef struct _EmbarkDriverEntry EmbarkDriverEntry;

/* @path: a folder, or a file that is an ISO 9660 image whatever it is called; links to it are followed. Names that a
 * path could not hold and whatever lies deeper than EMBARK_DRIVER_DEPTH_MAX are left out. NOT_FOUND, NOT_READABLE;
 * BLOCKED: neither, or too many files; DAMAGED_IMAGE. */
EmbarkDriverTree *embark_driver_tree_open (const char *path, GCancellable *cancellable, GError **error);
void embark_driver_tree_free (EmbarkDriverTree *self);

/* @folder: "viostor/w10/amd64", "" for the top; both as they are spelled there. */
typedef void (*EmbarkDriverTreeFunc) (const char *folder, const char *name, const EmbarkDriverEntry *file,
                                      gpointer data);
/* Every file once for each way that leads to it through links; in no order. FALSE: cancelled, or links that multiply
 * beyond EMBARK_DRIVER_ENTRIES_MAX. */
gboolean embark_driver_tree_visit (EmbarkDriverTree *self, EmbarkDriverTreeFunc func, gpointer data,
                                   GCancellable *cancellable, GError **error);
/* How many links lead out of the tree and were not followed. After a visit. */
guint embark_driver_tree_get_n_foreign_links (const EmbarkDriverTree *self);

/* NULL: no such file. Borrowed; the same for every way to it. */
const EmbarkDriverEntry *embark_driver_tree_find (EmbarkDriverTree *self, const char *folder, const char *name);
guint64 embark_driver_entry_get_size (const EmbarkDriverEntry *self);
/* @files: of EmbarkDriverEntry, each at most EMBARK_DRIVER_FILE_MAX and all together EMBARK_DRIVER_TOTAL_MAX. Returns
 * entry → GBytes. One pass over an ISO. DAMAGED_IMAGE: an ISO ends before a file does. FAILED also: a file has another
 * size than it had, or they are too much. */
GHashTable *embark_driver_tree_read (EmbarkDriverTree *self, GPtrArray *files, GCancellable *cancellable,
                                     GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkDriverTree, embark_driver_tree_free)

G_END_DECLS
