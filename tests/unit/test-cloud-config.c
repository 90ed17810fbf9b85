/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/guest/cloud-config.h"

static void check_list (const char *first, const char *second, const char *expected)
{
  const char *texts[] = { first, second, NULL };
  g_auto (GStrv) list = embark_cloud_config_get_datasources (texts);
  g_autofree char *joined = list ? g_strjoinv (" ", list) : NULL;

  g_assert_cmpstr (joined, ==, expected);
}

static void test_datasources (void)
{
  check_list ("datasource_list: [ ConfigDrive, TencentCloud ]\n", NULL, "ConfigDrive TencentCloud");
  check_list ("users:\n - default\ndatasource_list: [NoCloud,\n   'ConfigDrive', # why\n   None]\nx: 1\n", NULL,
              "NoCloud ConfigDrive None");
  check_list ("datasource_list:\n  - OpenStack\n  - ConfigDrive\n", NULL, "OpenStack ConfigDrive");
  check_list ("datasource_list:\n- OpenStack\nother:\n- ConfigDrive\n", NULL, "OpenStack");
  check_list ("# datasource_list: [ Ec2 ]\ndatasource:\n  datasource_list: [ Ec2 ]\n", NULL, NULL);
  check_list ("datasource_list: [ Ec2 ]\n", "datasource_list: [ ConfigDrive ]\n", "ConfigDrive");
  check_list ("datasource_list: [ Ec2 ]\n", "hostname: x\n", "Ec2");
  check_list ("datasource_list: []\n", NULL, "");
}

static void test_network_disabled (void)
{
  g_assert_true (embark_cloud_config_disables_network ("network: {config: disabled}\n"));
  g_assert_true (embark_cloud_config_disables_network ("network:\n  config: disabled\n"));
  g_assert_false (embark_cloud_config_disables_network ("network:\n  version: 2\n"));
}

static void test_versions (void)
{
  static const char status[] = "Package: cloud-init-base\nStatus: install ok installed\nVersion: 1\n\n"
                               "Package: gone\nStatus: deinstall ok config-files\nVersion: 2\n\n"
                               "Package: cloud-init\nStatus: install ok installed\nVersion: 22.4.2-1\nDepends: a\n\n";
  g_autofree char *dpkg = embark_dpkg_status_get_field (status, "cloud-init", "Version");
  g_autofree char *wheel = embark_cloud_init_version_of_folder ("cloud_init-23.1.1.dist-info");
  g_autofree char *egg = embark_cloud_init_version_of_folder ("cloud_init-0.7.5-py2.7.egg-info");

  g_assert_cmpstr (dpkg, ==, "22.4.2-1");
  g_assert_null (embark_dpkg_status_get_field (status, "gone", "Version"));
  g_assert_null (embark_dpkg_status_get_field (status, "init", "Version"));
  g_assert_cmpstr (wheel, ==, "23.1.1");
  g_assert_cmpstr (egg, ==, "0.7.5");
  g_assert_null (embark_cloud_init_version_of_folder ("cloud_init-tools"));
}

static void test_module_version (void)
{
  g_autofree char *version =
      embark_cloud_init_version_of_module ("# x\n__VERSION__ = \"23.4.7\"\n_PACKAGED = '23.4.7-1'\n");

  g_assert_cmpstr (version, ==, "23.4.7");
  g_assert_null (embark_cloud_init_version_of_module ("__VERSION__ = \"@@PACKAGED@@\"\n"));
  g_assert_null (embark_cloud_init_version_of_module (""));
}

static void test_ds_identify (void)
{
  g_autofree char *datasource = embark_ds_identify_get_datasource ("policy: enabled\ndatasource: Ec2\n");

  g_assert_cmpstr (datasource, ==, "Ec2");
  g_assert_null (embark_ds_identify_get_datasource ("# datasource: Ec2\npolicy: search\n"));
  g_assert_true (embark_ds_identify_disables ("policy: disabled\n"));
  g_assert_false (embark_ds_identify_disables ("policy: search,found=all,maybe=all,notfound=disabled\n"));
  g_assert_false (embark_ds_identify_disables (""));
}

static void assert_argument (const char *word, gboolean is_unwanted, const char *forced)
{
  g_autofree char *cmdline = g_strconcat ("root=/dev/vda1 ro ", word, " quiet", NULL);
  g_autofree char *datasource = embark_cloud_config_get_forced_datasource (cmdline);

  g_assert_cmpint (embark_cloud_config_is_unwanted_argument (word), ==, is_unwanted);
  g_assert_cmpstr (datasource, ==, forced);
}

static void test_arguments (void)
{
  assert_argument ("cloud-init=disabled", TRUE, NULL);
  assert_argument ("network-config=disabled", TRUE, NULL);
  assert_argument ("ci.di.policy=disabled", TRUE, NULL);
  assert_argument ("ci.datasource=Ec2", TRUE, "Ec2");
  assert_argument ("ci.ds=Azure", TRUE, "Azure");
  assert_argument ("ds=nocloud", TRUE, "nocloud");
  assert_argument ("ds=nocloud-net;s=http://10.0.0.1/", TRUE, "nocloud-net");
  assert_argument ("\"ds=nocloud;s=/x/\"", TRUE, "nocloud");
  assert_argument ("ds=nocloud\\;s=/x/", TRUE, "nocloud");
  assert_argument ("ds=configdrive", FALSE, "ConfigDrive");
  assert_argument ("ds=", FALSE, NULL);
  assert_argument ("rootflags=ds=1", FALSE, NULL);
  assert_argument ("cloud-init=enabled", FALSE, NULL);
  assert_argument ("ds=nocloud ds=ConfigDrive", TRUE, "ConfigDrive");
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cloud-config/datasources", test_datasources);
  g_test_add_func ("/cloud-config/network-disabled", test_network_disabled);
  g_test_add_func ("/cloud-config/versions", test_versions);
  g_test_add_func ("/cloud-config/module-version", test_module_version);
  g_test_add_func ("/cloud-config/ds-identify", test_ds_identify);
  g_test_add_func ("/cloud-config/arguments", test_arguments);
  return g_test_run ();
}
