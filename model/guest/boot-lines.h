/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the readers of boot loader texts share. Inside model/guest only.
 */
#pragma once

#include "model/guest/boot-config.h"

G_BEGIN_DECLS

/* Stripped of blanks on both sides; at most 20000. */
char **embark_boot_split_lines (const char *text);
/* What follows the first of @words that starts @line, blanks skipped; NULL when none does. */
const char *embark_boot_match_word (const char *line, const char *const *words);
/* Without "(hd0,0)", "($root)" or "${root}" in front. Borrowed from @path. */
const char *embark_boot_skip_device (const char *path);
/* @rest: "PATH OPTIONS…". */
void embark_boot_entry_set_kernel (EmbarkBootEntry *entry, const char *rest);
/* @rest: "PATH PATH…"; the last one counts, microcode comes first. */
void embark_boot_entry_set_initrd (EmbarkBootEntry *entry, const char *rest);
/* A variable of grub's environment block; NULL when absent or @grubenv is NULL. */
char *embark_grubenv_get (const char *grubenv, const char *name);

G_END_DECLS
