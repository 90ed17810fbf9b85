/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/guest/network-config.h"

typedef void (*ReadFunc) (GPtrArray *list, const char *text, const char *file);

static GPtrArray *read_text (ReadFunc read, const char *text, const char *file)
{
  GPtrArray *list = embark_interface_list_new ();

  read (list, text, file);
  return list;
}

static void check_interface (GPtrArray *list, guint index, const char *name, const char *method, const char *mac,
                             gboolean has_ipv6)
{
  const EmbarkInterface *interface;

  g_assert_cmpuint (index, <, list->len);
  interface = g_ptr_array_index (list, index);
  g_assert_cmpstr (interface->name, ==, name);
  g_assert_cmpstr (interface->method, ==, method);
  g_assert_cmpstr (interface->mac, ==, mac);
  g_assert_cmpint (interface->has_ipv6, ==, has_ipv6);
}

static void test_ifupdown (void)
{
  g_autoptr (GPtrArray) list =
      read_text (embark_network_read_ifupdown,
                 "auto lo\niface lo inet loopback\n# iface eth9 inet dhcp\n  iface eth0 inet dhcp\n"
                 "iface eth1 inet static\n address 10.0.0.2/24\n hwaddress ether 52:54:00:AA:bb:01\n"
                 "iface eth1 inet6 static\n address fd00::2/64\niface eth0 inet6 auto\n",
                 "/etc/network/interfaces");

  g_assert_cmpuint (list->len, ==, 2);
  check_interface (list, 0, "eth0", "dhcp", NULL, FALSE);
  check_interface (list, 1, "eth1", "static", "52:54:00:aa:bb:01", TRUE);
}

static void test_ifcfg (void)
{
  g_autoptr (GPtrArray) list =
      read_text (embark_network_read_ifcfg, "DEVICE=\"eth0\"\nBOOTPROTO=dhcp\nHWADDR=52:54:00:01:02:03\nIPV6INIT=yes\n",
                 "/etc/sysconfig/network-scripts/ifcfg-eth0");

  embark_network_read_ifcfg (list, "BOOTPROTO='static'\nIPADDR='10.1.1.1/24'\nIPADDR_1='fd00::1/64'\n",
                             "/etc/sysconfig/network/ifcfg-eth1");
  embark_network_read_ifcfg (list, "DEVICE=eth2\nBOOTPROTO=none\nIPADDR=10.1.1.2\nIPV6ADDR=fd00::3/64\n",
                             "/x/ifcfg-eth2");
  embark_network_read_ifcfg (list, "DEVICE=lo\nIPADDR=127.0.0.1\n", "/x/ifcfg-lo");
  g_assert_cmpuint (list->len, ==, 3);
  check_interface (list, 0, "eth0", "dhcp", "52:54:00:01:02:03", FALSE);
  check_interface (list, 1, "eth1", "static", NULL, TRUE);
  check_interface (list, 2, "eth2", "static", NULL, TRUE);
}

static void test_netplan (void)
{
  g_autoptr (GPtrArray) list =
      read_text (embark_network_read_netplan,
                 "# by the installer\nnetwork:\n  version: 2\n  ethernets:\n    ens3:\n      dhcp4: true\n"
                 "      match:\n        macaddress: \"52:54:00:0A:0b:0c\"\n      set-name: eth0\n"
                 "    ens4:\n      addresses: [10.0.0.5/24, 'fd00::5/64']\n      dhcp6: no\n"
                 "    ens5:\n      dhcp4: no\n      addresses:\n      - 10.0.0.6/24\n",
                 "/etc/netplan/50-x.yaml");

  g_assert_cmpuint (list->len, ==, 3);
  check_interface (list, 0, "eth0", "dhcp", "52:54:00:0a:0b:0c", FALSE);
  check_interface (list, 1, "ens4", "static", NULL, TRUE);
  check_interface (list, 2, "ens5", "static", NULL, FALSE);
}

static void test_keyfile (void)
{
  g_autoptr (GPtrArray) list =
      read_text (embark_network_read_keyfile,
                 "[connection]\nid=x\ntype=ethernet\ninterface-name=eth0\n[ipv4]\nmethod=auto\n[ipv6]\nmethod=auto\n",
                 "/a.nmconnection");

  embark_network_read_keyfile (list,
                               "[connection]\ntype=ethernet\n[ethernet]\nmac-address=52:54:00:00:00:0F\n[ipv4]\n"
                               "method=manual\naddress1=10.0.0.1/24\n[ipv6]\nmethod=manual\naddress1=fd00::1/64\n",
                               "/b.nmconnection");
  embark_network_read_keyfile (list, "not a key file", "/c.nmconnection");
  g_assert_cmpuint (list->len, ==, 2);
  check_interface (list, 0, "eth0", "dhcp", NULL, FALSE);
  check_interface (list, 1, "*", "static", "52:54:00:00:00:0f", TRUE);
}

