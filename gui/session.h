/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkSession: keeps the model and the user's settings in step: connections,
 * edition, speed limit, proxy, and the disk files that were added, which are
 * there again next time.
 */
#pragma once

#include "model/context.h"

G_BEGIN_DECLS

#define EMBARK_TYPE_SESSION (embark_session_get_type ())
G_DECLARE_FINAL_TYPE (EmbarkSession, embark_session, EMBARK, SESSION, GObject)

/* Applies all settings at once and whenever they change; loads the keys; adds the disk files of last time. A file that
 * is gone is dropped from the settings silently. */
EmbarkSession *embark_session_new (EmbarkContext *context);

G_END_DECLS
