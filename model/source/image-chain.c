/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Follows a disk from its top file down to the last backing file, and decides
 * at each step whether the next may be followed.
 */
#include "model/source/image-chain.h"

#include <glib/gi18n-lib.h>
#include <sys/stat.h>

#include "model/base/errors.h"
#include "model/source/image-file.h"

#define FILES_MAX 32

#define SECOND_NS G_GINT64_CONSTANT (1000000000)
/* A file that is written twice within one tick of the clock of its file system shows it once. */
#define TICK_NS (SECOND_NS / 50)
#define COARSE_TICK_NS (SECOND_NS * 2)

struct _EmbarkImageChain
{
  GPtrArray *files; /* of EmbarkImageFile */
};

static gboolean is_allowed (const char *path, const char *const *allowed)
{
  for (guint i = 0; allowed != NULL && allowed[i] != NULL; i++)
    {
      g_autofree char *other = g_canonicalize_filename (allowed[i], "/");
      if (strcmp (path, other) == 0)
        return TRUE;
    }
  return FALSE;
}

static gboolean is_next_to (const char *path, const char *image)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *other = g_path_get_dirname (image);

  return strcmp (folder, other) == 0;
}

/* QEMU takes what stands before a colon for a protocol, unless a slash comes first. */
static gboolean has_protocol (const char *name)
{
  return name[strcspn (name, ":/")] == ':';
}

static gboolean refuse_backing (const EmbarkImageFile *file, const char *sentence, GError **error)
{
  g_autofree char *name = g_filename_display_name (file->path);
  g_autofree char *backing = g_filename_display_name (file->probe->backing_file);

  /* Translators: two file names, and a whole sentence that gives the reason. */
  g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_UNSAFE_IMAGE, _ ("“%s” needs the backing file “%s”. %s"), name,
               backing, sentence);
  return FALSE;
}

/* Where the backing file of @file is, if it may be followed at all. */
static char *locate_backing (const EmbarkImageFile *file, const char *const *allowed, gboolean *ret_named,
                             GError **error)
{
  const char *name = file->probe->backing_file;
  g_autofree char *folder = g_path_get_dirname (file->path);

  if (has_protocol (name))
    return refuse_backing (file, _ ("That is not a plain file name, so it could reach anything."), error), NULL;
  if (file->probe->backing_format == NULL)
    {
      refuse_backing (file,
                      _ ("Its format is not given, and guessing it is not safe. Add it with “qemu-img rebase -u -F "
                         "FORMAT -b BACKING IMAGE”."),
                      error);
      return NULL;
    }
  g_autofree char *path = g_canonicalize_filename (name, folder);
  gboolean is_named = is_allowed (path, allowed);
  if (!is_named && !is_next_to (path, file->path))
    {
      refuse_backing (file,
                      _ ("It is neither in the same folder nor known to libvirt, so it could be any file of this "
                         "computer. Merge both with “qemu-img convert -O qcow2”."),
                      error);
      return NULL;
    }
  *ret_named = is_named;
  return g_steal_pointer (&path);
}

static gboolean is_in_chain (const EmbarkImageChain *self, const EmbarkImageFile *file)
{
  for (guint i = 0; i < self->files->len; i++)
    {
      const EmbarkImageFile *other = g_ptr_array_index (self->files, i);
      if (other->device == file->device && other->inode == file->inode)
        return TRUE;
    }
  return FALSE;
}

static gboolean add_file (EmbarkImageChain *self, const char *path, const char *format, gboolean follow_links,
                          gboolean is_named, GError **error)
{
  g_autoptr (EmbarkImageFile) file = embark_image_file_open (path, follow_links, error);

  if (file == NULL || !embark_image_file_judge (file, format, is_named, error))
    return FALSE;
  if (self->files->len < FILES_MAX && !is_in_chain (self, file))
    {
      g_ptr_array_add (self->files, g_steal_pointer (&file));
      return TRUE;
    }
  g_autofree char *name = g_filename_display_name (path);
  g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_DAMAGED_IMAGE,
               /* Translators: %s is a file name. */
               _ ("The chain of backing files goes in a circle or is too long at “%s”. Merge it with “qemu-img "
                  "convert”."),
               name);
  return FALSE;
}

static gboolean add_backing (EmbarkImageChain *self, const EmbarkImageFile *file, const char *const *allowed,
                             GError **error)
{
  gboolean is_named = FALSE;
  GError *open_error = NULL;
  g_autofree char *path = locate_backing (file, allowed, &is_named, error);

  if (path == NULL)
    return FALSE;
  if (add_file (self, path, file->probe->backing_format, is_named, is_named, &open_error))
    return TRUE;
  g_autofree char *name = g_filename_display_name (file->path);
  /* Translators: %s is a file name; the reason follows. */
  g_autofree char *phrase = g_strdup_printf (_ ("the backing file of “%s” cannot be used"), name);
  return embark_error_pass (error, open_error, phrase);
}

