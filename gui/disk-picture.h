/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkDiskPicture: the partitions of a disk drawn to scale, each with its
 * name, size and how full it is; the same in words for screen readers.
 */
#pragma once

#include <gtk/gtk.h>

#include "model/base/facts.h"

G_BEGIN_DECLS

#define EMBARK_TYPE_DISK_PICTURE (embark_disk_picture_get_type ())
G_DECLARE_FINAL_TYPE (EmbarkDiskPicture, embark_disk_picture, EMBARK, DISK_PICTURE, GtkWidget)

/* Reads disk.partitions, disk.filesystems and image.virtualSize. FALSE when there is nothing to draw. */
gboolean embark_disk_picture_set_facts (EmbarkDiskPicture *self, EmbarkFacts *facts);

G_END_DECLS
