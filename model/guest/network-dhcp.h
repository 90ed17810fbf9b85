/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lets the files that set up a network card ask for its address instead of
 * naming one. Pure text; any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* @text of @file, whose path tells its kind (ifupdown, ifcfg of EL and SUSE, NetworkManager, systemd-networkd), with
 * DHCP for IPv4 and without fixed addresses, gateways and name servers. Everything else stays, as do settings that ask
 * already. What only gives a card one more address ("eth0:1") goes. NULL: a kind that is not edited but replaced
 * (netplan). Free. */
char *embark_network_make_dhcp (const char *text, const char *file);

/* Of the lines of a file with [sections]: those of @section that match @fixed go, and @setting stands right below its
 * head in place of what @old matches. Sections that @dropped (nullable) matches go whole. Free. */
char *embark_network_edit_section (char **lines, const char *section, const char *fixed, const char *old,
                                   const char *setting, const char *dropped);
/* TRUE when /etc/network/interfaces with this @text reads the folder interfaces.d too. */
gboolean embark_network_reads_folder (const char *text);
/* TRUE when a file of netplan sets up more than plain cards: bonds, bridges, VLANs, tunnels. */
gboolean embark_netplan_has_devices (const char *text);

G_END_DECLS
