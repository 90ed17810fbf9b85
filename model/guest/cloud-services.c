/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * With systemd, a link in a ".wants" folder enables a service; those of
 * cloud-init.target count when the target itself is reached, by a link or by
 * the generator that cloud-init brings.
 */
#include "model/guest/cloud-services.h"

#include <string.h>

#define CLOUD_TARGETS "cloud-init.target.wants", "cloud-config.target.wants"

static const char *get_base (const char *path)
{
  const char *slash = strrchr (path, '/');

  return slash ? slash + 1 : path;
}

/* TRUE when some path has @folder as its last but one part (NULL: any) and @base as its last. */
static gboolean has_path (const char *const *paths, const char *folder, const char *base)
{
  for (guint i = 0; paths[i]; i++)
    {
      const char *name = get_base (paths[i]);
      g_autofree char *parent = NULL;

      if (strcmp (name, base) != 0)
        continue;
      if (!folder)
        return TRUE;
      parent = g_path_get_dirname (paths[i]);
      if (strcmp (get_base (parent), folder) == 0)
        return TRUE;
    }
  return FALSE;
}

static gboolean is_masked (const EmbarkCloudServicesInput *input, const char *base)
{
  return has_path (input->masked, NULL, base);
}

/* TRUE when @unit is wanted by a target that is none of cloud-init's own. */
static gboolean is_wanted_by_system (const EmbarkCloudServicesInput *input, const char *unit)
{
  static const char *const own[] = { CLOUD_TARGETS, NULL };

  for (guint i = 0; input->paths[i]; i++)
    {
      g_autofree char *folder = g_path_get_dirname (input->paths[i]);
      const char *name = get_base (folder);

      if (strcmp (get_base (input->paths[i]), unit) == 0
          && (g_str_has_suffix (name, ".wants") || g_str_has_suffix (name, ".requires"))
          && !g_strv_contains (own, name))
        return TRUE;
    }
  return FALSE;
}

static gboolean reaches_cloud_target (const EmbarkCloudServicesInput *input)
{
  if (is_masked (input, "cloud-init.target"))
    return FALSE;
  if (has_path (input->paths, "system-generators", "cloud-init-generator")
      && !is_masked (input, "cloud-init-generator"))
    return TRUE;
  return is_wanted_by_system (input, "cloud-init.target");
}

static gboolean runs_with_systemd (const EmbarkCloudServicesInput *input, const char *service)
{
  static const char *const own[] = { CLOUD_TARGETS };
  g_autofree char *unit = g_strconcat (service, ".service", NULL);
  /* Where no unit at all was seen, they lie in a folder of their own and the links must do. */
  gboolean has_units = has_path (input->paths, "system", "cloud-init.service")
                       || has_path (input->paths, "system", "cloud-init-network.service")
                       || has_path (input->paths, "system", "cloud-init-local.service");

  if (is_masked (input, unit) || (has_units && !has_path (input->paths, "system", unit)))
    return FALSE;
  if (is_wanted_by_system (input, unit))
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (own); i++)
    if (has_path (input->paths, own[i], unit) && reaches_cloud_target (input))
      return TRUE;
  return FALSE;
}

/* "/etc/rc3.d/S51cloud-init". */
static gboolean has_start_link (const EmbarkCloudServicesInput *input, const char *service)
{
  for (guint i = 0; input->paths[i]; i++)
    {
      g_autofree char *folder = g_path_get_dirname (input->paths[i]);
      const char *level = get_base (folder);
      const char *name = get_base (input->paths[i]);

      if (strlen (level) != 5 || !g_str_has_prefix (level, "rc") || name[0] != 'S')
        continue;
      if (input->runlevel && level[2] != 'S' && level[2] != input->runlevel)
        continue;
      name++;
      name += strspn (name, "0123456789");
      if (strcmp (name, service) == 0)
        return TRUE;
    }
  return FALSE;
}

static gboolean runs_with_others (const EmbarkCloudServicesInput *input, const char *service)
{
  static const char *const runlevels[] = { "sysinit", "boot", "default" };
  g_autofree char *job = g_strconcat (service, ".conf", NULL);
  g_autofree char *override = g_strconcat (service, ".override", NULL);

  if (strcmp (input->init, "openrc") == 0)
    {
      for (guint i = 0; i < G_N_ELEMENTS (runlevels); i++)
        if (has_path (input->paths, runlevels[i], service))
          return TRUE;
      return FALSE;
    }
  if (strcmp (input->init, "upstart") == 0 && has_path (input->paths, "init", job) && !is_masked (input, override))
    return TRUE;
  return has_start_link (input, service);
}

GStrv embark_cloud_services_find_missing (const EmbarkCloudServicesInput *input)
{
  gboolean is_systemd = strcmp (input->init, "systemd") == 0;
  gboolean has_main = is_systemd && has_path (input->paths, NULL, "cloud-init-main.service");
  gboolean has_network = is_systemd && has_path (input->paths, NULL, "cloud-init-network.service");
  const char *const services[] = { has_main ? "cloud-init-main" : NULL, "cloud-init-local",
                                   has_network ? "cloud-init-network" : "cloud-init", "cloud-config", "cloud-final" };
  g_autoptr (GPtrArray) missing = g_ptr_array_new ();

  for (guint i = 0; i < G_N_ELEMENTS (services); i++)
    if (services[i] && !(is_systemd ? runs_with_systemd (input, services[i]) : runs_with_others (input, services[i])))
      g_ptr_array_add (missing, g_strdup (services[i]));
  g_ptr_array_add (missing, NULL);
  return (GStrv) g_ptr_array_free (g_steal_pointer (&missing), FALSE);
}

gboolean embark_cloud_services_is_off (const char *const *missing)
{
  return g_strv_contains (missing, "cloud-init") || g_strv_contains (missing, "cloud-init-network")
         || g_strv_contains (missing, "cloud-init-main");
}
