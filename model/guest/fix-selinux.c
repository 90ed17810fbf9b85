/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Labels of SELinux: files that were made from outside have none, so the guest
 * labels everything anew at its next start.
 */
#include "model/guest/fix.h"

#define RELABEL "/.autorelabel"

gboolean embark_fix_linux_selinux (EmbarkFixSession *session, GError **error)
{
  const char *mode = embark_facts_get_string (embark_fix_get_facts (session), "linux.selinux");

  if (mode == NULL || g_str_equal (mode, "disabled"))
    return TRUE;
  return embark_fix_write (session, RELABEL, "", 0, 0644, error);
}
