/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/guest/cloudbase-config.h"

#include <string.h>

#define CONFIG_DRIVE "cloudbaseinit.metadata.services.configdrive.ConfigDriveService"
#define SERVICES "metadata_services"
#define SECTION "[DEFAULT]"
#define PLUGINS "cloudbaseinit.plugins."

/* %s: the folder. */
static const char *const settings[] = {
  "username=Administrator",
  "groups=Administrators",
  "inject_user_password=true",
  "first_logon_behaviour=no",
  "config_drive_raw_hhd=true",
  "config_drive_cdrom=true",
  "config_drive_vfat=true",
  SERVICES "=" CONFIG_DRIVE,
  "plugins=" PLUGINS "windows.extendvolumes.ExtendVolumesPlugin," PLUGINS
  "common.networkconfig.NetworkConfigPlugin," PLUGINS "common.sethostname.SetHostNamePlugin," PLUGINS
  "common.setuserpassword.SetUserPasswordPlugin," PLUGINS "common.localscripts.LocalScriptsPlugin," PLUGINS
  "common.userdata.UserDataPlugin",
  "allow_reboot=false",
  "check_latest_version=false",
  "activate_windows=true",
  "kms_host=kms.tencentyun.com",
  "mtu_use_dhcp_config=true",
  "ntp_use_dhcp_config=true",
  "bsdtar_path=%s\\bin\\bsdtar.exe",
  "mtools_path=%s\\bin\\",
  "local_scripts_path=%s\\LocalScripts\\",
  "logdir=%s\\log\\",
  "logfile=cloudbase-init.log",
  "logging_serial_port_settings=COM1,115200,N,8",
};

char *embark_cloudbase_make_config (const char *folder)
{
  GString *text = g_string_new (SECTION "\r\n");

  for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
    {
      g_auto (GStrv) parts = g_strsplit (settings[i], "%s", 2);
      g_autofree char *line = g_strjoinv (folder, parts);
      g_string_append_printf (text, "%s\r\n", line);
    }
  return g_string_free (text, FALSE);
}

/* What follows "metadata_services =" in @line, NULL when it is another line. */
static const char *find_services (const char *line)
{
  const char *end;

  if (!g_str_has_prefix (line, SERVICES))
    return NULL;
  end = line + strlen (SERVICES);
  end += strspn (end, " \t");
  return *end == '=' ? end + 1 : NULL;
}

/* The drive first, then what was there besides. */
static char *edit_services (const char *value)
{
  g_auto (GStrv) names = g_strsplit (value, ",", -1);
  GString *line = g_string_new (SERVICES "=" CONFIG_DRIVE);

  for (guint i = 0; names[i] != NULL; i++)
    {
      const char *name = g_strstrip (names[i]);
      if (*name != '\0' && strcmp (name, CONFIG_DRIVE) != 0)
        g_string_append_printf (line, ",%s", name);
    }
  return g_string_free (line, FALSE);
}

static gboolean is_drive_first (const char *value)
{
  return g_str_has_prefix (value + strspn (value, " \t"), CONFIG_DRIVE);
}

char *embark_cloudbase_edit_config (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  gboolean has_services = FALSE;

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_autofree char *clean = g_strchomp (g_strdup (lines[i]));
      const char *value = find_services (clean);
      gboolean has_return = g_str_has_suffix (lines[i], "\r");
      g_autofree char *edited = NULL;

      if (value == NULL)
        continue;
      has_services = TRUE;
      if (is_drive_first (value))
        continue;
      edited = edit_services (value);
      g_free (lines[i]);
      lines[i] = g_strconcat (edited, has_return ? "\r" : "", NULL);
    }
  for (guint i = 0; !has_services && lines[i] != NULL; i++)
    if (g_str_has_prefix (lines[i], SECTION))
      {
        g_autofree char *section = g_steal_pointer (&lines[i]);
        lines[i] =
            g_strconcat (section, "\n" SERVICES "=" CONFIG_DRIVE, g_str_has_suffix (section, "\r") ? "\r" : "", NULL);
        has_services = TRUE;
      }
  if (!has_services)
    return g_strconcat (SECTION "\r\n" SERVICES "=" CONFIG_DRIVE "\r\n", text, NULL);
  return g_strjoinv ("\n", lines);
}
