/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkDestination: a region, and a bucket in it if one is chosen. Immutable.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define EMBARK_TYPE_DESTINATION (embark_destination_get_type ())
G_DECLARE_FINAL_TYPE (EmbarkDestination, embark_destination, EMBARK, DESTINATION, GObject)

/* Properties: "region" (ap-guangzhou), "region-name" (translated), "bucket" (name-appid, nullable), "title"
 * (bucket without appid and region name: "vm-images · Guangzhou"; region name alone without a bucket). */
EmbarkDestination *embark_destination_new (const char *region, const char *bucket);
const char *embark_destination_get_region (EmbarkDestination *self);
const char *embark_destination_get_region_name (EmbarkDestination *self);
const char *embark_destination_get_bucket (EmbarkDestination *self);
const char *embark_destination_get_title (EmbarkDestination *self);
/* All regions that are open, without bucket. New. */
GListModel *embark_destination_list_regions (void);
/* BAD_NAME with what is wrong. */
gboolean embark_destination_check (const char *region, const char *bucket, GError **error);

G_END_DECLS
