/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A combo row that offers every region.
 */
#pragma once

#include <adwaita.h>

#include "model/destination.h"

G_BEGIN_DECLS

/* Fills @row; once. */
void embark_region_row_fill (AdwComboRow *row);
/* Borrowed; NULL when none is chosen. */
const char *embark_region_row_get (AdwComboRow *row);
/* Nothing happens when @region is not known. */
void embark_region_row_set (AdwComboRow *row, const char *region);

G_END_DECLS
