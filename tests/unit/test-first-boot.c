/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/guest/first-boot.h"

#include <glib/gstdio.h>

#include "model/base/errors.h"
#include "resources/windows/first-boot-rules.h"

static void test_exit (void)
{
  g_assert_cmpint (first_boot_judge_exit (0), ==, FIRST_BOOT_FINE);
  g_assert_cmpint (first_boot_judge_exit (259), ==, FIRST_BOOT_FINE);
  g_assert_cmpint (first_boot_judge_exit (3010), ==, FIRST_BOOT_FINE_AFTER_RESTART);
  g_assert_cmpint (first_boot_judge_exit (1641), ==, FIRST_BOOT_FINE_AFTER_RESTART);
  g_assert_cmpint (first_boot_judge_exit (1), ==, FIRST_BOOT_FAILED);
  g_assert_cmpint (first_boot_judge_exit (2), ==, FIRST_BOOT_FAILED);
  g_assert_cmpint (first_boot_judge_exit (0xE0000247), ==, FIRST_BOOT_FAILED);
}

static void test_attempts (void)
{
  guint attempts = 0;

  for (guint i = 0; i < FIRST_BOOT_ATTEMPTS_MAX; i++)
    {
      g_assert_true (first_boot_may_try (attempts));
      g_assert_true (first_boot_is_over (attempts, FIRST_BOOT_DONE));
      g_assert_false (first_boot_is_over (attempts, FIRST_BOOT_STOPPED));
      g_assert_cmpuint (first_boot_count_attempts (attempts, FIRST_BOOT_STOPPED), ==, attempts);
      g_assert_cmpint (first_boot_is_over (attempts, FIRST_BOOT_NOT_DONE), ==, i == FIRST_BOOT_ATTEMPTS_MAX - 1);
      attempts = first_boot_count_attempts (attempts, FIRST_BOOT_NOT_DONE);
    }
  g_assert_cmpuint (attempts, ==, 3);
  g_assert_false (first_boot_may_try (attempts));
  g_assert_false (first_boot_may_try (G_MAXUINT));
}

static void test_inf (void)
{
  g_assert_true (first_boot_is_inf (L"viostor.inf"));
  g_assert_true (first_boot_is_inf (L"NETKVM.INF"));
  g_assert_true (first_boot_is_inf (L"a.b.Inf"));
  g_assert_false (first_boot_is_inf (L"viostor.inf_old"));
  g_assert_false (first_boot_is_inf (L"viostor.sys"));
  g_assert_false (first_boot_is_inf (L".inf"));
  g_assert_false (first_boot_is_inf (L"inf"));
  g_assert_false (first_boot_is_inf (L""));
}

static void check_text (const wchar_t *text, const char *expected)
{
  g_autofree char *utf8 = g_ucs4_to_utf8 ((const gunichar *) text, -1, NULL, NULL, NULL);

  g_assert_cmpint (sizeof (wchar_t), ==, sizeof (gunichar));
  g_assert_cmpstr (utf8, ==, expected);
}

static void test_join (void)
{
  wchar_t *exact = g_new (wchar_t, 6); /* so that one too far is seen */

  g_assert_true (first_boot_join (exact, 6, L"ab", L"", L"cde", NULL));
  check_text (exact, "abcde");
  g_assert_false (first_boot_join (exact, 6, L"ab", L"cdef", NULL));
  check_text (exact, "");
  g_assert_false (first_boot_join (exact, 6, L"abcde", L"f", L"g", NULL));
  check_text (exact, "");
  g_assert_true (first_boot_join (exact, 6, NULL));
  check_text (exact, "");
  g_assert_true (first_boot_join (exact, 1, L"", NULL));
  g_free (exact);
}

static void test_number (void)
{
  wchar_t *exact = g_new (wchar_t, FIRST_BOOT_NUMBER_SIZE);

  check_text (first_boot_write_number (exact, 0), "0");
  check_text (first_boot_write_number (exact, 3010), "3010");
  check_text (first_boot_write_number (exact, G_MAXUINT32), "4294967295");
  g_free (exact);
}

static void test_find (void)
{
  g_autofree char *folder = g_dir_make_tmp ("embark-first-boot-XXXXXX", NULL);
  g_autofree char *below = g_build_filename (folder, "embark", NULL);
  g_autofree char *installed = g_build_filename (below, "embark-first-boot-x86.exe", NULL);
  g_autofree char *built = g_build_filename (folder, "embark-first-boot-x86.exe", NULL);
  g_autofree char *first = NULL, *second = NULL, *other = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (embark_first_boot_find_in (folder, "i386", &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_TOOL_MISSING);
  g_assert_true (g_file_set_contents (built, "MZ", 2, NULL));
  first = embark_first_boot_find_in (folder, "i386", NULL);
  g_assert_cmpstr (first, ==, built);
  g_assert_cmpint (g_mkdir (below, 0700), ==, 0);
  g_assert_true (g_file_set_contents (installed, "MZ", 2, NULL));
  second = embark_first_boot_find_in (folder, "i386", NULL);
  g_assert_cmpstr (second, ==, installed);
  other = embark_first_boot_find_in (folder, "x86_64", NULL);
  g_assert_null (other);
  g_assert_cmpint (g_unlink (installed), ==, 0);
  g_assert_cmpint (g_unlink (built), ==, 0);
  g_assert_cmpint (g_rmdir (below), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/first-boot/exit", test_exit);
  g_test_add_func ("/first-boot/attempts", test_attempts);
  g_test_add_func ("/first-boot/inf", test_inf);
  g_test_add_func ("/first-boot/join", test_join);
  g_test_add_func ("/first-boot/number", test_number);
  g_test_add_func ("/first-boot/find", test_find);
  return g_test_run ();
}
