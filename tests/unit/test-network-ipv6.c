/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Files of a network card with IPv6, and without.
 */
#include "model/guest/network-ipv6.h"

static void assert_drop (const char *file, const char *text, const char *expected)
{
  g_autofree char *once = embark_network_drop_ipv6 (text, file);
  g_autofree char *twice = embark_network_drop_ipv6 (once, file);

  g_assert_cmpstr (once, ==, expected);
  g_assert_cmpstr (twice, ==, expected);
}

static void test_ifupdown (void)
{
  assert_drop ("/etc/network/interfaces",
               "auto eth0\niface eth0 inet dhcp\n  hostname x\niface eth0 inet6 static\n  address fd00::5/64\n"
               "  gateway fd00::1\n\n# more\nauto eth1\niface eth1 inet6 auto\n",
               "auto eth0\niface eth0 inet dhcp\n  hostname x\n\n# more\nauto eth1\niface eth1 inet manual\n");
  assert_drop ("/etc/network/interfaces.d/x", "iface eth0 inet static\n  address 10.0.0.5\n",
               "iface eth0 inet static\n  address 10.0.0.5\n");
}

static void test_ifcfg (void)
{
  assert_drop ("/etc/sysconfig/network-scripts/ifcfg-eth0",
               "DEVICE=eth0\nBOOTPROTO=dhcp\nIPV6INIT=yes\nIPV6ADDR=fd00::5/64\nIPV6_DEFAULTGW=fd00::1\nDHCPV6C=yes\n",
               "IPV6INIT=no\nDEVICE=eth0\nBOOTPROTO=dhcp\n");
  assert_drop ("/etc/sysconfig/network/ifcfg-eth0",
               "BOOTPROTO='static'\nIPADDR='10.0.0.5/24'\nIPADDR_1='fd00::5'\nPREFIXLEN_1='64'\nIPADDR_2='10.0.0.6'\n"
               "PREFIXLEN_2='24'\n",
               "BOOTPROTO='static'\nIPADDR='10.0.0.5/24'\nIPADDR_2='10.0.0.6'\nPREFIXLEN_2='24'\n");
  assert_drop ("/etc/sysconfig/network/ifcfg-eth0", "BOOTPROTO='dhcp6'\n", "BOOTPROTO='dhcp4'\n");
}

static void test_netplan (void)
{
  assert_drop ("/etc/netplan/00.yaml",
               "network:\n  ethernets:\n    eth0:\n      dhcp6: true\n      addresses:\n        - 10.0.0.5/24\n"
               "        - \"fd00::5/64\"\n      gateway6: fd00::1\n      nameservers:\n        addresses:\n"
               "        - fd00::53\n      routes:\n      - to: \"::/0\"\n        via: \"fd00::1\"\n"
               "      - to: default\n        via: 10.0.0.1\n",
               "network:\n  ethernets:\n    eth0:\n      dhcp6: false\n      addresses:\n        - 10.0.0.5/24\n"
               "      routes:\n      - to: default\n        via: 10.0.0.1\n");
  assert_drop ("/etc/netplan/00.yaml",
               "network:\n  ethernets:\n    eth0:\n      addresses: [10.0.0.5/24, 'fd00::5/64']\n"
               "      match: {macaddress: \"52:54:00:12:34:56\"}\n      set-name: eth0\n",
               "network:\n  ethernets:\n    eth0:\n      addresses: [10.0.0.5/24]\n"
               "      match: {macaddress: \"52:54:00:12:34:56\"}\n      set-name: eth0\n");
}

static void test_keyfile (void)
{
  assert_drop ("/etc/NetworkManager/system-connections/wired.nmconnection",
               "[connection]\nid=wired\n\n[ipv6]\naddress1=fd00::5/64,fd00::1\nmethod=manual\n",
               "[connection]\nid=wired\n\n[ipv6]\nmethod=ignore\n");
  assert_drop ("/etc/NetworkManager/system-connections/wired.nmconnection", "[connection]\nid=wired\n",
               "[connection]\nid=wired\n\n[ipv6]\nmethod=ignore\n");
}

static void test_networkd (void)
{
  assert_drop ("/etc/systemd/network/10-lan.network",
               "[Match]\nMACAddress=52:54:00:12:34:56\n\n[Network]\nDHCP=yes\nAddress=fd00::5/64\nAddress=10.0.0.5/24\n"
               "IPv6AcceptRA=yes\n\n[Address]\nAddress=fd00::6/64\nLabel=x\n\n[Route]\nGateway=10.0.0.1\n",
               "[Match]\nMACAddress=52:54:00:12:34:56\n\n[Network]\nDHCP=ipv4\nAddress=10.0.0.5/24\n\n[Route]\n"
               "Gateway=10.0.0.1\n");
  assert_drop ("/etc/systemd/network/10-lan.network", "[Network]\nDHCP=ipv6\n", "[Network]\nDHCP=no\n");
}

/* What no kind fits stays. */
static void test_others (void)
{
  assert_drop ("/etc/something", "address fd00::5\n", "address fd00::5\n");
}

static void test_sysctl (void)
{
  static const char off[] = "net.ipv6.conf.all.disable_ipv6 = 1\nnet.ipv6.conf.default.disable_ipv6 = 1\n";
  g_autofree char *fresh = embark_sysctl_disable_ipv6 (NULL);
  g_autofree char *other = embark_sysctl_disable_ipv6 ("kernel.x = 1\nnet.ipv6.conf.all.disable_ipv6=0");
  g_autofree char *again = embark_sysctl_disable_ipv6 (other);
  g_autofree char *expected = g_strconcat ("kernel.x = 1\n", off, NULL);

  g_assert_cmpstr (fresh, ==, off);
  g_assert_cmpstr (other, ==, expected);
  g_assert_cmpstr (again, ==, expected);
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/network-ipv6/ifupdown", test_ifupdown);
  g_test_add_func ("/network-ipv6/ifcfg", test_ifcfg);
  g_test_add_func ("/network-ipv6/netplan", test_netplan);
  g_test_add_func ("/network-ipv6/keyfile", test_keyfile);
  g_test_add_func ("/network-ipv6/networkd", test_networkd);
  g_test_add_func ("/network-ipv6/others", test_others);
  g_test_add_func ("/network-ipv6/sysctl", test_sysctl);
  return g_test_run ();
}
