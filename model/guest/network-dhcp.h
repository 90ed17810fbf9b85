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
 * already. NULL: a kind that is not edited but replaced (netplan). Free. */
char *embark_network_make_dhcp (const char *text, const char *file);

G_END_DECLS
