/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads the two settings of cloud-init that decide an import, and versions.
 */
#include "model/guest/cloud-config.h"

#include <string.h>

#include "model/guest/yaml-lines.h"

#define DATASOURCES_MAX 64
#define WORDS_MAX 512

GStrv embark_cloud_config_get_datasources (const char *const *texts)
{
  g_autoptr (GPtrArray) list = NULL;

  for (guint t = 0; texts[t]; t++)
    {
      g_autoptr (GPtrArray) items = embark_yaml_read (texts[t]);
      g_autoptr (GPtrArray) found = NULL;

      for (guint i = 0; i < items->len; i++)
        {
          const EmbarkYamlItem *item = g_ptr_array_index (items, i);
          if (strcmp (item->path, "datasource_list") != 0)
            continue;
          if (!found)
            found = g_ptr_array_new_with_free_func (g_free);
          if (*item->value && found->len < DATASOURCES_MAX)
            g_ptr_array_add (found, g_strdup (item->value));
        }
      if (!found)
        continue;
      g_clear_pointer (&list, g_ptr_array_unref);
      list = g_steal_pointer (&found);
    }
  if (!list)
    return NULL;
  g_ptr_array_add (list, NULL);
  return (GStrv) g_ptr_array_free (g_steal_pointer (&list), FALSE);
}

gboolean embark_cloud_config_disables_network (const char *text)
{
  g_autoptr (GPtrArray) items = embark_yaml_read (text);

  for (guint i = 0; i < items->len; i++)
    {
      const EmbarkYamlItem *item = g_ptr_array_index (items, i);
      if (strcmp (item->path, "network/config") == 0 && strcmp (item->value, "disabled") == 0)
        return TRUE;
    }
  return FALSE;
}

char *embark_dpkg_status_get_field (const char *status, const char *package, const char *field)
{
  g_autofree char *head = g_strdup_printf ("Package: %s\n", package);
  g_autofree char *wanted = g_strdup_printf ("\n%s: ", field);
  const char *start = status;

  while ((start = strstr (start, head)))
    {
      const char *end = strstr (start, "\n\n");
      g_autofree char *paragraph = g_strndup (start, end ? (gsize) (end - start) : strlen (start));
      const char *value = strstr (paragraph, wanted);

      if ((start == status || start[-1] == '\n') && strstr (paragraph, "\nStatus: install ok installed") && value)
        {
          value += strlen (wanted);
          return g_strndup (value, strcspn (value, "\n"));
        }
      start += strlen (head);
    }
  return NULL;
}

char *embark_cloud_init_version_of_module (const char *text)
{
  static const char mark[] = "__VERSION__ = \"";
  const char *found = strstr (text, mark);
  const char *start = found ? found + strlen (mark) : NULL;
  gsize length = start ? strspn (start, "0123456789.") : 0;

  return length > 0 ? g_strndup (start, length) : NULL;
}

/* Value of a line "KEY: value" of ds-identify.cfg; the last counts. */
static char *find_setting (const char *text, const char *key)
{
  g_autoptr (GPtrArray) items = embark_yaml_read (text);
  char *value = NULL;

  for (guint i = 0; i < items->len; i++)
    {
      const EmbarkYamlItem *item = g_ptr_array_index (items, i);
      if (strcmp (item->path, key) != 0 || !*item->value)
        continue;
      g_free (value);
      value = g_strdup (item->value);
    }
  return value;
}

char *embark_ds_identify_get_datasource (const char *text)
{
  return find_setting (text, "datasource");
}

gboolean embark_ds_identify_disables (const char *text)
{
  g_autofree char *policy = find_setting (text, "policy");

  /* "search,found=all,notfound=disabled" begins with the mode. */
  return policy && g_str_has_prefix (policy, "disabled") && (policy[8] == ',' || !policy[8]);
}

char *embark_cloud_init_version_of_folder (const char *name)
{
  gsize length;

  if (!g_str_has_prefix (name, "cloud_init-") || !(strstr (name, ".dist-info") || strstr (name, ".egg-info")))
    return NULL;
  name += strlen ("cloud_init-");
  length = strspn (name, "0123456789.");
  while (length > 0 && name[length - 1] == '.')
    length--;
  return length > 0 ? g_strndup (name, length) : NULL;
}

/* The value of a word that names a datasource, without what is set for that: "ds=nocloud;s=http://…", maybe in quotes.
 * NULL: another, or no name. */
static char *read_datasource_argument (const char *word)
{
  static const char *const keys[] = { "ci.datasource=", "ci.ds=", "ds=" };
  const char *start = word + strspn (word, "\"'");

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      const char *value = start + strlen (keys[i]);
      gsize length = g_str_has_prefix (start, keys[i]) ? strcspn (value, ";\\\"'") : 0;

      if (length > 0)
        return g_strndup (value, length);
    }
  return NULL;
}

gboolean embark_cloud_config_is_unwanted_argument (const char *word)
{
  static const char *const unwanted[] = { "cloud-init=disabled", "network-config=disabled", "ci.di.policy=disabled",
                                          NULL };
  g_autofree char *datasource = read_datasource_argument (word);

  return g_strv_contains (unwanted, word)
         || (datasource != NULL && g_ascii_strcasecmp (datasource, "ConfigDrive") != 0);
}

char *embark_cloud_config_get_forced_datasource (const char *cmdline)
{
  g_auto (GStrv) words = g_strsplit_set (cmdline, " \t", WORDS_MAX);
  char *found = NULL;

  for (guint i = 0; words[i] != NULL; i++)
    {
      char *datasource = read_datasource_argument (words[i]);

      if (datasource == NULL)
        continue;
      g_free (found);
      found = datasource;
    }
  if (found != NULL && g_ascii_strcasecmp (found, "ConfigDrive") == 0)
    {
      g_free (found);
      return g_strdup ("ConfigDrive");
    }
  return found;
}
