/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether cloud-init is there, would run, and would look for a config drive.
 * Decided from files, never from a package list alone.
 */
#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <string.h>

#include "model/guest/agent-paths.h"
#include "model/guest/cloud-config.h"
#include "model/guest/cloud-services.h"
#include "model/guest/guest-files.h"
#include "model/guest/inspect-linux.h"
#include "model/guest/linux-files.h"

#define CONFIGS_MAX 128
#define DS_IDENTIFY "/etc/cloud/ds-identify.cfg"
#define PYTHONS "/{usr/lib,usr/lib64,usr/local/lib,usr/local/lib64,usr/local/qcloud/python/lib}/python*/*-packages/"

/* The init system that the kernel starts: by the link that /sbin/init is, else by what the others would bring. */
static const char *find_init (EmbarkLinux *self)
{
  const char *cmdline = embark_facts_get_string (self->facts, "linux.cmdline");
  g_autofree char *wanted = cmdline ? embark_cmdline_get (cmdline, "init") : NULL;
  g_auto (GStrv) found = embark_linux_glob (self->g, "/{sbin/openrc,usr/sbin/openrc,"
                                                     "etc/init/*.conf,etc/inittab,"
                                                     "lib/systemd/systemd,usr/lib/systemd/systemd}");
  const char *const *has = (const char *const *) found;
  char *target = guestfs_realpath (self->g, "/sbin/init");
  g_autofree char *program = NULL;

  if (!target)
    target = guestfs_readlink (self->g, "/sbin/init");
  program = g_strdup (wanted && *wanted ? wanted : target);
  free (target);
  if (program && strstr (program, "systemd"))
    return "systemd";
  if (g_strv_contains (has, "/sbin/openrc") || g_strv_contains (has, "/usr/sbin/openrc"))
    return "openrc";
  if (program && strstr (program, "upstart"))
    return "upstart";
  if (g_strv_contains (has, "/etc/init/rc.conf") || g_strv_contains (has, "/etc/init/rc-sysinit.conf"))
    return "upstart";
  if (!program && (g_strv_contains (has, "/lib/systemd/systemd") || g_strv_contains (has, "/usr/lib/systemd/systemd")))
    return "systemd";
  if (!program && found[0] && g_str_has_prefix (found[0], "/etc/init/"))
    return "upstart";
  if (program || g_strv_contains (has, "/etc/inittab"))
    return "sysvinit";
  return embark_guest_has_dir (self->g, "/etc/systemd/system") ? "systemd" : NULL;
}

static char *find_program (guestfs_h *g)
{
  static const char *const paths[] = { "/usr/bin/cloud-init", "/usr/local/bin/cloud-init",
                                       "/usr/local/qcloud/python/bin/cloud-init", "/opt/cloud-init/bin/cloud-init",
                                       NULL };
  g_auto (GStrv) found = embark_linux_find (g, paths);

  return g_strdup (found[0]);
}

/* From the metadata of the Python module, or from the module. */
static char *find_python_version (guestfs_h *g)
{
  g_auto (GStrv) found = embark_linux_glob (g, PYTHONS "{cloud_init-*,cloudinit/version.py}");
  char *version = NULL;

  for (guint i = 0; found[i] && !version; i++)
    {
      g_autofree char *name = g_path_get_basename (found[i]);
      version = embark_cloud_init_version_of_folder (name);
    }
  for (guint i = 0; found[i] && !version; i++)
    {
      g_autofree char *text = g_str_has_suffix (found[i], ".py") ? embark_guest_read_text (g, found[i]) : NULL;
      version = text ? embark_cloud_init_version_of_module (text) : NULL;
    }
  return version;
}

static char *find_version (EmbarkLinux *self)
{
  const char *status = embark_linux_get_dpkg_status (self);
  char *version = status ? embark_dpkg_status_get_field (status, "cloud-init", "Version") : NULL;
  const struct guestfs_application2 *package = version ? NULL : embark_linux_find_rpm (self, "cloud-init");

  if (package)
    return g_strdup_printf ("%s-%s", package->app2_version, package->app2_release);
  return version ? version : find_python_version (self->g);
}

