/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/guest/network-edit.h"

static void check_rename (const char *text, const char *old, const char *expected)
{
  g_autofree char *once = embark_network_edit_rename (text, old, "eth0");
  g_autofree char *twice = embark_network_edit_rename (once, old, "eth0");

  g_assert_cmpstr (once, ==, expected);
  g_assert_cmpstr (twice, ==, expected);
}

static void test_rename (void)
{
  check_rename ("auto lo ens3\niface ens3 inet dhcp\niface ens3:1 inet static\n", "ens3",
                "auto lo eth0\niface eth0 inet dhcp\niface eth0:1 inet static\n");
  check_rename ("DEVICE=\"ens3\"\nNAME=ens33\n", "ens3", "DEVICE=\"eth0\"\nNAME=ens33\n");
  check_rename ("  ethernets:\n    ens3:\n  vlans:\n    v: {link: ens3}\n  x: [ens3, ens30]\n", "ens3",
                "  ethernets:\n    eth0:\n  vlans:\n    v: {link: eth0}\n  x: [eth0, ens30]\n");
  check_rename ("iface ens3.100 inet dhcp\nfile ens3.network br-ens3 x.ens3\n", "ens3",
                "iface eth0.100 inet dhcp\nfile ens3.network br-ens3 x.ens3\n");
  check_rename ("Name=en*\nName=enp*\n", "en*", "Name=eth0\nName=enp*\n");
  check_rename ("", "ens3", "");
}

static void check_untie (const char *file, const char *text, const char *expected)
{
  g_autofree char *once = embark_network_edit_untie (text, file, "eth0");
  g_autofree char *twice = embark_network_edit_untie (once, file, "eth0");

  g_assert_cmpstr (once, ==, expected);
  g_assert_cmpstr (twice, ==, expected);
}

static void test_ifcfg (void)
{
  check_untie ("/etc/sysconfig/network-scripts/ifcfg-eth0",
               "DEVICE=eth0\nHWADDR=52:54:00:12:34:56\nONBOOT=yes\nMACADDR=x", "DEVICE=eth0\nONBOOT=yes\n");
}

static void test_ifupdown (void)
{
  check_untie ("/etc/network/interfaces", "iface eth0 inet dhcp\n\thwaddress ether 52:54:00:12:34:56\n# hwaddress x\n",
               "iface eth0 inet dhcp\n# hwaddress x\n");
}

static void test_netplan (void)
{
  static const char file[] = "/etc/netplan/50-cloud-init.yaml";

  check_untie (file,
               "network:\n  ethernets:\n    lan0:\n      match:\n        macaddress: '52:54:00:12:34:56'\n"
               "      set-name: eth0\n      macaddress: 52:54:00:12:34:57\n      dhcp4: true\n",
               "network:\n  ethernets:\n    lan0:\n      match:\n        name: eth0\n      dhcp4: true\n");
  check_untie (file,
               "    lan0:\n      match:\n        name: en*\n        macaddress: 52:54:00:12:34:56\n      dhcp4: true\n",
               "    lan0:\n      match:\n        name: eth0\n      dhcp4: true\n");
  check_untie (file, "    lan0:\n      match: {macaddress: \"52:54:00:12:34:56\", driver: virtio}\n",
               "    lan0:\n      match: {name: eth0, driver: virtio}\n");
  check_untie (file, "    lan0:\n      match: {name: en*, macaddress: 52:54:00:12:34:56}\n",
               "    lan0:\n      match: {name: eth0}\n");
  check_untie (file, "    all:\n      match:\n        name: \"e*\" # any\n      dhcp4: true\n",
               "    all:\n      match:\n        name: \"e*\" # any\n      dhcp4: true\n");
  check_untie (file, "    id0:\n      match: {driver: virtio, name: \"en*\"}\n",
               "    id0:\n      match: {driver: virtio, name: eth0}\n");
  check_untie (file, "    id0:\n      match: {name: \xf0}\n", "    id0:\n      match: {name: eth0}\n");
  check_untie (file, "    id0:\n      dhcp4-overrides:\n        name: en*\n",
               "    id0:\n      dhcp4-overrides:\n        name: en*\n");
  check_untie (file, "    eth0:\n      dhcp4: true\n", "    eth0:\n      dhcp4: true\n");
}

