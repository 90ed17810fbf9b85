/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether KVM really runs a Linux kernel here: hosts exist where /dev/kvm can
 * be opened and every Linux guest hangs. In the helper only; blocking.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Boots @kernel alone in @qemu and waits for it to stop by itself, at most 15 s. The answer is kept in
 * @cache_dir/kvm-probe until the computer restarts or qemu or the kernel changes. */
gboolean embark_kvm_probe (const char *qemu, const char *kernel, const char *cache_dir);
/* Writes down that KVM does not work after all. */
void embark_kvm_probe_note_failure (const char *qemu, const char *kernel, const char *cache_dir);

G_END_DECLS
