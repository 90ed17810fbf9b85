/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether cloud-init is there, would run, and would look for a config drive.
 * Decided from files, never from a package list alone.
 */
#include <glib/gi18n-lib.h>
#include <string.h>

#include "model/base/facts.h"
#include "model/guest/boot-config.h"
#include "model/guest/cloud-config.h"
#include "model/guest/guest-files.h"
#include "model/guest/inspect.h"

#define CLOUD_DIR "/etc/cloud/cloud.cfg.d"
#define CONFIGS_MAX 128

static const char *find_program (guestfs_h *g)
{
  static const char *const paths[] = { "/usr/bin/cloud-init", "/usr/local/bin/cloud-init",
                                       "/opt/cloud-init/bin/cloud-init" };

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    if (embark_guest_has_file (g, paths[i]))
      return paths[i];
  return NULL;
}

/* From the metadata of the Python module, in the folders where distributions keep those. */
static char *find_python_version (guestfs_h *g)
{
  static const char *const patterns[] = { "/usr/lib/python3*/site-packages/cloud_init-*",
                                          "/usr/lib/python3*/dist-packages/cloud_init-*",
                                          "/usr/lib/python2*/site-packages/cloud_init-*",
                                          "/usr/local/lib/python3*/*-packages/cloud_init-*" };
  char *version = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (patterns) && !version; i++)
    {
      char **found = guestfs_glob_expand (g, patterns[i]);
      for (guint k = 0; found && found[k]; k++)
        {
          g_autofree char *name = g_path_get_basename (found[k]);
          if (!version)
            version = embark_cloud_init_version_of_folder (name);
          free (found[k]);
        }
      free (found);
    }
  return version;
}

static char *find_version (guestfs_h *g)
{
  g_autofree char *status = embark_guest_read_text (g, "/var/lib/dpkg/status");
  char *version = status ? embark_dpkg_status_get_version (status, "cloud-init") : NULL;

  return version ? version : find_python_version (g);
}

/* An enabled unit, the generator that enables it at boot, or a sysv start link. */
static gboolean is_enabled (guestfs_h *g)
{
  static const char *const entries[] = { "/etc/systemd/system/multi-user.target.wants/cloud-init.service",
                                         "/etc/systemd/system/cloud-init.target.wants/cloud-init.service",
                                         "/etc/systemd/system/cloud-init.target.wants/cloud-init-main.service",
                                         "/etc/systemd/system/cloud-init.target.wants/cloud-init-network.service",
                                         "/lib/systemd/system-generators/cloud-init-generator",
                                         "/usr/lib/systemd/system-generators/cloud-init-generator",
                                         "/etc/runlevels/default/cloud-init" };
  static const char *const runlevels[] = { "/etc/rc3.d/S*cloud-init", "/etc/rc.d/rc3.d/S*cloud-init" };

  for (guint i = 0; i < G_N_ELEMENTS (entries); i++)
    if (embark_guest_has_entry (g, entries[i]))
      return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (runlevels); i++)
    {
      char **found = guestfs_glob_expand (g, runlevels[i]);
      gboolean has = found && found[0];
      for (guint k = 0; found && found[k]; k++)
        free (found[k]);
      free (found);
      if (has)
        return TRUE;
    }
  return FALSE;
}

static char *find_disabler (guestfs_h *g, EmbarkFacts *facts)
{
  static const char *const units[] = { "cloud-init.service", "cloud-init-local.service", "cloud-init.target" };
  const char *cmdline = embark_facts_get_string (facts, "linux.cmdline");
  g_autofree char *argument = cmdline ? embark_cmdline_get (cmdline, "cloud-init") : NULL;

  if (embark_guest_has_entry (g, "/etc/cloud/cloud-init.disabled"))
    return g_strdup ("/etc/cloud/cloud-init.disabled");
  if (g_strcmp0 (argument, "disabled") == 0)
    return g_strdup ("cloud-init=disabled");
  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    {
      g_autofree char *path = g_build_filename ("/etc/systemd/system", units[i], NULL);
      char *target = guestfs_is_symlink (g, path) == 1 ? guestfs_readlink (g, path) : NULL;
      gboolean is_masked = g_strcmp0 (target, "/dev/null") == 0;

      free (target);
      if (is_masked)
        return g_steal_pointer (&path);
    }
  return NULL;
}

static void add_datasources (guestfs_h *g, EmbarkFacts *facts)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) names = embark_guest_list_dir (g, CLOUD_DIR);
  g_auto (GStrv) list = NULL;
  char *main_text = embark_guest_read_text (g, "/etc/cloud/cloud.cfg");

  if (main_text)
    g_ptr_array_add (texts, main_text);
  for (guint i = 0; names[i] && texts->len < CONFIGS_MAX; i++)
    {
      g_autofree char *path = g_build_filename (CLOUD_DIR, names[i], NULL);
      char *text = g_str_has_suffix (names[i], ".cfg") ? embark_guest_read_text (g, path) : NULL;
      if (text)
        g_ptr_array_add (texts, text);
    }
  g_ptr_array_add (texts, NULL);
  list = embark_cloud_config_get_datasources ((const char *const *) texts->pdata);
  for (guint i = 0; list && list[i]; i++)
    embark_facts_append_string (facts, "linux.cloudInit.datasources", list[i]);
}

void embark_inspect_cloud_init (guestfs_h *g, EmbarkFacts *facts)
{
  const char *program = find_program (g);
  gboolean has_config = embark_guest_has_file (g, "/etc/cloud/cloud.cfg");
  gboolean is_installed = program && has_config;
  g_autofree char *evidence = NULL;
  g_autofree char *version = NULL;
  g_autofree char *disabler = NULL;

  if (is_installed)
    evidence = g_strdup_printf ("%s, /etc/cloud/cloud.cfg", program);
  else if (program)
    /* Translators: %s is the path of a program, "/usr/bin/cloud-init". */
    evidence = g_strdup_printf (_ ("%s is there, but /etc/cloud/cloud.cfg is not"), program);
  else
    evidence = g_strdup (_ ("There is no program cloud-init"));
  embark_facts_set_boolean (facts, "linux.cloudInit.installed", is_installed);
  embark_facts_set_string (facts, "linux.cloudInit.evidence", evidence);
  if (!is_installed)
    return;

  version = find_version (g);
  disabler = find_disabler (g, facts);
  embark_facts_set_string (facts, "linux.cloudInit.version", version);
  embark_facts_set_string (facts, "linux.cloudInit.disabledBy", disabler);
  embark_facts_set_boolean (facts, "linux.cloudInit.enabled", !disabler && is_enabled (g));
  add_datasources (g, facts);
}
