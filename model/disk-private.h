/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the rest of model/ may know of an EmbarkDisk.
 */
#pragma once

#include "model/disk.h"
#include "model/disk-look.h"

G_BEGIN_DECLS

/* @context is borrowed and outlives the disk. Takes @source (its helper and folders are filled in from the context).
 * @target and @bus may be NULL. */
EmbarkDisk *embark_disk_new (EmbarkContext *context, EmbarkDiskSource *source, const char *target, const char *bus);
const EmbarkDiskSource *embark_disk_get_source (EmbarkDisk *self);
/* Borrowed. */
EmbarkContext *embark_disk_get_context (EmbarkDisk *self);
/* The machine started or stopped: @holder is its name while the disk is not at rest, else NULL. */
void embark_disk_set_holder (EmbarkDisk *self, const char *holder);
/* Fingerprint of the files at the time of the last look; (nullable). */
const char *embark_disk_get_fingerprint (EmbarkDisk *self);
/* What a look found, done elsewhere (a migration, a header). Takes @look. */
void embark_disk_take_look (EmbarkDisk *self, EmbarkLook *look, gboolean is_whole);

G_END_DECLS
