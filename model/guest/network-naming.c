/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * In the order in which udev asks: the kernel's arguments, masks, its own
 * rules. Only where the rules are not seen does the distribution decide.
 */
#include "model/guest/network-naming.h"

#include <string.h>

#include "model/guest/boot-config.h"

#define LINES_MAX 10000
#define EVIDENCE_MAX_LENGTH 256

static gboolean is_one_of (const char *word, const char *const *words)
{
  return word && g_strv_contains (words, word);
}

/* NULL: not known. */
static const char *decide_by_distribution (const EmbarkNamingInput *input)
{
  static const char *const enterprise[] = { "centos",          "rhel",         "oraclelinux", "rocky",
                                            "almalinux",       "circle",       "tencentos",   "openeuler",
                                            "scientificlinux", "redhat-based", NULL };
  static const char *const suse[] = { "sles", "opensuse", "suse-based", NULL };
  guint version = input->major * 100 + input->minor;

  if (input->major == 0)
    return NULL;
  if (is_one_of (input->distribution, enterprise))
    return input->major >= 7 ? "predictable" : "kernel";
  if (is_one_of (input->distribution, suse))
    return input->major <= 15 ? "kernel" : "predictable";
  if (g_strcmp0 (input->distribution, "debian") == 0)
    return input->major >= 9 ? "predictable" : "kernel";
  if (g_strcmp0 (input->distribution, "ubuntu") == 0)
    return version >= 1510 ? "predictable" : "kernel";
  if (g_strcmp0 (input->distribution, "fedora") == 0)
    return input->major >= 19 ? "predictable" : "kernel";
  return NULL;
}

/* TRUE when the file leaves cards the names of the kernel. */
static gboolean keeps_kernel_names (const char *link)
{
  g_auto (GStrv) lines = g_strsplit (link, "\n", LINES_MAX);
  gboolean keeps = TRUE;

  for (guint i = 0; lines[i]; i++)
    {
      const char *line = g_strstrip (lines[i]);
      if (g_str_has_prefix (line, "NamePolicy="))
        keeps = !strstr (line, "onboard") && !strstr (line, "slot") && !strstr (line, "path") && !strstr (line, "mac");
    }
  return keeps;
}

/* What the kernel's arguments and files of the administrator say; NULL: nothing. */
static const char *decide_by_settings (const EmbarkNamingInput *input, char **ret_evidence)
{
  g_autofree char *ifnames = input->cmdline ? embark_cmdline_get (input->cmdline, "net.ifnames") : NULL;

  if (g_strcmp0 (ifnames, "0") == 0)
    {
      *ret_evidence = g_strdup ("net.ifnames=0");
      return "kernel";
    }
  if (input->override)
    {
      *ret_evidence = g_strdup (input->override);
      return "kernel";
    }
  if (input->link_path && (!input->link_text || keeps_kernel_names (input->link_text)))
    {
      *ret_evidence = g_strdup (input->link_path);
      return "kernel";
    }
  if (g_strcmp0 (ifnames, "1") == 0 && (input->rule_path || !input->has_udev_rules))
    {
      *ret_evidence = g_strdup ("net.ifnames=1");
      return "predictable";
    }
  return NULL;
}

const char *embark_network_decide_naming (const EmbarkNamingInput *input, char **ret_evidence)
{
  static const char *const suse[] = { "sles", "opensuse", "suse-based", NULL };
  const char *naming = decide_by_settings (input, ret_evidence);
  const char *note = input->has_biosdevname ? " (biosdevname does nothing in a virtual machine)" : "";

  if (naming)
    return naming;
  if (input->rule_path && input->rule_text && strstr (input->rule_text, "net.ifnames}!=\"1\""))
    {
      *ret_evidence = g_strdup_printf ("%s: only with net.ifnames=1", input->rule_path);
      return "kernel";
    }
  if (input->rule_path && !is_one_of (input->distribution, suse))
    {
      *ret_evidence = g_strdup (input->rule_path);
      return "predictable";
    }
  if (input->has_udev_rules && !input->rule_path)
    {
      *ret_evidence = g_strdup_printf ("udev has no rule that renames cards%s", note);
      return "kernel";
    }
  naming = decide_by_distribution (input);
  if (naming)
    *ret_evidence = g_strdup_printf ("%s %u%s", input->distribution, input->major, note);
  return naming;
}

static char *quote_line (const char *file, guint number, const char *line)
{
  g_autofree char *text = g_strndup (line, EVIDENCE_MAX_LENGTH);

  return g_strdup_printf ("%s:%u: %s", file, number, text);
}

/* A rule that assigns a name, to a card given by its address, its place, or in a file made for nothing else. */
char *embark_network_find_persistent_rule (const char *text, const char *file)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", LINES_MAX);
  gboolean is_made_for_it = strstr (file, "persistent") != NULL;

  for (guint i = 0; lines[i]; i++)
    {
      const char *line = g_strstrip (lines[i]);
      const char *name = strstr (line, "NAME=");

      /* "NAME==" compares. */
      if (*line == '#' || !name || name[strlen ("NAME=")] == '=')
        continue;
      if (is_made_for_it || strstr (line, "{address}"))
        return quote_line (file, i + 1, line);
    }
  return NULL;
}

gboolean embark_network_manager_needs_files (const char *config)
{
  g_auto (GStrv) lines = g_strsplit (config, "\n", LINES_MAX);

  for (guint i = 0; lines[i]; i++)
    {
      const char *line = g_strstrip (lines[i]);
      const char *value = g_str_has_prefix (line, "no-auto-default") ? strchr (line, '=') : NULL;

      if (value && strchr (value, '*'))
        return TRUE;
    }
  return FALSE;
}