/* Of systemd: links to /dev/null; of upstart: jobs that are started by hand only. */
static GStrv find_masked (guestfs_h *g, const char *const *paths)
{
  g_autoptr (EmbarkLinuxFolder) folder = embark_linux_folder_read (g, "/etc/systemd/system");
  g_autoptr (GPtrArray) masked = g_ptr_array_new ();

  for (guint i = 0; folder->names[i]; i++)
    if (g_str_has_prefix (folder->names[i], "cloud-") && strcmp (folder->targets[i], "/dev/null") == 0)
      g_ptr_array_add (masked, g_build_filename ("/etc/systemd/system", folder->names[i], NULL));
  for (guint i = 0; paths[i]; i++)
    {
      gboolean is_generator = g_str_has_prefix (paths[i], "/etc/systemd/system-generators/");
      char *target = is_generator ? guestfs_readlink (g, paths[i]) : NULL;
      g_autofree char *job = g_str_has_suffix (paths[i], ".override") ? embark_guest_read_text (g, paths[i]) : NULL;

      if (g_strcmp0 (target, "/dev/null") == 0
          || (job && g_regex_match_simple ("^\\s*manual\\s*$", job, G_REGEX_MULTILINE, 0)))
        g_ptr_array_add (masked, g_strdup (paths[i]));
      free (target);
    }
  g_ptr_array_add (masked, NULL);
  return (GStrv) g_ptr_array_free (g_steal_pointer (&masked), FALSE);
}

/* The default runlevel; 0 when inittab does not say. */
static char find_runlevel (guestfs_h *g)
{
  g_autofree char *text = embark_guest_read_text (g, "/etc/inittab");
  g_autoptr (GRegex) regex = g_regex_new ("^[^#:\\n]*:([2-5]):initdefault:", G_REGEX_MULTILINE, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  g_autofree char *level = NULL;

  if (text && g_regex_match (regex, text, 0, &match))
    level = g_match_info_fetch (match, 1);
  return level ? *level : 0;
}

/* What turns all of it off; NULL when nothing does. */
static char *find_disabler (EmbarkLinux *self, const char *identify, const char *const *masked)
{
  const char *cmdline = embark_facts_get_string (self->facts, "linux.cmdline");
  g_autofree char *argument = cmdline ? embark_cmdline_get (cmdline, "cloud-init") : NULL;
  g_autofree char *policy = cmdline ? embark_cmdline_get (cmdline, "ci.di.policy") : NULL;

  /* The argument is asked first: "enabled" overrides the file. */
  if (g_strcmp0 (argument, "disabled") == 0)
    return g_strdup ("cloud-init=disabled");
  if (g_strcmp0 (argument, "enabled") != 0 && embark_guest_has_entry (self->g, "/etc/cloud/cloud-init.disabled"))
    return g_strdup ("/etc/cloud/cloud-init.disabled");
  if (masked[0])
    return g_strdup (masked[0]);
  if (g_strcmp0 (policy, "disabled") == 0)
    return g_strdup ("ci.di.policy=disabled");
  return identify && embark_ds_identify_disables (identify) ? g_strdup (DS_IDENTIFY) : NULL;
}

/* Sets .init, .enabled, .disabledBy, .missingServices. */
static void add_services (EmbarkLinux *self, const char *init, const char *identify)
{
  g_auto (GStrv) paths = embark_linux_glob (self->g, EMBARK_CLOUD_SERVICES_PATTERN);
  g_auto (GStrv) masked = find_masked (self->g, (const char *const *) paths);
  g_auto (GStrv) missing = NULL;
  g_autofree char *disabler = find_disabler (self, identify, (const char *const *) masked);
  EmbarkCloudServicesInput input = { .init = init,
                                     .paths = (const char *const *) paths,
                                     .masked = (const char *const *) masked };

  embark_facts_set_string (self->facts, "linux.cloudInit.disabledBy", disabler);
  if (!init)
    {
      embark_facts_set_unknown (self->facts, "linux.cloudInit.missingServices", _ ("no known init system was found"));
      if (disabler)
        embark_facts_set_boolean (self->facts, "linux.cloudInit.enabled", FALSE);
      else
        embark_facts_set_unknown (self->facts, "linux.cloudInit.enabled", _ ("no known init system was found"));
      return;
    }
  input.runlevel = strcmp (init, "systemd") == 0 ? 0 : find_runlevel (self->g);
  missing = embark_cloud_services_find_missing (&input);
  embark_linux_set_list (self->facts, "linux.cloudInit.missingServices");
  for (guint i = 0; missing[i]; i++)
    embark_facts_append_string (self->facts, "linux.cloudInit.missingServices", missing[i]);
  embark_facts_set_boolean (self->facts, "linux.cloudInit.enabled",
                            !disabler && !embark_cloud_services_is_off ((const char *const *) missing));
}

/* The texts of cloud.cfg and cloud.cfg.d in the order of merging; notes what turns the network off. */
static GPtrArray *read_configs (EmbarkLinux *self)
{
  g_auto (GStrv) found = embark_linux_glob (self->g, "/etc/cloud/{cloud.cfg,cloud.cfg.d/*.cfg}");
  GPtrArray *texts = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; found[i] && texts->len < CONFIGS_MAX; i++)
    {
      char *text = embark_guest_read_text (self->g, found[i]);
      if (!text)
        {
          /* Translators: %s is the path of a file in the machine. */
          g_autofree char *reason = g_strdup_printf (_ ("“%s” could not be read"), found[i]);
          embark_facts_set_unknown (self->facts, "linux.cloudInit.datasources", reason);
          continue;
        }
      if (embark_cloud_config_disables_network (text))
        embark_facts_set_string (self->facts, "linux.cloudInit.networkDisabledBy", found[i]);
      g_ptr_array_add (texts, text);
    }
  g_ptr_array_add (texts, NULL);
  return texts;
}

