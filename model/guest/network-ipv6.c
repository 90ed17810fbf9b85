/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Line by line, as network-dhcp.c: every kind has lines that go, and one that
 * says that IPv6 is off.
 */
#include "model/guest/network-ipv6.h"

#include <string.h>

#include "model/guest/network-dhcp.h"

#define ADDRESS "[\"']?[0-9A-Fa-f]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(/[0-9]+)?[\"']?"
#define STANZA_START "^\\s*(iface|auto|allow-\\S+|no-auto-down|no-scripts|mapping|source|source-directory)\\b"
#define STANZA_IPV6 "^\\s*iface\\s+(\\S+)\\s+inet6\\b"
#define IFCFG_IPV6 "^\\s*(IPV6[A-Z0-9_]*|DHCPV6C[A-Z0-9_]*)="
#define IFCFG_ADDRESS "^\\s*IPADDR([0-9A-Za-z_]*)=[^#]*:"
#define NETPLAN_ITEM "^\\s*-\\s+" ADDRESS "\\s*(#.*)?$"
#define NETPLAN_ROUTE "^\\s*-\\s+(to|via|from):\\s*" ADDRESS "\\s*(#.*)?$"
#define NETPLAN_LIST "^\\s*(addresses|routes|nameservers):\\s*(#.*)?$"
#define SYSCTL_KEY "^\\s*-?net[./]ipv6[./]conf[./](all|default)[./]disable_ipv6\\s*="
#define SYSCTL_TEXT "net.ipv6.conf.all.disable_ipv6 = 1\nnet.ipv6.conf.default.disable_ipv6 = 1\n"

static gboolean matches (const char *pattern, const char *line)
{
  return g_regex_match_simple (pattern, line, G_REGEX_RAW, 0);
}

/* Takes @line. */
static void take_line (GPtrArray *out, char *line)
{
  g_ptr_array_add (out, line);
}

static char *join (GPtrArray *out)
{
  g_ptr_array_add (out, NULL);
  return g_strjoinv ("\n", (char **) out->pdata);
}

static char *fetch (const char *pattern, const char *line, int group)
{
  g_autoptr (GRegex) regex = g_regex_new (pattern, G_REGEX_RAW, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;

  return g_regex_match (regex, line, 0, &match) ? g_match_info_fetch (match, group) : NULL;
}

static gboolean has_ipv4_stanza (char **lines, const char *name)
{
  g_autofree char *escaped = g_regex_escape_string (name, -1);
  g_autofree char *pattern = g_strdup_printf ("^\\s*iface\\s+%s\\s+inet\\b(?!6)", escaped);

  for (guint i = 0; lines[i] != NULL; i++)
    if (matches (pattern, lines[i]))
      return TRUE;
  return FALSE;
}

/* A card that has nothing else is still to be brought up by the "auto" that names it. */
static char *drop_ifupdown (char **lines)
{
  g_autoptr (GPtrArray) out = g_ptr_array_new_with_free_func (g_free);
  gboolean is_dropped = FALSE;

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_autofree char *name = fetch (STANZA_IPV6, lines[i], 1);

      if (matches (STANZA_START, lines[i]))
        is_dropped = name != NULL;
      if (name != NULL && !has_ipv4_stanza (lines, name))
        take_line (out, g_strdup_printf ("iface %s inet manual", name));
      if (!is_dropped || *lines[i] == '\0' || *lines[i] == '#')
        take_line (out, g_strdup (lines[i]));
    }
  return join (out);
}

/* What belongs to an address has its number: PREFIXLEN_1 to IPADDR_1. */
static GHashTable *find_numbers (char **lines)
{
  GHashTable *numbers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      char *number = fetch (IFCFG_ADDRESS, lines[i], 1);
      if (number != NULL)
        g_hash_table_add (numbers, number);
    }
  return numbers;
}

static char *drop_ifcfg (char **lines, gboolean is_suse)
{
  g_autoptr (GPtrArray) out = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GHashTable) numbers = find_numbers (lines);

  if (!is_suse)
    take_line (out, g_strdup ("IPV6INIT=no"));
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_autofree char *number =
          fetch ("^\\s*(IPADDR|PREFIXLEN|NETMASK|BROADCAST|LABEL|SCOPE)([0-9A-Za-z_]*)=", lines[i], 2);

      if (matches (IFCFG_IPV6, lines[i]) || (number != NULL && g_hash_table_contains (numbers, number)))
        continue;
      take_line (out, matches ("^\\s*BOOTPROTO=[\"']?dhcp6\\b", lines[i]) ? g_strdup ("BOOTPROTO='dhcp4'")
                                                                          : g_strdup (lines[i]));
    }
  return join (out);
}

/* Without the members of "[a, b]" that are of IPv6. */
static char *drop_from_flow (const char *line)
{
  const char *open = strchr (line, '['), *close = strrchr (line, ']');
  g_autoptr (GString) kept = g_string_new (NULL);
  g_autofree char *inner = NULL;
  g_auto (GStrv) members = NULL;

  if (open == NULL || close == NULL || close < open || !matches ("^\\s*(-\\s+)?addresses:", line))
    return g_strdup (line);
  inner = g_strndup (open + 1, close - open - 1);
  members = g_strsplit (inner, ",", -1);
  for (guint i = 0; members[i] != NULL; i++)
    if (!matches ("^" ADDRESS "$", g_strstrip (members[i])))
      g_string_append_printf (kept, "%s%s", kept->len > 0 ? ", " : "", members[i]);
  return g_strdup_printf ("%.*s[%s%s", (int) (open - line), line, kept->str, close);
}

