/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a running migration does with the network right now, as an icon and
 * words.
 */
#pragma once

#include <gtk/gtk.h>

#include "model/migration.h"

G_BEGIN_DECLS

typedef struct
{
  const char *icon;
  const char *style;   /* class for the colour of the icon */
  const char *title;   /* "Waiting for the network", translated */
  const char *detail;  /* what it means, translated; "" for none */
  gboolean is_waiting; /* nothing moves */
} EmbarkTransferState;

/* Borrowed; NULL when it does not run, and in steps that send nothing. */
const EmbarkTransferState *embark_transfer_state_of (EmbarkMigration *migration);
/* Pure, for that: the stage is the word of EmbarkProgress. */
const EmbarkTransferState *embark_transfer_state_find (gboolean is_queued, gboolean is_paused, gboolean is_uploading,
                                                       const char *stage);
/* The icon with the title as its word. */
void embark_transfer_state_show (const EmbarkTransferState *self, GtkImage *image);

G_END_DECLS
