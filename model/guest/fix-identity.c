/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What must not be the same on two machines.
 */
#include "model/guest/fix.h"
#include "model/guest/guest-files.h"

#define MACHINE_ID "/etc/machine-id"
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
