/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SELinux, the file of passwords, and the tools of other hypervisors.
 */
#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <string.h>

#include "model/guest/guest-files.h"
#include "model/guest/inspect-linux.h"
#include "model/guest/linux-files.h"
#include "model/guest/shadow.h"

#define SHADOW "/etc/shadow"

static const struct
{
  const char *name;
  const char *pattern;
} tools[] = {
  { "vmware",
    "/{usr/bin/vmtoolsd,usr/sbin/vmtoolsd,etc/vmware-tools,usr/lib/vmware-tools,usr/bin/vmware-toolbox-cmd}" },
  { "virtualbox", "/{usr/sbin/VBoxService,usr/bin/VBoxService,usr/bin/VBoxClient,opt/VBoxGuestAdditions-*}" },
  { "xen", "/{usr/sbin/xe-daemon,usr/sbin/xe-linux-distribution,usr/share/xe-guest-utilities,"
           "etc/systemd/system/multi-user.target.wants/xe-*.service,opt/xensource,"
           "usr/sbin/xenguestagent,usr/sbin/xen-guest-agent}" },
  { "hyperv", "/{usr/sbin/hv_kvp_daemon,usr/sbin/hypervkvpd,usr/libexec/hypervkvpd,usr/sbin/hv_vss_daemon,"
              "usr/sbin/hypervvssd,usr/lib/linux-tools/*/hv_kvp_daemon}" },
  { "qemu", "/{usr/bin/qemu-ga,usr/sbin/qemu-ga,usr/local/bin/qemu-ga}" },
  { "parallels", "/{usr/bin/prltoolsd,usr/sbin/prltoolsd,usr/lib/parallels-tools,usr/bin/prlcc}" },
};

static void add_tools (guestfs_h *g, EmbarkFacts *facts)
{
  embark_linux_set_list (facts, "os.guestTools");
  for (guint i = 0; i < G_N_ELEMENTS (tools); i++)
    {
      g_auto (GStrv) found = embark_linux_glob (g, tools[i].pattern);
      g_autofree char *evidence = NULL;
      JsonObject *object;

      if (!found[0])
        continue;
      object = embark_facts_append (facts, "os.guestTools");
      evidence = g_utf8_make_valid (found[0], -1);
      json_object_set_string_member (object, "name", tools[i].name);
      json_object_set_string_member (object, "evidence", evidence);
    }
}

static gboolean is_immutable (guestfs_h *g)
{
  char *attributes = guestfs_get_e2attrs (g, SHADOW);
  gboolean is_set = attributes && strchr (attributes, 'i');

  free (attributes);
  return is_set;
}

static const char *judge_shadow (guestfs_h *g)
{
  g_autofree char *text = NULL;

  if (!embark_guest_has_entry (g, SHADOW))
    return "missing";
  text = embark_guest_read_text (g, SHADOW);
  if (!text || !embark_shadow_is_sound (text))
    return "unreadable";
  return is_immutable (g) ? "immutable" : "ok";
}

void embark_inspect_settings (EmbarkLinux *self)
{
  g_autofree char *config = embark_guest_read_text (self->g, "/etc/selinux/config");
  const char *cmdline = embark_facts_get_string (self->facts, "linux.cmdline");
  const char *mode = embark_selinux_get_mode (config, cmdline);

  if (mode)
    embark_facts_set_string (self->facts, "linux.selinux", mode);
  else if (!config && !embark_guest_has_entry (self->g, "/etc/selinux/config"))
    embark_facts_set_string (self->facts, "linux.selinux", "disabled");
  else
    embark_facts_set_unknown (self->facts, "linux.selinux", _ ("/etc/selinux/config does not name a mode"));
  embark_facts_set_boolean (self->facts, "linux.selinuxRelabel", embark_guest_has_entry (self->g, "/.autorelabel"));
  embark_facts_set_string (self->facts, "linux.shadow", judge_shadow (self->g));
  add_tools (self->g, self->facts);
}
