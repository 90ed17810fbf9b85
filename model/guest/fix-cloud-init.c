/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cloud-init as the cloud needs it: there, switched on, with the config drive
 * as its first source, and without what an earlier cloud or run left.
 */
#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <string.h>

#include "model/guest/cloud-config.h"
#include "model/guest/fix-boot-entries.h"
#include "model/guest/fix-packages.h"
#include "model/guest/fix.h"
#include "model/guest/guest-files.h"
#include "model/guest/linux-files.h"

#define CONFIG_FOLDER "/etc/cloud/cloud.cfg.d"
#define OUR_CONFIG CONFIG_FOLDER "/99_embark.cfg"
#define TENCENT_MODULE                                                                                                 \
  "/usr/{lib,lib64,local/lib}/python*/{dist,site}-packages/cloudinit/sources/DataSourceTencentCloud.py"
#define PACKAGES "cloud-init"
#define OUR_TEXT                                                                                                       \
  "# Written by Embark: the cloud hands its settings over on a disk with the label config-2.\n"                        \
  "datasource_list: [ ConfigDrive, %sNone ]\n"                                                                         \
  "datasource:\n"                                                                                                      \
  "  ConfigDrive:\n"                                                                                                   \
  "    dsmode: local\n"

/* Files that installers and other clouds leave: they name another source, or switch the network off. */
static const char *const foreign_patterns[] = {
  "/etc/cloud/cloud-init.disabled",
  "/etc/cloud/ds-identify.cfg",
  CONFIG_FOLDER "/{99-disable-network-config,99_disable-network-config,subiquity-disable-cloudinit-networking}.cfg",
  CONFIG_FOLDER "/*{azure,waagent,walinuxagent,aws,amazon,curtin,subiquity,installer,vmware,gce}*.cfg",
  "/etc/network/interfaces.d/50-cloud-init{,.cfg}",
};

/* 24.3 and later have one that does the work of all, and another name for the second. */
static const char *const services[] = {
  "cloud-init-main", "cloud-init-local", "cloud-init", "cloud-init-network", "cloud-config", "cloud-final",
};

gboolean embark_refuse_linux_cloud_init (EmbarkFixSession *session, GError **error)
{
  return embark_facts_is (embark_fix_get_facts (session), "linux.cloudInit.installed")
         || embark_packages_refuse (session, PACKAGES, error);
}

/* Arguments of the kernel that switch cloud-init or its network off, or name another source. */
static char *drop_argument (const char *word, gpointer data)
{
  return embark_cloud_config_is_unwanted_argument (word) ? g_strdup ("") : NULL;
}

static gboolean clean_arguments (EmbarkFixSession *session, GError **error)
{
  const EmbarkCmdlineEdit edit = { .map = drop_argument };

  return embark_fix_boot_entries (session, &edit, error);
}

static gboolean remove_foreign (EmbarkFixSession *session, GError **error)
{
  const char *network = embark_facts_get_string (embark_fix_get_facts (session), "linux.cloudInit.networkDisabledBy");

  for (gsize i = 0; i < G_N_ELEMENTS (foreign_patterns); i++)
    {
      g_auto (GStrv) found = embark_linux_glob (embark_fix_get_guest (session), foreign_patterns[i]);
      for (guint k = 0; found[k] != NULL; k++)
        if (!embark_fix_remove (session, found[k], error))
          return FALSE;
    }
  /* Whatever its name, a file of its own that switches the network off goes too; cloud.cfg itself has more in it. */
  if (network != NULL && g_str_has_prefix (network, CONFIG_FOLDER "/"))
    return embark_fix_remove (session, network, error);
  return TRUE;
}

/* A source that the guest's cloud-init does not have would only be complained about. */
static gboolean write_config (EmbarkFixSession *session, GError **error)
{
  g_auto (GStrv) module = embark_linux_glob (embark_fix_get_guest (session), TENCENT_MODULE);
  g_autofree char *text = g_strdup_printf (OUR_TEXT, module[0] != NULL ? "TencentCloud, " : "");

  return embark_fix_write (session, OUR_CONFIG, text, -1, 0644, error);
}

/* What an earlier run noted would keep it from setting the machine up anew. */
static gboolean forget_runs (EmbarkFixSession *session, GError **error)
{
  guestfs_h *g = embark_fix_get_guest (session);
  g_auto (GStrv) logs = embark_linux_glob (g, "/var/log/cloud-init{,-output}.log");

  if (embark_guest_has_entry (g, "/var/lib/cloud/instance") || embark_guest_has_dir (g, "/var/lib/cloud/data"))
    if (!embark_fix_remove_tree (session, "/var/lib/cloud", error))
      return FALSE;
  for (guint i = 0; logs[i] != NULL; i++)
    if (!embark_fix_remove_tree (session, logs[i], error))
      return FALSE;
  return TRUE;
}

/* With the guest's own tools, which know where the links go; both work without a running system. */
static char *make_script (EmbarkFixSession *session, gboolean is_systemd)
{
  guestfs_h *g = embark_fix_get_guest (session);
  g_autoptr (GString) script = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (services); i++)
    {
      g_autofree char *unit = g_strdup_printf ("/{lib,usr/lib,etc}/systemd/system/%s.service", services[i]);
      g_autofree char *job = g_strdup_printf ("/etc/init.d/%s", services[i]);
      g_auto (GStrv) units = is_systemd ? embark_linux_glob (g, unit) : NULL;

      if (units != NULL && units[0] != NULL)
        g_string_append_printf (script, "systemctl unmask %s.service\nsystemctl enable %s.service\n", services[i],
                                services[i]);
      else if (!is_systemd && embark_guest_has_file (g, job))
        g_string_append_printf (script,
                                "if command -v chkconfig >/dev/null; then chkconfig --add %s; chkconfig %s on; "
                                "else update-rc.d %s defaults; fi\n",
                                services[i], services[i], services[i]);
    }
  if (script->len > 0)
    g_string_prepend (script, "set -e\n");
  return g_string_free (g_steal_pointer (&script), FALSE);
}

static gboolean enable_services (EmbarkFixSession *session, gboolean is_fresh, GError **error)
{
  EmbarkFacts *facts = embark_fix_get_facts (session);
  JsonArray *missing = embark_facts_get_list (facts, "linux.cloudInit.missingServices");
  gboolean is_systemd = g_strcmp0 (embark_facts_get_string (facts, "linux.init"), "systemd") == 0;
  gboolean is_enabled = embark_facts_is (facts, "linux.cloudInit.enabled");
  g_autofree char *script = NULL;

  if (!is_fresh && is_enabled && (missing == NULL || json_array_get_length (missing) == 0))
    return TRUE;
  script = make_script (session, is_systemd);
  if (*script == '\0')
    return TRUE;
  if (!embark_fix_run (session, script, NULL, error))
    return FALSE;
  if (!is_fresh)
    embark_fix_note (session, "enable", "cloud-init-local, cloud-init, cloud-config, cloud-final");
  return TRUE;
}

gboolean embark_fix_linux_cloud_init (EmbarkFixSession *session, GError **error)
{
  gboolean is_fresh = !embark_facts_is (embark_fix_get_facts (session), "linux.cloudInit.installed");

  if (is_fresh && !embark_packages_install (session, PACKAGES, error))
    return FALSE;
  return remove_foreign (session, error) && clean_arguments (session, error) && write_config (session, error)
         && enable_services (session, is_fresh, error) && forget_runs (session, error);
}
