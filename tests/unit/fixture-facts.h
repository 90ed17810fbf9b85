/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The facts of whole disks (fixtures/) that tests judge, with what differs.
 */
#pragma once

#include "model/base/facts.h"

#define DEBIAN "facts-debian-12.json"
#define WINDOWS "facts-windows-2012r2.json"

/* The facts of a fixture with @change (JSON with ' for "; nullable) laid over them. */
static EmbarkFacts *read_facts (const char *base, const char *change)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "unit", "fixtures", base, NULL);
  g_autofree char *text = NULL, *json = g_strdelimit (g_strdup (change != NULL ? change : "{}"), "'", '"');
  g_autoptr (EmbarkFacts) facts = NULL, over = NULL;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  facts = embark_facts_new_from_json (text, -1, &error);
  g_assert_no_error (error);
  over = embark_facts_new_from_json (json, -1, &error);
  g_assert_no_error (error);
  embark_facts_merge (facts, over);
  return g_steal_pointer (&facts);
}
