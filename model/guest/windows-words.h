/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What texts of a Windows say: paths, product names, settings files. Pure;
 * any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Path in the guest of a service's ImagePath: "\SystemRoot\…", "system32\…", "%SystemRoot%\…", "\??\C:\…",
 * "\"C:\…\" arguments". */
char *embark_windows_make_path (const char *image, const char *system_root);
/* Upper-case drive letter that @path begins with, also behind "\??\" or a quotation mark; 0 when none. */
char embark_windows_get_drive (const char *path);
/* "vmware", "virtualbox", …, when @name of an installed program is that of a hypervisor's tools; else NULL. */
const char *embark_windows_get_tools (const char *name);
/* TRUE for a package of virtio drivers; "Tencent" alone is none, as they make other programs too. */
gboolean embark_windows_is_virtio_package (const char *name, const char *publisher);
/* kms mak retail oem evaluation; NULL when none of the (nullable) texts tells. *ret_evidence: which did. */
const char *embark_windows_get_activation (const char *edition, const char *kms_server, const char *channel,
                                           const char *product_id, char **ret_evidence);
/* NULL when cloudbase-init would read the cloud's configuration drive, else what is wrong, translated. */
char *embark_windows_check_cloudbase (const char *config);
/* Whether an INF file, in UTF-8 or UTF-16, has a driver for "VEN_1AF4&DEV_…". */
gboolean embark_windows_inf_names (const guint8 *bytes, gsize length, const char *device);

G_END_DECLS
