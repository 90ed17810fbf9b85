/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who may do what with a file of Windows. What ntfs-3g makes is everybody's to
 * change, which a program that the system starts must never be. Pure.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The extended attribute of ntfs-3g that is a descriptor. */
#define EMBARK_WINDOWS_DESCRIPTOR "system.ntfs_acl"

/* A security descriptor, self-relative as NTFS keeps it ([MS-DTYP] 2.4.6): Administrators own it; they and the system
 * may do everything; with @is_public users may read and run it; nobody else anything. What a folder gets later has the
 * same. */
GBytes *embark_windows_make_descriptor (gboolean is_folder, gboolean is_public);
/* Gives it to an entry of a tar archive, which ntfs-3g then lays down with it. */
struct archive_entry;
void embark_windows_protect_entry (struct archive_entry *entry, gboolean is_folder, gboolean is_public);

G_END_DECLS
