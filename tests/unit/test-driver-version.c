/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/guest/driver-version.h"

#include <string.h>

#include <glib/gi18n.h>

static const char all[] = "xp 2k3 2k8 w7 2k8R2 w8 2k12 w8.1 2k12R2 w10 2k16 2k19 w11 2k22 2k25";

/* The best of @folders, separated by blanks, for that Windows; "" when none is good. */
static void check_choice (guint major, guint minor, guint build, gboolean is_server, const char *folders,
                          const char *expected)
{
  const EmbarkWindowsVersion windows = { major, minor, build, is_server, TRUE };
  g_auto (GStrv) names = g_strsplit (folders, " ", -1);
  const char *best = "";
  guint64 best_rank = 0;

  for (guint i = 0; names[i]; i++)
    {
      guint64 rank = embark_driver_folder_rank (names[i], &windows);
      g_assert_true (rank == 0 || rank != best_rank);
      if (rank > best_rank)
        {
          best = names[i];
          best_rank = rank;
        }
    }
  g_assert_cmpstr (best, ==, expected);
}

static void test_exact (void)
{
  check_choice (5, 1, 2600, FALSE, all, "xp");
  check_choice (5, 2, 3790, TRUE, all, "2k3");
  check_choice (5, 2, 3790, FALSE, all, "xp");
  check_choice (6, 0, 6002, TRUE, all, "2k8");
  check_choice (6, 1, 7601, FALSE, all, "w7");
  check_choice (6, 1, 7601, TRUE, all, "2k8R2");
  check_choice (6, 2, 9200, FALSE, all, "w8");
  check_choice (6, 2, 9200, TRUE, all, "2k12");
  check_choice (6, 3, 9600, FALSE, all, "w8.1");
  check_choice (6, 3, 9600, TRUE, all, "2k12R2");
  check_choice (10, 0, 10240, FALSE, all, "w10");
  check_choice (10, 0, 19045, FALSE, all, "w10");
  check_choice (10, 0, 14393, TRUE, all, "2k16");
  check_choice (10, 0, 17763, TRUE, all, "2k19");
  check_choice (10, 0, 20348, TRUE, all, "2k22");
  check_choice (10, 0, 22631, FALSE, all, "w11");
  check_choice (10, 0, 26100, TRUE, all, "2k25");
  check_choice (10, 0, 26100, FALSE, all, "w11");
}

/* The same kind first, then the other kind of the same kernel; never a newer one, and none of NT 5 for a later one. */
static void test_fall_back (void)
{
  check_choice (6, 1, 7601, TRUE, "w7 2k12 2k8", "2k8");
  check_choice (6, 1, 7601, TRUE, "w7 2k12", "w7");
  check_choice (6, 1, 7601, TRUE, "w8 2k12 2k12R2 w10", "");
  check_choice (6, 1, 7601, TRUE, "xp 2k3", "");
  check_choice (6, 1, 7601, FALSE, "2k8R2", "2k8R2");
  check_choice (6, 2, 9200, TRUE, "w8 w7 2k12R2", "w8");
  check_choice (6, 3, 9600, TRUE, "2k8R2 w8.1 2k16", "2k8R2");
  check_choice (6, 3, 9600, TRUE, "w7 w8.1 2k16", "w8.1");
  check_choice (6, 3, 9600, TRUE, "w7 w8 2k16", "");
  check_choice (10, 0, 14393, TRUE, "w10 2k19 2k22", "w10");
  check_choice (10, 0, 14393, TRUE, "w10 2k12R2 2k22", "2k12R2");
  check_choice (10, 0, 20348, TRUE, "w10 w11 2k25", "w10");
  check_choice (10, 0, 20348, TRUE, "2k16 2k19 w10 2k25", "2k19");
  check_choice (10, 0, 26100, TRUE, "w10 w11", "w11");
  check_choice (10, 0, 17134, TRUE, "2k16 2k19", "2k16");
  check_choice (10, 0, 19045, FALSE, "2k16 2k19 2k22", "2k19");
  check_choice (10, 0, 0, TRUE, "2k16 2k19", "2k16");
  check_choice (10, 0, 0, FALSE, "w10 w11", "w10");
  check_choice (6, 4, 9841, FALSE, "w8.1 w10", "w8.1");
}

