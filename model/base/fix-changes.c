/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/base/fix-changes.h"

#include <glib/gi18n-lib.h>

static const struct
{
  const char *action;
  const char *word;
} actions[] = {
  { "create", N_ ("new") }, { "replace", N_ ("replaced") },  { "remove", N_ ("removed") },
  { "set", N_ ("set") },    { "install", N_ ("installed") }, { "enable", N_ ("enabled") },
};

static gboolean is_left_out (JsonObject *change)
{
  return g_str_equal (json_object_get_string_member_with_default (change, "action", ""), EMBARK_FIX_LEAVE_OUT);
}

guint embark_fix_changes_count (JsonArray *changes)
{
  guint n = 0;

  for (guint i = 0; i < json_array_get_length (changes); i++)
    n += is_left_out (json_array_get_object_element (changes, i)) ? 0 : 1;
  return n;
}

const char *embark_fix_changes_get_reason (JsonArray *changes, const char *fix)
{
  for (guint i = 0; i < json_array_get_length (changes); i++)
    {
      JsonObject *change = json_array_get_object_element (changes, i);

      if (is_left_out (change) && g_str_equal (json_object_get_string_member_with_default (change, "fix", ""), fix))
        return json_object_get_string_member_with_default (change, "reason", "");
    }
  return NULL;
}

const char *embark_fix_changes_name_action (const char *action)
{
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    if (g_str_equal (actions[i].action, action))
      return _ (actions[i].word);
  return action;
}

char *embark_fix_changes_make_line (const char *fix, const char *reason)
{
  return g_strdup_printf ("%s: %s: %s", fix, EMBARK_FIX_LEAVE_OUT, reason != NULL ? reason : "");
}
