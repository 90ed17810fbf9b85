/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The session of fixes from within: for prepare-session.c and the files that
 * implement fix.h.
 */
#pragma once

#include "model/guest/archive-tree.h"
#include "model/guest/fix.h"

G_BEGIN_DECLS

struct _EmbarkFixSession
{
  /* owned */
  JsonArray *changes;   /* as of model/base/fix-changes.h */
  GHashTable *left_out; /* ids of fixes that the guest does not allow */
  GString *lines;       /* the same for the list within the guest */
  char *hive;           /* name of the open hive */
  char *hive_path;      /* in the guest's own spelling */
  char *kept_folder;
  EmbarkArchiveTree *cloudbase; /* (nullable) what windows-cloudbase unpacks */
  GPtrArray *drivers;           /* (nullable) of EmbarkDriver: what windows-virtio was found to be able to install */

  /* borrowed */
  guestfs_h *g;
  EmbarkFacts *facts;
  const EmbarkFixOptions *options;
  const char *fix; /* id of the one at work */

  gboolean is_windows;
  gboolean is_hive_changed;
};

EmbarkFixSession *embark_fix_session_new (guestfs_h *g, EmbarkFacts *facts, const EmbarkFixOptions *options);
void embark_fix_session_free (EmbarkFixSession *self);
/* FAILED: "@what @path: what libguestfs says". */
gboolean embark_fix_fail (EmbarkFixSession *self, const char *what, const char *path, GError **error);
/* From here on @id is not chosen any more; tells of it. @reason: a sentence. */
void embark_fix_leave_out (EmbarkFixSession *self, const char *id, const char *reason);
/* Tells of a change. @kept: (nullable) where what was replaced is. */
void embark_fix_tell (EmbarkFixSession *self, const char *action, const char *path, const char *kept);
/* Copies @path to its place below the folder of what is kept, unless one is there; *ret_kept is that place. */
gboolean embark_fix_keep_as (EmbarkFixSession *self, const char *path, char **ret_kept, GError **error);
/* A folder that everybody may read, with those above it; told. TRUE when it is there. */
gboolean embark_fix_make_dir (EmbarkFixSession *self, const char *path, GError **error);
/* A folder that only the administrators of the machine may open, with those above it. */
gboolean embark_fix_make_private_dir (EmbarkFixSession *self, const char *path, GError **error);
/* Writes the list of changes into the guest, behind that of an earlier preparation. */
gboolean embark_fix_write_list (EmbarkFixSession *self, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkFixSession, embark_fix_session_free)

G_END_DECLS
