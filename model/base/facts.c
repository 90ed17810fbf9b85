/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The facts are a json-glib object as it is written out; reasons for what is
 * not known lie in its member "unknown", keyed by the whole dotted path.
 */
#include "model/base/facts.h"

#include <string.h>

#include "model/base/json-text.h"

#define UNKNOWN "unknown"

struct _EmbarkFacts
{
  grefcount refs;
  JsonObject *root; /* owned */
};

static EmbarkFacts *wrap_object (JsonObject *root)
{
  EmbarkFacts *self = g_new0 (EmbarkFacts, 1);

  g_ref_count_init (&self->refs);
  self->root = root;
  return self;
}

static JsonObject *get_member_object (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static JsonNode *find_node (EmbarkFacts *self, const char *path)
{
  g_auto (GStrv) names = g_strsplit (path, ".", -1);
  JsonObject *object = self->root;

  for (guint i = 0; names[i] != NULL; i++)
    {
      if (names[i + 1] == NULL)
        return json_object_get_member (object, names[i]);
      object = get_member_object (object, names[i]);
      if (object == NULL)
        return NULL;
    }
  return NULL;
}

static JsonNode *find_value (EmbarkFacts *self, const char *path, GType type)
{
  JsonNode *node = find_node (self, path);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == type ? node : NULL;
}

/* Returns the object that holds the last name of @path, and that name (which points into @path). */
static JsonObject *reach_parent (EmbarkFacts *self, const char *path, const char **ret_name)
{
  JsonObject *object = self->root;
  const char *name = path;

  for (const char *dot = strchr (name, '.'); dot != NULL; dot = strchr (name, '.'))
    {
      g_autofree char *part = g_strndup (name, dot - name);
      JsonObject *next = get_member_object (object, part);
      if (next == NULL)
        {
          next = json_object_new ();
          json_object_set_object_member (object, part, next);
        }
      object = next;
      name = dot + 1;
    }

  *ret_name = name;
  return object;
}

static JsonArray *reach_list (EmbarkFacts *self, const char *path)
{
  const char *name;
  JsonObject *parent = reach_parent (self, path, &name);
  JsonNode *node = json_object_get_member (parent, name);

  if (node != NULL && JSON_NODE_HOLDS_ARRAY (node))
    return json_node_get_array (node);

  JsonArray *list = json_array_new ();
  json_object_set_array_member (parent, name, list);
  return list;
}

static void merge_object (JsonObject *into, JsonObject *from)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;

  json_object_iter_init (&iter, from);
  while (json_object_iter_next (&iter, &name, &node))
    {
      JsonObject *mine = get_member_object (into, name);
      if (mine != NULL && JSON_NODE_HOLDS_OBJECT (node))
        {
          merge_object (mine, json_node_get_object (node));
          continue;
        }

      /* json_node_copy() shares lists and objects, which both sides may still write. */
      JsonNode *copy = NULL;
      if (JSON_NODE_HOLDS_OBJECT (node))
        {
          JsonObject *fresh = json_object_new ();
          merge_object (fresh, json_node_get_object (node));
          copy = json_node_init_object (json_node_alloc (), fresh);
          json_object_unref (fresh);
        }
      else if (JSON_NODE_HOLDS_ARRAY (node))
        {
          g_autofree char *text = json_to_string (node, FALSE);
          copy = json_from_string (text, NULL);
        }
      json_object_set_member (into, name, copy != NULL ? copy : json_node_copy (node));
    }
}

EmbarkFacts *embark_facts_new (void)
{
  return wrap_object (json_object_new ());
}

EmbarkFacts *embark_facts_ref (EmbarkFacts *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_ref_count_inc (&self->refs);
  return self;
}

void embark_facts_unref (EmbarkFacts *self)
{
  if (self == NULL || !g_ref_count_dec (&self->refs))
    return;

  json_object_unref (self->root);
  g_free (self);
}

EmbarkFacts *embark_facts_new_from_json (const char *json, gssize length, GError **error)
{
  JsonObject *root = embark_json_parse_object (json, length, error);

  return root != NULL ? wrap_object (root) : NULL;
}

char *embark_facts_to_json (EmbarkFacts *self, gboolean pretty)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), self->root);
  return json_to_string (node, pretty);
}

JsonObject *embark_facts_get_object (EmbarkFacts *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->root;
}

void embark_facts_merge (EmbarkFacts *self, EmbarkFacts *other)
{
  g_return_if_fail (self != NULL && other != NULL);

  if (self != other)
    merge_object (self->root, other->root);
}

