/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Files are overwritten in place, so that owner, mode, labels, attributes and
 * links stay: nobody uses the guest, and an overlay that was not finished is
 * thrown away, so nothing has to happen at once.
 */
#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "model/base/errors.h"
#include "model/guest/fix-private.h"
#include "model/guest/guest-files.h"
#include "model/guest/windows-files.h"

#define STREAM_MAX (G_GUINT64_CONSTANT (2) << 30)
#define STREAM_STEP (1024 * 1024)
#define FOLDER_MODE 0755
#define KEPT_MODE 0700
#define READ_BY_OTHERS 0004
#define IMMUTABLE "i"

/* A link of the guest leads to a file of the guest; what is not there yet stays as it was named. Free. */
static char *resolve (EmbarkFixSession *self, const char *path)
{
  char *real = embark_guest_has_entry (self->g, path) ? guestfs_realpath (self->g, path) : NULL;
  char *result = g_strdup (real != NULL ? real : path);

  free (real);
  return result;
}

/* TRUE when it was immutable, and is not now. Only ext2 to ext4 know that. */
static gboolean lift_immutable (EmbarkFixSession *self, const char *path)
{
  char *attributes =
      self->is_windows || guestfs_is_file (self->g, path) != 1 ? NULL : guestfs_get_e2attrs (self->g, path);
  gboolean is_immutable = attributes != NULL && strchr (attributes, IMMUTABLE[0]) != NULL;

  free (attributes);
  return is_immutable && guestfs_set_e2attrs (self->g, path, IMMUTABLE, GUESTFS_SET_E2ATTRS_CLEAR, 1, -1) == 0;
}

static void set_immutable (EmbarkFixSession *self, const char *path)
{
  guestfs_set_e2attrs (self->g, path, IMMUTABLE, -1);
}

/* One that is not there yet. */
static gboolean create_dir (EmbarkFixSession *self, const char *path, guint mode)
{
  if (self->is_windows)
    return embark_windows_create (self->g, path, TRUE, (mode & READ_BY_OTHERS) != 0);
  return guestfs_mkdir_mode (self->g, path, (int) mode) == 0 && guestfs_chmod (self->g, (int) mode, path) == 0;
}

gboolean embark_fix_make_private_dir (EmbarkFixSession *self, const char *path, GError **error)
{
  g_autofree char *parent = g_path_get_dirname (path);

  if (embark_guest_has_dir (self->g, path))
    return TRUE;
  if (!g_str_equal (parent, "/") && !embark_fix_make_private_dir (self, parent, error))
    return FALSE;
  return create_dir (self, path, KEPT_MODE) || embark_fix_fail (self, _ ("Could not create"), path, error);
}

/* Hives hold secrets, and their copy would be everybody's to read. */
static gboolean copy_kept (EmbarkFixSession *self, const char *path, const char *kept)
{
  if (self->is_windows && guestfs_is_file (self->g, path) == 1)
    return embark_windows_create (self->g, kept, FALSE, FALSE) && guestfs_cp (self->g, path, kept) == 0;
  return guestfs_cp_a (self->g, path, kept) == 0;
}

gboolean embark_fix_keep_as (EmbarkFixSession *self, const char *path, char **ret_kept, GError **error)
{
  g_autofree char *kept = g_build_filename (self->kept_folder, path, NULL);
  g_autofree char *folder = g_path_get_dirname (kept);

  /* The first one is what the user had. */
  if (!embark_guest_has_entry (self->g, kept))
    {
      if (!embark_fix_make_private_dir (self, self->is_windows ? folder : self->kept_folder, error))
        return FALSE;
      if (guestfs_mkdir_p (self->g, folder) != 0 || !copy_kept (self, path, kept))
        return embark_fix_fail (self, _ ("Could not keep a copy of"), path, error);
    }
  if (ret_kept != NULL)
    *ret_kept = g_steal_pointer (&kept);
  return TRUE;
}

gboolean embark_fix_keep (EmbarkFixSession *self, const char *path, GError **error)
{
  g_autofree char *real = resolve (self, path);

  return !embark_guest_has_file (self->g, real) || embark_fix_keep_as (self, real, NULL, error);
}

gboolean embark_fix_make_dir (EmbarkFixSession *self, const char *path, GError **error)
{
  g_autofree char *parent = g_path_get_dirname (path);

  if (embark_guest_has_dir (self->g, path))
    return TRUE;
  if (!g_str_equal (parent, "/") && !embark_fix_make_dir (self, parent, error))
    return FALSE;
  if (!create_dir (self, path, FOLDER_MODE))
    return embark_fix_fail (self, _ ("Could not create"), path, error);
  embark_fix_tell (self, "create", path, NULL);
  return TRUE;
}

