/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The states of a migration: the one table of legal transitions, and the words
 * of the journal.
 */
#include "model/migration.h"

#define TO(state) (1u << EMBARK_MIGRATION_##state)

typedef struct
{
  const char *word;
  EmbarkMigrationState stable;
  guint may_follow; /* bit set of states that may come next */
} StateRow;

/* checked → prepared: nothing had to be prepared. checked, prepared → draft: the disk changed, look again. */
static const StateRow state_table[EMBARK_N_MIGRATION_STATES] = {
  [EMBARK_MIGRATION_DRAFT] = { "draft", EMBARK_MIGRATION_DRAFT, TO (CHECKING) },
  [EMBARK_MIGRATION_CHECKING] = { "checking", EMBARK_MIGRATION_DRAFT, TO (DRAFT) | TO (CHECKED) },
  [EMBARK_MIGRATION_CHECKED] = { "checked", EMBARK_MIGRATION_CHECKED, TO (PREPARING) | TO (PREPARED) | TO (DRAFT) },
  [EMBARK_MIGRATION_PREPARING] = { "preparing", EMBARK_MIGRATION_CHECKED, TO (CHECKED) | TO (PREPARED) },
  [EMBARK_MIGRATION_PREPARED] = { "prepared", EMBARK_MIGRATION_PREPARED, TO (UPLOADING) | TO (DRAFT) },
  [EMBARK_MIGRATION_UPLOADING] = { "uploading", EMBARK_MIGRATION_PREPARED, TO (PREPARED) | TO (UPLOADED) },
  [EMBARK_MIGRATION_UPLOADED] = { "uploaded", EMBARK_MIGRATION_UPLOADED, TO (IMPORTING) | TO (DONE) },
  [EMBARK_MIGRATION_IMPORTING] = { "importing", EMBARK_MIGRATION_UPLOADED, TO (UPLOADED) | TO (DONE) },
  [EMBARK_MIGRATION_DONE] = { "done", EMBARK_MIGRATION_DONE, 0 },
};

gboolean embark_migration_state_may_follow (EmbarkMigrationState from, EmbarkMigrationState to)
{
  g_return_val_if_fail (from < EMBARK_N_MIGRATION_STATES && to < EMBARK_N_MIGRATION_STATES, FALSE);
  return (state_table[from].may_follow & (1u << to)) != 0;
}

gboolean embark_migration_state_is_transient (EmbarkMigrationState state)
{
  return embark_migration_state_get_stable (state) != state;
}

EmbarkMigrationState embark_migration_state_get_stable (EmbarkMigrationState state)
{
  g_return_val_if_fail (state < EMBARK_N_MIGRATION_STATES, EMBARK_MIGRATION_DRAFT);
  return state_table[state].stable;
}

const char *embark_migration_state_to_string (EmbarkMigrationState state)
{
  g_return_val_if_fail (state < EMBARK_N_MIGRATION_STATES, NULL);
  return state_table[state].word;
}

gboolean embark_migration_state_from_string (const char *word, EmbarkMigrationState *ret_state)
{
  for (guint i = 0; i < EMBARK_N_MIGRATION_STATES; i++)
    if (g_strcmp0 (word, state_table[i].word) == 0)
      {
        *ret_state = (EmbarkMigrationState) i;
        return TRUE;
      }
  return FALSE;
}
