/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a path leads to, and the one sentence about it when that is not a disk
 * image Embark can read.
 */
#include "model/source/image-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/base/errors.h"

#define RAW_MIN (1024 * 1024)

/* @template holds one %s for the name: each caller gives a literal that translators see. */
static gboolean refuse (GError **error, EmbarkError code, const char *path, const char *template)
{
  g_autofree char *name = g_filename_display_name (path);
  g_auto (GStrv) halves = g_strsplit (template, "%s", 2);
  g_autofree char *message = g_strjoinv (name, halves);

  g_set_error_literal (error, EMBARK_ERROR, code, message);
  return FALSE;
}

static void set_open_error (GError **error, int saved_errno, const char *path)
{
  if (saved_errno == ENOENT || saved_errno == ENOTDIR)
    /* Translators: %s is a file name. */
    refuse (error, EMBARK_ERROR_NOT_FOUND, path,
            _ ("The file “%s” does not exist. Check its name, and that the drive it is on is connected."));
  else if (saved_errno == EACCES || saved_errno == EPERM)
    /* Translators: %s is a file name. */
    refuse (error, EMBARK_ERROR_NOT_READABLE, path,
            _ ("You have no permission to read “%s”. Its owner or an administrator can allow it with “chmod +r” on the "
               "file and “chmod +x” on its folders."));
  else if (saved_errno == ELOOP)
    /* Translators: %s is a file name. */
    refuse (error, EMBARK_ERROR_UNSAFE_IMAGE, path,
            _ ("“%s” is a link to another file. Put the file itself in its place."));
  else
    embark_error_set_errno (error, saved_errno, _ ("Could not open"), path);
}

/* Before opening: to open a device or a pipe can have effects of its own. */
static gboolean check_type (const struct stat *st, const char *path, GError **error)
{
  if (S_ISREG (st->st_mode) || S_ISBLK (st->st_mode))
    return TRUE;
  if (S_ISDIR (st->st_mode))
    /* Translators: %s is a file name. */
    return refuse (error, EMBARK_ERROR_NOT_AN_IMAGE, path, _ ("“%s” is a folder. Choose the disk image inside it."));
  /* Translators: %s is a file name. */
  return refuse (error, EMBARK_ERROR_NOT_AN_IMAGE, path,
                 _ ("“%s” is a pipe, a socket or a device and holds no disk. Choose a disk image file."));
}

static gint64 measure (int fd, const struct stat *st)
{
  return S_ISBLK (st->st_mode) ? (gint64) lseek (fd, 0, SEEK_END) : (gint64) st->st_size;
}

/* A block device's times change with every look at it. */
static gint64 get_time_ns (const struct stat *st, const struct timespec *time)
{
  return S_ISBLK (st->st_mode) ? 0 : time->tv_sec * G_GINT64_CONSTANT (1000000000) + time->tv_nsec;
}

EmbarkImageFile *embark_image_file_open (const char *path, gboolean follow_links, GError **error)
{
  struct stat st;

  if ((follow_links ? stat (path, &st) : lstat (path, &st)) != 0)
    return set_open_error (error, errno, path), NULL;
  if (S_ISLNK (st.st_mode))
    return set_open_error (error, ELOOP, path), NULL;
  if (!check_type (&st, path, error))
    return NULL;

  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | (follow_links ? 0 : O_NOFOLLOW));
  if (fd < 0)
    return set_open_error (error, errno, path), NULL;
  if (fstat (fd, &st) != 0 || !check_type (&st, path, error))
    {
      if (error != NULL && *error == NULL)
        set_open_error (error, errno, path);
      close (fd);
      return NULL;
    }

  g_autoptr (EmbarkImageFile) self = g_new0 (EmbarkImageFile, 1);
  self->path = g_strdup (path);
  self->device = st.st_dev;
  self->inode = st.st_ino;
  self->size = measure (fd, &st);
  self->mtime_ns = get_time_ns (&st, &st.st_mtim);
  self->ctime_ns = get_time_ns (&st, &st.st_ctim);
  g_autoptr (GError) read_error = NULL;
  self->probe = self->size < 0 ? NULL : embark_image_probe (fd, self->size, &read_error);
  close (fd);
  if (self->probe == NULL)
    {
      g_autofree char *name = g_filename_display_name (path);
      g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED,
                   /* Translators: a file name and the system's reason. */
                   _ ("“%s” could not be read (%s). Check the drive it is on."), name,
                   read_error != NULL ? read_error->message : "lseek");
      return NULL;
    }
  return g_steal_pointer (&self);
}

void embark_image_file_free (EmbarkImageFile *self)
{
  if (self == NULL)
    return;
  g_free (self->path);
  embark_image_probe_free (self->probe);
  g_free (self);
}

static gboolean refuse_with_reason (const EmbarkImageFile *self, EmbarkError code, const char *reason, GError **error)
{
  g_autofree char *name = g_filename_display_name (self->path);

  /* Translators: the first is a file name, the second a whole sentence that gives the reason. */
  g_set_error (error, EMBARK_ERROR, code, _ ("“%s” cannot be used. %s"), name, reason);
  return FALSE;
}

static gboolean judge_archive (const EmbarkImageFile *self, GError **error)
{
  g_autofree char *name = g_filename_display_name (self->path);

  g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_NOT_AN_IMAGE,
               /* Translators: a file name, and a kind such as zip, gzip, tar. */
               _ ("“%s” is an archive (%s). Unpack it first, then choose the disk image inside."), name,
               self->probe->subformat);
  return FALSE;
}

