/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a migration is said to do.
 */
#include "gui/transfer-state.h"

static void test_states (void)
{
  static const struct
  {
    gboolean is_queued, is_paused, is_uploading;
    const char *stage;
    const char *title;
    gboolean is_waiting;
  } cases[] = {
    { TRUE, FALSE, FALSE, "", "Waiting for its turn", TRUE },
    { TRUE, TRUE, FALSE, "", "Waiting for its turn", TRUE },
    { FALSE, TRUE, TRUE, "send", "Paused", TRUE },
    { FALSE, TRUE, TRUE, "offline", "Paused", TRUE },
    { FALSE, FALSE, TRUE, "offline", "Waiting for the network", TRUE },
    { FALSE, FALSE, FALSE, "offline", "Waiting for the network", TRUE },
    { FALSE, FALSE, TRUE, "read", "Reading ahead", FALSE },
    { FALSE, FALSE, TRUE, "send", "Sending", FALSE },
    { FALSE, FALSE, TRUE, "finish", "Finishing", FALSE },
    { FALSE, FALSE, TRUE, "", NULL, FALSE },
    { FALSE, FALSE, FALSE, "read", NULL, FALSE },
    { FALSE, FALSE, FALSE, "launch", NULL, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const EmbarkTransferState *state =
          embark_transfer_state_find (cases[i].is_queued, cases[i].is_paused, cases[i].is_uploading, cases[i].stage);

      g_assert_cmpstr (state != NULL ? state->title : NULL, ==, cases[i].title);
      if (state != NULL)
        g_assert_cmpint (state->is_waiting, ==, cases[i].is_waiting);
    }
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transfer-state/states", test_states);
  return g_test_run ();
}
