/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Between the tree (driver-tree.c) and the two that fill and read it.
 */
#pragma once

#include "model/guest/driver-tree.h"

G_BEGIN_DECLS

typedef enum
{
  EMBARK_DRIVER_ENTRY_FOLDER,
  EMBARK_DRIVER_ENTRY_FILE,
  EMBARK_DRIVER_ENTRY_LINK, /* symbolic */
  EMBARK_DRIVER_ENTRY_SAME, /* another name of a file of the ISO, which holds its bytes once */
} EmbarkDriverEntryKind;

struct _EmbarkDriverEntry
{
  /* owned */
  char *name;
  GHashTable *children; /* of a folder: name in lower case → entry */
  char *target;         /* of a link: as it is written; of the same: path from the top */
  /* borrowed */
  EmbarkDriverEntry *parent; /* NULL: the top */

  EmbarkDriverEntryKind kind;
  guint64 size; /* of a file */
  gsize index;  /* of a file of an ISO: which header it is, from 1 */
};

struct _EmbarkDriverTree
{
  char *path; /* owned; of the host, canonical */
  int fd;     /* owned */
  gboolean is_iso;
  EmbarkDriverEntry *top; /* owned */
  guint n_entries;
  guint n_foreign_links;
};

/* To be called for everything that is found, of use or not: FALSE: too many. */
gboolean embark_driver_tree_count (EmbarkDriverTree *self, GError **error);
/* Adds below @parent, a folder; NULL: a name that no path could hold, or one that is there already. */
EmbarkDriverEntry *embark_driver_tree_add (EmbarkDriverEntry *parent, const char *name, EmbarkDriverEntryKind kind);
/* @name within @parent itself, in any case; NULL when there is none. */
EmbarkDriverEntry *embark_driver_entry_get_child (const EmbarkDriverEntry *parent, const char *name);

/* Fill @self->top from @self->fd. */
gboolean embark_driver_tree_list_folder (EmbarkDriverTree *self, GCancellable *cancellable, GError **error);
gboolean embark_driver_tree_list_iso (EmbarkDriverTree *self, GCancellable *cancellable, GError **error);
/* NULL: @error. */
GBytes *embark_driver_tree_read_file (EmbarkDriverTree *self, const EmbarkDriverEntry *file, GError **error);
/* @wanted: each once; puts the bytes of each into @contents. */
gboolean embark_driver_tree_read_iso (EmbarkDriverTree *self, GPtrArray *wanted, GHashTable *contents,
                                      GCancellable *cancellable, GError **error);

G_END_DECLS
