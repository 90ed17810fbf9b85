/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the fixes of disk names share. In the helper only.
 */
#pragma once

#include "model/guest/device-map.h"
#include "model/guest/fix.h"
#include "model/guest/fstab.h"
#include "model/guest/fstab-edit.h"

G_BEGIN_DECLS

#define EMBARK_FSTAB "/etc/fstab"
#define EMBARK_RESUME "/etc/initramfs-tools/conf.d/resume"

/* From all names that the guest's files use now. NULL with @error, BLOCKED when they contradict each other. */
EmbarkDeviceMap *embark_fix_map_devices (EmbarkFixSession *session, GError **error);
/* What is on the disk, by every name that stays. */
EmbarkDiskNames *embark_fix_collect_names (EmbarkFixSession *session);
/* Changes the lines of @path with @map; a file that is not there is left alone. *failure: (owned) what @map left there
 * ends it. */
gboolean embark_fix_map_table (EmbarkFixSession *session, const char *path, EmbarkTableFunc map, gpointer data,
                               GError **failure, GError **error);
/* TRUE when @options lets the system start without the disk. */
gboolean embark_fix_is_optional (const char *options);

G_END_DECLS
