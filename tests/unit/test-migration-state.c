/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The states of a migration over all pairs, and their words.
 */
#include "model/migration.h"

/* The way of DESIGN, written down a second time: each line is a state and all that may follow it. */
static const char *const allowed[EMBARK_N_MIGRATION_STATES][4] = {
  [EMBARK_MIGRATION_DRAFT] = { "checking" },
  [EMBARK_MIGRATION_CHECKING] = { "draft", "checked" },
  [EMBARK_MIGRATION_CHECKED] = { "preparing", "prepared", "draft" },
  [EMBARK_MIGRATION_PREPARING] = { "checked", "prepared" },
  [EMBARK_MIGRATION_PREPARED] = { "uploading", "draft" },
  [EMBARK_MIGRATION_UPLOADING] = { "prepared", "uploaded" },
  [EMBARK_MIGRATION_UPLOADED] = { "importing", "done" },
  [EMBARK_MIGRATION_IMPORTING] = { "uploaded", "done" },
  [EMBARK_MIGRATION_DONE] = { NULL },
};

static gboolean is_listed (EmbarkMigrationState from, const char *to)
{
  for (guint i = 0; i < G_N_ELEMENTS (allowed[from]) && allowed[from][i] != NULL; i++)
    if (g_str_equal (allowed[from][i], to))
      return TRUE;
  return FALSE;
}

static void test_all_pairs (void)
{
  for (guint from = 0; from < EMBARK_N_MIGRATION_STATES; from++)
    for (guint to = 0; to < EMBARK_N_MIGRATION_STATES; to++)
      g_assert_cmpint (embark_migration_state_may_follow (from, to), ==,
                       is_listed (from, embark_migration_state_to_string (to)));
}

/* Whatever breaks in a transient state, the stable one before it may follow. */
static void test_step_back (void)
{
  guint n_transient = 0;

  for (guint state = 0; state < EMBARK_N_MIGRATION_STATES; state++)
    {
      EmbarkMigrationState stable = embark_migration_state_get_stable (state);

      g_assert_false (embark_migration_state_is_transient (stable));
      if (!embark_migration_state_is_transient (state))
        continue;
      n_transient++;
      g_assert_true (embark_migration_state_may_follow (state, stable));
      g_assert_true (embark_migration_state_may_follow (stable, state));
    }
  g_assert_cmpuint (n_transient, ==, 4);
}

static void test_words (void)
{
  EmbarkMigrationState parsed = EMBARK_MIGRATION_DONE;

  for (guint state = 0; state < EMBARK_N_MIGRATION_STATES; state++)
    {
      g_assert_true (embark_migration_state_from_string (embark_migration_state_to_string (state), &parsed));
      g_assert_cmpuint (parsed, ==, state);
    }
  g_assert_false (embark_migration_state_from_string ("flying", &parsed));
  g_assert_false (embark_migration_state_from_string (NULL, &parsed));
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/migration-state/all-pairs", test_all_pairs);
  g_test_add_func ("/migration-state/step-back", test_step_back);
  g_test_add_func ("/migration-state/words", test_words);
  return g_test_run ();
}
