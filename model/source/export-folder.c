/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Folders named export-XXXXXX in the runtime directory, one level deep.
 */
#include "model/source/export-folder.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/base/errors.h"

#define PREFIX "export-"
#define ATTEMPTS_MAX 8

/* A descriptor that holds the lock of the folder, or -1 if another has it or it is no longer there. */
static int lock_folder (const char *path)
{
  struct stat mine, there;
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

  if (fd < 0)
    return -1;
  if (flock (fd, LOCK_EX | LOCK_NB) == 0 && fstat (fd, &mine) == 0 && lstat (path, &there) == 0
      && mine.st_ino == there.st_ino && mine.st_dev == there.st_dev && mine.st_uid == geteuid ())
    return fd;
  close (fd);
  return -1;
}

static void remove_folder (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);
      g_unlink (file);
    }
  g_rmdir (path);
}

static void sweep (const char *runtime_dir)
{
  g_autoptr (GDir) dir = g_dir_open (runtime_dir, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      if (!g_str_has_prefix (name, PREFIX))
        continue;
      g_autofree char *path = g_build_filename (runtime_dir, name, NULL);
      int fd = lock_folder (path);
      if (fd < 0)
        continue;
      remove_folder (path);
      close (fd);
    }
}

EmbarkExportFolder *embark_export_folder_new (const char *runtime_dir, GError **error)
{
  sweep (runtime_dir);
  /* Another program's sweep can take the folder between its birth and its lock: then one more is made. */
  for (guint i = 0; i < ATTEMPTS_MAX; i++)
    {
      g_autofree char *path = g_build_filename (runtime_dir, PREFIX "XXXXXX", NULL);
      if (g_mkdtemp_full (path, 0700) == NULL)
        {
          embark_error_set_errno (error, errno, _ ("Could not make a folder in"), runtime_dir);
          return NULL;
        }
      int fd = lock_folder (path);
      if (fd < 0)
        continue;
      EmbarkExportFolder *self = g_new0 (EmbarkExportFolder, 1);
      self->path = g_steal_pointer (&path);
      self->fd = fd;
      return self;
    }
  embark_error_set_errno (error, EBUSY, _ ("Could not make a folder in"), runtime_dir);
  return NULL;
}

void embark_export_folder_free (EmbarkExportFolder *self)
{
  if (self == NULL)
    return;
  remove_folder (self->path);
  close (self->fd);
  g_free (self->path);
  g_free (self);
}
