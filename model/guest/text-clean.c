/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One pass at the end of an inspection, so that no reader can forget it.
 */
#include "model/guest/text-clean.h"

#define DEPTH_MAX 32

static gboolean is_plain (gunichar c)
{
  switch (g_unichar_type (c))
    {
    case G_UNICODE_CONTROL:
    case G_UNICODE_FORMAT: /* direction marks and their like */
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
    case G_UNICODE_SURROGATE:
      return FALSE;
    default:
      return TRUE;
    }
}

char *embark_text_clean (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *clean = g_string_new (NULL);
  guint n = 0;

  for (const char *p = valid; *p; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      if (n++ == EMBARK_TEXT_CHARS_MAX)
        {
          g_string_append (clean, "…");
          break;
        }
      g_string_append_unichar (clean, is_plain (c) ? c : ' ');
    }
  return g_string_free (clean, FALSE);
}

static void clean_node (JsonNode *node, guint depth);

static void clean_member_cb (JsonObject *object, const char *name, JsonNode *node, gpointer user_data)
{
  clean_node (node, GPOINTER_TO_UINT (user_data));
}

static void clean_element_cb (JsonArray *array, guint index, JsonNode *node, gpointer user_data)
{
  clean_node (node, GPOINTER_TO_UINT (user_data));
}

static void clean_node (JsonNode *node, guint depth)
{
  if (depth >= DEPTH_MAX)
    return;
  if (JSON_NODE_HOLDS_OBJECT (node))
    json_object_foreach_member (json_node_get_object (node), clean_member_cb, GUINT_TO_POINTER (depth + 1));
  else if (JSON_NODE_HOLDS_ARRAY (node))
    json_array_foreach_element (json_node_get_array (node), clean_element_cb, GUINT_TO_POINTER (depth + 1));
  else if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
    {
      g_autofree char *clean = embark_text_clean (json_node_get_string (node));
      json_node_set_string (node, clean);
    }
}

void embark_text_clean_facts (EmbarkFacts *facts)
{
  json_object_foreach_member (embark_facts_get_object (facts), clean_member_cb, GUINT_TO_POINTER (0));
}
