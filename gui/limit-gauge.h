/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkLimitGauge: one size against its limit: a title, "at most 1.2 GB of
 * 50 GB" and a bar that turns to warning and error near and above it.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define EMBARK_TYPE_LIMIT_GAUGE (embark_limit_gauge_get_type ())
G_DECLARE_FINAL_TYPE (EmbarkLimitGauge, embark_limit_gauge, EMBARK, LIMIT_GAUGE, GtkBox)

/* @low to @high bytes are expected (the same when known exactly), @limit bytes are allowed. */
void embark_limit_gauge_set (EmbarkLimitGauge *self, const char *title, guint64 low, guint64 high, guint64 limit);

G_END_DECLS
