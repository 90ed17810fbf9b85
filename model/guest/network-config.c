/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The shell-like and the YAML formats; network-keyfiles.c has the others.
 */
#include "model/guest/network-config.h"

#include <stdio.h>
#include <string.h>

#include "model/guest/network-list.h"
#include "model/guest/yaml-lines.h"

#define LINES_MAX 10000
#define INTERFACES_MAX 256

void embark_interface_free (EmbarkInterface *self)
{
  g_free (self->name);
  g_free (self->file);
  g_free (self->mac);
  g_free (self);
}

static void drop_interface (gpointer interface)
{
  embark_interface_free (interface);
}

GPtrArray *embark_interface_list_new (void)
{
  return g_ptr_array_new_with_free_func (drop_interface);
}

EmbarkInterface *embark_interface_list_get (GPtrArray *list, const char *name, const char *file)
{
  EmbarkInterface *interface;

  if (strcmp (name, "lo") == 0)
    return NULL;
  for (guint i = 0; i < list->len; i++)
    {
      interface = g_ptr_array_index (list, i);
      if (strcmp (interface->name, name) == 0 && strcmp (interface->file, file) == 0)
        return interface;
    }
  if (list->len >= INTERFACES_MAX)
    return NULL;
  interface = g_new0 (EmbarkInterface, 1);
  interface->name = g_strdup (name);
  interface->file = g_strdup (file);
  interface->method = "other";
  g_ptr_array_add (list, interface);
  return interface;
}

void embark_interface_set_mac (EmbarkInterface *self, const char *mac)
{
  g_free (self->mac);
  self->mac = *mac ? g_ascii_strdown (mac, -1) : NULL;
}

static void read_iface (EmbarkInterface *interface, const char *family, const char *method)
{
  gboolean is_dhcp = strcmp (method, "dhcp") == 0;
  gboolean is_static = strcmp (method, "static") == 0;

  if (strcmp (family, "inet6") == 0)
    interface->has_ipv6 = interface->has_ipv6 || is_dhcp || is_static;
  else
    interface->method = is_dhcp ? "dhcp" : is_static ? "static" : "other";
}

void embark_network_read_ifupdown (GPtrArray *list, const char *text, const char *file)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", LINES_MAX);
  EmbarkInterface *interface = NULL;

  for (guint i = 0; lines[i]; i++)
    {
      char name[64] = "", family[16] = "", method[32] = "";
      int n;

      g_strstrip (lines[i]);
      if (*lines[i] == '#')
        continue;
      n = sscanf (lines[i], "iface %63s %15s %31s", name, family, method);
      if (n >= 1)
        {
          /* "eth0:1" is a second address of eth0. */
          name[strcspn (name, ":")] = '\0';
          interface = embark_interface_list_get (list, name, file);
          if (interface && n == 3)
            read_iface (interface, family, method);
        }
      else if (interface && sscanf (lines[i], "hwaddress ether %63s", name) == 1)
        embark_interface_set_mac (interface, name);
    }
}

/* Value of a line NAME=value without quotes; NULL when the line sets something else. */
static char *get_assigned (const char *line, const char *name)
{
  gsize length = strlen (name);
  char *value;
  gsize n;

  if (g_ascii_strncasecmp (line, name, length) != 0 || line[length] != '=')
    return NULL;
  value = g_strstrip (g_strdup (line + length + 1));
  n = strlen (value);
  if (n >= 2 && strchr ("'\"", value[0]) && value[n - 1] == value[0])
    {
      memmove (value, value + 1, n - 2);
      value[n - 2] = '\0';
    }
  return value;
}

static char *find_assigned (char **lines, const char *name)
{
  char *value = NULL;

  for (guint i = 0; lines[i]; i++)
    {
      char *found = get_assigned (lines[i] + strspn (lines[i], " \t"), name);
      if (!found)
        continue;
      g_free (value);
      value = found;
    }
  return value;
}

/* SUSE numbers further addresses of either family: IPADDR_1, IPADDR_2 … */
static gboolean has_ipv6_address (char **lines)
{
  for (guint i = 0; lines[i]; i++)
    {
      const char *line = lines[i] + strspn (lines[i], " \t");
      const char *value = g_str_has_prefix (line, "IPADDR") ? strchr (line, '=') : NULL;

      if (value && strchr (value, ':'))
        return TRUE;
    }
  return FALSE;
}

static gboolean is_yes (const char *value)
{
  return value && (g_ascii_strcasecmp (value, "yes") == 0 || g_ascii_strcasecmp (value, "true") == 0);
}

