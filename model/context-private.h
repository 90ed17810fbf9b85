/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the parts of model/ share through the context.
 */
#pragma once

#include "model/cloud/credentials.h"
#include "model/cloud/http.h"
#include "model/context.h"
#include "model/disk-look.h"
#include "model/store/journal.h"

G_BEGIN_DECLS

/* All borrowed. */
EmbarkHttp *embark_context_get_http (EmbarkContext *self);
EmbarkJournal *embark_context_get_journal (EmbarkContext *self);
/* Looks inside: at most two at once. */
EmbarkJobList *embark_context_get_checks (EmbarkContext *self);
/* Short jobs nobody has to wait for: opening, listing, probing, asking. */
EmbarkJobList *embark_context_get_housekeeping (EmbarkContext *self);
/* The folder of model/overlay-folder.h. Free. */
char *embark_context_dup_overlay_dir (EmbarkContext *self);
/* Helper and folders. */
void embark_context_fill_source (EmbarkContext *self, EmbarkDiskSource *source);
/* Seconds between two questions after an import. */
guint embark_context_get_poll_seconds (EmbarkContext *self);

G_END_DECLS
