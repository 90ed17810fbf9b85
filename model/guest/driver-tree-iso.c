/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An ISO 9660 image, read by libarchive within this process: a pass for the
 * names, and one for the bytes of some. Each pass may read only so much, since
 * the reader keeps a whole folder in memory before it tells of it.
 */
#include "model/guest/driver-tree-private.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <archive.h>
#include <archive_entry.h>
#include <glib/gi18n.h>

#include "model/base/errors.h"

#define BLOCK 16384
#define NAMES_BUDGET (64 * 1024 * 1024)

typedef struct
{
  struct archive *archive; /* owned */
  /* borrowed */
  EmbarkDriverTree *tree;
  GCancellable *cancellable;

  guint64 position, length;
  guint64 budget; /* bytes that may still be read */
  gsize n_headers;
  guint8 block[BLOCK];
} Pass;

static la_ssize_t read_cb (struct archive *archive, void *data, const void **ret_bytes)
{
  Pass *pass = data;
  gssize n = 0;

  *ret_bytes = pass->block;
  if (g_cancellable_is_cancelled (pass->cancellable) || pass->budget < BLOCK)
    {
      archive_set_error (archive, EFBIG, "stopped");
      return -1;
    }
  do
    n = pread (pass->tree->fd, pass->block, BLOCK, (off_t) pass->position);
  while (n < 0 && errno == EINTR);
  if (n < 0)
    {
      archive_set_error (archive, errno, "%s", g_strerror (errno));
      return -1;
    }
  pass->position += (guint64) n;
  pass->budget -= (guint64) n;
  return n;
}

static la_int64_t skip_cb (struct archive *archive, void *data, la_int64_t request)
{
  Pass *pass = data;
  guint64 room = pass->length - MIN (pass->position, pass->length);
  guint64 step = request > 0 ? MIN ((guint64) request, room) : 0;

  pass->position += step;
  return (la_int64_t) step;
}

static la_int64_t seek_cb (struct archive *archive, void *data, la_int64_t offset, int whence)
{
  Pass *pass = data;
  gint64 base = whence == SEEK_SET ? 0 : (gint64) (whence == SEEK_CUR ? pass->position : pass->length);

  if (offset > G_MAXINT64 - base || base + offset < 0 || (guint64) (base + offset) > pass->length)
    return ARCHIVE_FATAL;
  pass->position = (guint64) (base + offset);
  return (la_int64_t) pass->position;
}

static gboolean fail (Pass *pass, GError **error)
{
  g_autofree char *name = g_filename_display_name (pass->tree->path);

  if (g_cancellable_set_error_if_cancelled (pass->cancellable, error))
    return FALSE;
  if (archive_error_string (pass->archive))
    g_info ("%s: %s", name, archive_error_string (pass->archive));
  g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_DAMAGED_IMAGE,
               /* Translators: %s: an ISO image. */
               _ ("“%s” is damaged or was cut off; download it again, and compare its size with the one on the server"),
               name);
  return FALSE;
}

static gboolean begin (Pass *pass, GError **error)
{
  struct stat info;

  pass->archive = archive_read_new ();
  pass->length = fstat (pass->tree->fd, &info) == 0 ? (guint64) info.st_size : 0;
  /* This format only, and no filter: some would start programs. */
  archive_read_support_format_iso9660 (pass->archive);
  archive_read_set_read_callback (pass->archive, read_cb);
  archive_read_set_skip_callback (pass->archive, skip_cb);
  archive_read_set_seek_callback (pass->archive, seek_cb);
  archive_read_set_callback_data (pass->archive, pass);
  return archive_read_open1 (pass->archive) == ARCHIVE_OK || fail (pass, error);
}

/* Each TRUE: the next one. FALSE with @error, or at the end. */
static gboolean read_header (Pass *pass, struct archive_entry **ret_entry, GError **error)
{
  int result;

  do
    {
      if (g_cancellable_set_error_if_cancelled (pass->cancellable, error))
        return FALSE;
      result = archive_read_next_header (pass->archive, ret_entry);
      pass->n_headers++;
    }
  while (result == ARCHIVE_RETRY && pass->n_headers <= EMBARK_DRIVER_ENTRIES_MAX);
  if (result == ARCHIVE_OK || result == ARCHIVE_WARN)
    return TRUE;
  if (result != ARCHIVE_EOF)
    fail (pass, error);
  return FALSE;
}

