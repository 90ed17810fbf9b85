/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Takes IPv6 out of the files that set up a network card. Pure text; any
 * thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* @text of @file, whose path tells its kind (ifupdown, ifcfg of EL and SUSE, netplan, NetworkManager,
 * systemd-networkd), without addresses, gateways, routes and name servers of IPv6 and without asking for them. All else
 * stays. Free. */
char *embark_network_drop_ipv6 (const char *text, const char *file);
/* @text of a sysctl.conf (nullable) with IPv6 disabled on all cards; a text that says so already stays as it is. Free.
 */
char *embark_sysctl_disable_ipv6 (const char *text);

G_END_DECLS
