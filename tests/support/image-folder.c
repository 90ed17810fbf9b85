/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * See the header.
 */
#include "tests/support/image-folder.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

ImageFolder *image_folder_new (void)
{
  ImageFolder *self = g_new0 (ImageFolder, 1);
  g_autoptr (GError) error = NULL;

  self->path = g_dir_make_tmp ("embark-XXXXXX", &error);
  g_assert_no_error (error);
  return self;
}

static void remove_tree (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);
      if (g_file_test (child, G_FILE_TEST_IS_DIR) && !g_file_test (child, G_FILE_TEST_IS_SYMLINK))
        remove_tree (child);
      else
        g_unlink (child);
    }
  g_rmdir (path);
}

void image_folder_free (ImageFolder *self)
{
  remove_tree (self->path);
  g_free (self->path);
  g_free (self);
}

char *image_folder_get_path (ImageFolder *self, const char *name)
{
  return g_build_filename (self->path, name, NULL);
}

guint image_folder_count (ImageFolder *self)
{
  g_autoptr (GDir) dir = g_dir_open (self->path, 0, NULL);
  guint n = 0;

  while (dir != NULL && g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

void image_folder_write (ImageFolder *self, const char *name, const void *bytes, gsize size)
{
  g_autofree char *path = image_folder_get_path (self, name);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, bytes, (gssize) size, &error);
  g_assert_no_error (error);
}

void image_folder_make_raw (ImageFolder *self, const char *name, guint64 size)
{
  g_autofree char *path = image_folder_get_path (self, name);
  g_autofree guint8 *block = g_malloc0 (65536);
  int fd = open (path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (ftruncate (fd, (off_t) size), ==, 0);
  for (gsize i = 0; i < 65536; i++)
    block[i] = (guint8) (i * 7 + i / 251);
  block[510] = 0x55;
  block[511] = 0xaa;
  g_assert_cmpint (pwrite (fd, block, 65536, 0), ==, 65536);
  g_assert_cmpint (pwrite (fd, block, 65536, (off_t) size / 2), ==, 65536);
  g_assert_cmpint (pwrite (fd, block, 512, (off_t) size - 512), ==, 512);
  g_assert_cmpint (close (fd), ==, 0);
}

void image_folder_run (ImageFolder *self, const char *first, ...)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autofree char *out = NULL;
  g_autofree char *complaint = NULL;
  g_autoptr (GError) error = NULL;
  int status = 0;
  va_list words;

  va_start (words, first);
  for (const char *word = first; word != NULL; word = va_arg (words, const char *))
    g_ptr_array_add (argv, (gpointer) word);
  va_end (words);
  g_ptr_array_add (argv, NULL);
  g_spawn_sync (self->path, (char **) argv->pdata, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out, &complaint, &status,
                &error);
  g_assert_no_error (error);
  if (!g_spawn_check_wait_status (status, &error))
    g_test_message ("%s: %s%s", first, out, complaint);
  g_assert_no_error (error);
}
