/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The program that installs the drivers at the first start of Windows: where
 * it is on this computer, and what a disk that gets it must hold. Its source is
 * in resources/windows.
 *
 * In the guest: the program as %SystemRoot%\Drivers\VirtIO\EMBARK_FIRST_BOOT_FILE
 * beside the drivers, whose .inf files it hands to pnputil; and a service of its
 * own process (Type 0x10, Start 2, ErrorControl 0, ObjectName LocalSystem) with
 * any name. Once done, or after three starts, it removes both; its log stays.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define EMBARK_FIRST_BOOT_SERVICE "EmbarkFirstBoot"
#define EMBARK_FIRST_BOOT_FILE "embark-first-boot.exe"
#define EMBARK_FIRST_BOOT_LOG "embark-first-boot.log" /* beside it */

/* @arch: "x86_64" or "i386", of Windows. A path of this computer, beside the program that asks: in its folder "embark"
 * when installed, else in its own (the build). TOOL_MISSING when there is none. */
char *embark_first_boot_find (const char *arch, GError **error);
/* The same beside programs of @folder. */
char *embark_first_boot_find_in (const char *folder, const char *arch, GError **error);

G_END_DECLS
