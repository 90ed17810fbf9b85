/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The bytes are those of block/file-posix.c of QEMU: 100 plus the bit of a
 * permission is locked by who has it, 200 plus the bit by who forbids it.
 */
#include "model/source/export-lock.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/base/errors.h"

#define WRITE_BIT 1
#define HAVE_WRITE (100 + WRITE_BIT)
#define FORBID_WRITE (200 + WRITE_BIT)

static void close_cb (gpointer data)
{
  close (*(int *) data);
}

static gboolean refuse (const EmbarkImageFile *file, EmbarkError code, const char *template, GError **error)
{
  g_autofree char *name = g_filename_display_name (file->path);
  g_auto (GStrv) halves = g_strsplit (template, "%s", 2);
  g_autofree char *message = g_strjoinv (name, halves);

  g_set_error_literal (error, EMBARK_ERROR, code, message);
  return FALSE;
}

static gboolean lock_file (const EmbarkImageFile *file, int fd, GError **error)
{
  struct flock lock = { .l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = FORBID_WRITE, .l_len = 1 };
  struct flock test = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = HAVE_WRITE, .l_len = 1 };
  struct stat st;

  if (fstat (fd, &st) != 0 || st.st_dev != file->device || st.st_ino != file->inode)
    /* Translators: %s is a file name. */
    return refuse (file, EMBARK_ERROR_SOURCE_CHANGED, _ ("“%s” was replaced while Embark worked with it. Start again."),
                   error);
  /* First ours, then a look at theirs, as QEMU does: of two that start at once at least one gives way. */
  if (fcntl (fd, F_OFD_SETLK, &lock) != 0 || fcntl (fd, F_OFD_GETLK, &test) != 0 || test.l_type == F_UNLCK)
    return TRUE;
  /* Translators: %s is a file name. */
  return refuse (file, EMBARK_ERROR_IN_USE,
                 _ ("“%s” is in use by a running machine. Shut the machine down and try again."), error);
}

GArray *embark_export_lock (EmbarkImageChain *chain, guint first, GError **error)
{
  g_autoptr (GArray) fds = g_array_new (FALSE, FALSE, sizeof (int));

  g_array_set_clear_func (fds, close_cb);
  for (guint i = first; i < embark_image_chain_get_length (chain); i++)
    {
      const EmbarkImageFile *file = embark_image_chain_get_file (chain, i);
      int fd = open (file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
      if (fd < 0)
        {
          embark_error_set_errno (error, errno, _ ("Could not open"), file->path);
          return NULL;
        }
      g_array_append_val (fds, fd);
      if (!lock_file (file, fd, error))
        return NULL;
    }
  return g_steal_pointer (&fds);
}