EmbarkImageChain *embark_image_chain_open (const char *path, const char *format, const char *const *allowed,
                                           GCancellable *cancellable, GError **error)
{
  g_autoptr (EmbarkImageChain) self = g_new0 (EmbarkImageChain, 1);

  g_return_val_if_fail (path != NULL, NULL);

  self->files = g_ptr_array_new_with_free_func ((GDestroyNotify) embark_image_file_free);
  if (path[0] == '\0')
    {
      g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_NOT_FOUND, _ ("No file was named. Choose a disk image."));
      return NULL;
    }
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  if (!add_file (self, absolute, format, TRUE, format != NULL, error))
    return NULL;

  const EmbarkImageFile *last = g_ptr_array_index (self->files, 0);
  while (last->probe->backing_file != NULL)
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error) || !add_backing (self, last, allowed, error))
        return NULL;
      last = g_ptr_array_index (self->files, self->files->len - 1);
    }
  return g_steal_pointer (&self);
}

void embark_image_chain_free (EmbarkImageChain *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->files);
  g_free (self);
}

guint embark_image_chain_get_length (EmbarkImageChain *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->files->len;
}

const EmbarkImageFile *embark_image_chain_get_file (EmbarkImageChain *self, guint index)
{
  g_return_val_if_fail (self != NULL && index < self->files->len, NULL);

  return g_ptr_array_index (self->files, index);
}

guint64 embark_image_chain_get_virtual_size (EmbarkImageChain *self)
{
  return embark_image_chain_get_file (self, 0)->probe->virtual_size;
}

void embark_image_chain_add_facts (EmbarkImageChain *self, EmbarkFacts *facts)
{
  const EmbarkImageFile *top = embark_image_chain_get_file (self, 0);
  g_autofree char *display = g_filename_display_name (top->path);
  guint64 total = 0;

  g_return_if_fail (facts != NULL);

  embark_facts_set_string (facts, "image.format", embark_image_format_to_string (top->probe->format));
  embark_facts_set_string (facts, "image.subformat", top->probe->subformat);
  embark_facts_set_uint (facts, "image.virtualSize", top->probe->virtual_size);
  embark_facts_set_uint (facts, "image.chainLength", self->files->len);
  embark_facts_set_uint (facts, "image.snapshots", top->probe->n_snapshots);
  embark_facts_set_boolean (facts, "image.encrypted", top->probe->is_encrypted);
  embark_facts_set_string (facts, "image.path", display);
  for (guint i = 0; i < self->files->len; i++)
    {
      const EmbarkImageFile *file = g_ptr_array_index (self->files, i);
      g_autofree char *name = g_filename_display_name (file->path);
      JsonObject *object = embark_facts_append (facts, "image.files");
      json_object_set_string_member (object, "path", name);
      json_object_set_string_member (object, "format", embark_image_format_to_string (file->probe->format));
      json_object_set_int_member (object, "size", file->size);
      json_object_set_int_member (object, "mtime", file->mtime_ns / 1000000000);
      total += (guint64) file->size;
    }
  embark_facts_set_uint (facts, "image.fileSize", total);
}

gboolean embark_image_chain_verify (EmbarkImageChain *self, GError **error)
{
  g_return_val_if_fail (self != NULL, FALSE);

  for (guint i = 0; i < self->files->len; i++)
    if (!embark_image_file_verify (g_ptr_array_index (self->files, i), error))
      return FALSE;
  return TRUE;
}

char *embark_image_chain_get_fingerprint (EmbarkImageChain *self)
{
  g_autoptr (GString) line = g_string_new (NULL);

  g_return_val_if_fail (self != NULL, NULL);

  for (guint i = 0; i < self->files->len; i++)
    {
      const EmbarkImageFile *file = g_ptr_array_index (self->files, i);
      g_string_append_printf (line,
                              "%s%s:%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT ":%" G_GINT64_FORMAT ":%" G_GINT64_FORMAT,
                              i == 0 ? "" : " ", embark_image_format_to_string (file->probe->format), file->device,
                              file->inode, file->size, file->mtime_ns);
    }
  return g_string_free (g_steal_pointer (&line), FALSE);
}

/* TRUE when a change that came after the file was opened would show in its times. */
static gboolean is_settled (const EmbarkImageFile *file, gint64 now_ns)
{
  gboolean is_coarse = file->mtime_ns % SECOND_NS == 0 && file->ctime_ns % SECOND_NS == 0;
  gint64 tick_ns = is_coarse ? COARSE_TICK_NS : TICK_NS;

  return file->ctime_ns != 0 && MAX (file->mtime_ns, file->ctime_ns) + tick_ns < now_ns;
}

char *embark_image_chain_get_identity (EmbarkImageChain *self)
{
  gint64 now_ns = g_get_real_time () * 1000;
  g_autoptr (GString) line = g_string_new (NULL);

  g_return_val_if_fail (self != NULL, NULL);

  for (guint i = 0; i < self->files->len; i++)
    {
      const EmbarkImageFile *file = g_ptr_array_index (self->files, i);
      if (!is_settled (file, now_ns))
        return NULL;
      g_string_append_printf (line, "%s%" G_GINT64_FORMAT, i == 0 ? "" : " ", file->ctime_ns);
    }
  g_autofree char *fingerprint = embark_image_chain_get_fingerprint (self);
  return g_strdup_printf ("%s changed %s", fingerprint, line->str);
}
