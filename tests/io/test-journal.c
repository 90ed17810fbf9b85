/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Other programs that use the same journal are this program with an argument;
 * they say on standard output how far they are.
 */
#include <errno.h>
#include <glib/gstdio.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/base/errors.h"
#include "model/base/process.h"
#include "model/store/journal.h"

#define ID "20261122-130501-4f2a"

static const char *self_path;

typedef struct
{
  char *dir;
  EmbarkJournal *journal;
} Fixture;

static EmbarkJournal *open_journal (const char *dir)
{
  g_autoptr (GError) error = NULL;
  EmbarkJournal *journal = embark_journal_open (dir, &error);

  g_assert_no_error (error);
  g_assert_nonnull (journal);
  return journal;
}

static void remove_tree (const char *dir)
{
  g_autoptr (GDir) items = g_dir_open (dir, 0, NULL);

  for (const char *name = g_dir_read_name (items); name != NULL; name = g_dir_read_name (items))
    {
      g_autofree char *path = g_build_filename (dir, name, NULL);
      g_unlink (path);
    }
  g_assert_cmpint (g_rmdir (dir), ==, 0);
}

static void set_up (Fixture *f, gconstpointer data)
{
  f->dir = g_dir_make_tmp ("embark-test-XXXXXX", NULL);
  f->journal = open_journal (f->dir);
}

static void tear_down (Fixture *f, gconstpointer data)
{
  embark_journal_free (f->journal);
  remove_tree (f->dir);
  g_free (f->dir);
}

static gboolean write_number (EmbarkJournal *journal, const char *id, int number, gsize padding, GError **error)
{
  g_autoptr (GKeyFile) entry = g_key_file_new ();
  g_autofree char *filler = g_strnfill (padding, 'x');

  g_key_file_set_integer (entry, "migration", "first", number);
  g_key_file_set_string (entry, "migration", "filler", filler);
  g_key_file_set_integer (entry, "migration", "last", number);
  return embark_journal_write (journal, id, entry, error);
}

static int read_number (EmbarkJournal *journal, const char *id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GKeyFile) entry = embark_journal_read (journal, id, &error);

  g_assert_no_error (error);
  int number = g_key_file_get_integer (entry, "migration", "first", &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_key_file_get_integer (entry, "migration", "last", &error), ==, number);
  g_assert_no_error (error);
  return number;
}

static void check_read_fails (Fixture *f, const char *id, EmbarkError code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (embark_journal_read (f->journal, id, &error));
  g_assert_error (error, EMBARK_ERROR, (int) code);
}

static void put_file (Fixture *f, const char *name, const char *text, gssize length)
{
  g_autofree char *path = g_build_filename (f->dir, name, NULL);

  g_assert_true (g_file_set_contents (path, text, length, NULL));
}

static gboolean has_file (Fixture *f, const char *name)
{
  g_autofree char *path = g_build_filename (f->dir, name, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS) || g_file_test (path, G_FILE_TEST_IS_SYMLINK);
}

static guint count_files (Fixture *f, const char *suffix)
{
  g_autoptr (GDir) items = g_dir_open (f->dir, 0, NULL);
  guint n = 0;

  for (const char *name = g_dir_read_name (items); name != NULL; name = g_dir_read_name (items))
    if (g_str_has_suffix (name, suffix))
      n++;
  return n;
}

