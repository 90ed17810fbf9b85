/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A folder, or an archive (zip and whatever else libarchive reads), as one tar
 * archive that the appliance can unpack into Windows. Hostile: names are
 * checked, numbers and sizes bounded. Any thread.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  /* The tar archive, a file without a name; names in it are relative, and each has a security descriptor of
   * windows-security.h as its extended attribute: administrators may change it, users read. */
  int fd;
  GPtrArray *names; /* of char: every file and folder in it, '/' between, without one at the ends */
  guint64 size;     /* of all files, bytes */
} EmbarkArchiveTree;

/* @marker: a file that must be there, in any case: "bin/OpenStackService.exe"; what lies above its root is left out.
 * Only files and folders are taken, and no name that Windows could not have. @ret_marker: (nullable) its bytes, at most
 * 16 MiB. BLOCKED when the marker is missing, a name is none, or there is too much (60000 files, 2 GiB); NOT_FOUND,
 * NOT_READABLE, FAILED with the reason. */
EmbarkArchiveTree *embark_archive_tree_open (const char *path, const char *marker, GBytes **ret_marker, GError **error);
void embark_archive_tree_free (EmbarkArchiveTree *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkArchiveTree, embark_archive_tree_free)

G_END_DECLS
