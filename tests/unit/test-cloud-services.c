/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/guest/cloud-services.h"

#define UNITS "/lib/systemd/system/"
#define WANTS "/etc/systemd/system/cloud-init.target.wants/"
#define MULTI "/etc/systemd/system/multi-user.target.wants/"
#define GENERATOR "/usr/lib/systemd/system-generators/cloud-init-generator"
#define ALL_UNITS                                                                                                      \
  UNITS "cloud-init-local.service", UNITS "cloud-init.service", UNITS "cloud-config.service",                          \
      UNITS "cloud-final.service", UNITS "cloud-init.target"
#define ALL_WANTS                                                                                                      \
  WANTS "cloud-init-local.service", WANTS "cloud-init.service", WANTS "cloud-config.service",                          \
      WANTS "cloud-final.service"

static const char *const nothing[] = { NULL };

static void check_missing (const char *init, const char *const *paths, const char *const *masked, char runlevel,
                           const char *expected, gboolean is_off)
{
  EmbarkCloudServicesInput input = { init, paths, masked, runlevel };
  g_auto (GStrv) missing = embark_cloud_services_find_missing (&input);
  g_autofree char *joined = g_strjoinv (" ", missing);

  g_assert_cmpstr (joined, ==, expected);
  g_assert_cmpint (embark_cloud_services_is_off ((const char *const *) missing), ==, is_off);
}

/* As Debian, Ubuntu and EL 9 have it: the generator reaches the target, the target wants the services. */
static void test_generator (void)
{
  static const char *const paths[] = { ALL_UNITS, ALL_WANTS, GENERATOR, NULL };
  static const char *const without[] = { ALL_UNITS, ALL_WANTS, NULL };
  static const char *const linked[] = { ALL_UNITS, ALL_WANTS, MULTI "cloud-init.target", NULL };
  static const char *const final[] = { "/etc/systemd/system/cloud-final.service", NULL };
  static const char *const main_unit[] = { "/etc/systemd/system/cloud-init.service", NULL };
  static const char *const generator[] = { "/etc/systemd/system-generators/cloud-init-generator", NULL };
  static const char *const target[] = { "/etc/systemd/system/cloud-init.target", NULL };

  check_missing ("systemd", paths, nothing, 0, "", FALSE);
  check_missing ("systemd", linked, nothing, 0, "", FALSE);
  check_missing ("systemd", without, nothing, 0, "cloud-init-local cloud-init cloud-config cloud-final", TRUE);
  check_missing ("systemd", paths, final, 0, "cloud-final", FALSE);
  check_missing ("systemd", paths, main_unit, 0, "cloud-init", TRUE);
  check_missing ("systemd", paths, generator, 0, "cloud-init-local cloud-init cloud-config cloud-final", TRUE);
  check_missing ("systemd", paths, target, 0, "cloud-init-local cloud-init cloud-config cloud-final", TRUE);
}

/* As EL 7 has it: multi-user.target wants them. */
static void test_multi_user (void)
{
  static const char *const paths[] = { ALL_UNITS, MULTI "cloud-init-local.service", MULTI "cloud-init.service",
                                       MULTI "cloud-config.service", NULL };
  static const char *const links_only[] = { MULTI "cloud-init-local.service", MULTI "cloud-init.service",
                                            MULTI "cloud-config.service", MULTI "cloud-final.service", NULL };
  static const char *const dangling[] = { UNITS "cloud-init-local.service",
                                          UNITS "cloud-init.service",
                                          MULTI "cloud-init-local.service",
                                          MULTI "cloud-init.service",
                                          MULTI "cloud-config.service",
                                          MULTI "cloud-final.service",
                                          NULL };

  check_missing ("systemd", paths, nothing, 0, "cloud-final", FALSE);
  check_missing ("systemd", links_only, nothing, 0, "", FALSE);
  check_missing ("systemd", dangling, nothing, 0, "cloud-config cloud-final", FALSE);
  check_missing ("systemd", nothing, nothing, 0, "cloud-init-local cloud-init cloud-config cloud-final", TRUE);
}

/* From 24.3 on one process does all, and the second stage has another name. */
static void test_single_process (void)
{
  static const char *const paths[] = { UNITS "cloud-init-main.service",    UNITS "cloud-init-local.service",
                                       UNITS "cloud-init-network.service", UNITS "cloud-config.service",
                                       UNITS "cloud-final.service",        GENERATOR,
                                       WANTS "cloud-init-main.service",    WANTS "cloud-init-local.service",
                                       WANTS "cloud-init-network.service", WANTS "cloud-config.service",
                                       WANTS "cloud-final.service",        NULL };
  static const char *const masked[] = { "/etc/systemd/system/cloud-init-main.service", NULL };

  check_missing ("systemd", paths, nothing, 0, "", FALSE);
  check_missing ("systemd", paths, masked, 0, "cloud-init-main", TRUE);
}

static void test_sysvinit (void)
{
  static const char *const paths[] = { "/etc/rc.d/rc3.d/S50cloud-init-local", "/etc/rc.d/rc3.d/S51cloud-init",
                                       "/etc/rc.d/rc3.d/S52cloud-config", "/etc/rc.d/rc3.d/S53cloud-final", NULL };
  static const char *const early[] = { "/etc/rcS.d/S10cloud-init-local", "/etc/rc2.d/S20cloud-init", NULL };

  check_missing ("sysvinit", paths, nothing, '3', "", FALSE);
  check_missing ("sysvinit", paths, nothing, 0, "", FALSE);
  check_missing ("upstart", paths, nothing, '3', "", FALSE);
  check_missing ("sysvinit", paths, nothing, '5', "cloud-init-local cloud-init cloud-config cloud-final", TRUE);
  check_missing ("sysvinit", early, nothing, '2', "cloud-config cloud-final", FALSE);
}

static void test_others (void)
{
  static const char *const jobs[] = { "/etc/init/cloud-init-local.conf", "/etc/init/cloud-init.conf",
                                      "/etc/init/cloud-config.conf", "/etc/init/cloud-final.conf", NULL };
  static const char *const manual[] = { "/etc/init/cloud-init.override", NULL };
  static const char *const runlevels[] = { "/etc/runlevels/boot/cloud-init-local", "/etc/runlevels/default/cloud-init",
                                           "/etc/runlevels/default/cloud-config",
                                           "/etc/runlevels/nonetwork/cloud-final", NULL };

  check_missing ("upstart", jobs, nothing, 0, "", FALSE);
  check_missing ("upstart", jobs, manual, 0, "cloud-init", TRUE);
  check_missing ("openrc", runlevels, nothing, 0, "cloud-final", FALSE);
  check_missing ("sysvinit", jobs, nothing, 0, "cloud-init-local cloud-init cloud-config cloud-final", TRUE);
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cloud-services/generator", test_generator);
  g_test_add_func ("/cloud-services/multi-user", test_multi_user);
  g_test_add_func ("/cloud-services/single-process", test_single_process);
  g_test_add_func ("/cloud-services/sysvinit", test_sysvinit);
  g_test_add_func ("/cloud-services/others", test_others);
  return g_test_run ();
}
