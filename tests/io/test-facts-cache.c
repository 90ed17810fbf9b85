/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is kept comes back; what somebody else put there does not. */
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "model/facts-cache.h"
#include "tests/support/image-folder.h"

typedef struct
{
  ImageFolder *folder;
  char *facts_dir;
  char *key;
} Fixture;

static void set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = image_folder_new ();
  fixture->facts_dir = image_folder_get_path (fixture->folder, "facts");
  fixture->key = embark_facts_cache_make_key ("qcow2:1:2:3:4 changed 5", NULL, "/bin/sh");
}

static void tear_down (Fixture *fixture, gconstpointer data)
{
  image_folder_free (fixture->folder);
  g_free (fixture->facts_dir);
  g_free (fixture->key);
}

static void store (Fixture *fixture, const char *key)
{
  g_autoptr (EmbarkFacts) facts = embark_facts_new ();

  embark_facts_set_string (facts, "os.type", "linux");
  embark_facts_set_unknown (facts, "linux.kernels", "not read");
  embark_facts_cache_store (fixture->folder->path, key, facts, 1700000000, TRUE);
}

static EmbarkFacts *load (Fixture *fixture, const char *key)
{
  gint64 looked_at = 0;
  gboolean is_slow = FALSE;
  EmbarkFacts *facts = embark_facts_cache_load (fixture->folder->path, key, &looked_at, &is_slow);

  if (facts != NULL)
    {
      g_assert_cmpint (looked_at, ==, 1700000000);
      g_assert_true (is_slow);
      g_assert_cmpstr (embark_facts_get_string (facts, "os.type"), ==, "linux");
      g_assert_cmpstr (embark_facts_get_unknown (facts, "linux.kernels"), ==, "not read");
    }
  return facts;
}

static gboolean is_kept (Fixture *fixture, const char *key)
{
  g_autoptr (EmbarkFacts) facts = load (fixture, key);

  return facts != NULL;
}

static guint count_files (Fixture *fixture, char **ret_last)
{
  g_autoptr (GDir) dir = g_dir_open (fixture->facts_dir, 0, NULL);
  const char *name;
  guint n = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_free (*ret_last);
      *ret_last = g_build_filename (fixture->facts_dir, name, NULL);
      n++;
    }
  return n;
}

static void test_round_trip (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = NULL;
  struct stat st;

  g_assert_false (is_kept (fixture, fixture->key));
  store (fixture, fixture->key);
  g_assert_true (is_kept (fixture, fixture->key));
  g_assert_cmpuint (count_files (fixture, &path), ==, 1);
  g_assert_cmpint (stat (path, &st), ==, 0);
  g_assert_cmpint (st.st_mode & 0777, ==, 0600);
  g_assert_cmpint (stat (fixture->facts_dir, &st), ==, 0);
  g_assert_cmpint (st.st_mode & 0777, ==, 0700);
  store (fixture, fixture->key);
  g_assert_cmpuint (count_files (fixture, &path), ==, 1);
}

static void test_keys (Fixture *fixture, gconstpointer data)
{
  g_autofree char *other_file = embark_facts_cache_make_key ("qcow2:1:2:3:4 changed 6", NULL, "/bin/sh");
  g_autofree char *other_format = embark_facts_cache_make_key ("qcow2:1:2:3:4 changed 5", "raw", "/bin/sh");
  g_autofree char *other_helper = embark_facts_cache_make_key ("qcow2:1:2:3:4 changed 5", NULL, "/bin/ls");
  g_autofree char *same = embark_facts_cache_make_key ("qcow2:1:2:3:4 changed 5", NULL, "/bin/sh");
  g_autofree char *languages = g_strdup (g_getenv ("LANGUAGE")), *locale = g_strdup (g_getenv ("LC_ALL"));
  g_autofree char *other_language = NULL;

  /* As long as the locale is C, LANGUAGE does not count. */
  g_setenv ("LC_ALL", "zh_CN.UTF-8", TRUE);
  g_setenv ("LANGUAGE", "zh_CN", TRUE);
  other_language = embark_facts_cache_make_key ("qcow2:1:2:3:4 changed 5", NULL, "/bin/sh");
  locale != NULL ? g_setenv ("LC_ALL", locale, TRUE) : g_unsetenv ("LC_ALL");
  languages != NULL ? g_setenv ("LANGUAGE", languages, TRUE) : g_unsetenv ("LANGUAGE");

  g_assert_cmpstr (fixture->key, ==, same);
  g_assert_cmpstr (fixture->key, !=, other_file);
  g_assert_cmpstr (fixture->key, !=, other_format);
  g_assert_cmpstr (fixture->key, !=, other_helper);
  g_assert_cmpstr (fixture->key, !=, other_language);
  store (fixture, fixture->key);
  g_assert_true (is_kept (fixture, same));
  g_assert_false (is_kept (fixture, other_file));
  g_assert_false (is_kept (fixture, other_language));
}

