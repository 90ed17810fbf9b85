/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where a fix puts a file of Windows. In the helper only.
 */
#pragma once

#include "model/guest/fix.h"

G_BEGIN_DECLS

/* @path below %SystemRoot%, '/' between folders, in the guest's own spelling as far as it is there, since Windows sees
 * one folder in "Drivers" and "drivers". Free. */
char *embark_windows_place (EmbarkFixSession *session, const char *path);
typedef struct
{
  char *path; /* below %SystemRoot%, '/' between folders */
  GBytes *bytes;
} EmbarkWindowsFile;

/* Puts files into Windows; what is there already and differs is replaced as by embark_fix_write(). All that is new goes
 * in one piece, since every call to the appliance takes a while. @files: of EmbarkWindowsFile. */
gboolean embark_windows_write_files (EmbarkFixSession *session, GPtrArray *files, GError **error);
EmbarkWindowsFile *embark_windows_file_new (const char *path, GBytes *bytes);
void embark_windows_file_free (EmbarkWindowsFile *self);

/* An empty file or a folder that is not there yet, with a descriptor of windows-security.h; what is written into it
 * later keeps that. FALSE with the last error of @g. */
gboolean embark_windows_create (guestfs_h *g, const char *path, gboolean is_folder, gboolean is_public);

G_END_DECLS
