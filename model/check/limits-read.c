/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads one edition of the limits from JSON. The data is part of the program,
 * but it is checked as if it came from outside: a limit with a mistyped member
 * would otherwise silently allow everything.
 */
#include "model/check/limits-read.h"

#include "model/base/errors.h"

#include <json-glib/json-glib.h>
#include <string.h>

static const char *const member_names[] = { "id",           "applies", "severity", "code",    "document",
                                            "section",      "allowed", "refused",  "systems", "bytes",
                                            "cautionBytes", "note",    NULL };

static void free_system (gpointer data)
{
  EmbarkLimitSystem *system = data;

  g_free (system->product);
  g_strfreev (system->editions);
  g_free (system);
}

static void free_limit (gpointer data)
{
  EmbarkLimit *limit = data;

  g_free (limit->id);
  g_free (limit->code);
  g_free (limit->section);
  g_strfreev (limit->allowed);
  g_strfreev (limit->refused);
  g_clear_pointer (&limit->systems, g_ptr_array_unref);
  g_free (limit);
}

static void free_document (gpointer data)
{
  EmbarkLimitDocument *document = data;

  g_free (document->id);
  g_free (document->title);
  g_free (document->number);
  g_free (document->date);
  g_free (document);
}

/* A string member, or NULL with @error when it is missing. */
static const char *read_string (JsonObject *object, const char *where, const char *member, GError **error)
{
  JsonNode *node = json_object_get_member (object, member);

  if (node == NULL || json_node_get_value_type (node) != G_TYPE_STRING)
    {
      g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED, "limits of the %s edition: “%s” is no text", where,
                   member);
      return NULL;
    }
  return json_node_get_string (node);
}

/* NULL when the member is absent; FALSE when it is no list of strings. */
static gboolean read_words (JsonObject *object, const char *where, const char *member, char ***ret_words,
                            GError **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  JsonNode *node = json_object_get_member (object, member);
  JsonArray *array;

  if (node == NULL)
    return TRUE;
  array = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *item = json_array_get_element (array, i);

      if (json_node_get_value_type (item) != G_TYPE_STRING)
        array = NULL;
      else
        g_strv_builder_add (builder, json_node_get_string (item));
    }
  if (array == NULL)
    {
      g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED, "limits of the %s edition: “%s” is no list of words",
                   where, member);
      return FALSE;
    }
  *ret_words = g_strv_builder_end (builder);
  return TRUE;
}

static gboolean read_bytes (JsonObject *object, const char *where, const char *member, guint64 *ret_bytes,
                            GError **error)
{
  JsonNode *node = json_object_get_member (object, member);

  if (node == NULL)
    return TRUE;
  if (json_node_get_value_type (node) != G_TYPE_INT64 || json_node_get_int (node) <= 0)
    {
      g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED, "limits of the %s edition: “%s” is no size", where,
                   member);
      return FALSE;
    }
  *ret_bytes = (guint64) json_node_get_int (node);
  return TRUE;
}

static gboolean read_systems (JsonObject *object, const char *where, GPtrArray **ret_systems, GError **error)
{
  g_autoptr (GPtrArray) systems = g_ptr_array_new_with_free_func (free_system);
  JsonNode *node = json_object_get_member (object, "systems");

  if (node == NULL)
    return TRUE;
  for (guint i = 0; JSON_NODE_HOLDS_ARRAY (node) && i < json_array_get_length (json_node_get_array (node)); i++)
    {
      JsonNode *item = json_array_get_element (json_node_get_array (node), i);
      EmbarkLimitSystem *system;
      const char *product;

      if (!JSON_NODE_HOLDS_OBJECT (item))
        break;
      product = read_string (json_node_get_object (item), where, "product", error);
      if (product == NULL)
        return FALSE;
      system = g_new0 (EmbarkLimitSystem, 1);
      system->product = g_strdup (product);
      g_ptr_array_add (systems, system);
      if (!read_words (json_node_get_object (item), where, "editions", &system->editions, error))
        return FALSE;
    }
  if (systems->len == 0)
    {
      g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED, "limits of the %s edition: “systems” is no list", where);
      return FALSE;
    }
  *ret_systems = g_steal_pointer (&systems);
  return TRUE;
}

static gboolean parse_applies (const char *word, EmbarkApplies *ret_applies)
{
  static const char *const words[] = { "any", "linux", "windows", NULL };

  for (guint i = 0; words[i] != NULL; i++)
    if (strcmp (words[i], word) == 0)
      {
        *ret_applies = (EmbarkApplies) i;
        return TRUE;
      }
  return FALSE;
}

static gboolean parse_severity (const char *word, EmbarkOutcome *ret_severity)
{
  static const EmbarkOutcome outcomes[] = { EMBARK_OUTCOME_INFO, EMBARK_OUTCOME_WARNING, EMBARK_OUTCOME_BLOCKER };

  for (guint i = 0; i < G_N_ELEMENTS (outcomes); i++)
    if (strcmp (embark_outcome_to_string (outcomes[i]), word) == 0)
      {
        *ret_severity = outcomes[i];
        return TRUE;
      }
  return FALSE;
}

/* A member nobody reads is a typing error that would make a limit weaker than it looks. */
static gboolean check_members (JsonObject *object, const char *where, GError **error)
{
  g_autoptr (GList) members = json_object_get_members (object);

  for (GList *l = members; l != NULL; l = l->next)
    if (!g_strv_contains (member_names, l->data))
      {
        g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED, "limits of the %s edition: unknown member “%s”", where,
                     (char *) l->data);
        return FALSE;
      }
  return TRUE;
}