static void test_damaged (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = NULL;
  g_autofree char *text = NULL;
  g_autofree char *deep = g_strnfill (100000, '[');
  const char *const damaged[] = { "", "{", "null", "[]", "{}", "{\"key\":1,\"facts\":2,\"lookedAt\":\"x\"}", deep };

  store (fixture, fixture->key);
  g_assert_cmpuint (count_files (fixture, &path), ==, 1);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (damaged); i++)
    {
      g_assert_true (g_file_set_contents (path, damaged[i], -1, NULL));
      g_assert_false (is_kept (fixture, fixture->key));
    }
  g_assert_true (g_file_set_contents (path, text, (gssize) strlen (text) / 2, NULL));
  g_assert_false (is_kept (fixture, fixture->key));
  store (fixture, fixture->key);
  g_assert_true (is_kept (fixture, fixture->key));
}

/* Facts of another key under this one's name; no facts at all; a link; a pipe that nobody writes to. */
static void test_foreign (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = NULL;
  g_autofree char *elsewhere = image_folder_get_path (fixture->folder, "elsewhere");
  g_autofree char *text = NULL;
  g_autofree char *no_facts = NULL;

  store (fixture, fixture->key);
  g_assert_cmpuint (count_files (fixture, &path), ==, 1);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_true (g_file_set_contents (elsewhere, text, -1, NULL));
  *strstr (text, "schema") = 'S';
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  g_assert_false (is_kept (fixture, fixture->key));

  no_facts = g_strdup_printf ("{\"key\":\"%s\",\"lookedAt\":1700000000,\"slow\":true,\"facts\":[]}", fixture->key);
  g_assert_true (g_file_set_contents (path, no_facts, -1, NULL));
  g_assert_false (is_kept (fixture, fixture->key));

  g_unlink (path);
  g_assert_cmpint (symlink (elsewhere, path), ==, 0);
  g_assert_false (is_kept (fixture, fixture->key));
  g_unlink (path);
  g_assert_cmpint (mkfifo (path, 0600), ==, 0);
  g_assert_false (is_kept (fixture, fixture->key));
}

static void test_bounds (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = NULL;
  g_autofree char *large = NULL;

  for (guint i = 0; i < EMBARK_FACTS_CACHE_FILES_MAX + 20; i++)
    {
      g_autofree char *key = g_strdup_printf ("key %u", i);
      store (fixture, key);
    }
  g_assert_cmpuint (count_files (fixture, &path), ==, EMBARK_FACTS_CACHE_FILES_MAX);
  g_assert_true (is_kept (fixture, "key 275"));

  /* A file that takes all the room is the newest: the others go, and then it goes, too. */
  large = g_build_filename (fixture->facts_dir, "large", NULL);
  g_assert_true (g_file_set_contents (large, "", 0, NULL));
  g_assert_cmpint (truncate (large, EMBARK_FACTS_CACHE_BYTES_MAX), ==, 0);
  store (fixture, fixture->key);
  g_assert_cmpuint (count_files (fixture, &path), ==, 1);
  g_assert_true (is_kept (fixture, fixture->key));
}

/* Nothing is said, nothing fails. */
static void test_unwritable (Fixture *fixture, gconstpointer data)
{
  image_folder_write (fixture->folder, "facts", "x", 1);
  store (fixture, fixture->key);
  g_assert_false (is_kept (fixture, fixture->key));
}

#define ADD(name, func) g_test_add ("/facts-cache/" name, Fixture, NULL, set_up, func, tear_down)

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("round-trip", test_round_trip);
  ADD ("keys", test_keys);
  ADD ("damaged", test_damaged);
  ADD ("foreign", test_foreign);
  ADD ("bounds", test_bounds);
  ADD ("unwritable", test_unwritable);
  return g_test_run ();
}
