/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Walks the newc archives of an initramfs without unpacking anything to disk,
 * as the kernel does: plain and compressed ones in any order, zeros between.
 * Any thread.
 */
#include "model/guest/initramfs.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "model/base/errors.h"
#include "model/guest/unpack.h"

#define HEADER_SIZE 110
#define NAME_MAX_SIZE 4096
#define ENTRIES_MAX 400000
#define BUFFER_SIZE 65536
#define SEGMENTS_MAX 64 /* compressed ones */

struct _EmbarkInitramfs
{
  GHashTable *modules; /* set of "VERSION/name", "*" for a module outside lib/modules/VERSION */
  guint n_archives;
  guint n_entries;
  guint64 budget; /* bytes that may still be unpacked */
};

/* Bytes in order: of the file itself, or of a compressed stream in it when @unpack is set. */
typedef struct
{
  const guint8 *data;
  gsize length;
  gsize position;
  EmbarkUnpack *unpack;
  guint64 *budget;
  guint8 *buffer; /* of BUFFER_SIZE, for what is unpacked */
  gsize buffered;
  gsize taken;
} Source;

typedef enum
{
  FOUND_END,
  FOUND_ARCHIVE,
  FOUND_OTHER,
} Found;

/* FALSE: damaged, or more than may be unpacked. At the end nothing is buffered. */
static gboolean fill_buffer (Source *source)
{
  gssize n = *source->budget >= BUFFER_SIZE ? embark_unpack_read (source->unpack, source->buffer, BUFFER_SIZE) : -1;

  source->taken = 0;
  source->buffered = MAX (n, 0);
  *source->budget -= source->buffered;
  return n >= 0;
}

/* Up to @size bytes; fewer only at the end. -1: damaged. */
static gssize read_some (Source *source, guint8 *buffer, gsize size)
{
  gsize got = 0;

  if (!source->unpack)
    {
      got = MIN (size, source->length - source->position);
      if (got > 0)
        memcpy (buffer, source->data + source->position, got);
      source->position += got;
      return got;
    }
  while (got < size)
    {
      gsize n = MIN (size - got, source->buffered - source->taken);

      if (n == 0 && !fill_buffer (source))
        return -1;
      if (n == 0 && source->buffered == 0)
        break;
      memcpy (buffer + got, source->buffer + source->taken, n);
      source->taken += n;
      got += n;
    }
  return got;
}

static gboolean skip_bytes (Source *source, guint64 size)
{
  guint8 buffer[65536];

  if (!source->unpack)
    {
      if (size > source->length - source->position)
        return FALSE;
      source->position += size;
      return TRUE;
    }
  while (size > 0)
    {
      gsize want = MIN (size, sizeof buffer);
      if (read_some (source, buffer, want) != (gssize) want)
        return FALSE;
      size -= want;
    }
  return TRUE;
}

static gboolean parse_hex (const guint8 *text, guint32 *ret_value)
{
  guint32 value = 0;

  for (guint i = 0; i < 8; i++)
    {
      int digit = g_ascii_xdigit_value (text[i]);
      if (digit < 0)
        return FALSE;
      value = value << 4 | digit;
    }
  *ret_value = value;
  return TRUE;
}

static void normalise_name (char *name)
{
  for (char *p = name; *p; p++)
    if (*p == '-')
      *p = '_';
}

static void note_module (EmbarkInitramfs *self, const char *path)
{
  static const char *const suffixes[] = { ".ko", ".ko.gz", ".ko.xz", ".ko.zst", ".ko.lzma", ".ko.bz2" };
  const char *base = strrchr (path, '/');
  const char *folder = strstr (path, "lib/modules/");
  g_autofree char *name = NULL;
  g_autofree char *version = NULL;

  base = base ? base + 1 : path;
  for (guint i = 0; i < G_N_ELEMENTS (suffixes) && !name; i++)
    if (g_str_has_suffix (base, suffixes[i]))
      name = g_strndup (base, strlen (base) - strlen (suffixes[i]));
  if (!name)
    return;

  normalise_name (name);
  if (folder)
    {
      const char *start = folder + strlen ("lib/modules/");
      version = g_strndup (start, strcspn (start, "/"));
    }
  g_hash_table_add (self->modules, g_strconcat (version ? version : "*", "/", name, NULL));
}

static gboolean fail_damaged (GError **error)
{
  g_set_error_literal (error, EMBARK_ERROR, EMBARK_ERROR_FAILED, _ ("the initramfs is damaged or cut off"));
  return FALSE;
}

/* One entry behind its magic. *ret_is_last: it was the trailer. */
static gboolean walk_entry (EmbarkInitramfs *self, Source *source, gboolean *ret_is_last, GError **error)
{
  guint8 header[HEADER_SIZE];
  char name[NAME_MAX_SIZE + 1];
  guint32 size = 0, name_size = 0, mode = 0;

  /* The six bytes of the magic are already behind us. */
  if (read_some (source, header + 6, HEADER_SIZE - 6) != HEADER_SIZE - 6 || !parse_hex (header + 14, &mode)
      || !parse_hex (header + 54, &size) || !parse_hex (header + 94, &name_size) || name_size == 0
      || name_size > NAME_MAX_SIZE || ++self->n_entries > ENTRIES_MAX)
    return fail_damaged (error);
  if (read_some (source, (guint8 *) name, name_size) != (gssize) name_size)
    return fail_damaged (error);
  name[name_size] = '\0';

  *ret_is_last = strcmp (name, "TRAILER!!!") == 0;
  if (*ret_is_last)
    return TRUE;
  if ((mode & 0170000) != 0040000)
    note_module (self, name);
  if (!skip_bytes (source, (4 - (HEADER_SIZE + name_size) % 4) % 4)
      || !skip_bytes (source, (guint64) size + (4 - size % 4) % 4))
    return fail_damaged (error);
  return TRUE;
}

