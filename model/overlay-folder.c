/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * NAME.qcow2 is an overlay, NAME.lock beside it what its program has locked.
 * The lock ends with the program, whatever ends that.
 */
#include "model/overlay-folder.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "model/base/errors.h"

#define OVERLAY_SUFFIX ".qcow2"
#define LOCK_SUFFIX ".lock"
#define TRIES_MAX 8

struct _EmbarkOverlayHold
{
  char *path, *lock_path;
  int fd;
};

/* -1 when another program has it. A lock file that was removed between opening and locking is no lock. */
static int take_lock (const char *path)
{
  int fd = g_open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  GStatBuf there;
  struct stat ours;

  if (fd < 0)
    return -1;
  if (flock (fd, LOCK_EX | LOCK_NB) == 0 && fstat (fd, &ours) == 0 && g_stat (path, &there) == 0
      && ours.st_ino == there.st_ino && ours.st_dev == there.st_dev)
    return fd;
  close (fd);
  return -1;
}

EmbarkOverlayHold *embark_overlay_hold_new (const char *folder, GError **error)
{
  int saved_errno = 0;

  if (g_mkdir_with_parents (folder, 0700) != 0)
    {
      embark_error_set_errno (error, errno, _ ("could not make a private folder"), folder);
      return NULL;
    }
  for (guint i = 0; i < TRIES_MAX; i++)
    {
      g_autofree char *id = g_uuid_string_random ();
      g_autofree char *stem = g_build_filename (folder, id, NULL);
      g_autofree char *lock_path = g_strconcat (stem, LOCK_SUFFIX, NULL);
      int fd = take_lock (lock_path);

      saved_errno = errno;
      if (fd < 0)
        continue;
      EmbarkOverlayHold *self = g_new0 (EmbarkOverlayHold, 1);
      self->path = g_strconcat (stem, OVERLAY_SUFFIX, NULL);
      self->lock_path = g_steal_pointer (&lock_path);
      self->fd = fd;
      return self;
    }
  embark_error_set_errno (error, saved_errno, _ ("Could not write into the folder"), folder);
  return NULL;
}

const char *embark_overlay_hold_get_path (EmbarkOverlayHold *self)
{
  return self->path;
}

void embark_overlay_hold_delete (EmbarkOverlayHold *self)
{
  g_unlink (self->path);
  embark_overlay_hold_keep (self);
}

void embark_overlay_hold_keep (EmbarkOverlayHold *self)
{
  g_unlink (self->lock_path);
  close (self->fd);
  g_free (self->path);
  g_free (self->lock_path);
  g_free (self);
}

static void sweep_stem (const char *stem, EmbarkOverlayWantedFunc is_wanted, gpointer user_data)
{
  g_autofree char *path = g_strconcat (stem, OVERLAY_SUFFIX, NULL);
  g_autofree char *lock_path = g_strconcat (stem, LOCK_SUFFIX, NULL);
  int fd = take_lock (lock_path);

  if (fd < 0)
    return;
  if (!is_wanted (path, user_data) && g_unlink (path) == 0)
    g_message ("removed the overlay %s, which nobody wants any more", path);
  g_unlink (lock_path);
  close (fd);
}

void embark_overlay_folder_sweep (const char *folder, EmbarkOverlayWantedFunc is_wanted, gpointer user_data)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autoptr (GHashTable) stems = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GHashTableIter iter;
  gpointer stem;
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      const char *suffix = g_str_has_suffix (name, LOCK_SUFFIX) ? LOCK_SUFFIX : OVERLAY_SUFFIX;

      if (g_str_has_suffix (name, suffix))
        {
          g_autofree char *bare = g_strndup (name, strlen (name) - strlen (suffix));
          g_hash_table_add (stems, g_build_filename (folder, bare, NULL));
        }
    }
  g_hash_table_iter_init (&iter, stems);
  while (g_hash_table_iter_next (&iter, &stem, NULL))
    sweep_stem (stem, is_wanted, user_data);
}
