/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The order of belief: what depmod says is built in, what the configuration
 * says is built in, what depmod says can be loaded. A module that only the
 * configuration names was not installed.
 */
#include "model/guest/kernel-modules.h"

#include <string.h>

/* TRUE when a line of @list is the path of @driver's module, up to @end of the path. */
static gboolean lists_module (const char *list, const char *driver, char end)
{
  g_autofree char *name = g_strdup (driver);
  gsize length = strlen (name);

  for (const char *line = list; line && *line; line = strchr (line, '\n'))
    {
      const char *base, *stop;

      while (*line == '\n')
        line++;
      stop = line + strcspn (line, end == ':' ? ":\n" : "\n");
      base = line;
      for (const char *p = line; p < stop; p++)
        if (*p == '/')
          base = p + 1;
      if ((gsize) (stop - base) <= length + 2 || strncmp (base + length, ".ko", 3) != 0)
        continue;
      for (gsize i = 0; i <= length; i++)
        {
          if (i == length)
            return TRUE;
          if (base[i] != name[i] && !(base[i] == '-' && name[i] == '_'))
            break;
        }
    }
  return FALSE;
}

/* 'y', 'm', 'n' (named as not set), or 0 when the configuration does not name it. */
static char find_symbol (const char *config, const char *driver)
{
  g_autofree char *upper = g_ascii_strup (driver, -1);
  g_autofree char *set = g_strconcat ("CONFIG_", upper, "=", NULL);
  g_autofree char *unset = g_strconcat ("# CONFIG_", upper, " is not set", NULL);

  for (const char *line = config; line && *line; line = strchr (line, '\n'))
    {
      while (*line == '\n')
        line++;
      if (g_str_has_prefix (line, set))
        return line[strlen (set)];
      if (g_str_has_prefix (line, unset))
        return 'n';
    }
  return 0;
}

EmbarkDriverState embark_kernel_find_driver (const char *config, const char *builtin, const char *dep,
                                             const char *driver, char **ret_evidence)
{
  char symbol = config ? find_symbol (config, driver) : 0;
  g_autofree char *upper = g_ascii_strup (driver, -1);

  if (builtin && lists_module (builtin, driver, '\n'))
    {
      *ret_evidence = g_strdup_printf ("modules.builtin lists %s", driver);
      return EMBARK_DRIVER_BUILTIN;
    }
  if (symbol == 'y')
    {
      *ret_evidence = g_strdup_printf ("CONFIG_%s=y", upper);
      return EMBARK_DRIVER_BUILTIN;
    }
  if (dep && lists_module (dep, driver, ':'))
    {
      *ret_evidence = g_strdup_printf ("modules.dep lists %s", driver);
      return EMBARK_DRIVER_MODULE;
    }
  if (!dep && symbol == 'm')
    {
      *ret_evidence = g_strdup_printf ("CONFIG_%s=m", upper);
      return EMBARK_DRIVER_MODULE;
    }
  if (!dep && symbol == 0)
    {
      *ret_evidence = NULL;
      return EMBARK_DRIVER_UNKNOWN;
    }
  *ret_evidence =
      dep ? g_strdup_printf ("modules.dep does not list %s", driver) : g_strdup_printf ("CONFIG_%s is not set", upper);
  return EMBARK_DRIVER_ABSENT;
}

const char *embark_driver_state_to_string (EmbarkDriverState state)
{
  static const char *const words[] = { NULL, "absent", "module", "builtin" };

  return words[state];
}

gboolean embark_kernel_guess_packaged (const char *version, gboolean *ret_value)
{
  static const char *const foreign[] = { "elrepo", "uek", "xanmod", "liquorix", "mainline", "custom" };

  for (guint i = 0; i < G_N_ELEMENTS (foreign); i++)
    if (strstr (version, foreign[i]))
      {
        *ret_value = FALSE;
        return TRUE;
      }
  if (g_regex_match_simple ("\\.(el|fc|amzn|oe|tl|ky|uel|an|al)[0-9]|-(default|generic|cloud-amd64|amd64)$", version, 0,
                            0))
    {
      *ret_value = TRUE;
      return TRUE;
    }
  return FALSE;
}

int embark_kernel_compare_versions (const char *a, const char *b)
{
  return strverscmp (a, b);
}
