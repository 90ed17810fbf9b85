/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Line by line: each kind has lines that go, and one that says where the
 * address comes from.
 */
#include "model/guest/network-dhcp.h"

#include <string.h>

#include "model/guest/yaml-lines.h"

#define STATIC_STANZA "^(\\s*iface\\s+\\S+\\s+inet\\s+)static(\\s*)$"
#define ALIAS_STANZA "^\\s*iface\\s+\\S+:\\S+\\s+inet\\s+static\\b"
#define ALIAS_NAMES "^\\s*(auto|allow-\\S+)\\s.*\\S:"
#define STANZA_START "^\\s*(iface|auto|allow-\\S+|no-auto-down|no-scripts|mapping|source|source-directory)\\b"
#define STANZA_FIXED "^\\s*(address|netmask|gateway|network|broadcast|pointopoint|dns-\\S+)\\s"
#define IFCFG_FIXED "^\\s*(IPADDR|NETMASK|PREFIX|PREFIXLEN|GATEWAY|BROADCAST|NETWORK|DNS|REMOTE_IPADDR)[0-9_]*="
#define IFCFG_SOURCE "^\\s*BOOTPROTO="
#define IFCFG_ASKS "^\\s*BOOTPROTO=[\"']?(dhcp|dhcp4|bootp|auto6|autoip)\\b"
#define KEYFILE_FIXED "^\\s*(address|addresses|gateway|dns|route|routes)[0-9]*(_options)?\\s*="
#define NETWORKD_FIXED "^\\s*(Address|Gateway|DNS)\\s*="

static gboolean matches (const char *pattern, const char *line)
{
  return g_regex_match_simple (pattern, line, G_REGEX_RAW, 0);
}

static char *replace (const char *pattern, const char *line, const char *replacement)
{
  g_autoptr (GRegex) regex = g_regex_new (pattern, G_REGEX_RAW, 0, NULL);
  char *changed = g_regex_replace (regex, line, -1, 0, replacement, 0, NULL);

  return changed != NULL ? changed : g_strdup (line);
}

static void add_line (GString *out, const char *line, gboolean is_last)
{
  g_string_append (out, line);
  if (!is_last)
    g_string_append_c (out, '\n');
}

/* "auto eth0 eth0:1" without the second addresses; NULL when no name is left. */
static char *drop_alias_names (const char *line)
{
  g_autofree char *changed = replace (" +\\S+:\\S+", line, "");

  return matches ("^\\s*(auto|allow-\\S+)\\s*$", changed) ? NULL : g_steal_pointer (&changed);
}

static char *edit_ifupdown (char **lines)
{
  g_autoptr (GString) out = g_string_new (NULL);
  gboolean is_static = FALSE, is_alias = FALSE;

  for (guint i = 0; lines[i] != NULL; i++)
    {
      gboolean is_last = lines[i + 1] == NULL;
      g_autofree char *changed = NULL;

      if (matches (STANZA_START, lines[i]))
        {
          is_alias = matches (ALIAS_STANZA, lines[i]);
          is_static = matches (STATIC_STANZA, lines[i]);
        }
      if ((is_alias && matches ("\\S", lines[i])) || (is_static && matches (STANZA_FIXED, lines[i])))
        continue;
      changed = matches (ALIAS_NAMES, lines[i]) ? drop_alias_names (lines[i])
                                                : replace (STATIC_STANZA, lines[i], "\\1dhcp\\2");
      if (changed != NULL)
        add_line (out, changed, is_last);
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static gboolean any_matches (const char *pattern, char **lines)
{
  for (guint i = 0; lines[i] != NULL; i++)
    if (matches (pattern, lines[i]))
      return TRUE;
  return FALSE;
}

static char *edit_ifcfg (char **lines)
{
  g_autoptr (GString) out = g_string_new (NULL);
  gboolean has_source = any_matches (IFCFG_SOURCE, lines);

  if (any_matches (IFCFG_ASKS, lines))
    return g_strjoinv ("\n", lines);
  if (!has_source)
    g_string_append (out, "BOOTPROTO=dhcp\n");
  for (guint i = 0; lines[i] != NULL; i++)
    {
      if (matches (IFCFG_FIXED, lines[i]))
        continue;
      add_line (out, matches (IFCFG_SOURCE, lines[i]) ? "BOOTPROTO=dhcp" : lines[i], lines[i + 1] == NULL);
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}

char *embark_network_edit_section (char **lines, const char *section, const char *fixed, const char *old,
                                   const char *setting, const char *dropped)
{
  g_autoptr (GString) out = g_string_new (NULL);
  gboolean is_inside = FALSE, is_dropped = FALSE;

  for (guint i = 0; lines[i] != NULL; i++)
    {
      gboolean is_last = lines[i + 1] == NULL;
      g_autofree char *clean = g_strstrip (g_strdup (lines[i]));

      if (clean[0] == '[')
        {
          is_inside = g_str_equal (clean, section);
          is_dropped = dropped != NULL && matches (dropped, clean);
        }
      if (is_dropped || (is_inside && (matches (fixed, lines[i]) || matches (old, lines[i]))))
        continue;
      add_line (out, lines[i], is_last);
      if (is_inside && clean[0] == '[')
        g_string_append_printf (out, "%s%s\n", is_last ? "\n" : "", setting);
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}

char *embark_network_make_dhcp (const char *text, const char *file)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autofree char *name = g_path_get_basename (file);

  if (g_str_has_prefix (file, "/etc/network/"))
    return edit_ifupdown (lines);
  if (g_str_has_prefix (name, "ifcfg-"))
    return edit_ifcfg (lines);
  if (strstr (file, "/system-connections/") != NULL && strstr (text, "[ipv4]") != NULL)
    return embark_network_edit_section (lines, "[ipv4]", KEYFILE_FIXED, "^\\s*method\\s*=", "method=auto", NULL);
  if (g_str_has_suffix (name, ".network") && strstr (text, "[Network]") != NULL)
    return embark_network_edit_section (lines, "[Network]", NETWORKD_FIXED, "^\\s*DHCP\\s*=", "DHCP=ipv4",
                                        "^\\[(Address|Route)\\]$");
  return NULL;
}

gboolean embark_network_reads_folder (const char *text)
{
  return g_regex_match_simple ("^\\s*source(-directory)?\\s+(/etc/network/)?interfaces\\.d\\b", text,
                               G_REGEX_MULTILINE | G_REGEX_RAW, 0);
}

gboolean embark_netplan_has_devices (const char *text)
{
  static const char *const plain[] = { "renderer", "version", "ethernets", NULL };
  g_autoptr (GPtrArray) items = embark_yaml_read (text);

  for (guint i = 0; i < items->len; i++)
    {
      const EmbarkYamlItem *item = g_ptr_array_index (items, i);
      const char *rest = g_str_has_prefix (item->path, "network/") ? item->path + strlen ("network/") : NULL;
      g_autofree char *kind = rest != NULL ? g_strndup (rest, strcspn (rest, "/")) : NULL;

      if (kind != NULL && !g_strv_contains (plain, kind))
        return TRUE;
    }
  return FALSE;
}
