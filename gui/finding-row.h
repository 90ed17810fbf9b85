/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkFindingRow: one finding: outcome, title, clause and the code the cloud
 * would answer; opened, what was seen, why it matters and what to do.
 */
#pragma once

#include <adwaita.h>

#include "model/check/finding.h"

G_BEGIN_DECLS

#define EMBARK_TYPE_FINDING_ROW (embark_finding_row_get_type ())
G_DECLARE_FINAL_TYPE (EmbarkFindingRow, embark_finding_row, EMBARK, FINDING_ROW, AdwExpanderRow)

/* @finding is read once and not kept. */
GtkWidget *embark_finding_row_new (const EmbarkFinding *finding);

G_END_DECLS
