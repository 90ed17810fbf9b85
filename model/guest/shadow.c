/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads as the system itself would: what login and the kernel make of the
 * files, not what an administrator meant.
 */
#include "model/guest/shadow.h"

#include <string.h>

#include "model/guest/boot-config.h"

#define LINES_MAX 20000

gboolean embark_shadow_is_sound (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", LINES_MAX);
  gboolean has_root = FALSE;

  for (guint i = 0; lines[i]; i++)
    {
      if (!*lines[i])
        continue;
      for (const char *p = lines[i]; *p; p++)
        if (g_ascii_iscntrl (*p))
          return FALSE;
      if (*lines[i] == '+' || *lines[i] == '#')
        continue;
      if (!strchr (lines[i], ':'))
        return FALSE;
      has_root = has_root || g_str_has_prefix (lines[i], "root:");
    }
  return has_root;
}

const char *embark_selinux_get_mode (const char *config, const char *cmdline)
{
  static const char *const modes[] = { "enforcing", "permissive", "disabled" };
  g_autofree char *selinux = cmdline ? embark_cmdline_get (cmdline, "selinux") : NULL;
  g_autofree char *enforcing = cmdline ? embark_cmdline_get (cmdline, "enforcing") : NULL;
  g_auto (GStrv) lines = g_strsplit (config ? config : "", "\n", LINES_MAX);
  const char *mode = NULL;

  if (g_strcmp0 (selinux, "0") == 0)
    return "disabled";
  for (guint i = 0; lines[i]; i++)
    {
      g_strstrip (lines[i]);
      if (!g_str_has_prefix (lines[i], "SELINUX="))
        continue;
      for (guint k = 0; k < G_N_ELEMENTS (modes); k++)
        if (g_ascii_strncasecmp (lines[i] + strlen ("SELINUX="), modes[k], strlen (modes[k])) == 0)
          mode = modes[k];
    }
  if (g_strcmp0 (enforcing, "0") == 0 && g_strcmp0 (mode, "enforcing") == 0)
    return "permissive";
  return mode;
}
