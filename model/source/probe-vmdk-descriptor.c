/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The text inside a VMDK file, judged strictly: every line must be known, and
 * the only extent must be the file itself.
 */
#include <glib/gi18n-lib.h>

#include "model/source/probe-reader.h"

#define LINES_MAX 4096
#define CID_DIGITS 8

typedef struct
{
  guint n_extents;
  gboolean has_type;
  const char *expected_type;
  EmbarkImageProbe *probe;
} Descriptor;

static char *strip_quotes (const char *value)
{
  gsize size = strlen (value);

  if (size >= 2 && value[0] == '"' && value[size - 1] == '"')
    return g_strndup (value + 1, size - 2);
  return g_strdup (value);
}

static void judge_type (Descriptor *self, const char *type)
{
  self->has_type = TRUE;
  g_free (self->probe->subformat);
  self->probe->subformat = g_utf8_make_valid (type, -1);
  if (g_strcmp0 (type, self->expected_type) != 0)
    embark_probe_set_unsafe (self->probe, _ ("It is of a kind of VMDK that keeps the disk in other files. Export the "
                                             "machine again as one file, for example with “qemu-img convert -O "
                                             "qcow2”."));
}

static void judge_setting (Descriptor *self, const char *key, const char *raw_value)
{
  static const char *const harmless[] = { "version", "encoding", "CID", "isNativeSnapshot", NULL };
  g_autofree char *value = strip_quotes (raw_value);

  if (strcmp (key, "createType") == 0)
    {
      judge_type (self, value);
      return;
    }
  if (strcmp (key, "parentCID") == 0)
    {
      if (g_ascii_strcasecmp (value, "ffffffff") != 0)
        embark_probe_set_unsafe (self->probe,
                                 _ ("It is a snapshot that needs another file. Merge the snapshot into its "
                                    "parent first."));
      return;
    }
  if (g_strv_contains (harmless, key) || g_str_has_prefix (key, "ddb."))
    return;
  embark_probe_set_unsafe (self->probe, _ ("Its descriptor holds a line that Embark does not know."));
}

/* RW 2097152 SPARSE "name.vmdk" */
static void judge_extent (Descriptor *self, const char *line)
{
  g_autoptr (GRegex) regex =
      g_regex_new ("^(RW|RDONLY) [0-9]{1,19} SPARSE \"([^\"/\\\\]{1,255})\"$", G_REGEX_RAW, 0, NULL);

  self->n_extents++;
  if (!g_regex_match (regex, line, 0, NULL) || strchr (line, ':') != NULL)
    embark_probe_set_unsafe (self->probe, _ ("Its descriptor names another file for its data."));
}

static gboolean is_extent (const char *line)
{
  return g_str_has_prefix (line, "RW ") || g_str_has_prefix (line, "RDONLY ") || g_str_has_prefix (line, "NOACCESS ");
}

static void judge_line (Descriptor *self, char *line)
{
  g_strstrip (line);
  if (line[0] == '\0' || line[0] == '#')
    return;
  if (is_extent (line))
    {
      judge_extent (self, line);
      return;
    }
  char *equals = strchr (line, '=');
  if (equals == NULL)
    {
      embark_probe_set_unsafe (self->probe, _ ("Its descriptor holds a line that Embark does not know."));
      return;
    }
  *equals = '\0';
  judge_setting (self, g_strchomp (line), g_strchug (equals + 1));
}

/* Behind the text only padding may follow, else another reader might see more lines. QEMU writes a new CID without
 * padding, and what a longer text before it had at its end stays: it is the end of the text itself, shorter than
 * a CID. */
static gboolean is_padding (const char *text, gsize used, gsize size)
{
  for (gsize i = used; i < size;)
    {
      gsize run = strnlen (text + i, size - i);

      if (run >= CID_DIGITS || run > used || memcmp (text + i, text + used - run, run) != 0)
        return FALSE;
      i += run + 1;
    }
  return TRUE;
}

void embark_probe_vmdk_descriptor (const char *text, gsize size, const char *expected_type, EmbarkImageProbe *probe)
{
  Descriptor self = { .expected_type = expected_type, .probe = probe };
  gsize used = strnlen (text, size);
  g_autofree char *copy = g_strndup (text, used);

  if (!is_padding (text, used, size))
    {
      embark_probe_set_unsafe (probe, _ ("Its descriptor holds a line that Embark does not know."));
      return;
    }
  g_auto (GStrv) lines = g_strsplit_set (copy, "\n\r", LINES_MAX);
  for (guint i = 0; lines[i] != NULL; i++)
    judge_line (&self, lines[i]);
  if (!self.has_type || self.n_extents != 1)
    embark_probe_set_unsafe (probe, _ ("Its descriptor does not say that the disk is complete in one file."));
}
