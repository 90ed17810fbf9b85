/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkStepStrip: the steps of a migration in a line: done, under way, to
 * come or failed, each by icon and word.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define EMBARK_TYPE_STEP_STRIP (embark_step_strip_get_type ())
G_DECLARE_FINAL_TYPE (EmbarkStepStrip, embark_step_strip, EMBARK, STEP_STRIP, GtkBox)

typedef enum
{
  EMBARK_STEP_TO_COME,
  EMBARK_STEP_ACTIVE,
  EMBARK_STEP_DONE,
  EMBARK_STEP_STOPPED,
} EmbarkStepState;

/* Sets the names once; translated, NULL-terminated. */
void embark_step_strip_set_names (EmbarkStepStrip *self, const char *const *names);
/* @detail: what stands below the name, may be NULL. */
void embark_step_strip_set (EmbarkStepStrip *self, guint step, EmbarkStepState state, const char *detail);

G_END_DECLS