/* Adds the whole way to it; NULL: a path that is none. */
static EmbarkDriverEntry *add_path (EmbarkDriverTree *tree, const char *path, EmbarkDriverEntryKind kind)
{
  /* A path of more steps keeps its rest in the last, which no name can be. */
  g_auto (GStrv) steps = g_strsplit (path, "/", EMBARK_DRIVER_DEPTH_MAX);
  EmbarkDriverEntry *at = tree->top;

  for (guint i = 0; steps[i] && steps[i + 1]; i++)
    {
      EmbarkDriverEntry *child = embark_driver_entry_get_child (at, steps[i]);
      if (child == NULL)
        child = embark_driver_tree_add (at, steps[i], EMBARK_DRIVER_ENTRY_FOLDER);
      if (child == NULL || child->kind != EMBARK_DRIVER_ENTRY_FOLDER)
        return NULL;
      at = child;
    }
  return *steps ? embark_driver_tree_add (at, steps[g_strv_length (steps) - 1], kind) : NULL;
}

static void add_header (Pass *pass, struct archive_entry *header)
{
  const char *path = archive_entry_pathname (header);
  const char *same = archive_entry_hardlink (header);
  const char *target = archive_entry_symlink (header);
  EmbarkDriverEntry *entry;

  if (path == NULL)
    return;
  if (same)
    {
      entry = add_path (pass->tree, path, EMBARK_DRIVER_ENTRY_SAME);
      if (entry)
        entry->target = g_strdup (same);
    }
  else if (archive_entry_filetype (header) == AE_IFLNK && target)
    {
      entry = add_path (pass->tree, path, EMBARK_DRIVER_ENTRY_LINK);
      if (entry)
        entry->target = g_strdup (target);
    }
  else if (archive_entry_filetype (header) == AE_IFDIR)
    add_path (pass->tree, path, EMBARK_DRIVER_ENTRY_FOLDER);
  else if (archive_entry_filetype (header) == AE_IFREG)
    {
      entry = add_path (pass->tree, path, EMBARK_DRIVER_ENTRY_FILE);
      if (entry)
        {
          entry->size = (guint64) MAX (archive_entry_size (header), 0);
          entry->index = pass->n_headers;
        }
    }
}

gboolean embark_driver_tree_list_iso (EmbarkDriverTree *self, GCancellable *cancellable, GError **error)
{
  Pass pass = { .tree = self, .cancellable = cancellable, .budget = NAMES_BUDGET };
  struct archive_entry *header = NULL;
  g_autoptr (GError) problem = NULL;
  gboolean is_good = begin (&pass, &problem);

  while (is_good && read_header (&pass, &header, &problem))
    {
      is_good = embark_driver_tree_count (self, &problem);
      if (is_good)
        add_header (&pass, header);
    }
  archive_read_free (pass.archive);
  if (problem == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

/* NULL: @error. */
static GBytes *read_content (Pass *pass, const EmbarkDriverEntry *file, GError **error)
{
  g_autofree guint8 *bytes = g_malloc (MAX (file->size, 1));
  guint64 got = 0;

  while (got < file->size)
    {
      la_ssize_t n = archive_read_data (pass->archive, bytes + got, file->size - got);
      if (n <= 0)
        {
          fail (pass, error);
          return NULL;
        }
      got += (guint64) n;
    }
  return g_bytes_new_take (g_steal_pointer (&bytes), file->size);
}

/* Until each of @by_index was read, or the end. */
static void read_wanted (Pass *pass, GHashTable *by_index, GHashTable *contents, GError **error)
{
  struct archive_entry *header = NULL;

  while (g_hash_table_size (by_index) > 0 && read_header (pass, &header, error))
    {
      EmbarkDriverEntry *file = g_hash_table_lookup (by_index, GSIZE_TO_POINTER (pass->n_headers));
      GBytes *bytes;

      if (file == NULL)
        continue;
      bytes = read_content (pass, file, error);
      if (bytes == NULL)
        return;
      g_hash_table_insert (contents, file, bytes);
      g_hash_table_remove (by_index, GSIZE_TO_POINTER (pass->n_headers));
    }
}

gboolean embark_driver_tree_read_iso (EmbarkDriverTree *self, GPtrArray *wanted, GHashTable *contents,
                                      GCancellable *cancellable, GError **error)
{
  Pass pass = { .tree = self, .cancellable = cancellable, .budget = NAMES_BUDGET };
  g_autoptr (GHashTable) by_index = g_hash_table_new (NULL, NULL);
  g_autoptr (GError) problem = NULL;

  for (guint i = 0; i < wanted->len; i++)
    {
      EmbarkDriverEntry *file = g_ptr_array_index (wanted, i);
      g_hash_table_insert (by_index, GSIZE_TO_POINTER (file->index), file);
      pass.budget += file->size + 2 * BLOCK;
    }
  if (begin (&pass, &problem))
    read_wanted (&pass, by_index, contents, &problem);
  if (problem == NULL && g_hash_table_size (by_index) > 0)
    fail (&pass, &problem);
  archive_read_free (pass.archive);
  if (problem == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}
