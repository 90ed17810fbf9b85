/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Only folders of this user, and nothing behind a link, is ever removed.
 */
#include "model/base/private-folder.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/base/errors.h"

/* Levels of folders within that are removed with it. */
#define DEPTH_MAX 2
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

static void remove_folder (const char *path, guint depth)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);
      if (g_unlink (file) != 0 && depth > 0 && !g_file_test (file, G_FILE_TEST_IS_SYMLINK))
        remove_folder (file, depth - 1);
    }
  g_rmdir (path);
}

static void sweep (const char *parent, const char *prefix)
{
  g_autoptr (GDir) dir = g_dir_open (parent, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      if (!g_str_has_prefix (name, prefix))
        continue;
      g_autofree char *path = g_build_filename (parent, name, NULL);
      int fd = lock_folder (path);
      if (fd < 0)
        continue;
      remove_folder (path, DEPTH_MAX);
      close (fd);
    }
}

EmbarkPrivateFolder *embark_private_folder_new (const char *parent, const char *prefix, GError **error)
{
  g_autofree char *template = g_strconcat (prefix, "XXXXXX", NULL);

  sweep (parent, prefix);
  /* Another program's sweep can take the folder between its birth and its lock: then one more is made. */
  for (guint i = 0; i < ATTEMPTS_MAX; i++)
    {
      g_autofree char *path = g_build_filename (parent, template, NULL);
      if (g_mkdtemp_full (path, 0700) == NULL)
        {
          embark_error_set_errno (error, errno, _ ("Could not make a folder in"), parent);
          return NULL;
        }
      int fd = lock_folder (path);
      if (fd < 0)
        continue;
      EmbarkPrivateFolder *self = g_new0 (EmbarkPrivateFolder, 1);
      self->path = g_steal_pointer (&path);
      self->fd = fd;
      return self;
    }
  embark_error_set_errno (error, EBUSY, _ ("Could not make a folder in"), parent);
  return NULL;
}

void embark_private_folder_free (EmbarkPrivateFolder *self)
{
  if (self == NULL)
    return;
  remove_folder (self->path, DEPTH_MAX);
  close (self->fd);
  g_free (self->path);
  g_free (self);
}
