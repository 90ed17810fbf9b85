/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * json-glib recurses once a level and has no bound of its own, and it reads
 * more than JSON (comments, "var x ="). So the text is scanned first, and the
 * sizes are checked on the finished tree.
 */
#include "model/base/json-text.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "model/base/errors.h"

#define TEXT_MAX (4 * 1024 * 1024)
#define DEPTH_MAX 16
#define ITEMS_MAX 4096
#define STRING_MAX (64 * 1024)

static gboolean refuse (GError **error, const char *message)
{
  g_set_error_literal (error, EMBARK_ERROR, EMBARK_ERROR_FAILED, message);
  return FALSE;
}

/* Returns the index behind the closing quote, or 0 if there is none. */
static gsize skip_string (const char *text, gsize length, gsize i)
{
  for (i++; i < length; i++)
    {
      if (text[i] == '"')
        return i + 1;
      if (text[i] == '\\')
        i++;
    }
  return 0;
}

/* One object from end to end, made of nothing but JSON's own characters, not too deep. */
static gboolean check_text (const char *text, gsize length, GError **error)
{
  guint depth = 0;
  gboolean begun = FALSE;

  for (gsize i = 0; i < length; i++)
    {
      char c = text[i];
      if (g_ascii_isspace (c))
        continue;
      if (begun ? depth == 0 : c != '{')
        return refuse (error, _ ("The JSON text is not one object."));
      begun = TRUE;

      if (c == '"')
        {
          gsize end = skip_string (text, length, i);
          if (end == 0)
            return refuse (error, _ ("The JSON text ends inside a string."));
          i = end - 1;
        }
      else if (c == '{' || c == '[')
        {
          if (++depth > DEPTH_MAX)
            return refuse (error, _ ("The JSON text is nested too deeply."));
        }
      else if (c == '}' || c == ']')
        depth--;
      else if (!g_ascii_isalnum (c) && strchr (",:+-.", c) == NULL)
        return refuse (error, _ ("The JSON text has a character that does not belong there."));
    }

  if (!begun || depth > 0)
    return refuse (error, _ ("The JSON text is not one object."));
  return TRUE;
}

static gboolean check_node (JsonNode *node, GError **error)
{
  if (JSON_NODE_HOLDS_VALUE (node))
    {
      const char *string = json_node_get_string (node);
      if (string != NULL && strlen (string) > STRING_MAX)
        return refuse (error, _ ("The JSON text has a string that is too long."));
      return TRUE;
    }

  if (JSON_NODE_HOLDS_ARRAY (node))
    {
      JsonArray *array = json_node_get_array (node);
      guint n = json_array_get_length (array);
      if (n > ITEMS_MAX)
        return refuse (error, _ ("The JSON text has a list that is too long."));
      for (guint i = 0; i < n; i++)
        if (!check_node (json_array_get_element (array, i), error))
          return FALSE;
      return TRUE;
    }

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return TRUE;

  JsonObject *object = json_node_get_object (node);
  if (json_object_get_size (object) > ITEMS_MAX)
    return refuse (error, _ ("The JSON text has an object with too many members."));

  JsonObjectIter iter;
  const char *name;
  JsonNode *member;
  json_object_iter_init (&iter, object);
  while (json_object_iter_next (&iter, &name, &member))
    {
      if (strlen (name) > STRING_MAX)
        return refuse (error, _ ("The JSON text has a string that is too long."));
      if (!check_node (member, error))
        return FALSE;
    }
  return TRUE;
}

JsonObject *embark_json_parse_object (const char *text, gssize length, GError **error)
{
  g_return_val_if_fail (text != NULL, NULL);

  gsize size = length < 0 ? strlen (text) : (gsize) length;
  if (size > TEXT_MAX)
    {
      refuse (error, _ ("The JSON text is too long."));
      return NULL;
    }
  if (!g_utf8_validate_len (text, size, NULL))
    {
      refuse (error, _ ("The JSON text is not valid UTF-8."));
      return NULL;
    }
  if (!check_text (text, size, error))
    return NULL;

  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) parse_error = NULL;
  if (!json_parser_load_from_data (parser, text, (gssize) size, &parse_error))
    {
      /* Translators: %s is what the parser says */
      g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED, _ ("The JSON text cannot be read: %s"),
                   parse_error->message);
      return NULL;
    }

  JsonNode *root = json_parser_get_root (parser);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    {
      refuse (error, _ ("The JSON text is not one object."));
      return NULL;
    }
  if (!check_node (root, error))
    return NULL;
  return json_node_dup_object (root);
}
