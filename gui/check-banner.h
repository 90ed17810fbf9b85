/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkCheckBanner: how far the check of a disk is, or why it failed, above
 * what is known of the disk already. Hidden otherwise.
 */
#pragma once

#include <adwaita.h>

#include "model/disk.h"

G_BEGIN_DECLS

#define EMBARK_TYPE_CHECK_BANNER (embark_check_banner_get_type ())
G_DECLARE_FINAL_TYPE (EmbarkCheckBanner, embark_check_banner, EMBARK, CHECK_BANNER, AdwBin)

/* NULL for none. */
void embark_check_banner_set_disk (EmbarkCheckBanner *self, EmbarkDisk *disk);

G_END_DECLS
