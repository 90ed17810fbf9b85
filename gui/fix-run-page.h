/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkFixRunPage: a preparation under way, or why it ended before its end;
 * the guest's log is one click away.
 */
#pragma once

#include <adwaita.h>

#include "model/preparation.h"

G_BEGIN_DECLS

#define EMBARK_TYPE_FIX_RUN_PAGE (embark_fix_run_page_get_type ())
G_DECLARE_FINAL_TYPE (EmbarkFixRunPage, embark_fix_run_page, EMBARK, FIX_RUN_PAGE, AdwBin)

/* NULL for none. */
void embark_fix_run_page_set_preparation (EmbarkFixRunPage *self, EmbarkPreparation *preparation);

G_END_DECLS
