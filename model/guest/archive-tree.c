/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Read twice: where the root is, then all below it.
 */
#include "model/guest/archive-tree.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/base/errors.h"
#include "model/guest/windows-security.h"

#define ENTRIES_MAX 60000
#define SIZE_MAX_TOTAL (G_GUINT64_CONSTANT (2) << 30)
#define MARKER_MAX (16 * 1024 * 1024)
#define DEPTH_MAX 32
#define NAME_MAX_LENGTH 1024
#define BLOCK (64 * 1024)
#define FORBIDDEN "<>:\"|?*\\"

typedef struct
{
  const char *path, *marker;
  char *shown; /* of the path */
  char *root;  /* what stands before the marker, with a '/' at its end; "" */
  char *marker_name;
  guint n_entries;
  EmbarkArchiveTree *tree;
  struct archive *tar;
  GByteArray *marker_bytes;
} Copy;

typedef gboolean (*EntryFunc) (Copy *self, struct archive *in, struct archive_entry *entry, const char *name,
                               GError **error);

static gboolean fail (Copy *self, struct archive *archive, GError **error)
{
  const char *reason = archive_error_string (archive);

  g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED,
               /* Translators: a file or folder, the reason in English. */
               _ ("“%s” could not be read: %s"), self->shown, reason != NULL ? reason : "?");
  return FALSE;
}

static gboolean block (GError **error, char *message)
{
  g_set_error_literal (error, EMBARK_ERROR, EMBARK_ERROR_BLOCKED, message);
  g_free (message);
  return FALSE;
}

/* As it is in the tree: NULL for what is not in it, "" for the top. Free. */
static char *clean_name (Copy *self, struct archive_entry *entry, gboolean is_folder)
{
  const char *name = archive_entry_pathname_utf8 (entry);
  gsize skip = is_folder ? strlen (self->path) : 0;
  char *clean;

  if (name == NULL || strlen (name) < skip)
    return NULL;
  name += skip;
  while (*name == '/' || g_str_has_prefix (name, "./"))
    name += *name == '/' ? 1 : 2;
  clean = g_strdup (name);
  if (g_str_has_suffix (clean, "/"))
    clean[strlen (clean) - 1] = '\0';
  return clean;
}

static gboolean is_name (const char *name)
{
  g_auto (GStrv) parts = g_strsplit (name, "/", DEPTH_MAX + 1);

  if (strlen (name) > NAME_MAX_LENGTH || g_strv_length (parts) > DEPTH_MAX || strpbrk (name, FORBIDDEN) != NULL)
    return FALSE;
  for (const char *c = name; *c != '\0'; c++)
    if ((guchar) *c < ' ' || *c == 0x7F)
      return FALSE;
  for (guint i = 0; parts[i] != NULL; i++)
    if (*parts[i] == '\0' || g_str_has_suffix (parts[i], ".") || g_str_has_suffix (parts[i], " "))
      return FALSE;
  return TRUE;
}

static gboolean check_count (Copy *self, guint64 more, GError **error)
{
  self->n_entries++;
  self->tree->size += more;
  if (self->n_entries <= ENTRIES_MAX && self->tree->size <= SIZE_MAX_TOTAL)
    return TRUE;
  /* Translators: a file or folder. */
  return block (error, g_strdup_printf (_ ("“%s” holds far more than it should. Choose another one."), self->shown));
}

static struct archive *open_source (Copy *self, gboolean is_folder, GError **error)
{
  struct archive *in = is_folder ? archive_read_disk_new () : archive_read_new ();
  int result;

  if (is_folder)
    {
      archive_read_disk_set_symlink_physical (in);
      archive_read_disk_set_behavior (in, ARCHIVE_READDISK_NO_ACL | ARCHIVE_READDISK_NO_XATTR
                                              | ARCHIVE_READDISK_NO_TRAVERSE_MOUNTS);
      result = archive_read_disk_open (in, self->path);
    }
  else
    {
      archive_read_support_filter_all (in);
      archive_read_support_format_zip (in);
      archive_read_support_format_tar (in);
      result = archive_read_open_filename (in, self->path, BLOCK);
    }
  if (result == ARCHIVE_OK)
    return in;
  fail (self, in, error);
  archive_read_free (in);
  return NULL;
}

static gboolean read_entries (Copy *self, struct archive *in, gboolean is_folder, EntryFunc func, GError **error)
{
  struct archive_entry *entry = NULL;
  int result;

  while ((result = archive_read_next_header (in, &entry)) == ARCHIVE_OK || result == ARCHIVE_WARN)
    {
      g_autofree char *name = clean_name (self, entry, is_folder);

      if (!check_count (self, 0, error))
        return FALSE;
      if (is_folder && archive_read_disk_can_descend (in))
        archive_read_disk_descend (in);
      if (name != NULL && *name != '\0' && !func (self, in, entry, name, error))
        return FALSE;
    }
  return result == ARCHIVE_EOF || fail (self, in, error);
}

static gboolean for_each (Copy *self, EntryFunc func, GError **error)
{
  gboolean is_folder = g_file_test (self->path, G_FILE_TEST_IS_DIR);
  struct archive *in = open_source (self, is_folder, error);
  gboolean ok = in != NULL && read_entries (self, in, is_folder, func, error);

  self->n_entries = 0;
  if (in != NULL)
    archive_read_free (in);
  return ok;
}

