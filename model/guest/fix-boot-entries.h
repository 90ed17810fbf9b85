/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Kernel arguments of everything that starts this Linux system, whatever its
 * boot loader. The files are changed directly; nothing of the guest is run.
 */
#pragma once

#include "model/guest/boot-edit.h"
#include "model/guest/fix.h"

G_BEGIN_DECLS

/* What root= may say in an entry of the system that is made ready. Free with g_strfreev(). */
GStrv embark_fix_list_roots (EmbarkFixSession *session);

/* In grub.cfg, entries of the BootLoaderSpec, grub's environment, grub legacy, extlinux, and in what these are made
 * from: /etc/default/grub, /etc/kernel/cmdline. Entries of other systems are left alone. @edit: its roots are not
 * looked at. */
gboolean embark_fix_boot_entries (EmbarkFixSession *session, const EmbarkCmdlineEdit *edit, GError **error);

G_END_DECLS