gboolean embark_facts_has (EmbarkFacts *self, const char *path)
{
  g_return_val_if_fail (self != NULL && path != NULL, FALSE);

  JsonNode *node = find_node (self, path);
  return node != NULL && !JSON_NODE_HOLDS_NULL (node);
}

const char *embark_facts_get_string (EmbarkFacts *self, const char *path)
{
  g_return_val_if_fail (self != NULL && path != NULL, NULL);

  JsonNode *node = find_value (self, path, G_TYPE_STRING);
  return node != NULL ? json_node_get_string (node) : NULL;
}

gboolean embark_facts_get_uint (EmbarkFacts *self, const char *path, guint64 *ret_value)
{
  g_return_val_if_fail (self != NULL && path != NULL, FALSE);

  JsonNode *node = find_value (self, path, G_TYPE_INT64);
  if (node == NULL || json_node_get_int (node) < 0)
    return FALSE;

  if (ret_value != NULL)
    *ret_value = (guint64) json_node_get_int (node);
  return TRUE;
}

gboolean embark_facts_get_boolean (EmbarkFacts *self, const char *path, gboolean *ret_value)
{
  g_return_val_if_fail (self != NULL && path != NULL, FALSE);

  JsonNode *node = find_value (self, path, G_TYPE_BOOLEAN);
  if (node == NULL)
    return FALSE;

  if (ret_value != NULL)
    *ret_value = json_node_get_boolean (node);
  return TRUE;
}

gboolean embark_facts_is (EmbarkFacts *self, const char *path)
{
  gboolean value = FALSE;

  return embark_facts_get_boolean (self, path, &value) && value;
}

JsonArray *embark_facts_get_list (EmbarkFacts *self, const char *path)
{
  g_return_val_if_fail (self != NULL && path != NULL, NULL);

  JsonNode *node = find_node (self, path);
  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

void embark_facts_set_string (EmbarkFacts *self, const char *path, const char *value)
{
  g_return_if_fail (self != NULL && path != NULL);

  if (value == NULL && find_node (self, path) == NULL)
    return;

  const char *name;
  JsonObject *parent = reach_parent (self, path, &name);
  if (value == NULL)
    {
      json_object_remove_member (parent, name);
      return;
    }

  g_autofree char *valid = g_utf8_make_valid (value, -1);
  json_object_set_string_member (parent, name, valid);
}

void embark_facts_set_uint (EmbarkFacts *self, const char *path, guint64 value)
{
  g_return_if_fail (self != NULL && path != NULL);

  const char *name;
  JsonObject *parent = reach_parent (self, path, &name);
  json_object_set_int_member (parent, name, (gint64) MIN (value, (guint64) G_MAXINT64));
}

void embark_facts_set_boolean (EmbarkFacts *self, const char *path, gboolean value)
{
  g_return_if_fail (self != NULL && path != NULL);

  const char *name;
  JsonObject *parent = reach_parent (self, path, &name);
  json_object_set_boolean_member (parent, name, value);
}

JsonObject *embark_facts_append (EmbarkFacts *self, const char *path)
{
  g_return_val_if_fail (self != NULL && path != NULL, NULL);

  JsonObject *object = json_object_new ();
  json_array_add_object_element (reach_list (self, path), object);
  return object;
}

void embark_facts_append_string (EmbarkFacts *self, const char *path, const char *value)
{
  g_return_if_fail (self != NULL && path != NULL && value != NULL);

  g_autofree char *valid = g_utf8_make_valid (value, -1);
  json_array_add_string_element (reach_list (self, path), valid);
}

void embark_facts_set_unknown (EmbarkFacts *self, const char *path, const char *reason)
{
  g_return_if_fail (self != NULL && path != NULL && reason != NULL);

  JsonObject *reasons = get_member_object (self->root, UNKNOWN);
  if (reasons == NULL)
    {
      reasons = json_object_new ();
      json_object_set_object_member (self->root, UNKNOWN, reasons);
    }

  g_autofree char *valid = g_utf8_make_valid (reason, -1);
  json_object_set_string_member (reasons, path, valid);
}

const char *embark_facts_get_unknown (EmbarkFacts *self, const char *path)
{
  g_return_val_if_fail (self != NULL && path != NULL, NULL);

  JsonObject *reasons = get_member_object (self->root, UNKNOWN);
  if (reasons == NULL)
    return NULL;

  g_autofree char *prefix = g_strdup (path);
  for (;;)
    {
      JsonNode *node = json_object_get_member (reasons, prefix);
      if (node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
        return json_node_get_string (node);

      char *dot = strrchr (prefix, '.');
      if (dot == NULL)
        return NULL;
      *dot = '\0';
    }
}
