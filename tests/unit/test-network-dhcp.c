/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Files of a network card that name an address, and that ask for one.
 */
#include "model/guest/network-dhcp.h"

static void assert_edit (const char *file, const char *text, const char *expected)
{
  g_autofree char *once = embark_network_make_dhcp (text, file);
  g_autofree char *twice = once != NULL ? embark_network_make_dhcp (once, file) : NULL;

  g_assert_cmpstr (once, ==, expected);
  g_assert_cmpstr (twice, ==, expected);
}

static void test_ifupdown (void)
{
  assert_edit ("/etc/network/interfaces",
               "auto lo\niface lo inet loopback\n\nauto eth0\niface eth0 inet static\n\taddress 10.0.0.5/24\n"
               "\tgateway 10.0.0.1\n\tdns-nameservers 10.0.0.1\n\tpost-up echo up\niface eth0 inet6 auto\n",
               "auto lo\niface lo inet loopback\n\nauto eth0\niface eth0 inet dhcp\n\tpost-up echo up\n"
               "iface eth0 inet6 auto\n");
  assert_edit ("/etc/network/interfaces.d/eth0", "iface eth0 inet dhcp\n", "iface eth0 inet dhcp\n");
}

/* A second address is of the old network as the first, and a card asks once. */
static void test_aliases (void)
{
  assert_edit ("/etc/network/interfaces",
               "auto lo eth0 eth0:1\nauto eth0:0\niface eth0 inet static\n  address 10.0.0.5/24\n\n"
               "iface eth0:0 inet static\n  address 10.0.0.6/24\n  up echo more\n\niface eth0:1 inet static\n"
               "  address 10.0.0.7/24\niface eth1 inet manual\n",
               "auto lo eth0\niface eth0 inet dhcp\n\n\niface eth1 inet manual\n");
  assert_edit ("/etc/network/interfaces",
               "iface eth0 inet static\n  address 10.0.0.5/24\n  up ip -6 addr add fd00::1\n",
               "iface eth0 inet dhcp\n  up ip -6 addr add fd00::1\n");
}

static void test_reads_folder (void)
{
  g_assert_true (embark_network_reads_folder ("auto lo\nsource /etc/network/interfaces.d/*\n"));
  g_assert_true (embark_network_reads_folder ("source interfaces.d/*.cfg\n"));
  g_assert_true (embark_network_reads_folder ("source-directory /etc/network/interfaces.d\n"));
  g_assert_false (embark_network_reads_folder ("# source /etc/network/interfaces.d/*\nauto lo\n"));
  g_assert_false (embark_network_reads_folder ("source /etc/network/other.d/*\n"));
  g_assert_false (embark_network_reads_folder (""));
}

static void test_netplan_devices (void)
{
  g_assert_false (embark_netplan_has_devices ("network:\n  version: 2\n  renderer: networkd\n  ethernets:\n    ens3:\n"
                                              "      addresses: [10.0.0.5/24]\n"));
  g_assert_true (embark_netplan_has_devices ("network:\n  ethernets:\n    ens3: {}\n  bonds:\n    bond0:\n"
                                             "      interfaces: [ens3]\n"));
  g_assert_true (embark_netplan_has_devices ("network:\n  vlans:\n    v5: {id: 5, link: ens3}\n"));
  g_assert_false (embark_netplan_has_devices ("network: {}\n"));
  g_assert_false (embark_netplan_has_devices (""));
}

static void test_ifcfg (void)
{
  assert_edit (
      "/etc/sysconfig/network-scripts/ifcfg-eth0",
      "DEVICE=eth0\nBOOTPROTO=none\nIPADDR=10.0.0.5\nPREFIX0=24\nGATEWAY=10.0.0.1\nDNS1=10.0.0.1\nONBOOT=yes\n",
      "DEVICE=eth0\nBOOTPROTO=dhcp\nONBOOT=yes\n");
  assert_edit ("/etc/sysconfig/network/ifcfg-eth0", "IPADDR='10.0.0.5/24'\nSTARTMODE='auto'\n",
               "BOOTPROTO=dhcp\nSTARTMODE='auto'\n");
  assert_edit ("/etc/sysconfig/network/ifcfg-eth0", "BOOTPROTO='dhcp'\nSTARTMODE='auto'\n",
               "BOOTPROTO='dhcp'\nSTARTMODE='auto'\n");
}

static void test_keyfile (void)
{
  assert_edit ("/etc/NetworkManager/system-connections/wired.nmconnection",
               "[connection]\nid=wired\n\n[ipv4]\naddress1=10.0.0.5/24,10.0.0.1\ndns=10.0.0.1;\nmethod=manual\n\n"
               "[ipv6]\nmethod=auto\naddress1=fd00::5/64\n",
               "[connection]\nid=wired\n\n[ipv4]\nmethod=auto\n\n[ipv6]\nmethod=auto\naddress1=fd00::5/64\n");
}

static void test_networkd (void)
{
  assert_edit ("/etc/systemd/network/10-lan.network",
               "[Match]\nName=ens3\n\n[Network]\nAddress=10.0.0.5/24\nGateway=10.0.0.1\nLLDP=yes\n\n[Route]\n"
               "Gateway=10.0.0.2\n",
               "[Match]\nName=ens3\n\n[Network]\nDHCP=ipv4\nLLDP=yes\n\n");
}

/* Whole files of netplan are replaced, and so is what no kind fits. */
static void test_others (void)
{
  g_assert_null (embark_network_make_dhcp ("network:\n  version: 2\n", "/etc/netplan/00.yaml"));
  g_assert_null (embark_network_make_dhcp ("[connection]\n", "/etc/NetworkManager/system-connections/a"));
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/network-dhcp/ifupdown", test_ifupdown);
  g_test_add_func ("/network-dhcp/aliases", test_aliases);
  g_test_add_func ("/network-dhcp/reads-folder", test_reads_folder);
  g_test_add_func ("/network-dhcp/netplan-devices", test_netplan_devices);
  g_test_add_func ("/network-dhcp/ifcfg", test_ifcfg);
  g_test_add_func ("/network-dhcp/keyfile", test_keyfile);
  g_test_add_func ("/network-dhcp/networkd", test_networkd);
  g_test_add_func ("/network-dhcp/others", test_others);
  return g_test_run ();
}