static void test_round_trip (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *first = embark_journal_new_id (f->journal), *second = embark_journal_new_id (f->journal);
  struct stat info;

  g_assert_true (g_regex_match_simple ("^[0-9]{8}-[0-9]{6}-[0-9a-f]{4}$", first, 0, 0));
  g_assert_cmpstr (first, !=, second);
  g_assert_true (write_number (f->journal, first, 1, 10, &error));
  g_assert_true (write_number (f->journal, first, 2, 10, &error));
  g_assert_no_error (error);
  g_assert_cmpint (read_number (f->journal, first), ==, 2);

  g_autofree char *path = g_strdup_printf ("%s/%s.entry", f->dir, first);
  g_assert_cmpint (stat (path, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 0777, ==, 0600);
  g_assert_cmpint (stat (f->dir, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 0777, ==, 0700);
  g_assert_cmpuint (count_files (f, ".tmp"), ==, 0);

  g_assert_true (embark_journal_remove (f->journal, first, &error));
  g_assert_no_error (error);
  check_read_fails (f, first, EMBARK_ERROR_NOT_FOUND);
  g_assert_false (embark_journal_remove (f->journal, first, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_NOT_FOUND);
}

static void test_list (Fixture *f, gconstpointer data)
{
  const char *const expected[] = { "20261122-130501-4f2a", "20261122-130500-ffff", "20251231-235959-0000", NULL };
  g_auto (GStrv) none = embark_journal_list (f->journal);

  g_assert_cmpuint (g_strv_length (none), ==, 0);
  for (guint i = 0; i < 3; i++)
    g_assert_true (write_number (f->journal, expected[(i + 1) % 3], 1, 1, NULL));
  put_file (f, "notes.txt", "not an entry", -1);
  g_auto (GStrv) ids = embark_journal_list (f->journal);
  g_assert_cmpstrv (ids, expected);

  /* One that is damaged does not hide the others. */
  put_file (f, "20270101-000000-0000.entry", "rubbish\n", -1);
  g_test_expect_message ("embark-store", G_LOG_LEVEL_WARNING, "*20270101-000000-0000*");
  g_auto (GStrv) again = embark_journal_list (f->journal);
  g_test_assert_expected_messages ();
  g_assert_cmpstrv (again, expected);
}

static void test_damaged (Fixture *f, gconstpointer data)
{
  g_autofree char *big = g_strnfill (1024 * 1024 + 1, '#');

  put_file (f, ID ".entry", "", 0);
  check_read_fails (f, ID, EMBARK_ERROR_FAILED);
  put_file (f, ID ".entry", "\0\0\0\0\0\0\0\0", 8);
  check_read_fails (f, ID, EMBARK_ERROR_FAILED);
  put_file (f, ID ".entry", "[migration]\nfirst=1\nhalf a li", -1);
  check_read_fails (f, ID, EMBARK_ERROR_FAILED);
  put_file (f, ID ".entry", "# nothing but a comment\n", -1);
  check_read_fails (f, ID, EMBARK_ERROR_FAILED);
  put_file (f, ID ".entry", big, -1);
  check_read_fails (f, ID, EMBARK_ERROR_FAILED);

  g_autofree char *folder = g_build_filename (f->dir, "folder.entry", NULL);
  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  check_read_fails (f, "folder", EMBARK_ERROR_FAILED);
  g_rmdir (folder);
}

static void test_size (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GKeyFile) empty = g_key_file_new ();

  g_assert_true (write_number (f->journal, ID, 1, 1024 * 1024 - 100, &error));
  g_assert_no_error (error);
  g_assert_cmpint (read_number (f->journal, ID), ==, 1);
  g_assert_false (write_number (f->journal, ID, 2, 1024 * 1024, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED);
  g_clear_error (&error);
  g_assert_false (embark_journal_write (f->journal, ID, empty, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED);
  g_assert_cmpint (read_number (f->journal, ID), ==, 1);
}

static void test_bad_ids (Fixture *f, gconstpointer data)
{
  static const char *const bad[] = { "",
                                     ".",
                                     "..",
                                     "../x",
                                     "/etc/passwd",
                                     "a/b",
                                     "-x",
                                     "a.b",
                                     "a b",
                                     "a\n",
                                     "é",
                                     "\xff",
                                     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) write_error = NULL, remove_error = NULL;
      check_read_fails (f, bad[i], EMBARK_ERROR_BAD_NAME);
      g_assert_false (write_number (f->journal, bad[i], 1, 1, &write_error));
      g_assert_error (write_error, EMBARK_ERROR, EMBARK_ERROR_BAD_NAME);
      g_assert_false (embark_journal_remove (f->journal, bad[i], &remove_error));
      g_assert_error (remove_error, EMBARK_ERROR, EMBARK_ERROR_BAD_NAME);
      g_assert_false (embark_journal_lock (f->journal, bad[i]));
      g_assert_false (embark_journal_is_locked_elsewhere (f->journal, bad[i]));
    }
}

/* What somebody put there leads nowhere else. */
static void test_links (Fixture *f, gconstpointer data)
{
  g_autofree char *target = g_strconcat (f->dir, ".target", NULL);
  g_autofree char *entry = g_strdup_printf ("%s/%s.entry", f->dir, ID);
  g_autofree char *lock = g_strdup_printf ("%s/%s.lock", f->dir, ID);
  g_autofree char *text = NULL;

  g_assert_true (g_file_set_contents (target, "[migration]\nfirst=1\n", -1, NULL));
  g_assert_cmpint (symlink (target, entry), ==, 0);
  g_assert_cmpint (symlink (target, lock), ==, 0);
  check_read_fails (f, ID, EMBARK_ERROR_FAILED);
  g_assert_false (embark_journal_lock (f->journal, ID));
  g_assert_true (write_number (f->journal, ID, 7, 1, NULL));
  g_assert_true (g_file_get_contents (target, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "[migration]\nfirst=1\n");
  g_assert_cmpint (read_number (f->journal, ID), ==, 7);
  g_unlink (target);
}

static void test_bad_folders (Fixture *f, gconstpointer data)
{
  g_autofree char *file = g_build_filename (f->dir, "file", NULL), *below = g_build_filename (file, "x", NULL);
  g_autofree char *link = g_build_filename (f->dir, "link", NULL);
  const char *const bad[] = { file, below, link };

  put_file (f, "file", "x", 1);
  g_assert_cmpint (symlink ("/tmp", link), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_null (embark_journal_open (bad[i], &error));
      g_assert_true (error != NULL && error->domain == EMBARK_ERROR);
      g_assert_nonnull (strstr (error->message, bad[i]));
    }
}

static EmbarkProcess *start_other (const char *what, const char *dir, const char *expected)
{
  g_autoptr (GError) error = NULL;
  const char *const argv[] = { self_path, what, dir, NULL };
  EmbarkProcess *process = embark_process_spawn (argv, &error);

  g_assert_no_error (error);
  g_autofree char *line = embark_process_read_line (process, 100, 60, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (line, ==, expected);
  return process;
}

static void test_lock (Fixture *f, gconstpointer data)
{
  g_autoptr (EmbarkJournal) second = open_journal (f->dir);

  g_assert_true (embark_journal_lock (f->journal, ID));
  g_assert_true (embark_journal_lock (f->journal, ID));
  g_assert_false (embark_journal_is_locked_elsewhere (f->journal, ID));
  g_assert_false (embark_journal_lock (second, ID));
  g_assert_true (embark_journal_is_locked_elsewhere (second, ID));
  g_assert_true (embark_journal_lock (second, "another"));

  embark_journal_unlock (f->journal, ID);
  embark_journal_unlock (f->journal, ID);
  g_assert_false (has_file (f, ID ".lock"));
  g_assert_false (embark_journal_is_locked_elsewhere (second, ID));
  g_assert_true (embark_journal_lock (second, ID));
  g_assert_true (embark_journal_is_locked_elsewhere (f->journal, ID));
}

static void test_lock_of_another_program (Fixture *f, gconstpointer data)
{
  g_autoptr (EmbarkProcess) other = start_other ("--lock", f->dir, "locked");

  g_assert_false (embark_journal_lock (f->journal, ID));
  g_assert_true (embark_journal_is_locked_elsewhere (f->journal, ID));
  g_autoptr (EmbarkProcess) third = start_other ("--lock", f->dir, "busy");
  g_autoptr (EmbarkJournal) opened_meanwhile = open_journal (f->dir); /* must not sweep the lock away */
  g_assert_false (embark_journal_lock (opened_meanwhile, ID));

  kill (embark_process_get_pid (other), SIGKILL);
  embark_process_stop (other);
  g_assert_false (embark_journal_is_locked_elsewhere (f->journal, ID));
  g_assert_true (embark_journal_lock (f->journal, ID));
}

/* Killed at any moment, a writer leaves an entry that is whole, and nothing else once the journal is opened again. */
static void test_crash (Fixture *f, gconstpointer data)
{
  int last = 0;

  for (guint i = 0; i < 15; i++)
    {
      g_autoptr (EmbarkProcess) writer = start_other ("--write", f->dir, "writing");
      for (guint more = 0; more < i; more++)
        g_free (embark_process_read_line (writer, 100, 60, NULL, NULL));
      kill (embark_process_get_pid (writer), SIGKILL);
      embark_process_stop (writer);

      g_autoptr (EmbarkJournal) again = open_journal (f->dir);
      int number = read_number (again, ID);
      g_assert_cmpint (number, >, last);
      last = number;
      g_assert_cmpuint (count_files (f, ".tmp"), ==, 0);
    }
}

/* Opening does not take the temporary file of one that is writing. */
static void test_leftovers (Fixture *f, gconstpointer data)
{
  put_file (f, "." ID ".entry.01234567.tmp", "half", -1);
  put_file (f, "dead.lock", "", 0);
  put_file (f, "keep.txt", "", 0);
  g_autoptr (EmbarkJournal) again = open_journal (f->dir);
  g_assert_false (has_file (f, "." ID ".entry.01234567.tmp"));
  g_assert_false (has_file (f, "dead.lock"));
  g_assert_true (has_file (f, "keep.txt"));

  g_autoptr (EmbarkProcess) writer = start_other ("--write", f->dir, "writing");
  for (guint i = 0; i < 50; i++)
    {
      g_autoptr (EmbarkJournal) more = open_journal (f->dir);
      g_autoptr (GError) error = NULL;
      g_free (embark_process_read_line (writer, 100, 60, NULL, &error));
      g_assert_no_error (error);
    }
  g_assert_true (embark_process_is_running (writer));
}

static void check_full (EmbarkJournal *journal)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (write_number (journal, ID, 2, 200 * 1024, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_DISK_FULL);
  g_assert_nonnull (strstr (error->message, ID));
}

static void test_file_size_limit (Fixture *f, gconstpointer data)
{
  struct rlimit old, small;

  g_assert_true (write_number (f->journal, ID, 1, 10, NULL));
  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &old), ==, 0);
  small = old;
  small.rlim_cur = 64 * 1024;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &small), ==, 0);
  check_full (f->journal);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &old), ==, 0);
  g_assert_cmpint (read_number (f->journal, ID), ==, 1);
  g_assert_cmpuint (count_files (f, ".tmp"), ==, 0);
}

