/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The tree in memory. Links are resolved here, step by step, so that the two
 * kinds of source behave alike and nothing outside is ever opened.
 */
#include "model/guest/driver-tree-private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gi18n.h>

#include "model/base/errors.h"

#define LINKS_MAX 16
#define NAME_BYTES_MAX 255
#define ISO_MARK_AT 32769 /* ECMA-119: the sixteenth sector, behind the type of the descriptor */

static void free_entry (gpointer data)
{
  EmbarkDriverEntry *entry = data;

  g_clear_pointer (&entry->children, g_hash_table_unref);
  g_free (entry->name);
  g_free (entry->target);
  g_free (entry);
}

static EmbarkDriverEntry *new_entry (const char *name, EmbarkDriverEntryKind kind)
{
  EmbarkDriverEntry *entry = g_new0 (EmbarkDriverEntry, 1);

  entry->name = g_strdup (name);
  entry->kind = kind;
  if (kind == EMBARK_DRIVER_ENTRY_FOLDER)
    entry->children = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_entry);
  return entry;
}

static gboolean is_name (const char *name)
{
  if (*name == '\0' || strcmp (name, ".") == 0 || strcmp (name, "..") == 0 || strlen (name) > NAME_BYTES_MAX
      || !g_utf8_validate (name, -1, NULL))
    return FALSE;
  for (const char *p = name; *p; p++)
    if (*p == '/' || *p == '\\' || g_ascii_iscntrl (*p))
      return FALSE;
  return TRUE;
}

gboolean embark_driver_tree_count (EmbarkDriverTree *self, GError **error)
{
  g_autofree char *name = NULL;

  if (++self->n_entries <= EMBARK_DRIVER_ENTRIES_MAX)
    return TRUE;
  name = g_filename_display_name (self->path);
  g_set_error (
      error, EMBARK_ERROR, EMBARK_ERROR_BLOCKED,
      /* Translators: %s: a folder or an ISO image; %d: 20000. */
      _ ("“%s” holds more than %d files and folders; choose the folder that holds the drivers and little else"), name,
      EMBARK_DRIVER_ENTRIES_MAX);
  return FALSE;
}

EmbarkDriverEntry *embark_driver_entry_get_child (const EmbarkDriverEntry *parent, const char *name)
{
  g_autofree char *key = g_ascii_strdown (name, -1);

  return parent->children ? g_hash_table_lookup (parent->children, key) : NULL;
}

EmbarkDriverEntry *embark_driver_tree_add (EmbarkDriverEntry *parent, const char *name, EmbarkDriverEntryKind kind)
{
  EmbarkDriverEntry *entry;

  g_assert (parent->kind == EMBARK_DRIVER_ENTRY_FOLDER);
  if (!is_name (name) || embark_driver_entry_get_child (parent, name))
    return NULL;
  entry = new_entry (name, kind);
  entry->parent = parent;
  g_hash_table_insert (parent->children, g_ascii_strdown (name, -1), entry);
  return entry;
}

static EmbarkDriverEntry *resolve (EmbarkDriverTree *self, EmbarkDriverEntry *entry, guint *links,
                                   gboolean *ret_is_foreign);

/* From the folder @at along @path. NULL: it leads nowhere, or out of the tree. */
static EmbarkDriverEntry *walk (EmbarkDriverTree *self, EmbarkDriverEntry *at, const char *path, guint *links,
                                gboolean *ret_is_foreign)
{
  g_auto (GStrv) steps = g_strsplit (path, "/", -1);

  for (guint i = 0; steps[i] && at; i++)
    {
      if (*steps[i] == '\0' || strcmp (steps[i], ".") == 0)
        continue;
      if (strcmp (steps[i], "..") == 0)
        {
          *ret_is_foreign = *ret_is_foreign || at->parent == NULL;
          at = at->parent;
          continue;
        }
      at = embark_driver_entry_get_child (at, steps[i]);
      at = at ? resolve (self, at, links, ret_is_foreign) : NULL;
    }
  return at;
}