/* Passes zeros and looks at what follows; after FOUND_ARCHIVE the magic is read, after FOUND_OTHER nothing is.
 * The trailer's padding makes archives start anywhere, hence byte by byte. */
static Found find_next (Source *source)
{
  guint8 byte = 0;
  char magic[7] = "";

  do
    {
      gssize n = read_some (source, &byte, 1);
      if (n != 1)
        return n == 0 ? FOUND_END : FOUND_OTHER;
    }
  while (byte == 0);

  magic[0] = (char) byte;
  if (!source->unpack)
    {
      if (source->length - source->position >= 5)
        memcpy (magic + 1, source->data + source->position, 5);
    }
  else if (byte == '0' && read_some (source, (guint8 *) magic + 1, 5) != 5)
    return FOUND_OTHER;

  if (strcmp (magic, "070701") != 0 && strcmp (magic, "070702") != 0)
    {
      if (!source->unpack)
        source->position--;
      return FOUND_OTHER;
    }
  if (!source->unpack)
    source->position += 5;
  return FOUND_ARCHIVE;
}

static gboolean walk_archive (EmbarkInitramfs *self, Source *source, GError **error)
{
  gboolean is_last = FALSE;

  self->n_archives++;
  while (TRUE)
    {
      guint8 magic[6];

      if (!walk_entry (self, source, &is_last, error))
        return FALSE;
      if (is_last)
        return TRUE;
      if (read_some (source, magic, 6) != 6 || memcmp (magic, "07070", 5) != 0)
        return fail_damaged (error);
    }
}

/* Walks archives until the end or until something that is none; *ret_found says which. */
static gboolean walk_archives (EmbarkInitramfs *self, Source *source, Found *ret_found, GError **error)
{
  while ((*ret_found = find_next (source)) == FOUND_ARCHIVE)
    if (!walk_archive (self, source, error))
      return FALSE;
  return TRUE;
}

/* One compressed stream; *ret_used: its length. */
static gboolean walk_compressed (EmbarkInitramfs *self, const guint8 *data, gsize length, gsize *ret_used,
                                 GError **error)
{
  g_autoptr (EmbarkUnpack) unpack = embark_unpack_new (data, length);
  g_autofree guint8 *buffer = g_malloc (BUFFER_SIZE);
  Source source = { .unpack = unpack, .budget = &self->budget, .buffer = buffer };
  Found found = FOUND_END;
  guint before = self->n_archives;

  if (!unpack)
    {
      g_set_error_literal (error, EMBARK_ERROR, EMBARK_ERROR_FAILED, _ ("the initramfs has an unknown compression"));
      return FALSE;
    }
  if (!walk_archives (self, &source, &found, error))
    return FALSE;
  *ret_used = embark_unpack_get_used (unpack);
  if (found != FOUND_END || self->n_archives == before || *ret_used == 0 || *ret_used > length)
    return fail_damaged (error);
  return TRUE;
}

static gboolean walk_file (EmbarkInitramfs *self, Source *source, GError **error)
{
  Found found = FOUND_END;

  for (guint i = 0; i <= SEGMENTS_MAX; i++)
    {
      gsize used = 0;

      if (!walk_archives (self, source, &found, error))
        return FALSE;
      if (found == FOUND_END)
        return TRUE;
      if (!walk_compressed (self, source->data + source->position, source->length - source->position, &used, error))
        return FALSE;
      source->position += used;
    }
  return fail_damaged (error);
}

EmbarkInitramfs *embark_initramfs_read (GBytes *file, guint64 *budget, GError **error)
{
  g_autoptr (EmbarkInitramfs) self = g_new0 (EmbarkInitramfs, 1);
  Source source = { 0 };
  guint64 allowed = MIN (*budget, EMBARK_INITRAMFS_UNPACKED_MAX);
  gboolean ok;

  g_return_val_if_fail (file, NULL);

  self->modules = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->budget = allowed;
  source.data = g_bytes_get_data (file, &source.length);
  ok = walk_file (self, &source, error) && (self->n_archives > 0 || fail_damaged (error));
  *budget -= allowed - self->budget;
  return ok ? g_steal_pointer (&self) : NULL;
}

void embark_initramfs_free (EmbarkInitramfs *self)
{
  g_clear_pointer (&self->modules, g_hash_table_unref);
  g_free (self);
}

gboolean embark_initramfs_has_module (EmbarkInitramfs *self, const char *version, const char *module)
{
  g_autofree char *name = g_strdup (module);
  g_autofree char *exact = NULL;
  g_autofree char *loose = NULL;

  normalise_name (name);
  exact = g_strconcat (version, "/", name, NULL);
  loose = g_strconcat ("*/", name, NULL);
  return g_hash_table_contains (self->modules, exact) || g_hash_table_contains (self->modules, loose);
}

guint embark_initramfs_get_n_archives (EmbarkInitramfs *self)
{
  return self->n_archives;
}

guint embark_initramfs_get_n_modules (EmbarkInitramfs *self)
{
  return g_hash_table_size (self->modules);
}
