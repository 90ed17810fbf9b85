/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A folder of this computer. Every step is opened from the one before and
 * never through a link, so that what is swapped meanwhile leads nowhere.
 */
#include "model/guest/driver-tree-private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gi18n.h>

#include "model/base/errors.h"

#define TARGET_BYTES_MAX 4096
#define FOLDER_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

static gboolean list_level (EmbarkDriverTree *self, int fd, EmbarkDriverEntry *folder, guint depth,
                            GCancellable *cancellable, GError **error);

static void add_link (int fd, EmbarkDriverEntry *folder, const char *name)
{
  char target[TARGET_BYTES_MAX];
  gssize n = readlinkat (fd, name, target, sizeof target);
  EmbarkDriverEntry *entry = NULL;

  if (n > 0 && n < (gssize) sizeof target)
    entry = embark_driver_tree_add (folder, name, EMBARK_DRIVER_ENTRY_LINK);
  if (entry)
    entry->target = g_strndup (target, (gsize) n);
}

static gboolean add_folder (EmbarkDriverTree *self, int fd, EmbarkDriverEntry *folder, const char *name, guint depth,
                            GCancellable *cancellable, GError **error)
{
  EmbarkDriverEntry *entry = embark_driver_tree_add (folder, name, EMBARK_DRIVER_ENTRY_FOLDER);
  int child = entry && depth < EMBARK_DRIVER_DEPTH_MAX ? openat (fd, name, FOLDER_FLAGS) : -1;

  if (child < 0)
    {
      g_info ("not looked into: %s", name);
      return TRUE;
    }
  return list_level (self, child, entry, depth + 1, cancellable, error);
}

static gboolean add_name (EmbarkDriverTree *self, int fd, EmbarkDriverEntry *folder, const char *name, guint depth,
                          GCancellable *cancellable, GError **error)
{
  struct stat info;
  EmbarkDriverEntry *entry;

  if (!embark_driver_tree_count (self, error))
    return FALSE;
  if (fstatat (fd, name, &info, AT_SYMLINK_NOFOLLOW) != 0)
    return TRUE;
  if (S_ISDIR (info.st_mode))
    return add_folder (self, fd, folder, name, depth, cancellable, error);
  if (S_ISLNK (info.st_mode))
    add_link (fd, folder, name);
  else if (S_ISREG (info.st_mode) && (entry = embark_driver_tree_add (folder, name, EMBARK_DRIVER_ENTRY_FILE)))
    entry->size = (guint64) info.st_size;
  return TRUE;
}

/* Takes @fd. */
static gboolean list_level (EmbarkDriverTree *self, int fd, EmbarkDriverEntry *folder, guint depth,
                            GCancellable *cancellable, GError **error)
{
  DIR *dir = fdopendir (fd);
  gboolean is_good = TRUE;
  struct dirent *item;

  if (dir == NULL)
    {
      embark_error_set_errno (error, errno, _ ("Could not read the folder of Windows drivers"), self->path);
      close (fd);
      return FALSE;
    }
  while (is_good && (item = readdir (dir)))
    {
      if (g_strcmp0 (item->d_name, ".") == 0 || g_strcmp0 (item->d_name, "..") == 0)
        continue;
      is_good = !g_cancellable_set_error_if_cancelled (cancellable, error)
                && add_name (self, dirfd (dir), folder, item->d_name, depth, cancellable, error);
    }
  closedir (dir);
  return is_good;
}

gboolean embark_driver_tree_list_folder (EmbarkDriverTree *self, GCancellable *cancellable, GError **error)
{
  int fd = openat (self->fd, ".", FOLDER_FLAGS);

  if (fd < 0)
    {
      embark_error_set_errno (error, errno, _ ("Could not read the folder of Windows drivers"), self->path);
      return FALSE;
    }
  return list_level (self, fd, self->top, 0, cancellable, error);
}

/* From the folder at the top to @entry; -1 and errno. */
static int open_entry (EmbarkDriverTree *self, const EmbarkDriverEntry *entry, int flags)
{
  int parent, fd;

  if (entry->parent == NULL)
    return openat (self->fd, ".", flags);
  parent = open_entry (self, entry->parent, FOLDER_FLAGS);
  if (parent < 0)
    return -1;
  fd = openat (parent, entry->name, flags);
  close (parent);
  return fd;
}

static char *make_path (EmbarkDriverTree *self, const EmbarkDriverEntry *entry)
{
  g_autofree char *parent = NULL;

  if (entry->parent == NULL)
    return g_strdup (self->path);
  parent = make_path (self, entry->parent);
  return g_build_filename (parent, entry->name, NULL);
}

/* 0: all of it was read; else errno. */
static int read_whole (int fd, guint8 *bytes, gsize size)
{
  gsize got = 0;

  while (got < size)
    {
      gssize n = read (fd, bytes + got, size - got);
      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return n < 0 ? errno : EIO;
      got += (gsize) n;
    }
  return 0;
}

GBytes *embark_driver_tree_read_file (EmbarkDriverTree *self, const EmbarkDriverEntry *file, GError **error)
{
  int fd = open_entry (self, file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  int saved_errno = fd < 0 ? errno : 0;
  g_autofree guint8 *bytes = NULL;
  struct stat info;

  if (fd >= 0 && (fstat (fd, &info) != 0 || !S_ISREG (info.st_mode) || (guint64) info.st_size != file->size))
    saved_errno = ESTALE;
  if (saved_errno == 0)
    {
      bytes = g_malloc (MAX (file->size, 1));
      saved_errno = read_whole (fd, bytes, file->size);
    }
  if (fd >= 0)
    close (fd);
  if (saved_errno != 0)
    {
      g_autofree char *path = make_path (self, file);
      embark_error_set_errno (error, saved_errno, _ ("Could not read the file of a Windows driver"), path);
      return NULL;
    }
  return g_bytes_new_take (g_steal_pointer (&bytes), file->size);
}
