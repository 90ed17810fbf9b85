/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Line by line: none of these formats needs more to change a name or to lose
 * an address. What a guest holds need not be UTF-8, so patterns take bytes.
 */
#include "model/guest/network-edit.h"

#include <string.h>

#include "model/guest/fstab-edit.h"
#include "model/guest/network-naming.h"

#define MAC "[\"']?[0-9A-Fa-f]{2}([:-][0-9A-Fa-f]{2}){5}[\"']?"

static gboolean is_name_sign (char c)
{
  return g_ascii_isalnum (c) || (c && strchr ("_-*?", c));
}

/* TRUE when @length bytes at @p of @text are a whole name. */
static gboolean is_whole (const char *text, const char *p, gsize length)
{
  const char *end = p + length;

  if (p > text && (is_name_sign (p[-1]) || p[-1] == '.'))
    return FALSE;
  if (*end == '.')
    return g_ascii_isdigit (end[1]);
  return !is_name_sign (*end);
}

char *embark_network_edit_rename (const char *text, const char *old, const char *name)
{
  g_autoptr (GString) out = g_string_sized_new (strlen (text) + 64);
  gsize length = strlen (old);
  const char *p = text;

  for (const char *found = length > 0 ? strstr (p, old) : NULL; found; found = strstr (p, old))
    {
      g_string_append_len (out, p, found - p);
      p = found + length;
      g_string_append (out, is_whole (text, found, length) ? name : old);
    }
  g_string_append (out, p);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

/* What the lines of one file are read with. */
typedef struct
{
  const char *name;
  const char *file;
  char section[32];
  gsize match_indent; /* of netplan's "match:" that is open; 0: none is */
  gboolean has_name;  /* the place at hand says which card it means */
} Untie;

/* Stands for a line that goes: no text has this byte in it and is text. */
#define GONE "\001"

static char *untie_ifcfg (const char *line, guint number, gpointer data)
{
  (void) number;
  (void) data;
  return g_regex_match_simple ("^\\s*(HWADDR|MACADDR|LLADDR)=", line, G_REGEX_CASELESS | G_REGEX_RAW, 0)
             ? g_strdup (GONE)
             : NULL;
}

static char *untie_ifupdown (const char *line, guint number, gpointer data)
{
  (void) number;
  (void) data;
  return g_regex_match_simple ("^\\s*hwaddress\\s", line, G_REGEX_RAW, 0) ? g_strdup (GONE) : NULL;
}

static gsize get_indent (const char *line)
{
  return strspn (line, " ");
}

static char *replace_match (const char *pattern, const char *line, const char *replacement)
{
  g_autoptr (GRegex) regex = g_regex_new (pattern, G_REGEX_RAW, 0, NULL);

  return g_regex_replace_literal (regex, line, -1, 0, replacement, 0, NULL);
}

/* "name: en*" of @line as the card's own name, when that is not what it matches; NULL: it does. */
static char *rename_match (const char *line, const char *name)
{
  g_autoptr (GRegex) regex = g_regex_new ("name:\\s*[\"']?([^,}\"'#\\s]+)[\"']?", G_REGEX_RAW, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  g_autofree char *pattern = NULL;
  g_autofree char *named = g_strconcat ("name: ", name, NULL);

  if (!g_regex_match (regex, line, 0, &match))
    return NULL;
  pattern = g_match_info_fetch (match, 1);
  return g_pattern_match_simple (pattern, name) ? NULL : g_regex_replace_literal (regex, line, -1, 0, named, 0, NULL);
}

/* "match: {…}" in one line. */
static char *untie_flow (const char *line, const char *name)
{
  gboolean has_name = g_regex_match_simple ("[{,]\\s*name:", line, G_REGEX_RAW, 0);
  g_autofree char *named = g_strconcat ("name: ", name, NULL);
  g_autofree char *untied = NULL;
  char *renamed;

  if (!has_name)
    return replace_match ("macaddress:\\s*" MAC, line, named);
  untied = replace_match ("(,\\s*macaddress:\\s*" MAC "|macaddress:\\s*" MAC "\\s*,\\s*)", line, "");
  renamed = rename_match (untied, name);
  return renamed ? renamed : g_steal_pointer (&untied);
}

/* A "macaddress:" below "match:" says which card is meant; any other gives the card that address. */
static char *untie_netplan (const char *line, guint number, gpointer data)
{
  Untie *untie = data;
  gsize indent = get_indent (line);
  const char *text = line + indent;

  (void) number;
  if (*text == '#' || !*text)
    return NULL;
  if (untie->match_indent > 0 && indent < untie->match_indent)
    untie->match_indent = 0;
  if (g_regex_match_simple ("^match:\\s*(#.*)?$", text, G_REGEX_RAW, 0))
    {
      untie->match_indent = indent + 1;
      untie->has_name = FALSE;
    }
  if (g_str_has_prefix (text, "set-name:"))
    return g_strdup (GONE);
  if (g_str_has_prefix (text, "match:") && strchr (text, '{'))
    return untie_flow (line, untie->name);
  if (untie->match_indent > 0 && g_str_has_prefix (text, "name:"))
    {
      untie->has_name = TRUE;
      return rename_match (line, untie->name);
    }
  if (!g_str_has_prefix (text, "macaddress:"))
    return NULL;
  if (untie->match_indent == 0 || untie->has_name)
    return g_strdup (GONE);
  return g_strdup_printf ("%*sname: %s", (int) indent, "", untie->name);
}

/* "[Match]" opens a section; TRUE when @line did. */
static gboolean take_section (Untie *untie, const char *line)
{
  const char *start = line + strspn (line, " \t");

  if (*start != '[')
    return FALSE;
  g_strlcpy (untie->section, start + 1, sizeof untie->section);
  untie->section[strcspn (untie->section, "]")] = '\0';
  return TRUE;
}

static char *untie_keyfile (const char *line, guint number, gpointer data)
{
  Untie *untie = data;
  gboolean is_card;

  (void) number;
  if (take_section (untie, line))
    return NULL;
  is_card = strcmp (untie->section, "ethernet") == 0 || strcmp (untie->section, "802-3-ethernet") == 0;
  return is_card && g_regex_match_simple ("^\\s*(cloned-)?mac-address\\s*=\\s*" MAC, line, G_REGEX_RAW, 0)
             ? g_strdup (GONE)
             : NULL;
}

static char *untie_networkd (const char *line, guint number, gpointer data)
{
  Untie *untie = data;
  gboolean is_mac;

  (void) number;
  if (take_section (untie, line))
    return NULL;
  is_mac = g_regex_match_simple ("^\\s*(Permanent)?MACAddress\\s*=", line, G_REGEX_RAW, 0);
  if (is_mac && strcmp (untie->section, "Match") == 0 && !untie->has_name)
    {
      untie->has_name = TRUE;
      return g_strconcat ("Name=", untie->name, NULL);
    }
  return is_mac && (strcmp (untie->section, "Match") == 0 || strcmp (untie->section, "Link") == 0) ? g_strdup (GONE)
                                                                                                   : NULL;
}

static char *drop_gone (const char *text)
{
  g_autoptr (GRegex) regex = g_regex_new ("^" GONE "(\n|$)", G_REGEX_MULTILINE | G_REGEX_RAW, 0, NULL);

  return g_regex_replace_literal (regex, text, -1, 0, "", 0, NULL);
}

/* TRUE when a section of a .network file has a Name= in its [Match]. */
static gboolean has_match_name (const char *text)
{
  return g_regex_match_simple ("\\[Match\\][^\\[]*\\n\\s*Name\\s*=", text, G_REGEX_RAW, 0);
}

char *embark_network_edit_untie (const char *text, const char *file, const char *name)
{
  Untie untie = { .name = name, .file = file };
  EmbarkTableFunc func = untie_ifupdown;
  g_autofree char *changed = NULL;

  if (strchr (text, GONE[0]))
    return g_strdup (text);
  if (strstr (file, "/ifcfg-"))
    func = untie_ifcfg;
  else if (g_str_has_suffix (file, ".yaml"))
    func = untie_netplan;
  else if (strstr (file, "/system-connections/"))
    func = untie_keyfile;
  else if (g_str_has_suffix (file, ".network"))
    {
      func = untie_networkd;
      untie.has_name = has_match_name (text);
    }
  changed = embark_table_map (text, func, &untie);
  return drop_gone (changed);
}

static char *silence_rule (const char *line, guint number, gpointer data)
{
  g_autofree char *found = embark_network_find_persistent_rule (line, data);

  (void) number;
  return found ? g_strconcat ("# ", line, NULL) : NULL;
}

char *embark_network_edit_rules (const char *text, const char *file)
{
  return embark_table_map (text, silence_rule, (gpointer) file);
}

gboolean embark_network_link_renames (const char *text)
{
  return g_regex_match_simple ("\\[Link\\][^\\[]*\\n\\s*Name\\s*=\\s*\\S", text, G_REGEX_RAW, 0);
}
