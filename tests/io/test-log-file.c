/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A program opens its log once, so each case is a program of its own: this one
 * again, run as a trapped subprocess.
 */
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/base/log.h"
#include "model/base/process.h"

#define CANARY "Cc7Ox9rYt2KpQ5wE8zLm"

static const char *self_path;

static char *make_dir (void)
{
  return g_dir_make_tmp ("embark-test-XXXXXX", NULL);
}

static void remove_dir (const char *dir)
{
  static const char *const names[] = { "embark.log", "embark.log.old", "target" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (dir, names[i], NULL);
      g_unlink (path);
    }
  g_assert_cmpint (g_rmdir (dir), ==, 0);
}

/* What reaches standard error is as clean as the file, and less. */
static void test_standard_error (void)
{
  if (g_test_subprocess ())
    {
      g_autofree char *dir = make_dir ();
      g_log_set_always_fatal (G_LOG_FATAL_MASK);
      embark_log_open (dir);
      embark_log_hide ("hidden-" CANARY);
      g_message ("only in the file");
      g_warning ("refused: SecretKey=" CANARY " of hidden-" CANARY "\nsecond line");
      remove_dir (dir);
      return;
    }

  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("*warning: refused: SecretKey=[hidden] of [hidden]\\nsecond line\n*");
  g_test_trap_assert_stderr_unmatched ("*" CANARY "*");
  g_test_trap_assert_stderr_unmatched ("*only in the file*");
}

static void test_without_folder (void)
{
  if (g_test_subprocess ())
    {
      embark_log_open (NULL);
      g_assert_null (embark_log_get_path ());
      g_message ("SecretKey=" CANARY);
      return;
    }

  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("*message: SecretKey=[hidden]\n*");
}

/* A link in place of the log is not followed; the program goes on, and says why there is no log. */
static void test_link (void)
{
  if (g_test_subprocess ())
    {
      g_autofree char *dir = make_dir (), *target = g_build_filename (dir, "target", NULL), *text = NULL;
      g_autofree char *link = g_build_filename (dir, "embark.log", NULL);

      g_assert_true (g_file_set_contents (target, "precious", -1, NULL));
      g_assert_cmpint (symlink (target, link), ==, 0);
      embark_log_open (dir);
      g_assert_null (embark_log_get_path ());
      g_message ("to standard error instead");
      g_assert_true (g_file_get_contents (target, &text, NULL, NULL));
      g_assert_cmpstr (text, ==, "precious");
      remove_dir (dir);
      return;
    }

  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("*cannot open the log*");
  g_test_trap_assert_stderr ("*to standard error instead*");
}

/* A log that was readable by others is made private. */
static void test_mode (void)
{
  if (g_test_subprocess ())
    {
      g_autofree char *dir = make_dir (), *path = g_build_filename (dir, "embark.log", NULL);
      struct stat info;

      g_assert_true (g_file_set_contents_full (path, "old\n", -1, G_FILE_SET_CONTENTS_NONE, 0644, NULL));
      g_chmod (path, 0644);
      embark_log_open (dir);
      g_assert_cmpint (stat (path, &info), ==, 0);
      g_assert_cmpuint (info.st_mode & 0777, ==, 0600);
      remove_dir (dir);
      return;
    }

  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

static int be_writer (const char *dir, const char *name)
{
  g_autofree char *filler = g_strnfill (3000, 'x');

  embark_log_open (dir);
  for (guint i = 0; i < 1500; i++)
    g_message ("%s %u %s", name, i, filler);
  return 0;
}

/* Every line of @path is whole. */
static void check_lines (const char *path)
{
  g_autofree char *text = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (path, &text, &length, NULL));
  /* Two that write at once may both see room for one more line. */
  g_assert_cmpuint (length, <=, 2 * 1024 * 1024 + 4 * 4096);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL && lines[i + 1] != NULL; i++)
    {
      g_assert_nonnull (strstr (lines[i], " message "));
      g_assert_true (g_str_has_suffix (lines[i], "xxx"));
    }
}

/* Several programs share one log, also while it is moved aside. */
static void test_programs (void)
{
  g_autofree char *dir = make_dir ();
  g_autofree char *path = g_build_filename (dir, "embark.log", NULL), *old = g_strconcat (path, ".old", NULL);
  g_autoptr (GPtrArray) writers = g_ptr_array_new_with_free_func ((GDestroyNotify) embark_process_free);

  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *name = g_strdup_printf ("writer-%u", i);
      const char *const argv[] = { self_path, "--write", dir, name, NULL };
      g_autoptr (GError) error = NULL;
      EmbarkProcess *writer = embark_process_spawn (argv, &error);
      g_assert_no_error (error);
      g_ptr_array_add (writers, writer);
    }
  for (guint i = 0; i < 3; i++)
    {
      EmbarkProcess *writer = g_ptr_array_index (writers, i);
      g_autoptr (GError) error = NULL;
      g_assert_null (embark_process_read_line (writer, 100, 120, NULL, &error));
      g_assert_no_error (error);
      g_assert_cmpstr (embark_process_get_complaint (writer), ==, "");
    }
  check_lines (path);
  check_lines (old);
  remove_dir (dir);
}

int main (int argc, char *argv[])
{
  g_autofree char *path = g_file_read_link ("/proc/self/exe", NULL);

  self_path = path;
  if (argc > 3 && strcmp (argv[1], "--write") == 0)
    return be_writer (argv[2], argv[3]);

  g_test_init (&argc, &argv, NULL);
  g_unsetenv ("G_MESSAGES_DEBUG");
  g_test_add_func ("/log-file/standard-error", test_standard_error);
  g_test_add_func ("/log-file/without-folder", test_without_folder);
  g_test_add_func ("/log-file/link", test_link);
  g_test_add_func ("/log-file/mode", test_mode);
  g_test_add_func ("/log-file/programs", test_programs);
  return g_test_run ();
}
