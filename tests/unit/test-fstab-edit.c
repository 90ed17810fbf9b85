/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/guest/fstab-edit.h"

#include <string.h>

static void check_replace (const char *line, guint field, const char *value, const char *expected)
{
  g_autofree char *changed = embark_table_replace (line, field, value);

  g_assert_cmpstr (changed, ==, expected);
}

static void test_replace (void)
{
  check_replace ("/dev/sda1\t/   ext4 defaults 0 1", 0, "UUID=a", "UUID=a\t/   ext4 defaults 0 1");
  check_replace ("  /dev/sda1 / ext4\tro,x 0 1 # mine\r", 3, "ro,nofail", "  /dev/sda1 / ext4\tro,nofail 0 1 # mine\r");
  check_replace ("/dev/sda1 / ext4", 3, "nofail", "/dev/sda1 / ext4 nofail");
  check_replace ("/dev/sda1 / ext4 # mine", 3, "nofail", "/dev/sda1 / ext4 nofail # mine");
  check_replace ("/dev/sda1 /", 3, "nofail", "/dev/sda1 /");
  check_replace ("# /dev/sda1 / ext4 ro", 0, "UUID=a", "# /dev/sda1 / ext4 ro");
  check_replace ("", 0, "UUID=a", "");
}

static void test_split (void)
{
  g_auto (GStrv) fields = embark_table_split ("\thome  /dev/sda3\tnone luks # x");
  g_auto (GStrv) none = embark_table_split ("# home /dev/sda3");
  g_auto (GStrv) many = embark_table_split ("a b c d e f g h i j");

  g_assert_cmpuint (g_strv_length (fields), ==, 4);
  g_assert_cmpstr (fields[1], ==, "/dev/sda3");
  g_assert_cmpstr (fields[3], ==, "luks");
  g_assert_cmpuint (g_strv_length (none), ==, 0);
  g_assert_cmpuint (g_strv_length (many), ==, 8);
}

static char *mark_second (const char *line, guint number, gpointer data)
{
  g_assert_null (data);
  return number == 2 ? g_strconcat ("#", line, NULL) : NULL;
}

static void test_map (void)
{
  g_autofree char *text = embark_table_map ("a\n b\r\n\nc", mark_second, NULL);

  g_assert_cmpstr (text, ==, "a\n# b\r\n\nc");
}

static char *empty_line (const char *line, guint number, gpointer data)
{
  guint *n_lines = data;

  g_assert_cmpstr (line, ==, "x");
  *n_lines = number;
  return g_strdup ("");
}

/* A file of a guest can have as many lines as it likes. */
static void test_bound (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *mapped = NULL;
  guint n_lines = 0;

  for (guint i = 0; i < 30000; i++)
    g_string_append (text, "x\n");
  mapped = embark_table_map (text->str, empty_line, &n_lines);
  g_assert_cmpuint (n_lines, ==, 20000);
  g_assert_cmpuint (strlen (mapped), ==, 30000 + 10000);
}

static void test_options (void)
{
  static const char *const wanted[] = { "nofail", "x-systemd.device-timeout=5s", NULL };
  g_autofree char *plain = embark_mount_options_add ("defaults", wanted);
  g_autofree char *again = embark_mount_options_add (plain, wanted);
  g_autofree char *own = embark_mount_options_add ("ro,x-systemd.device-timeout=1min", wanted);
  g_autofree char *empty = embark_mount_options_add ("", wanted);

  g_assert_cmpstr (plain, ==, "defaults,nofail,x-systemd.device-timeout=5s");
  g_assert_cmpstr (again, ==, plain);
  g_assert_cmpstr (own, ==, "ro,x-systemd.device-timeout=1min,nofail");
  g_assert_cmpstr (empty, ==, "nofail,x-systemd.device-timeout=5s");
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fstab-edit/replace", test_replace);
  g_test_add_func ("/fstab-edit/split", test_split);
  g_test_add_func ("/fstab-edit/map", test_map);
  g_test_add_func ("/fstab-edit/bound", test_bound);
  g_test_add_func ("/fstab-edit/options", test_options);
  return g_test_run ();
}