/* Of older releases, of builds of the drivers, and of those who spell it out. */
static void test_names (void)
{
  check_choice (6, 1, 7601, TRUE, "WXP WNET WLH WIN7 WIN8", "WIN7");
  check_choice (6, 1, 7601, FALSE, "WXP WNET WLH WIN7 WIN8", "WIN7");
  check_choice (6, 0, 6002, TRUE, "WXP WNET WLH WIN7", "WLH");
  check_choice (6, 3, 9600, TRUE, "Win7 Win8 Win8.1 Win10", "Win8.1");
  check_choice (10, 0, 17763, TRUE, "Win8.1 Win10", "Win10");
  check_choice (10, 0, 17763, TRUE, "Windows_Server-2016 win2k12r2 Server2022", "Windows_Server-2016");
  check_choice (6, 3, 9600, TRUE, "Windows2012R2 Win2008R2", "Windows2012R2");
  check_choice (6, 3, 9600, TRUE, "2K12r2", "2K12r2");
  g_assert_true (embark_driver_folder_is_version ("w8.1"));
  g_assert_false (embark_driver_folder_is_version ("2019"));
  g_assert_false (embark_driver_folder_is_version ("10"));
  g_assert_false (embark_driver_folder_is_version ("win"));
  g_assert_false (embark_driver_folder_is_version (""));
  g_assert_false (embark_driver_folder_is_version ("..."));
  g_assert_false (embark_driver_folder_is_version ("viostor"));
  g_assert_false (embark_driver_folder_is_version ("2k12R2 and something that is long enough to be no name"));
}

static void test_cpu (void)
{
  g_assert_cmpint (embark_driver_folder_get_cpu ("AMD64"), ==, EMBARK_DRIVER_CPU_AMD64);
  g_assert_cmpint (embark_driver_folder_get_cpu ("x64"), ==, EMBARK_DRIVER_CPU_AMD64);
  g_assert_cmpint (embark_driver_folder_get_cpu ("i386"), ==, EMBARK_DRIVER_CPU_X86);
  g_assert_cmpint (embark_driver_folder_get_cpu ("X86"), ==, EMBARK_DRIVER_CPU_X86);
  g_assert_cmpint (embark_driver_folder_get_cpu ("ARM64"), ==, EMBARK_DRIVER_CPU_OTHER);
  g_assert_cmpint (embark_driver_folder_get_cpu ("viostor"), ==, EMBARK_DRIVER_CPU_UNKNOWN);
}

static void check_words (guint major, guint minor, guint build, gboolean is_server, gboolean is_64_bit,
                         const char *expected)
{
  const EmbarkWindowsVersion windows = { major, minor, build, is_server, is_64_bit };
  g_autofree char *words = embark_windows_version_describe (&windows);

  g_assert_cmpstr (words, ==, expected);
}

static void test_words (void)
{
  check_words (6, 1, 7601, TRUE, FALSE, "Windows Server 2008 R2, 32-bit");
  check_words (6, 3, 9600, TRUE, TRUE, "Windows Server 2012 R2, 64-bit");
  check_words (10, 0, 14393, TRUE, TRUE, "Windows Server 2016, 64-bit");
  check_words (10, 0, 20348, TRUE, TRUE, "Windows Server 2022, 64-bit");
  check_words (10, 0, 26100, TRUE, TRUE, "Windows Server 2025, 64-bit");
  check_words (10, 0, 19045, FALSE, TRUE, "Windows 10, 64-bit");
  check_words (10, 0, 26100, FALSE, TRUE, "Windows 11, 64-bit");
  check_words (7, 5, 1, FALSE, TRUE, "Windows 7.5, 64-bit");
}

int main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/driver-version/exact", test_exact);
  g_test_add_func ("/driver-version/fall-back", test_fall_back);
  g_test_add_func ("/driver-version/names", test_names);
  g_test_add_func ("/driver-version/cpu", test_cpu);
  g_test_add_func ("/driver-version/words", test_words);
  return g_test_run ();
}
