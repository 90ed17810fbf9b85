/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/guest/network-naming.h"

#define RULE "/usr/lib/udev/rules.d/80-net-setup-link.rules"
#define OPT_OUT "IMPORT{cmdline}=\"net.ifnames\"\nENV{net.ifnames}==\"0\", GOTO=\"net_setup_link_end\"\n"
#define OPT_IN "IMPORT{cmdline}=\"net.ifnames\"\nENV{net.ifnames}!=\"1\", GOTO=\"net_setup_link_end\"\n"

static void check_naming (EmbarkNamingInput input, const char *expected, const char *expected_evidence)
{
  g_autofree char *evidence = NULL;

  g_assert_cmpstr (embark_network_decide_naming (&input, &evidence), ==, expected);
  g_assert_cmpstr (evidence, ==, expected_evidence);
}

static void test_settings (void)
{
  EmbarkNamingInput modern = { .rule_path = RULE, .rule_text = OPT_OUT, .has_udev_rules = TRUE };
  EmbarkNamingInput input = modern;

  check_naming (modern, "predictable", RULE);
  input.cmdline = "root=x quiet net.ifnames=0";
  check_naming (input, "kernel", "net.ifnames=0");
  input.cmdline = "net.ifnames=0 net.ifnames=1";
  check_naming (input, "predictable", "net.ifnames=1");
  input = modern;
  input.override = "/etc/udev/rules.d/80-net-setup-link.rules";
  check_naming (input, "kernel", "/etc/udev/rules.d/80-net-setup-link.rules");
  input = modern;
  input.link_path = "/etc/systemd/network/99-default.link";
  check_naming (input, "kernel", "/etc/systemd/network/99-default.link");
  input.link_text = "[Match]\nOriginalName=*\n[Link]\nNamePolicy=keep kernel database onboard slot path\n";
  check_naming (input, "predictable", RULE);
  input.link_text = "[Link]\nNamePolicy=kernel\n";
  check_naming (input, "kernel", "/etc/systemd/network/99-default.link");
}

static void test_systems (void)
{
  EmbarkNamingInput debian8 = { .rule_path = RULE, .rule_text = OPT_IN, .has_udev_rules = TRUE };
  EmbarkNamingInput el6 = { .has_udev_rules = TRUE, .has_biosdevname = TRUE, .distribution = "centos", .major = 6 };
  EmbarkNamingInput sles = { .rule_path = RULE, .rule_text = OPT_OUT, .distribution = "sles", .major = 15 };
  EmbarkNamingInput bare = { .distribution = "rocky", .major = 9 };

  check_naming (debian8, "kernel", RULE ": only with net.ifnames=1");
  debian8.cmdline = "net.ifnames=1";
  check_naming (debian8, "predictable", "net.ifnames=1");
  check_naming (el6, "kernel", "udev has no rule that renames cards (biosdevname does nothing in a virtual machine)");
  check_naming (sles, "kernel", "sles 15");
  check_naming (bare, "predictable", "rocky 9");
  bare.major = 6;
  check_naming (bare, "kernel", "rocky 6");
  bare = (EmbarkNamingInput){ .distribution = "ubuntu", .major = 14, .minor = 4 };
  check_naming (bare, "kernel", "ubuntu 14");
  bare = (EmbarkNamingInput){ .distribution = "unknown", .major = 1 };
  check_naming (bare, NULL, NULL);
  check_naming ((EmbarkNamingInput){ 0 }, NULL, NULL);
}

static void check_rule (const char *text, const char *file, const char *expected)
{
  g_autofree char *evidence = embark_network_find_persistent_rule (text, file);

  g_assert_cmpstr (evidence, ==, expected);
}

static void test_rules (void)
{
  check_rule ("# by udev\n\nSUBSYSTEM==\"net\", ATTR{address}==\"52:54:00:00:00:01\", NAME=\"eth0\"\n",
              "/r/70-persistent-net.rules",
              "/r/70-persistent-net.rules:3: SUBSYSTEM==\"net\", ATTR{address}==\"52:54:00:00:00:01\", NAME=\"eth0\"");
  check_rule ("# NAME=\"eth0\"\nKERNEL==\"eth*\", NAME==\"eth1\"\n", "/r/70-persistent-net.rules", NULL);
  check_rule ("SYSFS{address}==\"00:01\", NAME=\"lan\"\n", "/r/60-net.rules",
              "/r/60-net.rules:1: SYSFS{address}==\"00:01\", NAME=\"lan\"");
  check_rule ("SUBSYSTEM==\"net\", NAME=\"$env{ID_NET_NAME}\"\n", "/r/99-net.rules", NULL);
  check_rule ("", "/r/70-persistent-net.rules", NULL);
}

static void test_manager (void)
{
  g_assert_true (embark_network_manager_needs_files ("[main]\nno-auto-default=*\n"));
  g_assert_false (
      embark_network_manager_needs_files ("[main]\n#no-auto-default=*\nno-auto-default=52:54:00:00:00:01\n"));
  g_assert_false (embark_network_manager_needs_files (""));
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/network-naming/settings", test_settings);
  g_test_add_func ("/network-naming/systems", test_systems);
  g_test_add_func ("/network-naming/rules", test_rules);
  g_test_add_func ("/network-naming/manager", test_manager);
  return g_test_run ();
}