/* @local: a file of the host that can be read again. */
static gboolean put_file (EmbarkFixSession *self, const char *path, const char *local, guint mode, GError **error)
{
  g_autofree char *parent = g_path_get_dirname (path);
  g_autofree char *kept = NULL;
  gboolean is_new = !embark_guest_has_file (self->g, path);
  gboolean was_immutable = FALSE;

  if (is_new && !embark_fix_make_dir (self, parent, error))
    return FALSE;
  if (is_new && self->is_windows && !embark_windows_create (self->g, path, FALSE, (mode & READ_BY_OTHERS) != 0))
    return embark_fix_fail (self, _ ("Could not create"), path, error);
  if (!is_new)
    {
      if (!embark_fix_keep_as (self, path, &kept, error))
        return FALSE;
      was_immutable = lift_immutable (self, path);
    }
  if (guestfs_upload (self->g, local, path) != 0)
    return embark_fix_fail (self, _ ("Could not write"), path, error);
  if (is_new && !self->is_windows && guestfs_chmod (self->g, (int) mode, path) != 0)
    return embark_fix_fail (self, _ ("Could not write"), path, error);
  if (was_immutable)
    set_immutable (self, path);
  embark_fix_tell (self, is_new ? "create" : "replace", path, kept);
  return TRUE;
}

static gboolean has_checksum (EmbarkFixSession *self, const char *path, const char *checksum)
{
  char *present = embark_guest_has_file (self->g, path) ? guestfs_checksum (self->g, "sha256", path) : NULL;
  gboolean is_same = g_strcmp0 (present, checksum) == 0;

  free (present);
  return is_same;
}

/* Into a file of this computer that has no name. -1 with @error. */
static int fetch_stream (GInputStream *stream, char **ret_checksum, GError **error)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree guint8 *buffer = g_malloc (STREAM_STEP);
  int fd = open (g_get_tmp_dir (), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  guint64 total = 0;
  gssize n = 0;

  if (fd < 0)
    {
      embark_error_set_errno (error, errno, _ ("Could not write into the folder"), g_get_tmp_dir ());
      return -1;
    }
  while ((n = g_input_stream_read (stream, buffer, STREAM_STEP, NULL, error)) > 0)
    {
      total += (guint64) n;
      g_checksum_update (checksum, buffer, n);
      if (total > STREAM_MAX || write (fd, buffer, (gsize) n) != n)
        {
          g_set_error_literal (error, EMBARK_ERROR, total > STREAM_MAX ? EMBARK_ERROR_FAILED : EMBARK_ERROR_DISK_FULL,
                               total > STREAM_MAX ? _ ("A file that was to be put into the machine is too large.")
                                                  : _ ("There is no room left for temporary files."));
          n = -1;
          break;
        }
    }
  if (n < 0)
    {
      close (fd);
      return -1;
    }
  *ret_checksum = g_strdup (g_checksum_get_string (checksum));
  return fd;
}

gboolean embark_fix_write_stream (EmbarkFixSession *self, const char *path, GInputStream *stream, guint mode,
                                  GError **error)
{
  g_autofree char *real = resolve (self, path);
  g_autofree char *checksum = NULL;
  g_autofree char *local = NULL;
  int fd = fetch_stream (stream, &checksum, error);
  gboolean ok;

  if (fd < 0)
    return FALSE;
  local = g_strdup_printf ("/proc/self/fd/%d", fd);
  ok = has_checksum (self, real, checksum) || put_file (self, real, local, mode, error);
  close (fd);
  return ok;
}

gboolean embark_fix_write (EmbarkFixSession *self, const char *path, const char *bytes, gssize length, guint mode,
                           GError **error)
{
  g_autoptr (GInputStream) stream =
      g_memory_input_stream_new_from_data (bytes, length >= 0 ? length : (gssize) strlen (bytes), NULL);

  return embark_fix_write_stream (self, path, stream, mode, error);
}

gboolean embark_fix_remove (EmbarkFixSession *self, const char *path, GError **error)
{
  g_autofree char *kept = NULL;

  if (!embark_guest_has_entry (self->g, path))
    return TRUE;
  if (!embark_fix_keep_as (self, path, &kept, error))
    return FALSE;
  lift_immutable (self, path);
  if (guestfs_rm (self->g, path) != 0)
    return embark_fix_fail (self, _ ("Could not remove"), path, error);
  embark_fix_tell (self, "remove", path, kept);
  return TRUE;
}

gboolean embark_fix_remove_tree (EmbarkFixSession *self, const char *path, GError **error)
{
  if (!embark_guest_has_entry (self->g, path))
    return TRUE;
  if (guestfs_rm_rf (self->g, path) != 0)
    return embark_fix_fail (self, _ ("Could not remove"), path, error);
  embark_fix_tell (self, "remove", path, NULL);
  return TRUE;
}

gboolean embark_fix_link (EmbarkFixSession *self, const char *path, const char *target, GError **error)
{
  char *present = guestfs_is_symlink (self->g, path) == 1 ? guestfs_readlink (self->g, path) : NULL;
  gboolean is_there = g_strcmp0 (present, target) == 0;
  g_autofree char *parent = g_path_get_dirname (path);

  free (present);
  if (is_there)
    return TRUE;
  if (!embark_fix_remove (self, path, error) || !embark_fix_make_dir (self, parent, error))
    return FALSE;
  if (guestfs_ln_s (self->g, target, path) != 0)
    return embark_fix_fail (self, _ ("Could not create"), path, error);
  embark_fix_tell (self, "create", path, NULL);
  return TRUE;
}

char *embark_fix_read (EmbarkFixSession *self, const char *path)
{
  return embark_guest_read_text (self->g, path);
}
