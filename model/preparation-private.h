/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a migration takes over from an EmbarkPreparation.
 */
#pragma once

#include "model/preparation.h"

G_BEGIN_DECLS

/* Of a ready one; borrowed. */
const char *embark_preparation_get_overlay (EmbarkPreparation *self);
/* Of the disk with the overlay on top. */
const char *embark_preparation_get_fingerprint (EmbarkPreparation *self);
/* A journal entry names the overlay from now on: it is no longer deleted with the preparation. */
void embark_preparation_hand_over (EmbarkPreparation *self);

G_END_DECLS