static void test_keyfile (void)
{
  check_untie ("/etc/NetworkManager/system-connections/a.nmconnection",
               "[connection]\ninterface-name=eth0\n[ethernet]\nmac-address=52:54:00:12:34:56\n"
               "cloned-mac-address=preserve\nmac-address-blacklist=\n[ipv4]\nmethod=auto\n",
               "[connection]\ninterface-name=eth0\n[ethernet]\ncloned-mac-address=preserve\nmac-address-blacklist=\n"
               "[ipv4]\nmethod=auto\n");
}

static void test_networkd (void)
{
  static const char file[] = "/etc/systemd/network/10-lan.network";

  check_untie (file, "[Match]\nMACAddress=52:54:00:12:34:56\n\n[Network]\nDHCP=yes\n",
               "[Match]\nName=eth0\n\n[Network]\nDHCP=yes\n");
  check_untie (file,
               "[Match]\nPermanentMACAddress=52:54:00:12:34:56\nName=eth0\n[Link]\nMACAddress=52:54:00:12:34:57\n",
               "[Match]\nName=eth0\n[Link]\n");
}

static void test_rules (void)
{
  static const char rule[] = "SUBSYSTEM==\"net\", ATTR{address}==\"52:54:00:12:34:56\", NAME=\"lan0\"\n";
  g_autofree char *once = embark_network_edit_rules (rule, "/etc/udev/rules.d/90-net.rules");
  g_autofree char *twice = embark_network_edit_rules (once, "/etc/udev/rules.d/90-net.rules");
  g_autofree char *other =
      embark_network_edit_rules ("KERNEL==\"sd*\", NAME==\"x\"\n", "/etc/udev/rules.d/90-net.rules");

  g_assert_cmpstr (once, ==, "# SUBSYSTEM==\"net\", ATTR{address}==\"52:54:00:12:34:56\", NAME=\"lan0\"\n");
  g_assert_cmpstr (twice, ==, once);
  g_assert_cmpstr (other, ==, "KERNEL==\"sd*\", NAME==\"x\"\n");
}

static void test_link (void)
{
  g_assert_true (embark_network_link_renames ("[Match]\nMACAddress=x\n\n[Link]\nName=lan0\n"));
  g_assert_false (embark_network_link_renames ("[Match]\nName=x\n\n[Link]\nWakeOnLan=off\n"));
  g_assert_false (embark_network_link_renames ("[Link]\nNamePolicy=kernel\n"));
}

/* Whatever bytes: they come out as they went in, or shorter. */
static void test_odd (void)
{
  static const char *const files[] = { "/etc/network/interfaces", "/x/ifcfg-a", "/x/a.yaml", "/system-connections/a",
                                       "/x/a.network" };

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      check_untie (files[i], "\xff\xfe\n[\n[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\n: {\n",
                   "\xff\xfe\n[\n[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\n: {\n");
      check_untie (files[i], "\001\nHWADDR=x\n", "\001\nHWADDR=x\n");
      check_untie (files[i], "", "");
    }
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/network-edit/rename", test_rename);
  g_test_add_func ("/network-edit/ifcfg", test_ifcfg);
  g_test_add_func ("/network-edit/ifupdown", test_ifupdown);
  g_test_add_func ("/network-edit/netplan", test_netplan);
  g_test_add_func ("/network-edit/keyfile", test_keyfile);
  g_test_add_func ("/network-edit/networkd", test_networkd);
  g_test_add_func ("/network-edit/rules", test_rules);
  g_test_add_func ("/network-edit/link", test_link);
  g_test_add_func ("/network-edit/odd", test_odd);
  return g_test_run ();
}
