/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkSystemTile: a coloured tile with the letter of an operating system, or
 * a disk while the system is not known. Decoration: the words stand beside it.
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define EMBARK_TYPE_SYSTEM_TILE (embark_system_tile_get_type ())
G_DECLARE_FINAL_TYPE (EmbarkSystemTile, embark_system_tile, EMBARK, SYSTEM_TILE, AdwBin)

/* Property "is-large" (boolean, construct): 64 pixels instead of 34. */

GtkWidget *embark_system_tile_new (gboolean is_large);
/* @system_id: as of EmbarkMachine, NULL while not known. */
void embark_system_tile_set_system (EmbarkSystemTile *self, const char *system_id);

G_END_DECLS
