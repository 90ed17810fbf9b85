/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which format a file has, decided from its first and last bytes. A magic at
 * the very start wins over the VHD footer, and both over what a raw disk or
 * another kind of file shows.
 */
#include "model/source/image-probe.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <unistd.h>

#include "model/source/probe-reader.h"

gssize embark_probe_read (const EmbarkProbeReader *self, guint64 offset, void *buffer, gsize size, GError **error)
{
  gsize done = 0;

  if (offset >= self->length)
    return 0;
  size = MIN (size, self->length - offset);
  while (done < size)
    {
      gssize n = pread (self->fd, (guint8 *) buffer + done, size - done, (off_t) (offset + done));
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        {
          int saved_errno = errno;
          g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved_errno), "%s", g_strerror (saved_errno));
          return -1;
        }
      if (n == 0)
        break;
      done += n;
    }
  return done;
}

gboolean embark_probe_contains (const EmbarkProbeReader *self, guint64 offset, guint64 size)
{
  return offset <= self->length && size <= self->length - offset;
}

void embark_probe_set_damaged (EmbarkImageProbe *probe, const char *sentence)
{
  if (probe->damaged == NULL)
    probe->damaged = g_strdup (sentence);
}

void embark_probe_set_unsafe (EmbarkImageProbe *probe, const char *sentence)
{
  if (probe->unsafe == NULL)
    probe->unsafe = g_strdup (sentence);
}

static gboolean starts_with (const EmbarkProbeReader *reader, const char *magic, gsize size)
{
  return reader->head_size >= size && memcmp (reader->head, magic, size) == 0;
}

static gboolean decide_format (const EmbarkProbeReader *reader, EmbarkImageProbe *probe, GError **error)
{
  guint8 footer[512];
  gboolean has_footer = FALSE;

  if (starts_with (reader, "QFI\xfb", 4))
    return embark_probe_qcow2 (reader, probe, error);
  if (starts_with (reader, "KDMV", 4) || starts_with (reader, "COWD", 4)
      || starts_with (reader, "# Disk DescriptorFile", 21))
    return embark_probe_vmdk (reader, probe, error);

  if (reader->length >= sizeof footer)
    {
      gssize n = embark_probe_read (reader, reader->length - sizeof footer, footer, sizeof footer, error);
      if (n < 0)
        return FALSE;
      has_footer = n == sizeof footer && memcmp (footer, "conectix", 8) == 0;
    }
  if (has_footer || starts_with (reader, "conectix", 8))
    return embark_probe_vhd (reader, has_footer ? footer : NULL, probe, error);

  embark_probe_signatures (reader, probe);
  return TRUE;
}

EmbarkImageProbe *embark_image_probe (int fd, guint64 length, GError **error)
{
  g_autofree guint8 *head = g_malloc0 (EMBARK_PROBE_HEAD_SIZE);
  EmbarkProbeReader reader = { .fd = fd, .length = length, .head = head };
  g_autoptr (EmbarkImageProbe) probe = g_new0 (EmbarkImageProbe, 1);

  g_return_val_if_fail (fd >= 0, NULL);

  gssize n = embark_probe_read (&reader, 0, head, EMBARK_PROBE_HEAD_SIZE, error);
  if (n < 0)
    return NULL;
  reader.head_size = n;
  probe->virtual_size = length;
  if (!decide_format (&reader, probe, error))
    return NULL;
  return g_steal_pointer (&probe);
}

EmbarkImageProbe *embark_image_probe_new_raw (guint64 length)
{
  EmbarkImageProbe *self = g_new0 (EmbarkImageProbe, 1);

  self->format = EMBARK_IMAGE_RAW;
  self->virtual_size = length;
  return self;
}

void embark_image_probe_free (EmbarkImageProbe *self)
{
  if (self == NULL)
    return;
  g_free (self->subformat);
  g_free (self->backing_file);
  g_free (self->backing_format);
  g_free (self->unsafe);
  g_free (self->damaged);
  g_free (self);
}

const char *embark_image_format_to_string (EmbarkImageFormat format)
{
  static const char *const names[] = {
    [EMBARK_IMAGE_UNKNOWN] = "unknown", [EMBARK_IMAGE_RAW] = "raw",   [EMBARK_IMAGE_QCOW2] = "qcow2",
    [EMBARK_IMAGE_VPC] = "vpc",         [EMBARK_IMAGE_VMDK] = "vmdk", [EMBARK_IMAGE_VHDX] = "vhdx",
    [EMBARK_IMAGE_VDI] = "vdi",         [EMBARK_IMAGE_ISO] = "iso",   [EMBARK_IMAGE_QED] = "qed",
    [EMBARK_IMAGE_ARCHIVE] = "archive", [EMBARK_IMAGE_TEXT] = "text",
  };

  if ((guint) format >= G_N_ELEMENTS (names))
    return "unknown";
  return names[format];
}
