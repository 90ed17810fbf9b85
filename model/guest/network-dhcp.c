/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Line by line: each kind has lines that go, and one that says where the
 * address comes from.
 */
#include "model/guest/network-dhcp.h"

#include <string.h>

#define STATIC_STANZA "^(\\s*iface\\s+\\S+\\s+inet\\s+)static(\\s*)$"
#define STANZA_START "^\\s*(iface|auto|allow-\\S+|no-auto-down|no-scripts|mapping|source|source-directory)\\b"
#define STANZA_FIXED "^\\s*(address|netmask|gateway|network|broadcast|pointopoint|dns-\\S+)\\s"
#define IFCFG_FIXED "^\\s*(IPADDR|NETMASK|PREFIX|PREFIXLEN|GATEWAY|BROADCAST|NETWORK|DNS|REMOTE_IPADDR)[0-9_]*="
#define IFCFG_SOURCE "^\\s*BOOTPROTO="
#define IFCFG_ASKS "^\\s*BOOTPROTO=[\"']?(dhcp|dhcp4|bootp|auto6|autoip)\\b"
#define KEYFILE_FIXED "^\\s*(address|addresses|gateway|dns|route|routes)[0-9]*(_options)?\\s*="
#define NETWORKD_FIXED "^\\s*(Address|Gateway|DNS)\\s*="

static gboolean matches (const char *pattern, const char *line)
{
  return g_regex_match_simple (pattern, line, 0, 0);
}

static void add_line (GString *out, const char *line, gboolean is_last)
{
  g_string_append (out, line);
  if (!is_last)
    g_string_append_c (out, '\n');
}

static char *edit_ifupdown (char **lines)
{
  g_autoptr (GRegex) stanza = g_regex_new (STATIC_STANZA, 0, 0, NULL);
  g_autoptr (GString) out = g_string_new (NULL);
  gboolean is_static = FALSE;

  for (guint i = 0; lines[i] != NULL; i++)
    {
      gboolean is_last = lines[i + 1] == NULL;
      g_autofree char *changed = NULL;

      if (matches (STANZA_START, lines[i]))
        is_static = g_regex_match (stanza, lines[i], 0, NULL);
      else if (is_static && matches (STANZA_FIXED, lines[i]))
        continue;
      changed = g_regex_replace (stanza, lines[i], -1, 0, "\\1dhcp\\2", 0, NULL);
      add_line (out, changed != NULL ? changed : lines[i], is_last);
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

/* Of files with [sections]: within @section lines that match @fixed go, and @setting stands right below its head in
 * place of what @old matches. Sections that @dropped matches go whole. */
static char *edit_sections (char **lines, const char *section, const char *fixed, const char *old, const char *setting,
                            const char *dropped)
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
    return edit_sections (lines, "[ipv4]", KEYFILE_FIXED, "^\\s*method\\s*=", "method=auto", NULL);
  if (g_str_has_suffix (name, ".network") && strstr (text, "[Network]") != NULL)
    return edit_sections (lines, "[Network]", NETWORKD_FIXED, "^\\s*DHCP\\s*=", "DHCP=ipv4", "^\\[(Address|Route)\\]$");
  return NULL;
}