/* What a link leads to in the end; anything else is itself. */
static EmbarkDriverEntry *resolve (EmbarkDriverTree *self, EmbarkDriverEntry *entry, guint *links,
                                   gboolean *ret_is_foreign)
{
  const char *path = entry->target;
  gsize n = strlen (self->path);

  if (entry->kind != EMBARK_DRIVER_ENTRY_LINK && entry->kind != EMBARK_DRIVER_ENTRY_SAME)
    return entry;
  if (++*links > LINKS_MAX)
    return NULL;
  if (entry->kind == EMBARK_DRIVER_ENTRY_SAME)
    return walk (self, self->top, path, links, ret_is_foreign);
  if (*path != '/')
    return walk (self, entry->parent, path, links, ret_is_foreign);
  if (!self->is_iso && strncmp (path, self->path, n) == 0 && path[n] == '/')
    return walk (self, self->top, path + n, links, ret_is_foreign);
  *ret_is_foreign = TRUE;
  return NULL;
}

typedef struct
{
  /* borrowed */
  EmbarkDriverTree *tree;
  EmbarkDriverTreeFunc func;
  gpointer data;
  GCancellable *cancellable;
  EmbarkDriverEntry *way[EMBARK_DRIVER_DEPTH_MAX + 1]; /* the folders that this one is in, as they are */

  GString *folder; /* owned */
  guint n_seen;
} Visit;

static gboolean visit_folder (Visit *visit, EmbarkDriverEntry *folder, guint depth, GError **error);

static gboolean is_on_way (const Visit *visit, const EmbarkDriverEntry *folder, guint depth)
{
  for (guint i = 0; i <= depth; i++)
    if (visit->way[i] == folder)
      return TRUE;
  return FALSE;
}

static gboolean visit_child (Visit *visit, EmbarkDriverEntry *child, guint depth, GError **error)
{
  gboolean is_foreign = FALSE;
  guint links = 0;
  gsize n = visit->folder->len;
  EmbarkDriverEntry *real = resolve (visit->tree, child, &links, &is_foreign);
  gboolean is_good;

  visit->tree->n_foreign_links += is_foreign;
  if (real == NULL)
    {
      g_info ("a link leads nowhere: %s/%s", visit->folder->str, child->name);
      return TRUE;
    }
  if (real->kind == EMBARK_DRIVER_ENTRY_FILE)
    {
      visit->func (visit->folder->str, child->name, real, visit->data);
      return TRUE;
    }
  if (depth >= EMBARK_DRIVER_DEPTH_MAX || is_on_way (visit, real, depth))
    return TRUE;
  g_string_append_printf (visit->folder, "%s%s", n > 0 ? "/" : "", child->name);
  is_good = visit_folder (visit, real, depth + 1, error);
  g_string_truncate (visit->folder, n);
  return is_good;
}

static gboolean visit_folder (Visit *visit, EmbarkDriverEntry *folder, guint depth, GError **error)
{
  GHashTableIter iter;
  gpointer child;

  visit->way[depth] = folder;
  g_hash_table_iter_init (&iter, folder->children);
  while (g_hash_table_iter_next (&iter, NULL, &child))
    {
      if (g_cancellable_set_error_if_cancelled (visit->cancellable, error))
        return FALSE;
      if (++visit->n_seen > EMBARK_DRIVER_ENTRIES_MAX)
        {
          visit->tree->n_entries = EMBARK_DRIVER_ENTRIES_MAX;
          return embark_driver_tree_count (visit->tree, error);
        }
      if (!visit_child (visit, child, depth, error))
        return FALSE;
    }
  return TRUE;
}

gboolean embark_driver_tree_visit (EmbarkDriverTree *self, EmbarkDriverTreeFunc func, gpointer data,
                                   GCancellable *cancellable, GError **error)
{
  g_autoptr (GString) folder = g_string_new (NULL);
  Visit visit = { .tree = self, .func = func, .data = data, .cancellable = cancellable, .folder = folder };

  self->n_foreign_links = 0;
  return visit_folder (&visit, self->top, 0, error);
}

guint embark_driver_tree_get_n_foreign_links (const EmbarkDriverTree *self)
{
  return self->n_foreign_links;
}

