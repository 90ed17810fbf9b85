/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What must not be the same on two machines.
 */
#include <glib/gi18n-lib.h>

#include "model/guest/fix.h"
#include "model/guest/guest-files.h"
#include "model/guest/linux-files.h"

#define MACHINE_ID "/etc/machine-id"
#define HOST_KEYS "/etc/ssh/ssh_host_*key{,.pub}"
#define DBUS_ID "/var/lib/dbus/machine-id"

/* An empty file is filled by systemd at the next start; a missing one makes it take the start for the very first. */
gboolean embark_fix_linux_machine_id (EmbarkFixSession *session, GError **error)
{
  guestfs_h *g = embark_fix_get_guest (session);

  if (embark_guest_has_file (g, MACHINE_ID) && !embark_fix_write (session, MACHINE_ID, "", 0, 0444, error))
    return FALSE;
  if (guestfs_is_symlink (g, DBUS_ID) == 1 || !embark_guest_has_entry (g, DBUS_ID))
    return TRUE;
  /* Systems without systemd make it anew when it is not there. */
  if (!embark_guest_has_entry (g, MACHINE_ID))
    return embark_fix_remove (session, DBUS_ID, error);
  return embark_fix_link (session, DBUS_ID, MACHINE_ID, error);
}

/* Without cloud-init nobody would make new ones, and the ssh server would not start. */
gboolean embark_refuse_linux_ssh_keys (EmbarkFixSession *session, GError **error)
{
  if (embark_facts_is (embark_fix_get_facts (session), "linux.cloudInit.installed")
      || embark_fix_is_chosen (session, "linux-cloud-init"))
    return TRUE;
  return embark_fix_refuse (
      error, _ ("The host keys of SSH stay: without cloud-init nobody makes new ones, and the machine could "
                "not be reached by SSH. Install cloud-init too."));
}

gboolean embark_fix_linux_ssh_keys (EmbarkFixSession *session, GError **error)
{
  g_auto (GStrv) found = embark_linux_glob (embark_fix_get_guest (session), HOST_KEYS);

  for (guint i = 0; found[i] != NULL; i++)
    /* A copy would go into every machine that is made of the image. */
    if (!embark_fix_remove_tree (session, found[i], error))
      return FALSE;
  return TRUE;
}
