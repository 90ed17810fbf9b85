/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ntfs-3g takes a security descriptor as an extended attribute, and libguestfs
 * hands on no attribute with a zero in it but inside a tar archive.
 */
#include "model/guest/windows-files.h"

#include <archive.h>
#include <archive_entry.h>
#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "model/guest/fix-private.h"
#include "model/guest/guest-files.h"
#include "model/guest/windows-security.h"

#define FILE_MODE 0644
#define FOLDER "%SystemRoot%"

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

/* Adds a file, or a folder when @bytes is NULL. */
static gboolean add_entry (struct archive *tar, const char *name, GBytes *bytes, gboolean is_folder, gboolean is_public)
{
  struct archive_entry *entry = archive_entry_new ();
  gsize length = 0;
  const void *content = bytes != NULL ? g_bytes_get_data (bytes, &length) : NULL;
  gboolean ok;

  archive_entry_set_pathname_utf8 (entry, name);
  archive_entry_set_filetype (entry, is_folder ? AE_IFDIR : AE_IFREG);
  archive_entry_set_perm (entry, is_folder ? 0755 : 0644);
  archive_entry_set_size (entry, (la_int64_t) length);
  embark_windows_protect_entry (entry, is_folder, is_public);
  ok = archive_write_header (tar, entry) == ARCHIVE_OK
       && (length == 0 || archive_write_data (tar, content, length) == (la_ssize_t) length);
  archive_entry_free (entry);
  return ok;
}

typedef struct
{
  struct archive *archive;
  int fd;
  gboolean is_good;
} Tar;

static void begin_tar (Tar *self)
{
  self->fd = memfd_create ("embark-tar", MFD_CLOEXEC);
  self->archive = archive_write_new ();
  archive_write_set_format_pax (self->archive);
  self->is_good = self->fd >= 0 && archive_write_open_fd (self->archive, self->fd) == ARCHIVE_OK;
}

/* Unpacks it below @folder; FALSE with the last error of @g. */
static gboolean end_tar (Tar *self, guestfs_h *g, const char *folder)
{
  g_autofree char *local = g_strdup_printf ("/proc/self/fd/%d", self->fd);
  gboolean ok = self->is_good && archive_write_close (self->archive) == ARCHIVE_OK
                && guestfs_tar_in_opts (g, local, folder, GUESTFS_TAR_IN_OPTS_XATTRS, 1, -1) == 0;

  archive_write_free (self->archive);
  if (self->fd >= 0)
    close (self->fd);
  return ok;
}

gboolean embark_windows_create (guestfs_h *g, const char *path, gboolean is_folder, gboolean is_public)
{
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *parent = g_path_get_dirname (path);
  Tar tar = { 0 };

  begin_tar (&tar);
  tar.is_good = tar.is_good && add_entry (tar.archive, name, NULL, is_folder, is_public);
  return end_tar (&tar, g, parent);
}

EmbarkWindowsFile *embark_windows_file_new (const char *path, GBytes *bytes)
{
  EmbarkWindowsFile *self = g_new0 (EmbarkWindowsFile, 1);

  self->path = g_strdup (path);
  self->bytes = g_bytes_ref (bytes);
  return self;
}

void embark_windows_file_free (EmbarkWindowsFile *self)
{
  g_free (self->path);
  g_bytes_unref (self->bytes);
  g_free (self);
}

static gboolean write_one (EmbarkFixSession *session, const EmbarkWindowsFile *file, GError **error)
{
  g_autofree char *place = embark_windows_place (session, file->path);
  gsize size = 0;
  const char *data = g_bytes_get_data (file->bytes, &size);

  return embark_fix_write (session, place, data, (gssize) size, FILE_MODE, error);
}

typedef struct
{
  char *place;
  gboolean is_new;
} Folder;

static void free_folder (gpointer data)
{
  Folder *self = data;

  g_free (self->place);
  g_free (self);
}

/* The missing folders down to @place, outer ones first. */
static void add_folders (EmbarkFixSession *session, Tar *tar, const char *place)
{
  g_autofree char *parent = g_path_get_dirname (place);

  if (embark_guest_has_dir (embark_fix_get_guest (session), place))
    return;
  add_folders (session, tar, parent);
  tar->is_good = tar->is_good && add_entry (tar->archive, place + 1, NULL, TRUE, TRUE);
  embark_fix_note (session, "create", place);
}

/* Found once: every question to the appliance takes a while. */
static const Folder *find_folder (EmbarkFixSession *session, Tar *tar, GHashTable *folders, const char *path)
{
  Folder *folder = g_hash_table_lookup (folders, path);

  if (folder != NULL)
    return folder;
  folder = g_new0 (Folder, 1);
  folder->place = embark_windows_place (session, path);
  folder->is_new = !embark_guest_has_dir (embark_fix_get_guest (session), folder->place);
  if (folder->is_new)
    add_folders (session, tar, folder->place);
  g_hash_table_insert (folders, g_strdup (path), folder);
  return folder;
}

/* FALSE when it is there already. */
static gboolean add_new (EmbarkFixSession *session, Tar *tar, GHashTable *folders, const EmbarkWindowsFile *file)
{
  g_autofree char *parent = g_path_get_dirname (file->path);
  g_autofree char *name = g_path_get_basename (file->path);
  const Folder *folder = find_folder (session, tar, folders, parent);
  g_autofree char *wanted = g_build_filename (folder->place, name, NULL);
  char *found = folder->is_new ? NULL : guestfs_case_sensitive_path (embark_fix_get_guest (session), wanted);
  gboolean is_there = found != NULL && embark_guest_has_entry (embark_fix_get_guest (session), found);

  free (found);
  if (is_there)
    return FALSE;
  tar->is_good = tar->is_good && add_entry (tar->archive, wanted + 1, file->bytes, FALSE, TRUE);
  embark_fix_note (session, "create", wanted);
  return TRUE;
}

gboolean embark_windows_write_files (EmbarkFixSession *session, GPtrArray *files, GError **error)
{
  g_autoptr (GHashTable) folders = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_folder);
  gboolean ok = TRUE;
  Tar tar = { 0 };
  guint n = 0;

  begin_tar (&tar);
  for (guint i = 0; i < files->len && ok; i++)
    {
      const EmbarkWindowsFile *file = g_ptr_array_index (files, i);

      if (add_new (session, &tar, folders, file))
        n++;
      else
        ok = write_one (session, file, error);
    }
  tar.is_good = tar.is_good && ok && n > 0;
  if (end_tar (&tar, embark_fix_get_guest (session), "/") || !ok || n == 0)
    return ok;
  return embark_fix_fail (session, _ ("Could not write"), FOLDER, error);
}
