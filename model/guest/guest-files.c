/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The sizes are asked for before a file is fetched: what a guest holds is
 * never trusted to be small.
 */
#include "model/guest/guest-files.h"

#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAMES_MAX 4096
#define ANSWER_MAX (2 * 1024 * 1024) /* bytes; libguestfs allows 4 MiB a message */

static char *large = NULL; /* what was not read whole */
static char *loose = NULL; /* a link to nothing, which systems that are well also have */

const char *embark_guest_get_complaint (void)
{
  return large ? large : loose;
}

/* Takes @clause. The first one tells enough. */
static void complain (char **place, char *clause)
{
  if (*place)
    g_free (clause);
  else
    *place = clause;
}

gboolean embark_guest_has_file (guestfs_h *g, const char *path)
{
  return guestfs_is_file_opts (g, path, GUESTFS_IS_FILE_OPTS_FOLLOWSYMLINKS, 1, -1) == 1;
}

gboolean embark_guest_has_dir (guestfs_h *g, const char *path)
{
  return guestfs_is_dir_opts (g, path, GUESTFS_IS_DIR_OPTS_FOLLOWSYMLINKS, 1, -1) == 1;
}

gboolean embark_guest_has_entry (guestfs_h *g, const char *path)
{
  return guestfs_is_symlink (g, path) == 1 || guestfs_exists (g, path) == 1;
}

/* -1: not to be read. */
static gint64 find_size (guestfs_h *g, const char *path, gsize max)
{
  gint64 size;

  if (!embark_guest_has_file (g, path))
    {
      if (guestfs_is_symlink (g, path) == 1)
        /* Translators: %s is the path of a file in the machine. */
        complain (&loose, g_strdup_printf (_ ("“%s” is a link that leads nowhere"), path));
      return -1;
    }
  size = guestfs_filesize (g, path);
  if (size >= 0 && (guint64) size <= max)
    return size;
  /* Translators: %s is the path of a file in the machine. */
  complain (&large, g_strdup_printf (_ ("“%s” is too large to be read"), path));
  return -1;
}

/* One answer holds a small file; fetching a file in pieces takes ten times as long. */
static char *read_content (guestfs_h *g, const char *path, gint64 size, size_t *ret_length)
{
  return size <= ANSWER_MAX ? guestfs_pread (g, path, (int) MAX (size, 1), 0, ret_length)
                            : guestfs_read_file (g, path, ret_length);
}

char *embark_guest_read_text (guestfs_h *g, const char *path)
{
  gint64 size = find_size (g, path, EMBARK_GUEST_TEXT_MAX);
  size_t length = 0;
  char *content;
  char *text;

  if (size < 0)
    return NULL;
  content = read_content (g, path, size, &length);
  if (!content)
    return NULL;
  length = MIN (length, EMBARK_GUEST_TEXT_MAX);
  text = g_malloc (length + 1);
  memcpy (text, content, length);
  text[length] = '\0';
  for (size_t i = 0; i < length; i++)
    if (!text[i])
      text[i] = ' ';
  free (content);
  return text;
}

GBytes *embark_guest_read_bytes (guestfs_h *g, const char *path, gsize max)
{
  g_autoptr (GMappedFile) file = NULL;
  g_autofree char *link = NULL;
  int fd;

  if (find_size (g, path, max) < 0)
    return NULL;
  fd = open (g_get_tmp_dir (), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (fd < 0)
    return NULL;
  link = g_strdup_printf ("/proc/self/fd/%d", fd);
  if (guestfs_download (g, path, link) == 0)
    file = g_mapped_file_new_from_fd (fd, FALSE, NULL);
  close (fd);
  return file && g_mapped_file_get_length (file) > 0 ? g_mapped_file_get_bytes (file) : NULL;
}

static int compare_names (const void *a, const void *b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

GStrv embark_guest_list_dir (guestfs_h *g, const char *path)
{
  char **found = embark_guest_has_dir (g, path) ? guestfs_ls (g, path) : NULL;
  GStrv names;
  guint n = 0;

  if (!found)
    return g_new0 (char *, 1);
  n = g_strv_length (found);
  if (n > NAMES_MAX)
    /* Translators: %s is the path of a folder in the machine. */
    complain (&large, g_strdup_printf (_ ("the folder “%s” holds too many files to look at all of them"), path));
  qsort (found, n, sizeof (char *), compare_names);
  names = g_new0 (char *, MIN (n, NAMES_MAX) + 1);
  for (guint i = 0; i < n; i++)
    {
      if (i < NAMES_MAX)
        names[i] = g_strdup (found[i]);
      free (found[i]);
    }
  free (found);
  return names;
}
