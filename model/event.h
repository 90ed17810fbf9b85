/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkEvent: one line of "What happened" of a migration. Immutable.
 */
#pragma once

#include <gio/gio.h>

#include "model/check/finding.h"

G_BEGIN_DECLS

#define EMBARK_TYPE_EVENT (embark_event_get_type ())
G_DECLARE_FINAL_TYPE (EmbarkEvent, embark_event, EMBARK, EVENT, GObject)

/* @time: unix seconds. @outcome: pass, info, warning, or blocker for a failure. @detail may be NULL. */
EmbarkEvent *embark_event_new (gint64 time, EmbarkOutcome outcome, const char *title, const char *detail);
gint64 embark_event_get_time (EmbarkEvent *self);
EmbarkOutcome embark_event_get_outcome (EmbarkEvent *self);
const char *embark_event_get_title (EmbarkEvent *self);
/* May be "". */
const char *embark_event_get_detail (EmbarkEvent *self);

G_END_DECLS
