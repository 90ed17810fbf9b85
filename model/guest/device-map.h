/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the disk was called where the system ran, and by which UUID each of its
 * partitions can be named instead. From the facts alone; any thread.
 */
#pragma once

#include "model/base/facts.h"

G_BEGIN_DECLS

typedef struct _EmbarkDeviceMap EmbarkDeviceMap;

typedef enum
{
  EMBARK_DEVICE_OTHER,   /* not a name of the kernel, of a path or of a serial number */
  EMBARK_DEVICE_THIS,    /* a partition of this disk */
  EMBARK_DEVICE_WHOLE,   /* this disk itself */
  EMBARK_DEVICE_ABSENT,  /* another disk, or a partition that is not there */
  EMBARK_DEVICE_UNCLEAR, /* a name that may be of this disk or of another */
} EmbarkDeviceKind;

/* @names: (NULL-terminated) all device names that the system uses, from which it is told how this disk was called.
 * BLOCKED when the facts contradict each other, with what to do. */
EmbarkDeviceMap *embark_device_map_new (EmbarkFacts *facts, const char *const *names, GError **error);
void embark_device_map_free (EmbarkDeviceMap *self);

/* @device: "/dev/sda1", "/dev/disk/by-path/…-part1"; "UUID=…" and the like are OTHER. *ret_number: (nullable) of its
 * partition, for THIS and ABSENT. */
EmbarkDeviceKind embark_device_map_find (EmbarkDeviceMap *self, const char *device, guint *ret_number);
/* "UUID=…" for a partition of this disk. NULL with BLOCKED and the reason when its contents have no UUID, or more than
 * one has the same. */
char *embark_device_map_name (EmbarkDeviceMap *self, guint number, GError **error);
/* (nullable) the type of what partition @number holds, as blkid says; borrowed. */
const char *embark_device_map_get_type (EmbarkDeviceMap *self, guint number);
/* TRUE for the partition that the root lies on. */
gboolean embark_device_map_is_root (EmbarkDeviceMap *self, guint number);
/* The disk of a partition's name and its number (0: the whole disk): "/dev/nvme0n1" of "/dev/nvme0n1p2"; NULL when
 * @device is no such name. Free. */
char *embark_device_split (const char *device, guint *ret_number);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkDeviceMap, embark_device_map_free)

G_END_DECLS
