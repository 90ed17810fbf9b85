/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The virtio drivers for one Windows, out of what the user has: an ISO image
 * or a folder. Everything in it is hostile: names are checked, sizes and
 * numbers are bounded, and nothing is written to this computer. Any thread.
 */
#pragma once

#include <gio/gio.h>

#include "model/guest/driver-version.h"

G_BEGIN_DECLS

/* One file of a driver, in memory. */
typedef struct
{
  char *name; /* lower case, no folder; printable ASCII without any of the signs that Windows or a path would read */
  GBytes *bytes;
} EmbarkDriverFile;

typedef struct
{
  char *name;       /* lower case, from the .inf's file name: "viostor", "vioscsi", "netkvm", "balloon", "vioser"… */
  char *folder;     /* where it was found inside the source, for messages: "viostor/2k12R2/amd64"; "." at its top */
  char *version;    /* of DriverVer, (nullable) */
  char *service;    /* of AddService, (nullable): printable ASCII without a backslash */
  char *binary;     /* file name of the service's program, in files: "viostor.sys", (nullable) */
  char *class_guid; /* upper case with braces, (nullable) */
  char **ids;       /* PCI ids upper case in the INF's models section for this system, each once, in its order:
                     * "PCI\\VEN_1AF4&DEV_1001&SUBSYS_00021AF4&REV_00", NULL-terminated. Behind "PCI\\" no backslash. */
  GPtrArray *files; /* of EmbarkDriverFile: .inf, .cat, .sys and whatever else the INF copies (co-installers .dll/.exe);
                     * no .pdb. The .inf comes first. */
} EmbarkDriver;

/* Opens an ISO image (by its content, not its name) or a folder, and returns its drivers for exactly @windows: of each
 * name one, sorted by name. Folders that are named for a Windows and an architecture decide first
 * ("viostor/2k12R2/amd64", "by-os/amd64/2k12R2", "amd64/2k12R2"); without such names the INF's own [Manufacturer] does.
 * Symbolic links are followed within the source only.
 *
 * A driver whose .sys is missing is left out. A storage driver (viostor or vioscsi) and a network driver (netkvm) must
 * be among them, told by the PCI ids they drive and not by their names: else EMBARK_ERROR_BLOCKED with what is missing,
 * what the source holds and where to get a better one. NOT_FOUND or NOT_READABLE: of @path itself. DAMAGED_IMAGE: an
 * ISO that is cut off. BLOCKED also: neither an ISO nor a folder, or more than one may hold (20000 files, 16 MiB a
 * file, 64 MiB of drivers). */
GPtrArray *embark_driver_source_load (const char *path, const EmbarkWindowsVersion *windows, GCancellable *cancellable,
                                      GError **error);

/* TRUE when one of the ids is that of a virtio device: "1001", "1042" (block), "1004", "1048" (SCSI), "1000", "1041"
 * (network) … Upper case. */
gboolean embark_driver_drives (const EmbarkDriver *self, const char *device);
/* The (nullable) file of that name; borrowed. */
const EmbarkDriverFile *embark_driver_find_file (const EmbarkDriver *self, const char *name);
void embark_driver_free (EmbarkDriver *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkDriver, embark_driver_free)

G_END_DECLS
