/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/base/errors.h"
#include "model/guest/driver-tree.h"
#include "tests/unit/driver-cases.h"

static void collect_cb (const char *folder, const char *name, const EmbarkDriverEntry *file, gpointer data)
{
  g_ptr_array_add (data, g_strdup_printf ("%s/%s", folder, name));
}

static gint compare_strings (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Every way to a file, sorted. */
static char *list_files (EmbarkDriverTree *tree)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;

  g_assert_true (embark_driver_tree_visit (tree, collect_cb, names, NULL, &error));
  g_assert_no_error (error);
  g_ptr_array_sort (names, compare_strings);
  g_ptr_array_add (names, NULL);
  return g_strjoinv (" ", (char **) names->pdata);
}

static EmbarkDriverTree *open_tree (const char *path)
{
  g_autoptr (GError) error = NULL;
  EmbarkDriverTree *tree = embark_driver_tree_open (path, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (tree);
  return tree;
}

static void check_content (EmbarkDriverTree *tree, const char *folder, const char *name, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) files = g_ptr_array_new ();
  g_autoptr (GHashTable) contents = NULL;
  const EmbarkDriverEntry *entry = embark_driver_tree_find (tree, folder, name);
  gsize length = 0;
  const char *bytes;

  g_assert_nonnull (entry);
  g_ptr_array_add (files, (gpointer) entry);
  g_ptr_array_add (files, (gpointer) entry);
  contents = embark_driver_tree_read (tree, files, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_hash_table_size (contents), ==, 1);
  bytes = g_bytes_get_data (g_hash_table_lookup (contents, entry), &length);
  g_assert_cmpmem (bytes, length, expected, strlen (expected));
  g_assert_cmpuint (embark_driver_entry_get_size (entry), ==, strlen (expected));
}

static void check_refused (const char *path, EmbarkError code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EmbarkDriverTree) tree = embark_driver_tree_open (path, NULL, &error);

  g_assert_error (error, EMBARK_ERROR, (int) code);
  g_assert_null (tree);
}

/* Three ways to two files of one content. */
static void write_small_tree (const char *top)
{
  write_bytes (top, "NetKVM/w10/amd64/netkvm.inf", "inf", 3);
  write_bytes (top, "NetKVM/w10/amd64/netkvm.sys", "the program", 11);
  write_bytes (top, "empty.txt", "", 0);
  write_link (top, "amd64/w10/netkvm.sys", "../../NetKVM/w10/amd64/netkvm.sys");
}

static void test_folder (void)
{
  g_autofree char *top = make_folder ();
  g_autofree char *absolute = g_build_filename (top, "NetKVM", "w10", NULL);
  g_autofree char *link = g_strconcat (top, "-link", NULL);
  g_autoptr (EmbarkDriverTree) tree = NULL;
  g_autofree char *files = NULL;

  write_small_tree (top);
  write_link (top, "NetKVM/2k16", "w10");
  write_link (top, "NetKVM/2k19", absolute);
  g_assert_cmpint (symlink (top, link), ==, 0);
  tree = open_tree (link);
  files = list_files (tree);
  g_assert_cmpstr (files, ==,
                   "/empty.txt NetKVM/2k16/amd64/netkvm.inf NetKVM/2k16/amd64/netkvm.sys NetKVM/2k19/amd64/netkvm.inf "
                   "NetKVM/2k19/amd64/netkvm.sys NetKVM/w10/amd64/netkvm.inf NetKVM/w10/amd64/netkvm.sys "
                   "amd64/w10/netkvm.sys");
  g_assert_cmpuint (embark_driver_tree_get_n_foreign_links (tree), ==, 0);
  check_content (tree, "netkvm/W10/AMD64", "NetKVM.SYS", "the program");
  check_content (tree, "amd64/w10", "netkvm.sys", "the program");
  check_content (tree, "NetKVM/2k19/amd64", "netkvm.inf", "inf");
  check_content (tree, "", "empty.txt", "");
  g_assert_null (embark_driver_tree_find (tree, "NetKVM", "w10"));
  g_assert_null (embark_driver_tree_find (tree, "NetKVM/../..", "passwd"));
  g_assert_cmpint (unlink (link), ==, 0);
  remove_tree (top);
}

