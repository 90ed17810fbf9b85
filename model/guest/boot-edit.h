/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Changes kernel arguments in the texts of boot loaders. Everything else of a
 * text stays as it is, byte for byte; a second pass changes nothing. Pure
 * text; any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What one argument ("root=/dev/sda1", "quiet") becomes: NULL: it stays, "": it goes. */
typedef char *(*EmbarkCmdlineMapFunc) (const char *word, gpointer data);

typedef struct
{
  /* (nullable) what root= may say in an entry of this system. Entries with another root or none are left alone. */
  const char *const *roots;
  EmbarkCmdlineMapFunc map; /* (nullable) */
  gpointer data;
  const char *const *add; /* (nullable) "NAME=VALUE": instead of all of that name, or at the end */
} EmbarkCmdlineEdit;

/* The functions return a new text, equal to the old one when there is nothing to change. */
/* The arguments alone, whatever their root. */
char *embark_cmdline_edit (const char *cmdline, const EmbarkCmdlineEdit *edit);
/* grub.cfg: the lines that load a kernel, and "set kernelopts=". */
char *embark_boot_edit_grub2 (const char *text, const EmbarkCmdlineEdit *edit);
/* grub.conf, menu.lst; also "# kopt=", from which Debian makes the entries. */
char *embark_boot_edit_legacy (const char *text, const EmbarkCmdlineEdit *edit);
/* extlinux and its sisters. */
char *embark_boot_edit_extlinux (const char *text, const EmbarkCmdlineEdit *edit);
/* One entry of the BootLoaderSpec. */
char *embark_boot_edit_bls (const char *text, const EmbarkCmdlineEdit *edit);
/* The environment block of grub; only "kernelopts". Its size stays; NULL with @error (FAILED) when it is full. */
char *embark_boot_edit_grubenv (const char *text, const EmbarkCmdlineEdit *edit, GError **error);
/* /etc/default/grub and its parts: GRUB_CMDLINE_LINUX and its sisters, whatever their root. What is new goes to the
 * first of them; @may_append: that line is made when it is not there. */
char *embark_boot_edit_defaults (const char *text, const EmbarkCmdlineEdit *edit, gboolean may_append);

G_END_DECLS
