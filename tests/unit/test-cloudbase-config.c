/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "model/guest/cloudbase-config.h"
#include "model/guest/windows-words.h"

#define DRIVE "cloudbaseinit.metadata.services.configdrive.ConfigDriveService"
#define FOLDER "C:\\Program Files\\Cloudbase Solutions\\Cloudbase-Init"

static void test_make (void)
{
  g_autofree char *text = embark_cloudbase_make_config (FOLDER);
  g_autofree char *trouble = embark_windows_check_cloudbase (text);
  g_autofree char *again = embark_cloudbase_edit_config (text);

  g_assert_cmpstr (trouble, ==, NULL);
  g_assert_true (g_str_has_prefix (text, "[DEFAULT]\r\n"));
  g_assert_nonnull (strstr (text, "\r\nlogdir=" FOLDER "\\log\\\r\n"));
  g_assert_nonnull (strstr (text, "\r\nlogging_serial_port_settings=COM1,115200,N,8\r\n"));
  g_assert_null (strstr (text, "%s"));
  g_assert_cmpstr (again, ==, text);
}

static void test_edit (void)
{
  static const struct
  {
    const char *before, *after;
  } cases[] = {
    { "[DEFAULT]\r\nmetadata_services = a.B,c.D\r\nx=1\r\n",
      "[DEFAULT]\r\nmetadata_services=" DRIVE ",a.B,c.D\r\nx=1\r\n" },
    { "[DEFAULT]\nmetadata_services=a.B," DRIVE "\n", "[DEFAULT]\nmetadata_services=" DRIVE ",a.B\n" },
    { "[DEFAULT]\nmetadata_services = " DRIVE ",a.B\n", "[DEFAULT]\nmetadata_services = " DRIVE ",a.B\n" },
    { "[DEFAULT]\nmetadata_services_x=1\n", "[DEFAULT]\nmetadata_services=" DRIVE "\nmetadata_services_x=1\n" },
    { "[DEFAULT]\r\ny=2\r\n", "[DEFAULT]\r\nmetadata_services=" DRIVE "\r\ny=2\r\n" },
    { "y=2\n", "[DEFAULT]\r\nmetadata_services=" DRIVE "\r\ny=2\n" },
    { "", "[DEFAULT]\r\nmetadata_services=" DRIVE "\r\n" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *edited = embark_cloudbase_edit_config (cases[i].before);
      g_autofree char *again = embark_cloudbase_edit_config (edited);
      g_assert_cmpstr (edited, ==, cases[i].after);
      g_assert_cmpstr (again, ==, edited);
    }
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cloudbase-config/make", test_make);
  g_test_add_func ("/cloudbase-config/edit", test_edit);
  return g_test_run ();
}