/* Links that lead out, nowhere, to themselves and to what they are in. */
static void test_links (void)
{
  g_autofree char *top = make_folder ();
  g_autofree char *outside = make_folder ();
  g_autofree char *secret = g_build_filename (outside, "secret.sys", NULL);
  g_autofree char *sister = g_strconcat (top, "-sister/x", NULL);
  g_autofree char *base = g_path_get_basename (outside);
  g_autofree char *relative = g_strdup_printf ("../../%s/secret.sys", base);
  g_autoptr (EmbarkDriverTree) tree = NULL;
  g_autofree char *files = NULL;

  write_bytes (outside, "secret.sys", "secret", 6);
  write_bytes (top, "a/good.sys", "good", 4);
  write_link (top, "a/absolute.sys", secret);
  write_link (top, "a/relative.sys", relative);
  write_link (top, "a/folder", outside);
  write_link (top, "a/sister.sys", sister);
  write_link (top, "a/up-and-down.sys", "../../../../../../../../etc/passwd");
  write_link (top, "a/nowhere.sys", "none.sys");
  write_link (top, "a/through-file.sys", "good.sys/x");
  write_link (top, "a/self.sys", "self.sys");
  write_link (top, "a/one.sys", "two.sys");
  write_link (top, "a/two.sys", "one.sys");
  write_link (top, "a/top", "..");
  write_link (top, "a/here", ".");
  tree = open_tree (top);
  files = list_files (tree);
  g_assert_cmpstr (files, ==, "a/good.sys");
  g_assert_cmpuint (embark_driver_tree_get_n_foreign_links (tree), ==, 5);
  g_assert_null (embark_driver_tree_find (tree, "a", "absolute.sys"));
  g_assert_null (embark_driver_tree_find (tree, "a/folder", "secret.sys"));
  g_assert_null (embark_driver_tree_find (tree, "a", "self.sys"));
  check_content (tree, "a/here/top/a", "good.sys", "good");
  remove_tree (top);
  remove_tree (outside);
}

/* What was a file when it was listed is a link, another size, or a pipe when it is read. */
static void test_swapped (void)
{
  g_autofree char *top = make_folder ();
  g_autoptr (EmbarkDriverTree) tree = NULL;
  const char *const names[] = { "link.sys", "longer.sys", "pipe.sys", "gone.sys", "folder.sys" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_strconcat ("d/", names[i], NULL);
      write_bytes (top, path, "12345", 5);
    }
  tree = open_tree (top);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (top, "d", names[i], NULL);
      g_autoptr (GPtrArray) files = g_ptr_array_new ();
      g_autoptr (GError) error = NULL;

      g_assert_cmpint (unlink (path), ==, 0);
      if (i == 0)
        g_assert_cmpint (symlink ("/etc/passwd", path), ==, 0);
      else if (i == 1)
        write_bytes (top, "d/longer.sys", "123456", 6);
      else if (i == 2)
        g_assert_cmpint (mkfifo (path, 0600), ==, 0);
      else if (i == 4)
        g_assert_cmpint (mkdir (path, 0700), ==, 0);
      g_ptr_array_add (files, (gpointer) embark_driver_tree_find (tree, "d", names[i]));
      g_assert_null (embark_driver_tree_read (tree, files, NULL, &error));
      g_assert_nonnull (error);
      g_assert_nonnull (strstr (error->message, names[i]));
    }
  remove_tree (top);
}