const EmbarkDriverEntry *embark_driver_tree_find (EmbarkDriverTree *self, const char *folder, const char *name)
{
  guint links = 0;
  gboolean is_foreign = FALSE;
  EmbarkDriverEntry *entry = walk (self, self->top, folder, &links, &is_foreign);

  entry = entry ? embark_driver_entry_get_child (entry, name) : NULL;
  entry = entry ? resolve (self, entry, &links, &is_foreign) : NULL;
  return entry && entry->kind == EMBARK_DRIVER_ENTRY_FILE ? entry : NULL;
}

guint64 embark_driver_entry_get_size (const EmbarkDriverEntry *self)
{
  return self->size;
}

/* @files, each once; NULL: too much. */
static GPtrArray *collect_wanted (EmbarkDriverTree *self, GPtrArray *files, GError **error)
{
  g_autoptr (GPtrArray) wanted = g_ptr_array_new ();
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  g_autofree char *name = g_filename_display_name (self->path);
  guint64 total = 0;

  for (guint i = 0; i < files->len; i++)
    {
      EmbarkDriverEntry *file = g_ptr_array_index (files, i);
      if (!g_hash_table_add (seen, file))
        continue;
      total += file->size;
      if (file->size > EMBARK_DRIVER_FILE_MAX || total > EMBARK_DRIVER_TOTAL_MAX)
        {
          g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_BLOCKED,
                       /* Translators: %s: a folder or an ISO image. */
                       _ ("The drivers in “%s” are larger than drivers can be; choose the folder that holds the virtio "
                          "drivers and little else"),
                       name);
          return NULL;
        }
      g_ptr_array_add (wanted, file);
    }
  return g_steal_pointer (&wanted);
}

GHashTable *embark_driver_tree_read (EmbarkDriverTree *self, GPtrArray *files, GCancellable *cancellable,
                                     GError **error)
{
  g_autoptr (GHashTable) contents = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) g_bytes_unref);
  g_autoptr (GPtrArray) wanted = collect_wanted (self, files, error);

  if (wanted == NULL)
    return NULL;
  if (self->is_iso)
    return embark_driver_tree_read_iso (self, wanted, contents, cancellable, error) ? g_steal_pointer (&contents)
                                                                                    : NULL;
  for (guint i = 0; i < wanted->len; i++)
    {
      EmbarkDriverEntry *file = g_ptr_array_index (wanted, i);
      GBytes *bytes;
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return NULL;
      bytes = embark_driver_tree_read_file (self, file, error);
      if (bytes == NULL)
        return NULL;
      g_hash_table_insert (contents, file, bytes);
    }
  return g_steal_pointer (&contents);
}

static gboolean has_iso_mark (int fd)
{
  char mark[5];

  return pread (fd, mark, sizeof mark, ISO_MARK_AT) == sizeof mark && memcmp (mark, "CD001", sizeof mark) == 0;
}

EmbarkDriverTree *embark_driver_tree_open (const char *path, GCancellable *cancellable, GError **error)
{
  g_autoptr (EmbarkDriverTree) self = g_new0 (EmbarkDriverTree, 1);
  g_autofree char *name = g_filename_display_name (path);
  struct stat info;

  self->top = new_entry ("", EMBARK_DRIVER_ENTRY_FOLDER);
  self->path = realpath (path, NULL);
  self->fd = self->path ? open (self->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY) : -1;
  if (self->fd < 0 || fstat (self->fd, &info) != 0)
    {
      embark_error_set_errno (error, errno, _ ("Could not open the source of the Windows drivers"), path);
      return NULL;
    }
  self->is_iso = S_ISREG (info.st_mode) && has_iso_mark (self->fd);
  if (!self->is_iso && !S_ISDIR (info.st_mode))
    {
      g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_BLOCKED,
                   _ ("“%s” is no ISO image and no folder; choose virtio-win.iso or a folder with unpacked drivers "
                      "(.inf, .sys, .cat). An installer (.exe, .msi) has to be unpacked first"),
                   name);
      return NULL;
    }
  if (self->is_iso ? embark_driver_tree_list_iso (self, cancellable, error)
                   : embark_driver_tree_list_folder (self, cancellable, error))
    return g_steal_pointer (&self);
  return NULL;
}

void embark_driver_tree_free (EmbarkDriverTree *self)
{
  g_clear_pointer (&self->top, free_entry);
  if (self->fd >= 0)
    close (self->fd);
  g_free (self->path);
  g_free (self);
}
