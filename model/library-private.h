/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "model/library.h"

G_BEGIN_DECLS

/* @context is borrowed and outlives the library. */
EmbarkLibrary *embark_library_new (EmbarkContext *context);
/* Calls @func for every disk. */
void embark_library_foreach_disk (EmbarkLibrary *self, GFunc func, gpointer user_data);

G_END_DECLS