/* A file system of 128 KiB that only this program sees. */
static void test_disk_full (Fixture *f, gconstpointer data)
{
  if (unshare (CLONE_NEWNS) != 0 || mount (NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0
      || mount ("tmpfs", f->dir, "tmpfs", MS_NODEV, "size=128k,mode=0700") != 0)
    {
      g_autofree char *reason = g_strdup_printf ("cannot mount a small file system: %s", g_strerror (errno));
      g_test_skip (reason);
      return;
    }

  EmbarkJournal *small = open_journal (f->dir);
  g_assert_true (write_number (small, ID, 1, 10, NULL));
  check_full (small);
  g_assert_cmpint (read_number (small, ID), ==, 1);
  g_assert_cmpuint (count_files (f, ".tmp"), ==, 0);
  embark_journal_free (small);
  g_assert_cmpint (umount (f->dir), ==, 0);
}

typedef struct
{
  EmbarkJournal *journal;
  guint number;
} Writer;

static gpointer write_in_thread (gpointer user_data)
{
  Writer *writer = user_data;
  g_autofree char *own = g_strdup_printf ("own-%u", writer->number);

  for (guint i = 1; i <= 20; i++)
    {
      g_assert_true (write_number (writer->journal, own, i, 100, NULL));
      g_assert_true (write_number (writer->journal, ID, i, 1000 * writer->number, NULL));
      read_number (writer->journal, ID);
    }
  g_assert_cmpint (read_number (writer->journal, own), ==, 20);
  return NULL;
}

static void test_threads (Fixture *f, gconstpointer data)
{
  Writer writers[4];
  GThread *threads[4];

  for (guint i = 0; i < 4; i++)
    {
      writers[i] = (Writer){ f->journal, i + 1 };
      threads[i] = g_thread_new ("write", write_in_thread, &writers[i]);
    }
  for (guint i = 0; i < 4; i++)
    g_thread_join (threads[i]);
  g_assert_cmpint (read_number (f->journal, ID), ==, 20);
  g_assert_cmpuint (count_files (f, ".tmp"), ==, 0);
}

G_NORETURN static void be_locker (const char *dir)
{
  EmbarkJournal *journal = open_journal (dir);

  g_print ("%s\n", embark_journal_lock (journal, ID) ? "locked" : "busy");
  for (;;)
    pause ();
}

G_NORETURN static void be_writer (const char *dir)
{
  EmbarkJournal *journal = open_journal (dir);
  g_autoptr (GKeyFile) entry = embark_journal_read (journal, ID, NULL);
  int number = entry != NULL ? read_number (journal, ID) : 0;

  for (;;)
    {
      gboolean ok = write_number (journal, ID, ++number, 100000, NULL);
      g_assert_true (ok);
      g_print ("writing\n");
    }
}

int main (int argc, char *argv[])
{
  g_autofree char *path = g_file_read_link ("/proc/self/exe", NULL);

  self_path = path;
  if (argc > 2 && strcmp (argv[1], "--lock") == 0)
    be_locker (argv[2]);
  if (argc > 2 && strcmp (argv[1], "--write") == 0)
    be_writer (argv[2]);

  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add ("/journal/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("round-trip", test_round_trip);
  ADD ("list", test_list);
  ADD ("damaged", test_damaged);
  ADD ("size", test_size);
  ADD ("bad-ids", test_bad_ids);
  ADD ("links", test_links);
  ADD ("bad-folders", test_bad_folders);
  ADD ("lock", test_lock);
  ADD ("lock-of-another-program", test_lock_of_another_program);
  ADD ("crash", test_crash);
  ADD ("leftovers", test_leftovers);
  ADD ("file-size-limit", test_file_size_limit);
  ADD ("disk-full", test_disk_full);
  ADD ("threads", test_threads);
  return g_test_run ();
}