static void test_too_much (void)
{
  g_autofree char *top = make_folder ();
  g_autoptr (EmbarkDriverTree) tree = NULL;
  g_autoptr (GPtrArray) files = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) deep = g_string_new (NULL);

  for (guint i = 0; i < 5; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u.sys", i);
      g_autofree char *path = g_build_filename (top, name, NULL);
      write_bytes (top, name, "", 0);
      g_assert_cmpint (truncate (path, EMBARK_DRIVER_FILE_MAX + (i == 4)), ==, 0);
    }
  for (guint i = 0; i < 40; i++)
    g_string_append (deep, "d/");
  g_string_append (deep, "deep.sys");
  write_bytes (top, deep->str, "x", 1);
  tree = open_tree (top);
  g_assert_null (embark_driver_tree_find (tree, "d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d", "deep.sys"));
  g_ptr_array_add (files, (gpointer) embark_driver_tree_find (tree, "", "4.sys"));
  g_assert_null (embark_driver_tree_read (tree, files, NULL, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_BLOCKED);
  g_clear_error (&error);
  g_ptr_array_set_size (files, 0);
  write_bytes (top, "5.sys", "x", 1);
  g_clear_pointer (&tree, embark_driver_tree_free);
  tree = open_tree (top);
  for (guint i = 0; i < 6; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u.sys", i);
      if (i != 4)
        g_ptr_array_add (files, (gpointer) embark_driver_tree_find (tree, "", name));
    }
  g_assert_null (embark_driver_tree_read (tree, files, NULL, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_BLOCKED);
  remove_tree (top);
}

/* More names than drivers have; links that multiply them. */
static void test_too_many (void)
{
  g_autofree char *top = make_folder ();
  g_autofree char *wide = make_folder ();
  g_autoptr (EmbarkDriverTree) tree = NULL;
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i <= EMBARK_DRIVER_ENTRIES_MAX; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/%u", wide, i);
      g_assert_cmpint (symlink ("x", path), ==, 0);
    }
  check_refused (wide, EMBARK_ERROR_BLOCKED);
  for (guint level = 0; level < 12; level++)
    for (guint i = 0; i < 8; i++)
      {
        g_autofree char *path = g_strdup_printf ("%u/%u", level, i);
        g_autofree char *next = g_strdup_printf ("../%u", level + 1);
        write_link (top, path, next);
      }
  write_bytes (top, "12/x.sys", "x", 1);
  tree = open_tree (top);
  g_assert_false (embark_driver_tree_visit (tree, collect_cb, names, NULL, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_BLOCKED);
  remove_tree (top);
  remove_tree (wide);
}

static void test_iso (void)
{
  const char *const kinds[] = { "joliet,rockridge=useful", "!joliet,rockridge=useful", "joliet,!rockridge",
                                "!joliet,!rockridge" };
  g_autofree char *top = make_folder ();
  g_autofree char *folder = make_folder ();
  g_autofree char *iso = g_build_filename (folder, "image.whatever", NULL);

  write_small_tree (top);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autoptr (EmbarkDriverTree) tree = NULL;

      write_iso (top, iso, kinds[i]);
      tree = open_tree (iso);
      check_content (tree, "NetKVM/w10/amd64", "netkvm.sys", "the program");
      check_content (tree, "netkvm/W10/AMD64", "NETKVM.inf", "inf");
      check_content (tree, "", "empty.txt", "");
      if (strstr (kinds[i], "rockridge=useful"))
        check_content (tree, "amd64/w10", "netkvm.sys", "the program");
      g_assert_cmpint (unlink (iso), ==, 0);
    }
  remove_tree (top);
  remove_tree (folder);
}

/* An ISO that holds the bytes of two names once: the reader tells of the second as a link without a size. */
static void test_same (void)
{
  const char *const names[] = { "NetKVM/w10/amd64/netkvm.sys", "amd64/w10/netkvm.sys", "x86/w10/netkvm.sys" };
  g_autofree char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "a.iso", NULL);
  g_autoptr (EmbarkDriverTree) tree = NULL;
  g_autofree char *files = NULL;
  struct archive *iso = archive_write_new ();

  g_assert_cmpint (archive_write_set_format_iso9660 (iso), ==, ARCHIVE_OK);
  g_assert_cmpint (archive_write_open_filename (iso, path), ==, ARCHIVE_OK);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      struct archive_entry *entry = archive_entry_new ();
      archive_entry_set_pathname (entry, names[i]);
      archive_entry_set_filetype (entry, AE_IFREG);
      archive_entry_set_perm (entry, 0644);
      archive_entry_set_nlink (entry, G_N_ELEMENTS (names));
      archive_entry_set_size (entry, i == 0 ? 11 : 0);
      if (i > 0)
        archive_entry_set_hardlink (entry, names[0]);
      g_assert_cmpint (archive_write_header (iso, entry), ==, ARCHIVE_OK);
      if (i == 0)
        g_assert_cmpint (archive_write_data (iso, "the program", 11), ==, 11);
      archive_entry_free (entry);
    }
  g_assert_cmpint (archive_write_close (iso), ==, ARCHIVE_OK);
  archive_write_free (iso);
  tree = open_tree (path);
  files = list_files (tree);
  g_assert_cmpstr (files, ==, "NetKVM/w10/amd64/netkvm.sys amd64/w10/netkvm.sys x86/w10/netkvm.sys");
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *parent = g_path_get_dirname (names[i]);
      check_content (tree, parent, "netkvm.sys", "the program");
    }
  g_assert_true (embark_driver_tree_find (tree, "NetKVM/w10/amd64", "netkvm.sys")
                 == embark_driver_tree_find (tree, "x86/w10", "netkvm.sys"));
  remove_tree (folder);
}

