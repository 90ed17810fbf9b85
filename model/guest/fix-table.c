/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How each fix of model/check/fixes.c is done, in the same order.
 */
#include "model/guest/fix.h"

#define MIB (G_GUINT64_CONSTANT (1024) * 1024)

static const EmbarkFixEntry table[] = {
  { "linux-disks", NULL, embark_fix_linux_disks, MIB },
  { "linux-other-disks", NULL, embark_fix_linux_other_disks, MIB },
  { "linux-swap", NULL, embark_fix_linux_swap, MIB },
  /* Before files get the name of another card: the facts know them by the old one. */
  { "linux-dhcp", embark_refuse_linux_dhcp, embark_fix_linux_dhcp, MIB },
  { "linux-ipv6", NULL, embark_fix_linux_ipv6, MIB },
  { "linux-eth0", NULL, embark_fix_linux_eth0, MIB },
  { "linux-guest-tools", NULL, embark_fix_linux_guest_tools, MIB },
  { "linux-cloud-init", embark_refuse_linux_cloud_init, embark_fix_linux_cloud_init, 300 * MIB },
  { "linux-agent", embark_refuse_linux_agent, embark_fix_linux_agent, MIB },
  { "linux-ssh-keys", embark_refuse_linux_ssh_keys, embark_fix_linux_ssh_keys, MIB },
  { "linux-machine-id", NULL, embark_fix_linux_machine_id, MIB },
  { "linux-virtio", embark_refuse_linux_virtio, embark_fix_linux_virtio, 256 * MIB },
  { "linux-selinux", NULL, embark_fix_linux_selinux, MIB },
  { "windows-fast-startup", embark_refuse_windows, embark_fix_windows_fast_startup, MIB },
  { "windows-virtio", embark_refuse_windows_virtio, embark_fix_windows_virtio, 100 * MIB },
  { "windows-cloudbase", embark_refuse_windows_cloudbase, embark_fix_windows_cloudbase, 300 * MIB },
  { "windows-remote-desktop", embark_refuse_windows, embark_fix_windows_remote_desktop, MIB },
  { NULL, NULL, NULL, 0 },
};

const EmbarkFixEntry *embark_fix_table_get (void)
{
  return table;
}