static const EmbarkLimitDocument *find_document (const EmbarkLimitEdition *edition, const char *id)
{
  for (guint i = 0; i < edition->documents->len; i++)
    {
      const EmbarkLimitDocument *document = g_ptr_array_index (edition->documents, i);

      if (strcmp (document->id, id) == 0)
        return document;
    }
  return NULL;
}

static gboolean fill_words (EmbarkLimit *limit, const EmbarkLimitEdition *edition, JsonObject *object,
                            const char *where, GError **error)
{
  const char *applies = read_string (object, where, "applies", error);
  const char *severity = applies != NULL ? read_string (object, where, "severity", error) : NULL;
  const char *section = severity != NULL ? read_string (object, where, "section", error) : NULL;
  const char *document = section != NULL ? read_string (object, where, "document", error) : NULL;

  if (document == NULL)
    return FALSE;
  limit->document = find_document (edition, document);
  limit->section = g_strdup (section);
  if (!parse_applies (applies, &limit->applies) || !parse_severity (severity, &limit->severity)
      || limit->document == NULL || !embark_limit_knows_section (section))
    {
      g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED,
                   "limits of the %s edition: “%s” has an unknown word in applies, severity, document or section",
                   where, limit->id);
      return FALSE;
    }
  if (json_object_has_member (object, "code"))
    {
      const char *code = read_string (object, where, "code", error);

      if (code == NULL)
        return FALSE;
      limit->code = g_strdup (code);
    }
  return TRUE;
}

static gboolean read_limit (JsonNode *node, const char *where, EmbarkLimitEdition *edition, GError **error)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  EmbarkLimit *limit;
  const char *id;

  if (object == NULL)
    {
      g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED, "limits of the %s edition: a limit is no object", where);
      return FALSE;
    }
  id = read_string (object, where, "id", error);
  if (id == NULL || !check_members (object, where, error))
    return FALSE;
  limit = g_new0 (EmbarkLimit, 1);
  limit->id = g_strdup (id);
  g_ptr_array_add (edition->limits, limit);
  return fill_words (limit, edition, object, where, error)
         && read_words (object, where, "allowed", &limit->allowed, error)
         && read_words (object, where, "refused", &limit->refused, error)
         && read_systems (object, where, &limit->systems, error)
         && read_bytes (object, where, "bytes", &limit->bytes, error)
         && read_bytes (object, where, "cautionBytes", &limit->caution_bytes, error);
}

static gboolean read_document (JsonNode *node, const char *where, EmbarkLimitEdition *edition, GError **error)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  EmbarkLimitDocument *document;
  const char *id, *title, *date;

  if (object == NULL)
    {
      g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED, "limits of the %s edition: a document is no object",
                   where);
      return FALSE;
    }
  id = read_string (object, where, "id", error);
  title = id != NULL ? read_string (object, where, "title", error) : NULL;
  date = title != NULL ? read_string (object, where, "date", error) : NULL;
  if (date == NULL)
    return FALSE;
  document = g_new0 (EmbarkLimitDocument, 1);
  document->id = g_strdup (id);
  document->title = g_strdup (title);
  document->date = g_strdup (date);
  g_ptr_array_add (edition->documents, document);
  if (json_object_has_member (object, "number"))
    {
      const char *number = read_string (object, where, "number", error);

      if (number == NULL)
        return FALSE;
      document->number = g_strdup (number);
    }
  return TRUE;
}

typedef gboolean (*ReadItemFunc) (JsonNode *node, const char *where, EmbarkLimitEdition *edition, GError **error);

static gboolean read_items (JsonObject *root, const char *where, const char *member, ReadItemFunc read_item,
                            EmbarkLimitEdition *edition, GError **error)
{
  JsonNode *node = json_object_get_member (root, member);
  JsonArray *list = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  if (list == NULL)
    {
      g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED, "limits of the %s edition: “%s” is no list", where,
                   member);
      return FALSE;
    }
  for (guint i = 0; i < json_array_get_length (list); i++)
    if (!read_item (json_array_get_element (list, i), where, edition, error))
      return FALSE;
  return TRUE;
}

gboolean embark_limit_edition_read (EmbarkLimitEdition *edition, const char *where, GBytes *bytes, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) parse_error = NULL;
  gsize size;
  const char *text = g_bytes_get_data (bytes, &size);
  const char *name, *date;
  JsonNode *node;
  JsonObject *root;

  edition->documents = g_ptr_array_new_with_free_func (free_document);
  edition->limits = g_ptr_array_new_with_free_func (free_limit);
  if (!json_parser_load_from_data (parser, text, (gssize) size, &parse_error))
    {
      g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED, "limits of the %s edition: %s", where,
                   parse_error->message);
      return FALSE;
    }
  node = json_parser_get_root (parser);
  root = node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  if (root == NULL)
    {
      g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED, "limits of the %s edition: no JSON object", where);
      return FALSE;
    }
  name = read_string (root, where, "edition", error);
  date = name != NULL ? read_string (root, where, "date", error) : NULL;
  if (date == NULL)
    return FALSE;
  if (strcmp (name, where) != 0)
    {
      g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED, "limits of the %s edition: they are of the edition “%s”",
                   where, name);
      return FALSE;
    }
  edition->date = g_strdup (date);
  return read_items (root, where, "documents", read_document, edition, error)
         && read_items (root, where, "limits", read_limit, edition, error);
}

void embark_limit_edition_clear (EmbarkLimitEdition *edition)
{
  g_clear_pointer (&edition->date, g_free);
  g_clear_pointer (&edition->limits, g_ptr_array_unref);
  g_clear_pointer (&edition->documents, g_ptr_array_unref);
}
