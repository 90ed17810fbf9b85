/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which kernel a Linux disk starts by default, from the texts of its boot
 * loader: grub 2, grub legacy, BootLoaderSpec entries, extlinux. Nothing is
 * run; of grub's script only what grub-mkconfig writes is understood.
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
  char *version; /* (nullable) of the kernel, where the entry says it */
} EmbarkBootEntry;

void embark_boot_entry_free (EmbarkBootEntry *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkBootEntry, embark_boot_entry_free)

/* Each returns NULL when no entry with a kernel is there. @grubenv is nullable. */
EmbarkBootEntry *embark_boot_config_read_grub2 (const char *config, const char *grubenv);
/* The file that @config hands over to ("configfile"), when it has no entries of its own; NULL otherwise. As written, or
 * with the value of $prefix in front; the device cut off. */
char *embark_boot_config_get_grub2_include (const char *config);
/* @saved: the file grub/default, which "default saved" means; nullable. */
EmbarkBootEntry *embark_boot_config_read_legacy (const char *config, const char *saved);
/* extlinux and its sisters. */
EmbarkBootEntry *embark_boot_config_read_extlinux (const char *config);
/* The file that a line of it includes; NULL when none does. */
char *embark_boot_config_get_extlinux_include (const char *config);

/* Entries of the BootLoaderSpec and what decides between them. */
typedef struct
{
  const char *const *names;  /* file names of loader/entries */
  const char *const *texts;  /* their contents, as many */
  const char *grubenv;       /* (nullable) */
  const char *grub_config;   /* (nullable) it may set variables that entries use */
  const char *loader_config; /* (nullable) systemd-boot's loader.conf */
} EmbarkBlsInput;

EmbarkBootEntry *embark_boot_config_read_bls (const EmbarkBlsInput *input);
/* TRUE when grub's configuration takes its entries from loader/entries. */
gboolean embark_boot_config_uses_bls (const char *config);

/* "6.1.0-9-amd64" of "/boot/vmlinuz-6.1.0-9-amd64"; NULL when the name has no version, as in "vmlinuz-linux". */
char *embark_boot_kernel_version (const char *path);
/* The last value of @name in a kernel command line; "" for a bare word; NULL when absent. */
char *embark_cmdline_get (const char *cmdline, const char *name);

G_END_DECLS
