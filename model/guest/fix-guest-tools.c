/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The tools of other hypervisors stay, and do not start: they look for a host
 * that is not there, and their removal could take more along than is wanted.
 */
#include "model/guest/fix.h"
#include "model/guest/linux-tools.h"

static gboolean stop_start (EmbarkFixSession *session, const char *path, GError **error)
{
  g_autofree char *mask = embark_linux_tool_make_mask_path (path);

  if (mask == NULL)
    return embark_fix_remove (session, path, error);
  if (g_str_has_suffix (mask, ".override"))
    return embark_fix_write (session, mask, "manual\n", -1, 0644, error);
  return embark_fix_link (session, mask, "/dev/null", error);
}

gboolean embark_fix_linux_guest_tools (EmbarkFixSession *session, GError **error)
{
  for (const EmbarkLinuxTool *tool = embark_linux_tools_get (); tool->name != NULL; tool++)
    {
      g_auto (GStrv) starts =
          tool->is_foreign ? embark_linux_tool_find_starts (embark_fix_get_guest (session), tool) : NULL;

      for (guint i = 0; starts != NULL && starts[i] != NULL; i++)
        if (!stop_start (session, starts[i], error))
          return FALSE;
    }
  return TRUE;
}