static gsize get_indent (const char *line)
{
  return strspn (line, " ");
}

/* From the end on, so that a list whose only member was such a list goes too. */
static void drop_empty_lists (GPtrArray *out)
{
  const char *next = NULL;

  for (guint i = out->len; i > 0; i--)
    {
      const char *line = g_ptr_array_index (out, i - 1);
      gsize indent = get_indent (line);

      if (line[indent] == '\0' || line[indent] == '#')
        continue;
      if (matches (NETPLAN_LIST, line)
          && (next == NULL || get_indent (next) < indent || (get_indent (next) == indent && next[indent] != '-')))
        g_ptr_array_remove_index (out, i - 1);
      else
        next = line;
    }
}

static char *drop_netplan (char **lines)
{
  g_autoptr (GPtrArray) out = g_ptr_array_new_with_free_func (g_free);
  gsize route = 0; /* indent of the route that is dropped, plus one */

  for (guint i = 0; lines[i] != NULL; i++)
    {
      gsize indent = get_indent (lines[i]);
      gboolean is_empty = lines[i][indent] == '\0';

      if (route > 0 && !is_empty && indent >= route)
        continue;
      route = matches (NETPLAN_ROUTE, lines[i]) ? indent + 1 : 0;
      if (route > 0 || matches (NETPLAN_ITEM, lines[i]) || matches ("^\\s*gateway6:", lines[i]))
        continue;
      if (matches ("^\\s*dhcp6:\\s*(true|yes|on|y|1)\\b", lines[i]))
        take_line (out, g_strdup_printf ("%*sdhcp6: false", (int) indent, ""));
      else
        take_line (out, drop_from_flow (lines[i]));
    }
  drop_empty_lists (out);
  return join (out);
}

static char *drop_keyfile (const char *text, char **lines)
{
  static const char fixed[] = "^\\s*(address|addresses|gateway|dns|route|routes)[0-9]*(_options)?\\s*=";

  if (!g_regex_match_simple ("^\\s*\\[ipv6\\]\\s*$", text, G_REGEX_MULTILINE | G_REGEX_RAW, 0))
    return g_strconcat (text, g_str_has_suffix (text, "\n") ? "" : "\n", "\n[ipv6]\nmethod=ignore\n", NULL);
  return embark_network_edit_section (lines, "[ipv6]", fixed, "^\\s*method\\s*=", "method=ignore", NULL);
}

/* A section that is about an address or a route of IPv6 goes whole. */
static gboolean is_ipv6_section (char **lines, guint start)
{
  if (!matches ("^\\s*\\[(Address|Route|IPv6[A-Za-z]*|DHCPv6)\\]", lines[start]))
    return FALSE;
  if (matches ("^\\s*\\[(IPv6|DHCPv6)", lines[start]))
    return TRUE;
  for (guint i = start + 1; lines[i] != NULL && !matches ("^\\s*\\[", lines[i]); i++)
    if (matches ("^\\s*(Address|Gateway|Destination)\\s*=\\s*" ADDRESS, lines[i]))
      return TRUE;
  return FALSE;
}

static char *drop_networkd (char **lines)
{
  g_autoptr (GPtrArray) out = g_ptr_array_new_with_free_func (g_free);
  gboolean is_dropped = FALSE;

  for (guint i = 0; lines[i] != NULL; i++)
    {
      if (matches ("^\\s*\\[", lines[i]))
        is_dropped = is_ipv6_section (lines, i);
      if (is_dropped || matches ("^\\s*(Address|Gateway|DNS)\\s*=\\s*" ADDRESS "\\s*$", lines[i])
          || matches ("^\\s*IPv6[A-Za-z]+\\s*=", lines[i]))
        continue;
      if (matches ("^\\s*DHCP\\s*=\\s*(yes|true|both)\\s*$", lines[i]))
        take_line (out, g_strdup ("DHCP=ipv4"));
      else if (matches ("^\\s*DHCP\\s*=\\s*(ipv6|v6)\\s*$", lines[i]))
        take_line (out, g_strdup ("DHCP=no"));
      else
        take_line (out, g_strdup (lines[i]));
    }
  return join (out);
}

char *embark_network_drop_ipv6 (const char *text, const char *file)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autofree char *name = g_path_get_basename (file);

  if (g_str_has_prefix (file, "/etc/network/"))
    return drop_ifupdown (lines);
  if (g_str_has_prefix (name, "ifcfg-"))
    return drop_ifcfg (lines, g_str_has_prefix (file, "/etc/sysconfig/network/"));
  if (g_str_has_suffix (name, ".yaml"))
    return drop_netplan (lines);
  if (strstr (file, "/system-connections/") != NULL)
    return drop_keyfile (text, lines);
  return g_str_has_suffix (name, ".network") ? drop_networkd (lines) : g_strdup (text);
}

char *embark_sysctl_disable_ipv6 (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text != NULL ? text : "", "\n", -1);
  g_autoptr (GString) out = g_string_new (NULL);

  if (text != NULL && strstr (text, SYSCTL_TEXT) != NULL)
    return g_strdup (text);
  for (guint i = 0; lines[i] != NULL; i++)
    if (!matches (SYSCTL_KEY, lines[i]) && (*lines[i] != '\0' || lines[i + 1] != NULL))
      g_string_append_printf (out, "%s\n", lines[i]);
  g_string_append (out, SYSCTL_TEXT);
  return g_string_free (g_steal_pointer (&out), FALSE);
}
