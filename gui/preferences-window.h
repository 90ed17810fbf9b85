/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkPreferencesWindow: who judges, which connections, which account, where
 * uploads go. Everything applies at once.
 */
#pragma once

#include <adwaita.h>

#include "model/context.h"

G_BEGIN_DECLS

#define EMBARK_TYPE_PREFERENCES_WINDOW (embark_preferences_window_get_type ())
G_DECLARE_FINAL_TYPE (EmbarkPreferencesWindow, embark_preferences_window, EMBARK, PREFERENCES_WINDOW,
                      AdwPreferencesWindow)

GtkWidget *embark_preferences_window_new (GtkWindow *parent, EmbarkContext *context);

G_END_DECLS
