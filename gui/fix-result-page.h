/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkFixResultPage: what a ready preparation made: before and after, what
 * is still open, and every change.
 */
#pragma once

#include <adwaita.h>

#include "model/preparation.h"

G_BEGIN_DECLS

#define EMBARK_TYPE_FIX_RESULT_PAGE (embark_fix_result_page_get_type ())
G_DECLARE_FINAL_TYPE (EmbarkFixResultPage, embark_fix_result_page, EMBARK, FIX_RESULT_PAGE, AdwBin)

/* A ready one; not kept. Once. */
void embark_fix_result_page_show (EmbarkFixResultPage *self, EmbarkPreparation *preparation);

G_END_DECLS
