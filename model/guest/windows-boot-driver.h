/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What makes Windows start a disk driver before it can read its disk: the
 * service, and the entry that ties it to the device. In the helper only.
 */
#pragma once

#include "model/guest/driver-source.h"
#include "model/guest/fix.h"

G_BEGIN_DECLS

typedef struct
{
  const char *name;   /* of the driver and its service: "viostor" */
  guint32 bus_type;   /* STORAGE_BUS_TYPE that its INF sets */
  const char *ids[3]; /* PCI devices, transitional and modern, ends with NULL */
} EmbarkBootDriver;

/* viostor, vioscsi; ends with a name of NULL. */
const EmbarkBootDriver *embark_boot_drivers_get (void);
/* "viostor.inf_amd64_" and 16 hex digits: how Windows names a package in its store; the same bytes, the same name.
 * Free. */
char *embark_boot_driver_make_label (const char *inf, GBytes *bytes, gboolean is_64_bit);
/* Enters it in the hive SYSTEM, which must be open. @driver: what belongs to @boot. */
gboolean embark_boot_driver_enter (EmbarkFixSession *session, const EmbarkBootDriver *boot, const EmbarkDriver *driver,
                                   GError **error);

G_END_DECLS