static gboolean judge_unknown (const EmbarkImageFile *self, GError **error)
{
  /* Translators: %s is a file name. */
  return refuse (error, EMBARK_ERROR_NOT_AN_IMAGE, self->path,
                 _ ("“%s” is not a disk image that Embark knows. Choose a QCOW2, raw, VHD or VMDK image."));
}

static gboolean judge_unsupported (const EmbarkImageFile *self, const char *kind, GError **error)
{
  g_autofree char *name = g_filename_display_name (self->path);

  g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_UNSUPPORTED_IMAGE,
               /* Translators: a file name, and a kind such as VDI. */
               _ ("“%s” is a %s image, which Embark does not read. Convert it with “qemu-img convert -O qcow2”."), name,
               kind);
  return FALSE;
}

/* The formats that are read; everything else returned before. */
static gboolean judge_readable (const EmbarkImageFile *self, GError **error)
{
  const EmbarkImageProbe *probe = self->probe;

  if (probe->unsafe != NULL)
    return refuse_with_reason (self, EMBARK_ERROR_UNSAFE_IMAGE, probe->unsafe, error);
  if (probe->damaged != NULL)
    return refuse_with_reason (self, EMBARK_ERROR_DAMAGED_IMAGE, probe->damaged, error);
  if (probe->format == EMBARK_IMAGE_QCOW2 && g_strcmp0 (probe->subformat, "qcow1") == 0)
    return judge_unsupported (self, "QCOW 1", error);
  if (probe->format == EMBARK_IMAGE_VMDK && g_strcmp0 (probe->subformat, "COWD") == 0)
    return judge_unsupported (self, "COWD", error);
  if (probe->format == EMBARK_IMAGE_QCOW2 && probe->is_encrypted)
    return refuse_with_reason (self, EMBARK_ERROR_UNSUPPORTED_IMAGE,
                               _ ("It is encrypted. Make an image that is not, with “qemu-img convert”."), error);
  if (probe->virtual_size == 0)
    return refuse_with_reason (self, EMBARK_ERROR_NOT_AN_IMAGE, _ ("The disk in it has no size."), error);
  return TRUE;
}

static gboolean judge_by_probe (const EmbarkImageFile *self, gboolean is_named, GError **error)
{
  switch (self->probe->format)
    {
    case EMBARK_IMAGE_RAW:
      if (!is_named && (self->size % 512 != 0 || self->size < RAW_MIN))
        return judge_unknown (self, error);
      return TRUE;
    case EMBARK_IMAGE_QCOW2:
    case EMBARK_IMAGE_VPC:
    case EMBARK_IMAGE_VMDK:
      return judge_readable (self, error);
    case EMBARK_IMAGE_VHDX:
      return judge_unsupported (self, "VHDX", error);
    case EMBARK_IMAGE_VDI:
      return judge_unsupported (self, "VDI", error);
    case EMBARK_IMAGE_QED:
      return judge_unsupported (self, "QED", error);
    case EMBARK_IMAGE_ISO:
      /* Translators: %s is a file name. */
      return refuse (error, EMBARK_ERROR_NOT_AN_IMAGE, self->path,
                     _ ("“%s” is the image of a CD or DVD. Choose the disk of a machine that was installed from it."));
    case EMBARK_IMAGE_ARCHIVE:
      return judge_archive (self, error);
    case EMBARK_IMAGE_TEXT:
      /* Translators: %s is a file name. */
      return refuse (error, EMBARK_ERROR_NOT_AN_IMAGE, self->path,
                     _ ("“%s” is a text file. Choose a disk image: QCOW2, raw, VHD or VMDK."));
    case EMBARK_IMAGE_UNKNOWN:
    default:
      return judge_unknown (self, error);
    }
}

static gboolean refuse_disagreement (const EmbarkImageFile *self, const char *format, GError **error)
{
  g_autofree char *name = g_filename_display_name (self->path);

  g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_UNSAFE_IMAGE,
               /* Translators: a file name, and twice a format such as qcow2. */
               _ ("“%s” should be of format %s but its contents say %s. Correct the format in the machine's settings "
                  "or in the image that refers to it."),
               name, format, embark_image_format_to_string (self->probe->format));
  return FALSE;
}

gboolean embark_image_file_judge (EmbarkImageFile *self, const char *format, gboolean is_named, GError **error)
{
  if (self->size == 0)
    /* Translators: %s is a file name. */
    return refuse (error, EMBARK_ERROR_NOT_AN_IMAGE, self->path,
                   _ ("“%s” is empty. Choose another file, or copy or download it again."));
  if (is_named && g_strcmp0 (format, "raw") == 0)
    {
      /* What a guest wrote to its disk says nothing about the disk. */
      if (self->probe->format != EMBARK_IMAGE_RAW)
        {
          embark_image_probe_free (self->probe);
          self->probe = embark_image_probe_new_raw (self->size);
        }
      return TRUE;
    }
  if (format != NULL && strcmp (format, embark_image_format_to_string (self->probe->format)) != 0)
    return refuse_disagreement (self, format, error);
  return judge_by_probe (self, is_named, error);
}

gboolean embark_image_file_verify (const EmbarkImageFile *self, GError **error)
{
  struct stat st;

  if (stat (self->path, &st) != 0)
    return set_open_error (error, errno, self->path), FALSE;
  if (st.st_dev == self->device && st.st_ino == self->inode && get_time_ns (&st, &st.st_mtim) == self->mtime_ns
      && (S_ISBLK (st.st_mode) || st.st_size == self->size))
    return TRUE;
  /* Translators: %s is a file name. */
  return refuse (error, EMBARK_ERROR_SOURCE_CHANGED, self->path,
                 _ ("“%s” was changed while Embark worked with it. Shut down what uses it and start again."));
}
