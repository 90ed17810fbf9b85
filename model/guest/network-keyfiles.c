/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Network files in the form of key files: NetworkManager and systemd-networkd.
 * Read line by line, since networkd repeats groups and keys.
 */
#include "model/guest/network-config.h"

#include <string.h>

#include "model/guest/network-list.h"

#define LINES_MAX 10000
#define NAMES_MAX 32

typedef void (*PairFunc) (const char *group, const char *key, const char *value, gpointer user_data);

static void walk_pairs (const char *text, PairFunc func, gpointer user_data)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", LINES_MAX);
  const char *group = "";

  for (guint i = 0; lines[i]; i++)
    {
      char *line = g_strstrip (lines[i]);
      char *equals = strchr (line, '=');

      if (*line == '#' || *line == ';')
        continue;
      if (*line == '[' && g_str_has_suffix (line, "]"))
        {
          line[strlen (line) - 1] = '\0';
          group = line + 1;
        }
      else if (equals)
        {
          *equals = '\0';
          func (group, g_strchomp (line), g_strchug (equals + 1), user_data);
        }
    }
}

typedef struct
{
  char *name;
  char *type;
  char *mac;
  char *method4;
  char *method6;
  gboolean has_address6;
  gboolean is_by_hand;
} Connection;

static void keep_value (char **field, const char *value)
{
  g_free (*field);
  *field = g_strdup (value);
}

static void connection_pair_cb (const char *group, const char *key, const char *value, gpointer user_data)
{
  Connection *connection = user_data;
  gboolean is_card = strcmp (group, "ethernet") == 0 || strcmp (group, "802-3-ethernet") == 0;

  if (strcmp (group, "connection") == 0 && strcmp (key, "interface-name") == 0)
    keep_value (&connection->name, value);
  else if (strcmp (group, "connection") == 0 && strcmp (key, "type") == 0)
    keep_value (&connection->type, value);
  else if (strcmp (group, "connection") == 0 && strcmp (key, "autoconnect") == 0)
    connection->is_by_hand = strcmp (value, "false") == 0 || strcmp (value, "0") == 0;
  else if (is_card && (strcmp (key, "mac-address") == 0 || strcmp (key, "cloned-mac-address") == 0))
    keep_value (&connection->mac, value);
  else if (strcmp (group, "ipv4") == 0 && strcmp (key, "method") == 0)
    keep_value (&connection->method4, value);
  else if (strcmp (group, "ipv6") == 0 && strcmp (key, "method") == 0)
    keep_value (&connection->method6, value);
  else if (strcmp (group, "ipv6") == 0 && g_str_has_prefix (key, "address") && *value)
    connection->has_address6 = TRUE;
}

static gboolean is_wired (const char *type)
{
  static const char *const types[] = { "ethernet", "802-3-ethernet", "bond", "bridge", "team", "vlan", NULL };

  return g_strv_contains (types, type);
}

void embark_network_read_keyfile (GPtrArray *list, const char *text, const char *file)
{
  Connection connection = { 0 };
  EmbarkInterface *interface = NULL;

  walk_pairs (text, connection_pair_cb, &connection);
  if (connection.type && is_wired (connection.type))
    interface = embark_interface_list_get (list, connection.name ? connection.name : "*", file);
  if (interface)
    {
      if (connection.is_by_hand)
        interface->method = "other";
      else if (g_strcmp0 (connection.method4, "manual") == 0)
        interface->method = "static";
      else if (!connection.method4 || strcmp (connection.method4, "auto") == 0)
        interface->method = "dhcp";
      if (connection.mac)
        embark_interface_set_mac (interface, connection.mac);
      interface->has_ipv6 = connection.has_address6 || g_strcmp0 (connection.method6, "manual") == 0
                            || g_strcmp0 (connection.method6, "dhcp") == 0;
    }
  g_free (connection.name);
  g_free (connection.type);
  g_free (connection.mac);
  g_free (connection.method4);
  g_free (connection.method6);
}

typedef struct
{
  char *name;
  char *mac;
  char *type;
  char *dhcp;
  gboolean has_address4;
  gboolean has_address6;
  gboolean is_special; /* for containers, tunnels, drivers that no machine of the cloud has */
} Unit;

static void unit_match_cb (const char *key, const char *value, Unit *unit)
{
  static const char *const special[] = { "Virtualization", "Kind", "Driver", "Host", "KernelCommandLine", NULL };

  if (strcmp (key, "Name") == 0)
    keep_value (&unit->name, value);
  else if (strcmp (key, "MACAddress") == 0 || strcmp (key, "PermanentMACAddress") == 0)
    keep_value (&unit->mac, value);
  else if (strcmp (key, "Type") == 0)
    keep_value (&unit->type, value);
  else if (g_strv_contains (special, key))
    unit->is_special = TRUE;
}

static void unit_pair_cb (const char *group, const char *key, const char *value, gpointer user_data)
{
  Unit *unit = user_data;
  gboolean is_address =
      (strcmp (group, "Network") == 0 || strcmp (group, "Address") == 0) && strcmp (key, "Address") == 0 && *value;

  if (strcmp (group, "Match") == 0)
    unit_match_cb (key, value, unit);
  else if (strcmp (group, "Link") == 0 && strcmp (key, "MACAddress") == 0)
    keep_value (&unit->mac, value);
  else if (strcmp (group, "Network") == 0 && strcmp (key, "DHCP") == 0)
    keep_value (&unit->dhcp, value);
  else if (is_address && strchr (value, ':'))
    unit->has_address6 = TRUE;
  else if (is_address)
    unit->has_address4 = TRUE;
}

static void add_unit (GPtrArray *list, const Unit *unit, const char *name, const char *file)
{
  EmbarkInterface *interface = embark_interface_list_get (list, name, file);
  gboolean is_both = unit->dhcp && (strcmp (unit->dhcp, "yes") == 0 || strcmp (unit->dhcp, "true") == 0);

  if (!interface)
    return;
  if (is_both || g_strcmp0 (unit->dhcp, "ipv4") == 0)
    interface->method = "dhcp";
  else if (unit->has_address4)
    interface->method = "static";
  if (unit->mac)
    embark_interface_set_mac (interface, unit->mac);
  /* DHCP=yes is what everybody writes for "automatic"; it asks for no IPv6 in particular. */
  interface->has_ipv6 = unit->has_address6 || g_strcmp0 (unit->dhcp, "ipv6") == 0;
}

void embark_network_read_networkd (GPtrArray *list, const char *text, const char *file)
{
  Unit unit = { 0 };
  gboolean is_wired;
  g_auto (GStrv) names = NULL;

  walk_pairs (text, unit_pair_cb, &unit);
  is_wired = !unit.is_special && (!unit.type || strstr (unit.type, "ether"));
  names = g_strsplit_set (unit.name ? unit.name : "", " \t", NAMES_MAX);
  if (is_wired && !unit.name && (unit.mac || unit.type))
    add_unit (list, &unit, "*", file);
  for (guint i = 0; is_wired && names[i]; i++)
    if (*names[i] && *names[i] != '!')
      add_unit (list, &unit, names[i], file);
  g_free (unit.name);
  g_free (unit.mac);
  g_free (unit.type);
  g_free (unit.dhcp);
}
