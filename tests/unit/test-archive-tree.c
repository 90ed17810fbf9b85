/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Folders and zips become one tar archive, below the folder of the marker, and
 * hostile ones are refused.
 */
#include <archive.h>
#include <archive_entry.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "model/base/errors.h"
#include "model/guest/archive-tree.h"

#define MARKER "bin/Program.exe"

static void add (struct archive *zip, const char *name, const char *text)
{
  struct archive_entry *entry = archive_entry_new ();

  archive_entry_set_pathname (entry, name);
  archive_entry_set_filetype (entry, text != NULL ? AE_IFREG : AE_IFDIR);
  archive_entry_set_perm (entry, 0755);
  if (text != NULL)
    archive_entry_set_size (entry, (la_int64_t) strlen (text));
  g_assert_cmpint (archive_write_header (zip, entry), ==, ARCHIVE_OK);
  if (text != NULL)
    g_assert_cmpint (archive_write_data (zip, text, strlen (text)), ==, (la_ssize_t) strlen (text));
  archive_entry_free (entry);
}

/* A zip of files that hold their own names; free with g_unlink() and g_free(). */
static char *make_zip (const char *const *names)
{
  char *path = g_strdup_printf ("%s/embark-%d.zip", g_get_tmp_dir (), (int) getpid ());
  struct archive *zip = archive_write_new ();

  archive_write_set_format_zip (zip);
  g_assert_cmpint (archive_write_open_filename (zip, path), ==, ARCHIVE_OK);
  for (guint i = 0; names[i] != NULL; i++)
    add (zip, names[i], names[i]);
  archive_write_free (zip);
  return path;
}

static int compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/* "name=content" of all files in the tar archive, sorted, with commas. */
static char *read_tar (int fd)
{
  struct archive *tar = archive_read_new ();
  struct archive_entry *entry = NULL;
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_free);

  g_assert_cmpint (lseek (fd, 0, SEEK_SET), ==, 0);
  archive_read_support_format_tar (tar);
  g_assert_cmpint (archive_read_open_fd (tar, fd, 10240), ==, ARCHIVE_OK);
  while (archive_read_next_header (tar, &entry) == ARCHIVE_OK)
    {
      char text[256] = { 0 };
      if (archive_entry_filetype (entry) != AE_IFREG)
        continue;
      archive_read_data (tar, text, sizeof text - 1);
      g_ptr_array_add (items, g_strdup_printf ("%s=%s", archive_entry_pathname (entry), text));
    }
  archive_read_free (tar);
  g_ptr_array_sort (items, compare_texts);
  g_ptr_array_add (items, NULL);
  return g_strjoinv (",", (char **) items->pdata);
}

static void check_refused (const char *const *names, int code)
{
  g_autofree char *zip = make_zip (names);
  g_autoptr (GError) error = NULL;
  g_autoptr (EmbarkArchiveTree) tree = embark_archive_tree_open (zip, MARKER, NULL, &error);

  g_assert_null (tree);
  g_assert_error (error, EMBARK_ERROR, code);
  g_unlink (zip);
}

static void test_zip (void)
{
  static const char *const names[] = { "readme", "Top/bin/program.EXE", "Top/conf/a.conf", "Top/old/bin/Program.exe",
                                       NULL };
  g_autofree char *zip = make_zip (names);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) marker = NULL;
  g_autoptr (EmbarkArchiveTree) tree = embark_archive_tree_open (zip, MARKER, &marker, &error);
  g_autofree char *content = NULL;

  g_assert_no_error (error);
  content = read_tar (tree->fd);
  g_assert_cmpstr (content, ==,
                   "bin/program.EXE=Top/bin/program.EXE,conf/a.conf=Top/conf/a.conf,"
                   "old/bin/Program.exe=Top/old/bin/Program.exe");
  g_assert_cmpmem (g_bytes_get_data (marker, NULL), g_bytes_get_size (marker), names[1], strlen (names[1]));
  g_assert_cmpuint (tree->names->len, ==, 3);
  g_unlink (zip);
}

static void test_folder (void)
{
  g_autofree char *top = g_dir_make_tmp ("embark-XXXXXX", NULL);
  g_autofree char *bin = g_build_filename (top, "bin", NULL);
  g_autofree char *program = g_build_filename (bin, "Program.exe", NULL);
  g_autofree char *link = g_build_filename (bin, "passwd", NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *content = NULL;

  g_assert_cmpint (g_mkdir (bin, 0755), ==, 0);
  g_assert_true (g_file_set_contents (program, "x", 1, NULL));
  g_assert_cmpint (symlink ("/etc/passwd", link), ==, 0);
  g_autoptr (EmbarkArchiveTree) tree = embark_archive_tree_open (top, MARKER, NULL, &error);
  g_assert_no_error (error);
  content = read_tar (tree->fd);
  g_assert_cmpstr (content, ==, "bin/Program.exe=x");
  g_unlink (link);
  g_unlink (program);
  g_rmdir (bin);
  g_rmdir (top);
}

static void test_hostile (void)
{
  static const char *const none[] = { "bin/Other.exe", "xbin/Program.exe", NULL };
  static const char *const up[] = { MARKER, "../evil", NULL };
  static const char *const inner[] = { MARKER, "a/../../evil", NULL };
  static const char *const stream[] = { MARKER, "a:b", NULL };
  static const char *const control[] = { MARKER, "a\nb", NULL };
  static const char *const dot[] = { MARKER, "a./b", NULL };
  g_autofree char *text = g_strdup_printf ("%s/embark-%d.txt", g_get_tmp_dir (), (int) getpid ());
  g_autoptr (GError) rubbish = NULL;
  g_autoptr (GError) missing = NULL;

  check_refused (none, EMBARK_ERROR_BLOCKED);
  check_refused (up, EMBARK_ERROR_BLOCKED);
  check_refused (inner, EMBARK_ERROR_BLOCKED);
  check_refused (stream, EMBARK_ERROR_BLOCKED);
  check_refused (control, EMBARK_ERROR_BLOCKED);
  check_refused (dot, EMBARK_ERROR_BLOCKED);
  g_assert_true (g_file_set_contents (text, "no archive", -1, NULL));
  g_assert_null (embark_archive_tree_open (text, MARKER, NULL, &rubbish));
  g_assert_error (rubbish, EMBARK_ERROR, EMBARK_ERROR_FAILED);
  g_unlink (text);
  g_assert_null (embark_archive_tree_open (text, MARKER, NULL, &missing));
  g_assert_error (missing, EMBARK_ERROR, EMBARK_ERROR_NOT_FOUND);
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/archive-tree/zip", test_zip);
  g_test_add_func ("/archive-tree/folder", test_folder);
  g_test_add_func ("/archive-tree/hostile", test_hostile);
  return g_test_run ();
}
