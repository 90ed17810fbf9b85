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
#include "model/guest/linux-tools.h"
#include "model/guest/shadow.h"

#define SHADOW "/etc/shadow"

static void add_tools (guestfs_h *g, EmbarkFacts *facts)
{
  embark_linux_set_list (facts, "os.guestTools");
  for (const EmbarkLinuxTool *tool = embark_linux_tools_get (); tool->name; tool++)
    {
      g_auto (GStrv) found = embark_linux_glob (g, tool->files);
      g_auto (GStrv) starts = found[0] ? embark_linux_tool_find_starts (g, tool) : NULL;
      g_autofree char *evidence = NULL;
      JsonObject *object;

      if (!found[0])
        continue;
      object = embark_facts_append (facts, "os.guestTools");
      evidence = g_utf8_make_valid (found[0], -1);
      json_object_set_string_member (object, "name", tool->name);
      json_object_set_string_member (object, "evidence", evidence);
      json_object_set_boolean_member (object, "enabled", starts[0] != NULL);
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
