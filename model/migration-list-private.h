/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "model/migration-list.h"

G_BEGIN_DECLS

/* Reads the journal. @context is borrowed and outlives the list. */
EmbarkMigrationList *embark_migration_list_new (EmbarkContext *context);

G_END_DECLS