/* The one nearest to the top. */
static gboolean find_root_cb (Copy *self, struct archive *in, struct archive_entry *entry, const char *name,
                              GError **error)
{
  gsize length = strlen (name), wanted = strlen (self->marker);
  gsize before = length - wanted;

  if (archive_entry_filetype (entry) != AE_IFREG || length < wanted
      || g_ascii_strcasecmp (name + before, self->marker) != 0 || (before > 0 && name[before - 1] != '/'))
    return TRUE;
  if (self->root != NULL && strlen (self->root) <= before)
    return TRUE;
  g_free (self->root);
  g_free (self->marker_name);
  self->root = g_strndup (name, before);
  self->marker_name = g_strdup (name);
  return TRUE;
}

static gboolean copy_bytes (Copy *self, struct archive *in, gboolean is_marker, GError **error)
{
  g_autofree guint8 *buffer = g_malloc (BLOCK);
  la_ssize_t n;

  while ((n = archive_read_data (in, buffer, BLOCK)) > 0)
    {
      if (!check_count (self, (guint64) n, error))
        return FALSE;
      self->n_entries--;
      if (is_marker && self->marker_bytes->len + (gsize) n <= MARKER_MAX)
        g_byte_array_append (self->marker_bytes, buffer, (guint) n);
      if (archive_write_data (self->tar, buffer, (size_t) n) != n)
        return fail (self, self->tar, error);
    }
  return n == 0 || fail (self, in, error);
}

/* Owner, times and modes are this computer's and mean nothing there. A service of the system runs what is here, and
 * what tar lays into Windows is everybody's to change if nothing says otherwise. */
static gboolean copy_cb (Copy *self, struct archive *in, struct archive_entry *entry, const char *name, GError **error)
{
  gboolean is_dir = archive_entry_filetype (entry) == AE_IFDIR;
  const char *below = name + strlen (self->root);
  struct archive_entry *copy;
  gboolean ok;

  if (!g_str_has_prefix (name, self->root) || *below == '\0' || (!is_dir && archive_entry_filetype (entry) != AE_IFREG))
    return TRUE;
  if (!is_name (below))
    /* Translators: a file or folder, a name in it. */
    return block (error, g_strdup_printf (_ ("“%s” holds a name that Windows cannot have: “%s”."), self->shown, below));
  copy = archive_entry_new ();
  archive_entry_set_pathname_utf8 (copy, below);
  archive_entry_set_filetype (copy, is_dir ? AE_IFDIR : AE_IFREG);
  archive_entry_set_perm (copy, is_dir ? 0755 : 0644);
  embark_windows_protect_entry (copy, is_dir, TRUE);
  if (!is_dir)
    archive_entry_set_size (copy, archive_entry_size (entry));
  ok = archive_write_header (self->tar, copy) == ARCHIVE_OK || fail (self, self->tar, error);
  archive_entry_free (copy);
  if (!ok || (!is_dir && !copy_bytes (self, in, strcmp (name, self->marker_name) == 0, error)))
    return FALSE;
  g_ptr_array_add (self->tree->names, g_strdup (below));
  return TRUE;
}

static gboolean find_root (Copy *self, GError **error)
{
  if (!for_each (self, find_root_cb, error))
    return FALSE;
  if (self->root != NULL)
    return TRUE;
  return block (error, g_strdup_printf (
                           /* Translators: a file or folder, a file that should be in it. */
                           _ ("“%s” holds no “%s”. Choose the zip, or the folder it was unpacked to."), self->shown,
                           self->marker));
}

static gboolean copy_all (Copy *self, GError **error)
{
  gboolean ok;

  self->tree->fd = open (g_get_tmp_dir (), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (self->tree->fd < 0)
    {
      embark_error_set_errno (error, errno, _ ("Could not write into the folder"), g_get_tmp_dir ());
      return FALSE;
    }
  self->tar = archive_write_new ();
  archive_write_set_format_pax (self->tar);
  ok = archive_write_open_fd (self->tar, self->tree->fd) == ARCHIVE_OK || fail (self, self->tar, error);
  ok = ok && for_each (self, copy_cb, error);
  ok = ok && (archive_write_close (self->tar) == ARCHIVE_OK || fail (self, self->tar, error));
  archive_write_free (self->tar);
  return ok;
}

EmbarkArchiveTree *embark_archive_tree_open (const char *path, const char *marker, GBytes **ret_marker, GError **error)
{
  g_autoptr (EmbarkArchiveTree) tree = g_new0 (EmbarkArchiveTree, 1);
  g_autofree char *shown = g_filename_display_name (path);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  Copy self = { .path = path, .marker = marker, .shown = shown, .tree = tree, .marker_bytes = bytes };
  gboolean ok;

  tree->fd = -1;
  tree->names = g_ptr_array_new_with_free_func (g_free);
  if (access (path, R_OK) != 0)
    {
      embark_error_set_errno (error, errno, _ ("Could not read"), path);
      return NULL;
    }
  ok = find_root (&self, error) && copy_all (&self, error);
  g_free (self.root);
  g_free (self.marker_name);
  if (!ok)
    return NULL;
  if (ret_marker != NULL)
    *ret_marker = g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
  return g_steal_pointer (&tree);
}

void embark_archive_tree_free (EmbarkArchiveTree *self)
{
  if (self == NULL)
    return;
  if (self->fd >= 0)
    close (self->fd);
  g_ptr_array_unref (self->names);
  g_free (self);
}