/* Names and links that lead out. */
static void write_hostile_iso (const char *path)
{
  struct archive *iso = archive_write_new ();
  const char *const names[] = { "good.sys", "back\\slash.sys", "bell\a.sys", "link.sys", "absolute.sys", "good.sys" };
  const char *const targets[] = { NULL, NULL, NULL, "../../etc/passwd", "/etc/passwd", NULL };

  g_assert_cmpint (archive_write_set_format_iso9660 (iso), ==, ARCHIVE_OK);
  g_assert_cmpint (archive_write_set_options (iso, "!joliet,rockridge=strict"), ==, ARCHIVE_OK);
  g_assert_cmpint (archive_write_open_filename (iso, path), ==, ARCHIVE_OK);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      struct archive_entry *entry = archive_entry_new ();
      archive_entry_set_pathname (entry, names[i]);
      archive_entry_set_filetype (entry, targets[i] ? AE_IFLNK : AE_IFREG);
      archive_entry_set_perm (entry, 0644);
      archive_entry_set_size (entry, targets[i] ? 0 : 4);
      if (targets[i])
        archive_entry_set_symlink (entry, targets[i]);
      g_assert_cmpint (archive_write_header (iso, entry), >=, ARCHIVE_WARN);
      if (!targets[i])
        g_assert_cmpint (archive_write_data (iso, "data", 4), ==, 4);
      archive_entry_free (entry);
    }
  g_assert_cmpint (archive_write_close (iso), ==, ARCHIVE_OK);
  archive_write_free (iso);
}

/* Every place where the Rock Ridge name of good.sys stands becomes one that leads up: "../d.sys" has as many letters.
 */
static void change_names (const char *path, const char *from, const char *to)
{
  g_autofree char *bytes = NULL;
  gsize length = 0;
  guint n = 0;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_get_contents (path, &bytes, &length, &error));
  for (gsize i = 0; i + strlen (from) <= length; i++)
    if (memcmp (bytes + i, from, strlen (from)) == 0)
      {
        memcpy (bytes + i, to, strlen (to));
        n++;
      }
  g_assert_cmpuint (n, >, 0);
  g_assert_true (g_file_set_contents (path, bytes, (gssize) length, &error));
}

static void test_hostile_iso (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *iso = g_build_filename (folder, "a.iso", NULL);
  g_autoptr (EmbarkDriverTree) tree = NULL;
  g_autoptr (EmbarkDriverTree) changed = NULL;
  g_autofree char *files = NULL;
  g_autofree char *changed_files = NULL;

  write_hostile_iso (iso);
  tree = open_tree (iso);
  files = list_files (tree);
  g_assert_cmpstr (files, ==, "/good.sys");
  g_assert_cmpuint (embark_driver_tree_get_n_foreign_links (tree), ==, 2);
  change_names (iso, "good.sys", "../d.sys");
  changed = open_tree (iso);
  changed_files = list_files (changed);
  g_assert_cmpstr (changed_files, ==, "");
  remove_tree (folder);
}

