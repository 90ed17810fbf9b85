/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Settings of the tools that build an initramfs, so that what is built later
 * holds the drivers too. Pure text; any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* /etc/initramfs-tools/modules: one a line. The functions return a new text, equal to the old one when all are there;
 * @modules is NULL-terminated; "-" and "_" are one. */
char *embark_initramfs_add_lines (const char *text, const char *const *modules);
/* /etc/sysconfig/kernel of SUSE: the words of INITRD_MODULES. Without such a line the text stays. */
char *embark_initramfs_add_words (const char *text, const char *const *modules);
/* /etc/modprobe.conf of EL 5: what mkinitrd takes for drivers of disks. */
char *embark_initramfs_add_aliases (const char *text, const char *const *modules);
/* A file for /etc/dracut.conf.d. */
char *embark_initramfs_make_dracut (const char *const *modules);

G_END_DECLS
