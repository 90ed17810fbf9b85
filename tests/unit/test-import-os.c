/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which operating system of the cloud's list is named for which guest.
 */
#include "model/cloud/import.h"

typedef struct
{
  gboolean is_windows;
  const char *distribution, *product;
  guint major, minor;
  const char *os_type, *os_version; /* NULL: none fits */
} Case;

static EmbarkImportOs *make_os (const char *name, const char *versions, gboolean is_windows)
{
  EmbarkImportOs *os = g_new0 (EmbarkImportOs, 1);

  os->name = g_strdup (name);
  os->versions = g_strsplit (versions, " ", -1);
  os->architectures = g_strsplit ("x86_64", " ", -1);
  os->is_windows = is_windows;
  return os;
}

static GPtrArray *make_list (void)
{
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify) embark_import_os_free);

  g_ptr_array_add (list, make_os ("CentOS", "5 6 7", FALSE));
  g_ptr_array_add (list, make_os ("CentOS Stream", "8 9", FALSE));
  g_ptr_array_add (list, make_os ("Ubuntu", "10 12 14 16 20.04 22.04 22.10", FALSE));
  g_ptr_array_add (list, make_os ("Debian", "6 7 8 9 12", FALSE));
  g_ptr_array_add (list, make_os ("OpenSUSE", "11 12", FALSE));
  g_ptr_array_add (list, make_os ("SUSE", "10 11 12 13", FALSE));
  g_ptr_array_add (list, make_os ("Rocky Linux", "8 9", FALSE));
  g_ptr_array_add (list, make_os ("FreeBSD", "10", FALSE));
  g_ptr_array_add (list, make_os ("Other Linux", "8", FALSE));
  g_ptr_array_add (list, make_os ("Windows Server 2008", "9", TRUE));
  g_ptr_array_add (list, make_os ("Windows Server 2012", "9", TRUE));
  g_ptr_array_add (list, make_os ("Windows Server 2012 R2", "9", TRUE));
  g_ptr_array_add (list, make_os ("Windows Server 2016", "9", TRUE));
  return list;
}

static const Case cases[] = {
  { FALSE, "debian", "Debian GNU/Linux 12 (bookworm)", 12, 0, "Debian", "12" },
  { FALSE, "debian", "9", 9, 13, "Debian", "9" },
  { FALSE, "debian", "11", 11, 0, "Other Linux", "8" },
  { FALSE, "ubuntu", "Ubuntu 14.04 LTS", 14, 4, "Ubuntu", "14" },
  { FALSE, "ubuntu", "Ubuntu 22.04 LTS", 22, 4, "Ubuntu", "22.04" },
  { FALSE, "ubuntu", "Ubuntu 22.10", 22, 10, "Ubuntu", "22.10" },
  { FALSE, "ubuntu", "Ubuntu 20.10", 20, 10, "Ubuntu", "20.04" },
  { FALSE, "centos", "CentOS 7", 7, 9, "CentOS", "7" },
  { FALSE, "centos", "CentOS Stream 9", 9, 0, "CentOS Stream", "9" },
  { FALSE, "rocky", "Rocky Linux 9", 9, 3, "Rocky Linux", "9" },
  { FALSE, "sles", "SLES 12", 12, 5, "SUSE", "12" },
  { FALSE, "suse-based", "13", 13, 0, "SUSE", "13" },
  { FALSE, "freebsd", "FreeBSD 10", 10, 4, "FreeBSD", "10" },
  { FALSE, "fedora", "Fedora 38", 38, 0, "Other Linux", "8" },
  { FALSE, "archlinux", "Arch", 0, 0, "Other Linux", "8" },
  { FALSE, NULL, NULL, 0, 0, "Other Linux", "8" },
  { TRUE, "windows", "Windows Server 2008 R2 Standard", 6, 1, "Windows Server 2008", "9" },
  { TRUE, "windows", "Windows Server 2012 Standard", 6, 2, "Windows Server 2012", "9" },
  { TRUE, "windows", "Windows Server 2012 R2 Standard", 6, 3, "Windows Server 2012 R2", "9" },
  { TRUE, "windows", "Windows Server 2022 Datacenter", 10, 0, NULL, NULL },
  { TRUE, "windows", "Windows 7 Ultimate", 6, 1, "Windows Server 2008", "9" },
  { TRUE, "windows", "Windows 10 Pro", 10, 0, "Windows Server 2016", "9" },
  { TRUE, "windows", NULL, 5, 2, NULL, NULL },
};

static void test_table (void)
{
  g_autoptr (GPtrArray) list = make_list ();

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const char *type = NULL, *version = NULL;
      gboolean is_found = embark_import_choose_os (list, cases[i].is_windows, cases[i].distribution, cases[i].product,
                                                   cases[i].major, cases[i].minor, &type, &version);

      g_test_message ("%s %u.%u", cases[i].product != NULL ? cases[i].product : "-", cases[i].major, cases[i].minor);
      g_assert_cmpint (is_found, ==, cases[i].os_type != NULL);
      g_assert_cmpstr (type, ==, cases[i].os_type);
      g_assert_cmpstr (version, ==, cases[i].os_version);
    }
}

static void test_empty (void)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) embark_import_os_free);
  const char *type = "untouched", *version = "untouched";

  g_assert_false (embark_import_choose_os (list, FALSE, "debian", NULL, 12, 0, &type, &version));
  g_ptr_array_add (list, make_os ("Debian", "", FALSE));
  g_strfreev (((EmbarkImportOs *) g_ptr_array_index (list, 0))->versions);
  ((EmbarkImportOs *) g_ptr_array_index (list, 0))->versions = g_new0 (char *, 1);
  g_assert_false (embark_import_choose_os (list, FALSE, "debian", NULL, 12, 0, &type, &version));
  g_assert_cmpstr (type, ==, "untouched");
  g_assert_cmpstr (version, ==, "untouched");
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/import-os/table", test_table);
  g_test_add_func ("/import-os/empty", test_empty);
  return g_test_run ();
}