/* The card that the file is for, or the address it gives to whatever card there is: either is of the old machine. */
static char *find_card (char **lines)
{
  static const char *const names[] = { "HWADDR", "MACADDR", "LLADDR" };
  char *mac = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (names) && !mac; i++)
    mac = find_assigned (lines, names[i]);
  return mac;
}

/* FALSE for an interface that stays down until somebody starts it. */
static gboolean is_started (char **lines)
{
  g_autofree char *on_boot = find_assigned (lines, "ONBOOT");
  g_autofree char *mode = find_assigned (lines, "STARTMODE");

  if (on_boot && g_ascii_strcasecmp (on_boot, "no") == 0)
    return FALSE;
  return !mode || (strcmp (mode, "off") != 0 && strcmp (mode, "manual") != 0);
}

void embark_network_read_ifcfg (GPtrArray *list, const char *text, const char *file)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", LINES_MAX);
  const char *base = strrchr (file, '/');
  g_autofree char *device = find_assigned (lines, "DEVICE");
  g_autofree char *protocol = find_assigned (lines, "BOOTPROTO");
  g_autofree char *address = find_assigned (lines, "IPADDR");
  g_autofree char *first = find_assigned (lines, "IPADDR0");
  g_autofree char *mac = find_card (lines);
  g_autofree char *ipv6_address = find_assigned (lines, "IPV6ADDR");
  g_autofree char *dhcp6 = find_assigned (lines, "DHCPV6C");
  EmbarkInterface *interface;

  base = base ? base + 1 : file;
  /* SUSE up to 10 named the file by the card: "ifcfg-eth-id-00:16:3e:00:00:01". */
  if (!mac && g_str_has_prefix (base, "ifcfg-eth-id-"))
    {
      mac = g_strdup (base + strlen ("ifcfg-eth-id-"));
      device = device ? device : g_strdup ("*");
    }
  if (!device && g_str_has_prefix (base, "ifcfg-"))
    device = g_strdup (base + strlen ("ifcfg-"));
  interface = device && *device ? embark_interface_list_get (list, device, file) : NULL;
  if (!interface)
    return;
  if (!is_started (lines))
    interface->method = "other";
  else if (protocol && g_str_has_prefix (protocol, "dhcp") && strcmp (protocol, "dhcp6") != 0)
    interface->method = "dhcp";
  else if (address || first || g_strcmp0 (protocol, "static") == 0)
    interface->method = "static";
  if (mac)
    embark_interface_set_mac (interface, mac);
  interface->has_ipv6 = (ipv6_address && *ipv6_address) || is_yes (dhcp6) || has_ipv6_address (lines)
                        || g_strcmp0 (protocol, "dhcp6") == 0;
}

/* One fact of "network/ethernets/NAME/KEY". */
static void read_netplan_key (EmbarkInterface *interface, const char *key, const char *value)
{
  gboolean is_on = is_yes (value);

  if (strcmp (key, "dhcp4") == 0 && is_on)
    interface->method = "dhcp";
  else if (strcmp (key, "dhcp6") == 0 && is_on)
    interface->has_ipv6 = TRUE;
  else if (strcmp (key, "match/macaddress") == 0 || strcmp (key, "macaddress") == 0)
    embark_interface_set_mac (interface, value);
  else if (g_str_has_prefix (key, "addresses") && strchr (value, ':') && g_ascii_isxdigit (value[0]))
    interface->has_ipv6 = TRUE;
  else if (g_str_has_prefix (key, "addresses") && *value && strcmp (interface->method, "dhcp") != 0)
    interface->method = "static";
  else if (strcmp (key, "set-name") == 0 && *value)
    {
      g_free (interface->name);
      interface->name = g_strdup (value);
    }
}

void embark_network_read_netplan (GPtrArray *list, const char *text, const char *file)
{
  static const char *const kinds[] = { "network/ethernets/", "network/wifis/", "network/bonds/", "network/bridges/" };
  g_autoptr (GPtrArray) items = embark_yaml_read (text);
  EmbarkInterface *interface = NULL;
  g_autofree char *current = NULL;

  for (guint i = 0; i < items->len; i++)
    {
      const EmbarkYamlItem *item = g_ptr_array_index (items, i);
      for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
        {
          const char *rest = item->path + strlen (kinds[k]);
          g_autofree char *name = NULL;

          if (!g_str_has_prefix (item->path, kinds[k]) || !*rest)
            continue;
          name = g_strndup (rest, strcspn (rest, "/"));
          /* set-name renames the interface; the file's own key stays the mark of where it began. */
          if (g_strcmp0 (name, current) != 0)
            interface = embark_interface_list_get (list, name, file);
          g_free (current);
          current = g_steal_pointer (&name);
          rest += strcspn (rest, "/");
          if (interface && *rest == '/')
            read_netplan_key (interface, rest + 1, item->value);
        }
    }
}
