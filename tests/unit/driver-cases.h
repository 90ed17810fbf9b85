/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Made-up sources of Windows drivers: a temporary folder, and an ISO image of
 * the same files by libarchive.
 */
#pragma once

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <archive.h>
#include <archive_entry.h>
#include <gio/gio.h>

#include "model/guest/driver-version.h"

static const EmbarkWindowsVersion windows_2008r2 = { 6, 1, 7601, TRUE, TRUE };
static const EmbarkWindowsVersion windows_2012r2 = { 6, 3, 9600, TRUE, TRUE };
static const EmbarkWindowsVersion windows_2019 = { 10, 0, 17763, TRUE, TRUE };

static inline char *make_folder (void)
{
  g_autoptr (GError) error = NULL;
  char *folder = g_dir_make_tmp ("embark-drivers-XXXXXX", &error);

  g_assert_no_error (error);
  return folder;
}

static inline void remove_tree (const char *path)
{
  g_autoptr (GDir) dir = g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    {
      g_autofree char *child = g_build_filename (path, name, NULL);
      remove_tree (child);
    }
  g_assert_cmpint (remove (path), ==, 0);
}

/* @path: below @top; its folders are made. */
static inline void write_bytes (const char *top, const char *path, const void *bytes, gsize length)
{
  g_autofree char *file = g_build_filename (top, path, NULL);
  g_autofree char *folder = g_path_get_dirname (file);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_file_set_contents (file, bytes, (gssize) length, &error);
  g_assert_no_error (error);
}

static inline void write_link (const char *top, const char *path, const char *target)
{
  g_autofree char *file = g_build_filename (top, path, NULL);
  g_autofree char *folder = g_path_get_dirname (file);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_cmpint (symlink (target, file), ==, 0);
}

/* An INF of a driver of one .sys; @decoration: "NTamd64"; (nullable) @more: lines for [SourceDisksFiles]. */
static inline char *make_inf (const char *name, const char *device, const char *decoration, const char *date)
{
  return g_strdup_printf ("[Version]\r\nSignature=\"$Windows NT$\"\r\nClass=SCSIAdapter\r\n"
                          "ClassGUID={4d36e97b-e325-11ce-bfc1-08002be10318}\r\nProvider=%%VENDOR%%\r\n"
                          "DriverVer=%s,62.93.104.24000 ; stamped\r\nCatalogFile=%s.cat\r\n"
                          "[SourceDisksNames]\r\n1 = %%Disk%%,,,\"\"\r\n[SourceDisksFiles]\r\n%s.sys = 1,,\r\n"
                          "[Manufacturer]\r\n%%VENDOR%% = Models,%s\r\n"
                          "[Models.%s]\r\n%%Name%% = inst, PCI\\VEN_1AF4&DEV_%s&SUBSYS_00021AF4&REV_00,"
                          " PCI\\VEN_1AF4&DEV_%s\r\n"
                          "[inst]\r\nCopyFiles = Files\r\n[Files]\r\n%s.sys,,,2\r\n"
                          "[inst.Services]\r\nAddService = %s, 0x00000002, service\r\n"
                          "[service]\r\nServiceBinary = %%12%%\\%s.sys\r\n"
                          "[Strings]\r\nVENDOR = \"Nobody, Inc.\"\r\nDisk = \"A disk\"\r\nName = \"A device\"\r\n",
                          date, name, name, decoration, decoration, device, device, name, name, name);
}

/* .inf, .sys, .cat and a .pdb in @folder; the .sys says where it is from. */
static inline void write_driver_dated (const char *top, const char *folder, const char *name, const char *device,
                                       const char *decoration, const char *date)
{
  g_autofree char *inf = make_inf (name, device, decoration, date);
  g_autofree char *sys = g_strdup_printf ("program of %s in %s", name, folder);
  const char *const suffixes[] = { "inf", "sys", "cat", "pdb" };
  const char *const contents[] = { inf, sys, "catalog", "debug" };

  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *path = g_strdup_printf ("%s%s%s.%s", folder, *folder ? "/" : "", name, suffixes[i]);
      write_bytes (top, path, contents[i], strlen (contents[i]));
    }
}

static inline void write_driver (const char *top, const char *folder, const char *name, const char *device,
                                 const char *decoration)
{
  write_driver_dated (top, folder, name, device, decoration, "07/03/2023");
}

static inline void add_to_iso (struct archive *iso, const char *top, const char *path)
{
  g_autofree char *file = g_build_filename (top, path, NULL);
  struct archive_entry *entry = archive_entry_new ();
  g_autofree char *contents = NULL;
  g_autofree char *target = g_file_read_link (file, NULL);
  gsize length = 0;
  gboolean is_folder = !target && g_file_test (file, G_FILE_TEST_IS_DIR);

  if (!target && !is_folder)
    g_assert_cmpint (g_file_get_contents (file, &contents, &length, NULL), ==, TRUE);
  archive_entry_set_pathname (entry, path);
  archive_entry_set_filetype (entry, target ? AE_IFLNK : is_folder ? AE_IFDIR : AE_IFREG);
  archive_entry_set_perm (entry, 0755);
  archive_entry_set_size (entry, (la_int64_t) length);
  if (target)
    archive_entry_set_symlink (entry, target);
  /* Without Rock Ridge there are no links, which is a warning. */
  g_assert_cmpint (archive_write_header (iso, entry), >=, target ? ARCHIVE_WARN : ARCHIVE_OK);
  g_assert_cmpint (archive_write_data (iso, contents ? contents : "", length), ==, (gssize) length);
  archive_entry_free (entry);
}

static inline void add_folder_to_iso (struct archive *iso, const char *top, const char *path)
{
  g_autofree char *folder = g_build_filename (top, path, NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    {
      g_autofree char *child = *path ? g_build_filename (path, name, NULL) : g_strdup (name);
      g_autofree char *file = g_build_filename (top, child, NULL);
      add_to_iso (iso, top, child);
      if (!g_file_test (file, G_FILE_TEST_IS_SYMLINK) && g_file_test (file, G_FILE_TEST_IS_DIR))
        add_folder_to_iso (iso, top, child);
    }
}

/* What is in @top as the ISO image @iso. @options: "rockridge=useful,joliet", "!rockridge,!joliet" … */
static inline void write_iso (const char *top, const char *path, const char *options)
{
  struct archive *iso = archive_write_new ();

  g_assert_cmpint (archive_write_set_format_iso9660 (iso), ==, ARCHIVE_OK);
  g_assert_cmpint (archive_write_set_options (iso, options), ==, ARCHIVE_OK);
  g_assert_cmpint (archive_write_open_filename (iso, path), ==, ARCHIVE_OK);
  add_folder_to_iso (iso, top, "");
  g_assert_cmpint (archive_write_close (iso), ==, ARCHIVE_OK);
  archive_write_free (iso);
}
