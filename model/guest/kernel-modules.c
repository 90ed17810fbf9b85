/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The order of belief: what depmod says is built in, what the configuration
 * says is built in, what depmod says can be loaded. A module that only the
 * configuration names was not installed.
 */
#include "model/guest/kernel-modules.h"

#include <string.h>

#define DEPENDENCIES_MAX 64

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
  static const char *const foreign[] = { "elrepo",   "uek",    "xanmod", "liquorix",
                                         "mainline", "custom", "zen1",   "pf-kernel" };

  for (guint i = 0; i < G_N_ELEMENTS (foreign); i++)
    if (strstr (version, foreign[i]))
      {
        *ret_value = FALSE;
        return TRUE;
      }
  if (g_regex_match_simple (
          "\\.(el|fc|amzn|oe|oc|tl|ky|uel|an|al)[0-9]"
          "|-(default|pae|generic|lowlatency|virtual|server|cloud-amd64|amd64|686|686-pae|coreos|flatcar)$",
          version, 0, 0))
    {
      *ret_value = TRUE;
      return TRUE;
    }
  return FALSE;
}

gboolean embark_kernel_is_special (const char *version)
{
  static const char *const words[] = { "rescue", "kdump", "debug", "recovery" };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (strstr (version, words[i]))
      return TRUE;
  /* Kernels that run only as a guest of Xen: "2.6.18-398.el5xen", "3.0.101-63-xen". */
  return g_str_has_suffix (version, "xen") || strstr (version, "-xen-") || g_str_has_suffix (version, "xenU");
}

/* The line of @list on @driver's module, without what follows the line; NULL when there is none. */
static char *find_line (const char *list, const char *driver)
{
  for (const char *line = list; line && *line; line = strchr (line, '\n'))
    {
      g_autofree char *copy = NULL;

      line += strspn (line, "\n");
      copy = g_strndup (line, strcspn (line, "\n"));
      if (lists_module (copy, driver, ':'))
        return g_steal_pointer (&copy);
    }
  return NULL;
}

/* "virtio_ring" of "kernel/drivers/virtio/virtio_ring.ko.xz". */
static char *get_module_name (const char *path)
{
  const char *base = strrchr (path, '/');
  const char *end;
  char *name;

  base = base ? base + 1 : path;
  end = strstr (base, ".ko");
  name = g_strndup (base, end ? (gsize) (end - base) : strlen (base));
  return g_strdelimit (name, "-", '_');
}

GStrv embark_kernel_list_dependencies (const char *dep, const char *driver)
{
  g_autofree char *line = dep ? find_line (dep, driver) : NULL;
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) words = NULL;
  char *colon = line ? strchr (line, ':') : NULL;

  words = g_strsplit_set (colon ? colon + 1 : "", " \t\r", DEPENDENCIES_MAX);
  for (guint i = 0; words[i]; i++)
    if (*words[i])
      g_ptr_array_add (names, get_module_name (words[i]));
  g_ptr_array_add (names, NULL);
  return (GStrv) g_ptr_array_free (g_steal_pointer (&names), FALSE);
}

char *embark_kernel_find_module_path (const char *dep, const char *driver)
{
  g_autofree char *line = find_line (dep, driver);

  /* Any module of the kernel will do where it is for what all have in common. */
  if (!line)
    line = g_strndup (dep, strcspn (dep, "\n"));
  line[strcspn (line, ":")] = '\0';
  return *line && strstr (line, ".ko") && !strstr (line, "..") ? g_steal_pointer (&line) : NULL;
}

/* Digits are newer than letters, and a longer text is newer, as rpm and grub have it. */
int embark_kernel_compare_versions (const char *a, const char *b)
{
  while (TRUE)
    {
      gsize n_a, n_b;
      gboolean is_number;
      int order;

      while (*a && !g_ascii_isalnum (*a))
        a++;
      while (*b && !g_ascii_isalnum (*b))
        b++;
      if (!*a || !*b)
        return (*a != 0) - (*b != 0);
      is_number = g_ascii_isdigit (*a);
      if (is_number != g_ascii_isdigit (*b))
        return is_number ? 1 : -1;
      if (is_number)
        {
          a += strspn (a, "0");
          b += strspn (b, "0");
        }
      for (n_a = 0; g_ascii_isalnum (a[n_a]) && g_ascii_isdigit (a[n_a]) == is_number;)
        n_a++;
      for (n_b = 0; g_ascii_isalnum (b[n_b]) && g_ascii_isdigit (b[n_b]) == is_number;)
        n_b++;
      if (is_number && n_a != n_b)
        return n_a > n_b ? 1 : -1;
      order = strncmp (a, b, MIN (n_a, n_b));
      if (order != 0 || n_a != n_b)
        return order != 0 ? order : n_a > n_b ? 1 : -1;
      a += n_a;
      b += n_b;
    }
}
