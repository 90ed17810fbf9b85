/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * By files, never by packages: what is installed by hand is in no list.
 */
#include "model/guest/linux-tools.h"

#include <stdlib.h>
#include <string.h>

#include "model/guest/guest-files.h"
#include "model/guest/linux-files.h"

#define UNITS "/etc/systemd/system"
#define JOBS "/etc/init/"
/* %1$s: services. */
#define STARTS                                                                                                         \
  "/{etc/systemd/system/*.{wants,requires}/{%1$s}.{service,mount,path},"                                               \
  "{usr/lib,lib}/systemd/system/*.{wants,requires}/{%1$s}.{service,mount,path},"                                       \
  "etc/{rc.d/,}rc{2,3,4,5}.d/S??{%1$s},etc/runlevels/*/{%1$s},etc/init/{%1$s}.conf}"

static const EmbarkLinuxTool tools[] = {
  { "vmware", "/{usr/bin/vmtoolsd,usr/sbin/vmtoolsd,etc/vmware-tools,usr/lib/vmware-tools,usr/bin/vmware-toolbox-cmd}",
    "vmtoolsd,open-vm-tools,vgauth,vgauthd,vmware-tools,vmware-tools-*,vmware-USBArbitrator,run-vmblock*", TRUE },
  { "virtualbox", "/{usr/sbin/VBoxService,usr/bin/VBoxService,usr/bin/VBoxClient,opt/VBoxGuestAdditions-*}",
    "vboxadd,vboxadd-*,vboxservice,virtualbox-guest-*,vboxguest-*", TRUE },
  { "xen",
    "/{usr/sbin/xe-daemon,usr/sbin/xe-linux-distribution,usr/share/xe-guest-utilities,opt/xensource,"
    "etc/systemd/system/multi-user.target.wants/xe-*.service,"
    "usr/sbin/xenguestagent,usr/sbin/xen-guest-agent}",
    "xe-daemon,xe-linux-distribution,xe-guest-utilities,xenguestagent,xen-guest-agent", TRUE },
  { "hyperv",
    "/{usr/sbin/hv_kvp_daemon,usr/sbin/hypervkvpd,usr/libexec/hypervkvpd,usr/sbin/hv_vss_daemon,"
    "usr/sbin/hypervvssd,usr/lib/linux-tools/*/hv_kvp_daemon}",
    "hv-kvp-daemon,hv-vss-daemon,hv-fcopy-daemon,hypervkvpd,hypervvssd,hypervfcopyd", FALSE },
  { "qemu", "/{usr/bin/qemu-ga,usr/sbin/qemu-ga,usr/local/bin/qemu-ga}", "qemu-guest-agent,qemu-ga", FALSE },
  { "parallels", "/{usr/bin/prltoolsd,usr/sbin/prltoolsd,usr/lib/parallels-tools,usr/bin/prlcc}",
    "prltoolsd,prltools*,prl-x11", TRUE },
  { NULL, NULL, NULL, FALSE },
};

const EmbarkLinuxTool *embark_linux_tools_get (void)
{
  return tools;
}

static gboolean is_job (const char *path)
{
  return g_str_has_prefix (path, JOBS);
}

char *embark_linux_tool_make_mask_path (const char *path)
{
  g_autofree char *base = g_path_get_basename (path);

  if (is_job (path))
    return g_strdup_printf ("%.*s.override", (int) (strlen (path) - strlen (".conf")), path);
  if (g_str_has_prefix (path, "/usr/lib/") || g_str_has_prefix (path, "/lib/"))
    return g_build_filename (UNITS, base, NULL);
  return NULL;
}

/* @units: what UNITS holds. */
static gboolean is_masked (guestfs_h *g, const EmbarkLinuxFolder *units, const char *path)
{
  g_autofree char *base = g_path_get_basename (path);
  g_autofree char *override = is_job (path) ? embark_linux_tool_make_mask_path (path) : NULL;
  g_autofree char *text = override != NULL ? embark_guest_read_text (g, override) : NULL;

  if (is_job (path))
    return text != NULL && g_regex_match_simple ("^\\s*manual\\s*$", text, G_REGEX_MULTILINE | G_REGEX_RAW, 0);
  return strstr (path, "/systemd/") != NULL
         && g_strcmp0 (embark_linux_folder_get_target (units, base), "/dev/null") == 0;
}

GStrv embark_linux_tool_find_starts (guestfs_h *g, const EmbarkLinuxTool *tool)
{
  g_autofree char *pattern = g_strdup_printf (STARTS, tool->services);
  g_auto (GStrv) found = embark_linux_glob (g, pattern);
  g_autoptr (EmbarkLinuxFolder) units = found[0] != NULL ? embark_linux_folder_read (g, UNITS) : NULL;
  g_autoptr (GStrvBuilder) starts = g_strv_builder_new ();

  for (guint i = 0; found[i] != NULL; i++)
    if (!is_masked (g, units, found[i]))
      g_strv_builder_add (starts, found[i]);
  return g_strv_builder_end (starts);
}