/* An argument of the kernel or ds-identify.cfg may allow one only, whatever the lists say. */
static void add_datasources (EmbarkLinux *self, const char *identify)
{
  const char *cmdline = embark_facts_get_string (self->facts, "linux.cmdline");
  g_autofree char *only = cmdline ? embark_cloud_config_get_forced_datasource (cmdline) : NULL;
  g_autofree char *network = cmdline ? embark_cmdline_get (cmdline, "network-config") : NULL;
  g_autoptr (GPtrArray) texts = read_configs (self);
  g_auto (GStrv) list = embark_cloud_config_get_datasources ((const char *const *) texts->pdata);

  if (g_strcmp0 (network, "disabled") == 0)
    embark_facts_set_string (self->facts, "linux.cloudInit.networkDisabledBy", "network-config=disabled");
  if (!only && identify)
    only = embark_ds_identify_get_datasource (identify);
  if (only)
    {
      embark_facts_append_string (self->facts, "linux.cloudInit.datasources", only);
      return;
    }
  for (guint i = 0; list && list[i]; i++)
    embark_facts_append_string (self->facts, "linux.cloudInit.datasources", list[i]);
}

static void add_installed (EmbarkLinux *self, const char *program, gboolean has_config)
{
  g_autofree char *evidence = NULL;

  if (program && has_config)
    evidence = g_strdup_printf ("%s, /etc/cloud/cloud.cfg", program);
  else if (program)
    /* Translators: %s is the path of a program, "/usr/bin/cloud-init". */
    evidence = g_strdup_printf (_ ("%s is there, but /etc/cloud/cloud.cfg is not"), program);
  else
    evidence = g_strdup (_ ("There is no program cloud-init"));
  embark_facts_set_boolean (self->facts, "linux.cloudInit.installed", program && has_config);
  embark_facts_set_string (self->facts, "linux.cloudInit.evidence", evidence);
}

static void add_agent (EmbarkLinux *self)
{
  g_auto (GStrv) starts = embark_linux_glob (self->g, EMBARK_AGENT_STARTS);

  embark_facts_set_boolean (self->facts, "linux.agent",
                            starts[0] != NULL && embark_guest_has_file (self->g, EMBARK_AGENT_PROGRAM));
}

void embark_inspect_cloud_init (EmbarkLinux *self)
{
  g_autofree char *program = find_program (self->g);
  gboolean has_config = embark_guest_has_file (self->g, "/etc/cloud/cloud.cfg");
  const char *init = find_init (self);
  g_autofree char *identify = NULL;
  g_autofree char *version = NULL;

  if (init)
    embark_facts_set_string (self->facts, "linux.init", init);
  else
    embark_facts_set_unknown (self->facts, "linux.init", _ ("no known init system was found"));
  add_installed (self, program, has_config);
  add_agent (self);
  if (!program || !has_config)
    return;

  version = find_version (self);
  embark_facts_set_string (self->facts, "linux.cloudInit.version", version);
  identify = embark_guest_read_text (self->g, DS_IDENTIFY);
  add_services (self, init, identify);
  add_datasources (self, identify);
}
