/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkNotifier: keeps the computer awake while jobs run, and tells when a
 * migration ended while nobody was looking.
 */
#pragma once

#include <gtk/gtk.h>

#include "model/context.h"

G_BEGIN_DECLS

#define EMBARK_TYPE_NOTIFIER (embark_notifier_get_type ())
G_DECLARE_FINAL_TYPE (EmbarkNotifier, embark_notifier, EMBARK, NOTIFIER, GObject)

/* @application is borrowed and outlives the notifier. */
EmbarkNotifier *embark_notifier_new (GtkApplication *application, EmbarkContext *context);
/* The user looks at it now. */
void embark_notifier_withdraw (EmbarkNotifier *self, EmbarkMigration *migration);

G_END_DECLS
