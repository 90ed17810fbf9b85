/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ntfs-3g takes a security descriptor as an extended attribute, and libguestfs
 * hands on no attribute with a zero in it but inside a tar archive.
 */
#include "model/guest/windows-files.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "model/guest/windows-security.h"

#define DEPTH_MAX 16

char *embark_windows_place (EmbarkFixSession *session, const char *path)
{
  const char *root = embark_facts_get_string (embark_fix_get_facts (session), "windows.systemRoot");
  g_autofree char *wanted = g_build_filename (root != NULL ? root : "/Windows", path, NULL);
  g_auto (GStrv) names = g_strsplit (wanted + 1, "/", DEPTH_MAX);
  char *place = g_strdup ("");

  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autofree char *next = g_strconcat (place, "/", names[i], NULL);
      char *found = guestfs_case_sensitive_path (embark_fix_get_guest (session), next);

      g_free (place);
      place = found != NULL ? g_strdup (found) : g_steal_pointer (&next);
      free (found);
    }
  return place;
}

static gboolean write_tar (int fd, const char *name, gboolean is_folder, gboolean is_public)
{
  g_autoptr (GBytes) descriptor = embark_windows_make_descriptor (is_folder, is_public);
  gsize size = 0;
  const void *data = g_bytes_get_data (descriptor, &size);
  struct archive *tar = archive_write_new ();
  struct archive_entry *entry = archive_entry_new ();
  gboolean ok;

  archive_write_set_format_pax (tar);
  archive_entry_set_pathname_utf8 (entry, name);
  archive_entry_set_filetype (entry, is_folder ? AE_IFDIR : AE_IFREG);
  archive_entry_set_perm (entry, is_folder ? 0755 : 0644);
  archive_entry_set_size (entry, 0);
  archive_entry_xattr_add_entry (entry, EMBARK_WINDOWS_DESCRIPTOR, data, size);
  ok = archive_write_open_fd (tar, fd) == ARCHIVE_OK && archive_write_header (tar, entry) == ARCHIVE_OK
       && archive_write_close (tar) == ARCHIVE_OK;
  archive_entry_free (entry);
  archive_write_free (tar);
  return ok;
}

gboolean embark_windows_create (guestfs_h *g, const char *path, gboolean is_folder, gboolean is_public)
{
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *parent = g_path_get_dirname (path);
  int fd = memfd_create ("embark-tar", MFD_CLOEXEC);
  g_autofree char *local = g_strdup_printf ("/proc/self/fd/%d", fd);
  gboolean ok;

  if (fd < 0)
    return FALSE;
  ok = write_tar (fd, name, is_folder, is_public)
       && guestfs_tar_in_opts (g, local, parent, GUESTFS_TAR_IN_OPTS_XATTRS, 1, -1) == 0;
  close (fd);
  return ok;
}
