/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which kernel a Linux disk starts by default, from the texts of its boot
 * loader: grub 2, grub legacy, BootLoaderSpec entries. Nothing is run; of
 * grub's script only the lines that grub-mkconfig writes are understood.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  char *title;   /* (nullable) */
  char *kernel;  /* path as written, "(hd0,1)" and the like cut off */
  char *initrd;  /* (nullable) the last one named */
  char *cmdline; /* what follows the kernel */
} EmbarkBootEntry;

void embark_boot_entry_free (EmbarkBootEntry *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkBootEntry, embark_boot_entry_free)

/* Each returns NULL when no entry with a kernel is there. @grubenv is nullable. */
EmbarkBootEntry *embark_boot_config_read_grub2 (const char *config, const char *grubenv);
EmbarkBootEntry *embark_boot_config_read_legacy (const char *config);
/* @names: file names of loader/entries, @texts: their contents, as many. */
EmbarkBootEntry *embark_boot_config_read_bls (const char *const *names, const char *const *texts, const char *grubenv);
/* TRUE when grub's configuration takes its entries from loader/entries. */
gboolean embark_boot_config_uses_bls (const char *config);

/* "6.1.0-9-amd64" of "/boot/vmlinuz-6.1.0-9-amd64"; NULL when the name has no version. */
char *embark_boot_kernel_version (const char *path);
/* The last value of @name in a kernel command line; "" for a bare word; NULL when absent. */
char *embark_cmdline_get (const char *cmdline, const char *name);
/* The device field of "/" in an fstab; NULL when absent. */
char *embark_fstab_get_root (const char *fstab);

G_END_DECLS
