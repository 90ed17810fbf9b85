/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "model/guest/windows-words.h"

static void check_path (const char *image, const char *expected)
{
  g_autofree char *path = embark_windows_make_path (image, "/Windows");

  g_assert_cmpstr (path, ==, expected);
}

static void test_path (void)
{
  check_path ("system32\\drivers\\viostor.sys", "/Windows/system32/drivers/viostor.sys");
  check_path ("\\SystemRoot\\System32\\drivers\\viostor.sys", "/Windows/System32/drivers/viostor.sys");
  check_path ("%SystemRoot%\\system32\\x.exe -k netsvcs", "/Windows/system32/x.exe");
  check_path ("\\?\?\\C:\\Windows\\x.sys", "/Windows/x.sys");
  check_path ("\"C:\\Program Files\\A B\\bin\\x.exe\" --service \"y\"", "/Program Files/A B/bin/x.exe");
  check_path ("C:\\Program Files\\A B\\x.exe run", "/Program Files/A B/x.exe");
}

static void test_drive (void)
{
  g_assert_cmpint (embark_windows_get_drive ("d:\\pagefile.sys 0 0"), ==, 'D');
  g_assert_cmpint (embark_windows_get_drive ("\\?\?\\E:\\x.exe"), ==, 'E');
  g_assert_cmpint (embark_windows_get_drive ("\"F:\\x.exe\""), ==, 'F');
  g_assert_cmpint (embark_windows_get_drive ("?:\\pagefile.sys"), ==, 0);
  g_assert_cmpint (embark_windows_get_drive ("%SystemDrive%\\x"), ==, 0);
  g_assert_cmpint (embark_windows_get_drive (""), ==, 0);
}

static void test_tools (void)
{
  g_assert_cmpstr (embark_windows_get_tools ("VMware Tools"), ==, "vmware");
  g_assert_cmpstr (embark_windows_get_tools ("Oracle VM VirtualBox Guest Additions 6.1.38"), ==, "virtualbox");
  g_assert_cmpstr (embark_windows_get_tools ("Citrix XenServer Tools Installer"), ==, "xen");
  g_assert_cmpstr (embark_windows_get_tools ("QEMU guest agent"), ==, "qemu");
  g_assert_cmpstr (embark_windows_get_tools ("Parallels Tools"), ==, "parallels");
  g_assert_null (embark_windows_get_tools ("VMware Workstation"));
  g_assert_null (embark_windows_get_tools (""));
}

static void test_package (void)
{
  g_assert_true (embark_windows_is_virtio_package ("Virtio-win-driver-installer", "Red Hat, Inc."));
  g_assert_true (embark_windows_is_virtio_package ("Tencent VirtIO 1.0.9", NULL));
  g_assert_true (embark_windows_is_virtio_package ("Cloud Drivers", "Tencent Technology (Shenzhen)"));
  g_assert_false (embark_windows_is_virtio_package ("Tencent QQ", "Tencent Technology (Shenzhen)"));
  g_assert_false (embark_windows_is_virtio_package ("Printer driver", "Somebody"));
}

static void check_activation (const char *edition, const char *server, const char *channel, const char *product_id,
                              const char *expected, const char *expected_evidence)
{
  g_autofree char *evidence = NULL;

  g_assert_cmpstr (embark_windows_get_activation (edition, server, channel, product_id, &evidence), ==, expected);
  g_assert_cmpstr (evidence, ==, expected_evidence);
}

static void test_activation (void)
{
  check_activation ("ServerStandardEval", "kms.example", "Volume:GVLK", NULL, "evaluation",
                    "EditionID=ServerStandardEval");
  check_activation ("ServerStandard", "kms.example", "Volume:MAK", NULL, "kms", "KeyManagementServiceName=kms.example");
  check_activation ("ServerStandard", "", "Volume:GVLK", NULL, "kms", "DigitalProductId4: Volume:GVLK");
  check_activation ("ServerStandard", NULL, "Volume:MAK", NULL, "mak", "DigitalProductId4: Volume:MAK");
  check_activation (NULL, NULL, "Retail", "00000-OEM-1", "retail", "DigitalProductId4: Retail");
  check_activation (NULL, NULL, "OEM:DM", NULL, "oem", "DigitalProductId4: OEM:DM");
  check_activation (NULL, NULL, NULL, "55041-OEM-0012345-12345", "oem", "ProductId=55041-OEM-0012345-12345");
  check_activation (NULL, NULL, "?", "55041-001-0012345-12345", NULL, NULL);
}

static void check_cloudbase (const char *config, gboolean is_well)
{
  g_autofree char *trouble = embark_windows_check_cloudbase (config);

  g_assert_cmpint (trouble == NULL, ==, is_well);
}

static void test_cloudbase (void)
{
  check_cloudbase ("[DEFAULT]\nusername=Administrator\n", TRUE);
  check_cloudbase ("metadata_services=cloudbaseinit.metadata.services.configdrive.ConfigDriveService\r\n", TRUE);
  check_cloudbase ("metadata_services = a.HttpService,b.configdrive.ConfigDriveService\n", TRUE);
  check_cloudbase ("metadata_services=a.HttpService\n", FALSE);
  check_cloudbase ("# metadata_services=a.HttpService\n", TRUE);
  check_cloudbase ("metadata_services_more=a.HttpService\n", TRUE);
  check_cloudbase ("metadata_services", TRUE);
}

static void test_inf (void)
{
  static const char plain[] = "%X% = Y, pci\\ven_1af4&dev_1000&SUBSYS_00011AF4";
  static const char wide[] = "\xff\xfeV\0E\0N\0_\0001\0A\0F\0004\0&\0D\0E\0V\0_\0001\0000\0000\0000\0";

  g_assert_true (embark_windows_inf_names ((const guint8 *) plain, sizeof plain - 1, "VEN_1AF4&DEV_1000"));
  g_assert_false (embark_windows_inf_names ((const guint8 *) plain, sizeof plain - 1, "VEN_1AF4&DEV_1041"));
  g_assert_true (embark_windows_inf_names ((const guint8 *) wide, sizeof wide - 1, "VEN_1AF4&DEV_1000"));
  g_assert_false (embark_windows_inf_names ((const guint8 *) wide, sizeof wide - 3, "VEN_1AF4&DEV_1000"));
  g_assert_false (embark_windows_inf_names ((const guint8 *) "", 0, "VEN_1AF4&DEV_1000"));
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/windows-words/path", test_path);
  g_test_add_func ("/windows-words/drive", test_drive);
  g_test_add_func ("/windows-words/tools", test_tools);
  g_test_add_func ("/windows-words/package", test_package);
  g_test_add_func ("/windows-words/activation", test_activation);
  g_test_add_func ("/windows-words/cloudbase", test_cloudbase);
  g_test_add_func ("/windows-words/inf", test_inf);
  return g_test_run ();
}
