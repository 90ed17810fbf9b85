/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How the library makes connections and fills the disk files.
 */
#pragma once

#include "model/connection.h"

G_BEGIN_DECLS

/* @uri NULL: the disk files, ready at once. Otherwise opening starts. @context is borrowed. */
EmbarkConnection *embark_connection_new (EmbarkContext *context, const char *uri);
/* Disk files only: appended in the order they were added. */
void embark_connection_add (EmbarkConnection *self, EmbarkMachine *machine);
void embark_connection_remove (EmbarkConnection *self, EmbarkMachine *machine);

G_END_DECLS
