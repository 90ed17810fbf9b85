/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A call costs milliseconds without KVM and a guest is asked about hundreds
 * of paths: so one pattern with braces stands for a list of them.
 */
#include "model/guest/linux-files.h"

#include <stdlib.h>
#include <string.h>

#include "model/guest/guest-files.h"

#define MATCHES_MAX 1024
#define PATH_LENGTH_MAX 4096
#define LINKS_MAX 1024 /* asked for in one call */

/* Takes a list of libguestfs. */
static GStrv take_list (char **found)
{
  guint n = found ? g_strv_length (found) : 0;
  GStrv list = g_new0 (char *, MIN (n, MATCHES_MAX) + 1);

  for (guint i = 0; i < n; i++)
    {
      if (i < MATCHES_MAX)
        list[i] = g_strdup (found[i]);
      free (found[i]);
    }
  free (found);
  return list;
}

GStrv embark_linux_glob (guestfs_h *g, const char *pattern)
{
  return take_list (guestfs_glob_expand (g, pattern));
}

GStrv embark_linux_find (guestfs_h *g, const char *const *paths)
{
  g_autoptr (GString) pattern = g_string_new ("/{");
  guint n = 0;

  for (guint i = 0; paths[i]; i++)
    if (paths[i][0] == '/' && strlen (paths[i]) <= PATH_LENGTH_MAX && !strpbrk (paths[i], "*?[]{},\\"))
      g_string_append_printf (pattern, "%s%s", n++ > 0 ? "," : "", paths[i] + 1);
  if (n == 0)
    return g_new0 (char *, 1);
  /* Braces around a single word would stand for themselves. */
  if (n == 1)
    g_string_erase (pattern, 1, 1);
  else
    g_string_append_c (pattern, '}');
  return embark_linux_glob (g, pattern->str);
}

EmbarkLinuxFolder *embark_linux_folder_read (guestfs_h *g, const char *path)
{
  EmbarkLinuxFolder *self = g_new0 (EmbarkLinuxFolder, 1);
  guint n;

  self->names = embark_guest_list_dir (g, path);
  n = g_strv_length (self->names);
  self->targets = g_new0 (char *, n + 1);
  for (guint start = 0; start < n; start += LINKS_MAX)
    {
      guint length = MIN (n - start, LINKS_MAX);
      g_autofree char **slice = g_new0 (char *, length + 1);
      g_auto (GStrv) links = NULL;
      guint n_links;

      memcpy (slice, self->names + start, length * sizeof (char *));
      links = take_list (guestfs_readlinklist (g, path, slice));
      n_links = g_strv_length (links);
      for (guint i = 0; i < length; i++)
        self->targets[start + i] = g_strdup (i < n_links ? links[i] : "");
    }
  return self;
}

void embark_linux_folder_free (EmbarkLinuxFolder *self)
{
  g_strfreev (self->names);
  g_strfreev (self->targets);
  g_free (self);
}

const char *embark_linux_folder_get_target (const EmbarkLinuxFolder *self, const char *name)
{
  for (guint i = 0; self->names[i]; i++)
    if (strcmp (self->names[i], name) == 0)
      return self->targets[i];
  return NULL;
}

/* A pipe would never answer, so it must be a file. */
static GBytes *read_part (guestfs_h *g, const char *path, gsize max, gboolean from_end)
{
  gint64 offset = 0;
  size_t length = 0;
  char *content;
  GBytes *bytes = NULL;

  if (!embark_guest_has_file (g, path))
    return NULL;
  if (from_end)
    {
      gint64 size = guestfs_filesize (g, path);
      if (size <= 0)
        return NULL;
      offset = size > (gint64) max ? size - (gint64) max : 0;
    }
  content = guestfs_pread (g, path, (int) max, offset, &length);
  if (content && length > 0)
    bytes = g_bytes_new (content, MIN (length, max));
  free (content);
  return bytes;
}

GBytes *embark_linux_read_head (guestfs_h *g, const char *path, gsize max)
{
  return read_part (g, path, max, FALSE);
}

GBytes *embark_linux_read_tail (guestfs_h *g, const char *path, gsize max)
{
  return read_part (g, path, max, TRUE);
}
