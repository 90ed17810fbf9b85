/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Network interfaces as the configuration files of Linux distributions name
 * them. Each reader appends what one file says. Pure text; any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  char *name;         /* as the file names it; a pattern ("en*") where it has one; never loopback */
  char *file;         /* path in the guest */
  const char *method; /* "dhcp", "static", "other" */
  char *mac;          /* (nullable) lower case: the file is bound to this card */
  gboolean has_ipv6;  /* a fixed IPv6 address or DHCPv6 is asked for */
} EmbarkInterface;

void embark_interface_free (EmbarkInterface *self);
/* A list for the readers, at most 256 interfaces are kept. */
GPtrArray *embark_interface_list_new (void);

/* /etc/network/interfaces and interfaces.d. */
void embark_network_read_ifupdown (GPtrArray *list, const char *text, const char *file);
/* ifcfg-NAME of sysconfig/network-scripts (EL) and sysconfig/network (SUSE). */
void embark_network_read_ifcfg (GPtrArray *list, const char *text, const char *file);
void embark_network_read_netplan (GPtrArray *list, const char *text, const char *file);
/* NetworkManager's *.nmconnection. */
void embark_network_read_keyfile (GPtrArray *list, const char *text, const char *file);
/* systemd's *.network. */
void embark_network_read_networkd (GPtrArray *list, const char *text, const char *file);

G_END_DECLS
