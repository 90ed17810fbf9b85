/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * IPv6 off: by the kernel's settings, and without what asks for it in the
 * files of the network cards.
 */
#include <string.h>

#include "model/guest/fix.h"
#include "model/guest/network-ipv6.h"

/* After those of distributions, before the user's own "99-…". */
#define SETTING "/etc/sysctl.d/70-embark-ipv6.conf"
/* Systems without systemd need not read the folder. */
#define OLD_SETTING "/etc/sysctl.conf"

static gboolean write_setting (EmbarkFixSession *session, GError **error)
{
  const char *init = embark_facts_get_string (embark_fix_get_facts (session), "linux.init");
  const char *path = g_strcmp0 (init, "systemd") == 0 ? SETTING : OLD_SETTING;
  g_autofree char *text = embark_fix_read (session, path);
  g_autofree char *changed = embark_sysctl_disable_ipv6 (text);

  return embark_fix_write (session, path, changed, -1, 0644, error);
}

gboolean embark_fix_linux_ipv6 (EmbarkFixSession *session, GError **error)
{
  JsonArray *list = embark_facts_get_list (embark_fix_get_facts (session), "linux.network.interfaces");

  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    {
      JsonObject *interface = json_array_get_object_element (list, i);
      const char *file = json_object_get_string_member_with_default (interface, "file", "");
      g_autofree char *text = file[0] == '/' ? embark_fix_read (session, file) : NULL;
      g_autofree char *changed = text != NULL ? embark_network_drop_ipv6 (text, file) : NULL;

      if (changed != NULL && !embark_fix_write (session, file, changed, -1, 0644, error))
        return FALSE;
    }
  return write_setting (session, error);
}