/* Cut anywhere: an error, or what is whole. */
static void test_cut (void)
{
  g_autofree char *top = make_folder ();
  g_autofree char *folder = make_folder ();
  g_autofree char *iso = g_build_filename (folder, "a.iso", NULL);
  g_autofree char *big = g_strnfill (200 * 1024, 'x');
  g_autofree char *bytes = NULL;
  gsize whole = 0;
  const char *data;

  write_bytes (top, "a/big.sys", big, 200 * 1024);
  write_iso (top, iso, "joliet");
  g_assert_true (g_file_get_contents (iso, &bytes, &whole, NULL));
  data = memmem (bytes, whole, big, 200 * 1024);
  g_assert_nonnull (data);
  for (off_t length = data - bytes + 200 * 1024 - 1; length > 33 * 1024; length -= 7 * 1024)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (EmbarkDriverTree) tree = NULL;
      const EmbarkDriverEntry *entry;

      g_assert_cmpint (truncate (iso, length), ==, 0);
      tree = embark_driver_tree_open (iso, NULL, &error);
      entry = tree ? embark_driver_tree_find (tree, "a", "big.sys") : NULL;
      if (entry)
        {
          g_autoptr (GPtrArray) files = g_ptr_array_new ();
          g_ptr_array_add (files, (gpointer) entry);
          g_assert_null (embark_driver_tree_read (tree, files, NULL, &error));
        }
      g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_DAMAGED_IMAGE);
    }
  remove_tree (top);
  remove_tree (folder);
}

/* Bytes changed at random never make it read more or crash. */
static void test_damaged (void)
{
  g_autofree char *top = make_folder ();
  g_autofree char *folder = make_folder ();
  g_autofree char *iso = g_build_filename (folder, "a.iso", NULL);
  g_autoptr (GRand) random = g_rand_new_with_seed (9);
  g_autofree char *bytes = NULL;
  gsize length = 0;

  write_small_tree (top);
  write_iso (top, iso, "joliet,rockridge=useful");
  g_assert_true (g_file_get_contents (iso, &bytes, &length, NULL));
  for (guint run = 0; run < 60; run++)
    {
      g_autofree char *changed = g_memdup2 (bytes, length);
      g_autoptr (EmbarkDriverTree) tree = NULL;
      g_autoptr (GError) error = NULL;

      for (guint i = 0; i < 64; i++)
        changed[g_rand_int_range (random, 34 * 1024, 128 * 1024)] = (char) g_rand_int (random);
      g_assert_true (g_file_set_contents (iso, changed, (gssize) length, NULL));
      tree = embark_driver_tree_open (iso, NULL, &error);
      g_assert_true ((tree == NULL) == (error != NULL));
      if (tree)
        g_free (list_files (tree));
    }
  remove_tree (top);
  remove_tree (folder);
}

static void test_refused (void)
{
  g_autofree char *top = make_folder ();
  g_autofree char *text = g_build_filename (top, "virtio-win.iso", NULL);
  g_autofree char *none = g_build_filename (top, "none.iso", NULL);
  g_autofree char *pipe = g_build_filename (top, "pipe", NULL);
  g_autofree char *marked = g_build_filename (top, "marked.iso", NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  write_bytes (top, "virtio-win.iso", "<html>Not found</html>", 22);
  write_bytes (top, "marked.iso", "", 0);
  g_assert_cmpint (truncate (marked, 40000), ==, 0);
  change_names (text, "Not", "not");
  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);
  check_refused (text, EMBARK_ERROR_BLOCKED);
  check_refused (none, EMBARK_ERROR_NOT_FOUND);
  check_refused (pipe, EMBARK_ERROR_BLOCKED);
  check_refused (marked, EMBARK_ERROR_BLOCKED);
  g_cancellable_cancel (cancellable);
  g_assert_null (embark_driver_tree_open (top, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  remove_tree (top);
}

int main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/driver-tree/folder", test_folder);
  g_test_add_func ("/driver-tree/links", test_links);
  g_test_add_func ("/driver-tree/swapped", test_swapped);
  g_test_add_func ("/driver-tree/too-much", test_too_much);
  g_test_add_func ("/driver-tree/too-many", test_too_many);
  g_test_add_func ("/driver-tree/iso", test_iso);
  g_test_add_func ("/driver-tree/same", test_same);
  g_test_add_func ("/driver-tree/hostile-iso", test_hostile_iso);
  g_test_add_func ("/driver-tree/cut", test_cut);
  g_test_add_func ("/driver-tree/damaged", test_damaged);
  g_test_add_func ("/driver-tree/refused", test_refused);
  return g_test_run ();
}
