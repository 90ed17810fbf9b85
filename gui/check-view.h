/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkCheckView: a disk without a report: not checked yet, or why that
 * failed.
 */
#pragma once

#include <adwaita.h>

#include "model/disk.h"

G_BEGIN_DECLS

#define EMBARK_TYPE_CHECK_VIEW (embark_check_view_get_type ())
G_DECLARE_FINAL_TYPE (EmbarkCheckView, embark_check_view, EMBARK, CHECK_VIEW, AdwBin)

/* NULL for none. */
void embark_check_view_set_disk (EmbarkCheckView *self, EmbarkDisk *disk);

G_END_DECLS