static void test_networkd (void)
{
  g_autoptr (GPtrArray) list =
      read_text (embark_network_read_networkd, "[Match]\nName=en*\n\n[Network]\nDHCP=yes\n", "/a.network");

  embark_network_read_networkd (
      list, "[Match]\nName=eth1\n[Network]\nAddress=10.0.0.1/24\n[Address]\nAddress=fd00::9/64\n", "/b.network");
  check_interface (list, 0, "en*", "dhcp", NULL, FALSE);
  check_interface (list, 1, "eth1", "static", NULL, TRUE);
}

/* What stays down until somebody starts it brings no network. */
static void test_by_hand (void)
{
  g_autoptr (GPtrArray) list =
      read_text (embark_network_read_ifcfg, "DEVICE=eth0\nBOOTPROTO=dhcp\nONBOOT=no\n", "/x/ifcfg-eth0");

  embark_network_read_ifcfg (list, "BOOTPROTO='dhcp'\nSTARTMODE='manual'\n", "/x/ifcfg-eth1");
  embark_network_read_ifcfg (list, "BOOTPROTO='dhcp4'\nSTARTMODE='auto'\n", "/x/ifcfg-eth2");
  embark_network_read_ifcfg (list, "BOOTPROTO='dhcp'\n", "/x/ifcfg-eth-id-00:16:3E:00:00:01");
  embark_network_read_keyfile (
      list, "[connection]\ntype=ethernet\nautoconnect=false\ninterface-name=eth4\n[ipv4]\nmethod=auto\n", "/b");
  embark_network_read_keyfile (list, "[connection]\ntype=wifi\n[ipv4]\nmethod=auto\n", "/c");
  g_assert_cmpuint (list->len, ==, 5);
  check_interface (list, 0, "eth0", "other", NULL, FALSE);
  check_interface (list, 1, "eth1", "other", NULL, FALSE);
  check_interface (list, 2, "eth2", "dhcp", NULL, FALSE);
  check_interface (list, 3, "*", "dhcp", "00:16:3e:00:00:01", FALSE);
  check_interface (list, 4, "eth4", "other", NULL, FALSE);
}

static void test_networkd_matches (void)
{
  g_autoptr (GPtrArray) list =
      read_text (embark_network_read_networkd, "[Match]\nName=ens3 eth0 !eth9\n[Network]\nDHCP=ipv4\n", "/a.network");

  embark_network_read_networkd (list, "[Match]\nVirtualization=container\nName=host0\n[Network]\nDHCP=yes\n", "/b");
  embark_network_read_networkd (list, "[Match]\nType=wlan\nName=wl*\n[Network]\nDHCP=yes\n", "/c");
  embark_network_read_networkd (
      list, "[Match]\nType=ether\n[Network]\nDHCP=yes\n[Link]\nMACAddress=52:54:00:00:00:0A\n", "/d");
  g_assert_cmpuint (list->len, ==, 3);
  check_interface (list, 0, "ens3", "dhcp", NULL, FALSE);
  check_interface (list, 1, "eth0", "dhcp", NULL, FALSE);
  check_interface (list, 2, "*", "dhcp", "52:54:00:00:00:0a", FALSE);
}

/* A file of a guest can be as long as it likes. */
static void test_bound (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GPtrArray) list = NULL;

  for (guint i = 0; i < 1000; i++)
    g_string_append_printf (text, "iface eth%u inet dhcp\n", i);
  list = read_text (embark_network_read_ifupdown, text->str, "/etc/network/interfaces");
  g_assert_cmpuint (list->len, ==, 256);
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/network-config/ifupdown", test_ifupdown);
  g_test_add_func ("/network-config/ifcfg", test_ifcfg);
  g_test_add_func ("/network-config/netplan", test_netplan);
  g_test_add_func ("/network-config/keyfile", test_keyfile);
  g_test_add_func ("/network-config/networkd", test_networkd);
  g_test_add_func ("/network-config/by-hand", test_by_hand);
  g_test_add_func ("/network-config/networkd-matches", test_networkd_matches);
  g_test_add_func ("/network-config/bound", test_bound);
  return g_test_run ();
}
