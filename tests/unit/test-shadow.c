/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/guest/shadow.h"

static void test_shadow (void)
{
  g_assert_true (embark_shadow_is_sound ("root:*:19000:0:99999:7:::\ndaemon:!:1::::::\n+::::::::\n"));
  g_assert_false (embark_shadow_is_sound ("daemon:!:1::::::\n"));
  g_assert_false (embark_shadow_is_sound (""));
  g_assert_false (embark_shadow_is_sound ("root:*:1::::::\nnot a line of it\n"));
  g_assert_false (embark_shadow_is_sound ("root:*:1::::::\n\001\002:\n"));
}

static void test_selinux (void)
{
  g_assert_cmpstr (embark_selinux_get_mode ("# SELINUX=disabled\nSELINUX=enforcing\nSELINUXTYPE=targeted\n", NULL), ==,
                   "enforcing");
  g_assert_cmpstr (embark_selinux_get_mode ("SELINUX=Permissive # x\n", "ro quiet"), ==, "permissive");
  g_assert_cmpstr (embark_selinux_get_mode ("SELINUX=enforcing\n", "ro selinux=0"), ==, "disabled");
  g_assert_cmpstr (embark_selinux_get_mode ("SELINUX=enforcing\n", "enforcing=0"), ==, "permissive");
  g_assert_cmpstr (embark_selinux_get_mode ("SELINUX=disabled\n", "enforcing=0"), ==, "disabled");
  g_assert_null (embark_selinux_get_mode ("SELINUX=on\n", NULL));
  g_assert_null (embark_selinux_get_mode (NULL, NULL));
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/shadow/shadow", test_shadow);
  g_test_add_func ("/shadow/selinux", test_selinux);
  return g_test_run ();
}
