/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkSpeedHistory: the speed of a migration at each point of its way, kept
 * while the program runs so that the graph survives a change of page.
 */
#pragma once

#include "model/migration.h"

G_BEGIN_DECLS

typedef struct
{
  double progress; /* 0..1 of the upload */
  double speed;    /* bytes a second */
} EmbarkSpeedSample;

#define EMBARK_TYPE_SPEED_HISTORY (embark_speed_history_get_type ())
G_DECLARE_FINAL_TYPE (EmbarkSpeedHistory, embark_speed_history, EMBARK, SPEED_HISTORY, GObject)

/* Signal "changed". */

/* The one of that migration, made when first asked for; borrowed, lives as long as the migration. */
EmbarkSpeedHistory *embark_speed_history_of (EmbarkMigration *migration);
/* Of EmbarkSpeedSample, borrowed, progress never falling. */
GArray *embark_speed_history_get_samples (EmbarkSpeedHistory *self);

G_END_DECLS
