/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What folders of Windows drivers are called, and which of them fits a
 * Windows. Pure; any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* 6.1.7601 is 7 and 2008 R2, 10.0.20348 is 2022 (reference: "Windows version numbers"). */
typedef struct
{
  guint major, minor, build;
  gboolean is_server;
  gboolean is_64_bit;
} EmbarkWindowsVersion;

/* "Windows Server 2012 R2, 64-bit"; of a version without a name "Windows 6.4, 32-bit". Translated; free. */
char *embark_windows_version_describe (const EmbarkWindowsVersion *windows);

/* TRUE for the name of a folder that stands for a Windows: "2k12R2", "w8.1", "Win10", "WLH"; in any case. */
gboolean embark_driver_folder_is_version (const char *name);
/* How well drivers of the folder @name fit @windows; 0: not at all, among them those for a newer Windows and those of
 * NT 5 for a later one. Higher is better: the same kind (server or client) up to this version, the newest best; then
 * the other kind with the same kernel. */
guint64 embark_driver_folder_rank (const char *name, const EmbarkWindowsVersion *windows);

typedef enum
{
  EMBARK_DRIVER_CPU_UNKNOWN, /* no name of an architecture */
  EMBARK_DRIVER_CPU_X86,
  EMBARK_DRIVER_CPU_AMD64,
  EMBARK_DRIVER_CPU_OTHER, /* ARM64, Itanium: never of use */
} EmbarkDriverCpu;

/* "amd64", "x64", "i386", "x86", "ARM64"; in any case. */
EmbarkDriverCpu embark_driver_folder_get_cpu (const char *name);

G_END_DECLS
