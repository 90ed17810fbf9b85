/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkApplication: one for the user's session; a second one hands its files
 * over and ends. Owns the context.
 */
#pragma once

#include <adwaita.h>

#include "model/context.h"

G_BEGIN_DECLS

#define EMBARK_TYPE_APPLICATION (embark_application_get_type ())
G_DECLARE_FINAL_TYPE (EmbarkApplication, embark_application, EMBARK, APPLICATION, AdwApplication)

EmbarkApplication *embark_application_new (void);
/* The user looks at @migration: its notification goes. */
void embark_application_withdraw (EmbarkApplication *self, EmbarkMigration *migration);

G_END_DECLS
