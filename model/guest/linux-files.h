/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Looks at many paths of a guest with one call of libguestfs each. Bounded;
 * what is missing is absent, never an error. Helper only.
 */
#pragma once

#include <glib.h>
#include <guestfs.h>

G_BEGIN_DECLS

/* The paths that match a pattern with "*", "?" and "{a,b}"; sorted within each alternative, those in order; at most
 * 1024. Never NULL. Nothing that a guest named may be in @pattern. */
GStrv embark_linux_glob (guestfs_h *g, const char *pattern);
/* Those of @paths (NULL-terminated, absolute) that are there, in the order of @paths; links that lead nowhere too.
 * Folders end in "/". Never NULL. What a guest named may hold the signs of a pattern: such a path is not there. */
GStrv embark_linux_find (guestfs_h *g, const char *const *paths);

/* What a folder holds: each name, and where it leads when it is a symbolic link. */
typedef struct
{
  GStrv names;   /* sorted */
  GStrv targets; /* as many; "" for what is no link */
} EmbarkLinuxFolder;

EmbarkLinuxFolder *embark_linux_folder_read (guestfs_h *g, const char *path);
void embark_linux_folder_free (EmbarkLinuxFolder *self);
/* Borrowed: "" for a file, the target of a link, NULL when the name is not there. */
const char *embark_linux_folder_get_target (const EmbarkLinuxFolder *self, const char *name);

/* Up to @max bytes from the start of a regular file, links followed; NULL when it cannot be read or is empty. */
GBytes *embark_linux_read_head (guestfs_h *g, const char *path, gsize max);
/* Up to @max bytes from its end. */
GBytes *embark_linux_read_tail (guestfs_h *g, const char *path, gsize max);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkLinuxFolder, embark_linux_folder_free)

G_END_DECLS
