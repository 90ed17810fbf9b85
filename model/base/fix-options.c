/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Plain copies, and the way into JSON and back. What comes from a journal is
 * no more trusted than any other file.
 */
#include "model/base/fix-options.h"

#include <string.h>

#define FIXES_MAX 64
#define TEXT_MAX 4096

EmbarkFixOptions *embark_fix_options_new (void)
{
  EmbarkFixOptions *self = g_new0 (EmbarkFixOptions, 1);

  self->fixes = g_new0 (char *, 1);
  self->optional = g_new0 (char *, 1);
  return self;
}

EmbarkFixOptions *embark_fix_options_copy (const EmbarkFixOptions *self)
{
  EmbarkFixOptions *copy = g_new0 (EmbarkFixOptions, 1);

  copy->fixes = g_strdupv (self->fixes);
  copy->optional = g_strdupv (self->optional);
  copy->virtio_win = g_strdup (self->virtio_win);
  copy->cloudbase = g_strdup (self->cloudbase);
  copy->packages = g_strdup (self->packages);
  copy->is_networked = self->is_networked;
  return copy;
}

void embark_fix_options_take (EmbarkFixOptions *self, GStrvBuilder *fixes, GStrvBuilder *optional)
{
  g_strfreev (self->fixes);
  g_strfreev (self->optional);
  self->fixes = g_strv_builder_end (fixes);
  self->optional = g_strv_builder_end (optional);
}

void embark_fix_options_free (EmbarkFixOptions *self)
{
  if (self == NULL)
    return;
  g_strfreev (self->fixes);
  g_strfreev (self->optional);
  g_free (self->virtio_win);
  g_free (self->cloudbase);
  g_free (self->packages);
  g_free (self);
}

/* Names of files need not be UTF-8, JSON must be: they are written as URIs. */
static void set_path (JsonObject *object, const char *name, const char *path)
{
  g_autofree char *uri = path != NULL ? g_filename_to_uri (path, NULL, NULL) : NULL;

  if (uri != NULL)
    json_object_set_string_member (object, name, uri);
}

static const char *get_text (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);
  const char *text = node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING
                         ? json_node_get_string (node)
                         : NULL;

  return text != NULL && strlen (text) <= TEXT_MAX ? text : NULL;
}

static char *get_path (JsonObject *object, const char *name)
{
  const char *uri = get_text (object, name);

  return uri != NULL ? g_filename_from_uri (uri, NULL, NULL) : NULL;
}

static void set_list (JsonObject *object, const char *name, char **list)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; list[i] != NULL; i++)
    json_array_add_string_element (array, list[i]);
  json_object_set_array_member (object, name, array);
}

JsonObject *embark_fix_options_to_json (const EmbarkFixOptions *self)
{
  JsonObject *object = json_object_new ();

  set_list (object, "fixes", self->fixes);
  set_list (object, "optional", self->optional);
  set_path (object, "virtioWin", self->virtio_win);
  set_path (object, "cloudbase", self->cloudbase);
  set_path (object, "packages", self->packages);
  json_object_set_boolean_member (object, "network", self->is_networked);
  return object;
}

static char **get_list (JsonObject *object, const char *name)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  JsonNode *node = json_object_get_member (object, name);
  JsonArray *list = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  guint n = list != NULL ? MIN (json_array_get_length (list), FIXES_MAX) : 0;

  for (guint i = 0; i < n; i++)
    {
      JsonNode *item = json_array_get_element (list, i);
      if (JSON_NODE_HOLDS_VALUE (item) && json_node_get_value_type (item) == G_TYPE_STRING)
        g_strv_builder_add (builder, json_node_get_string (item));
    }
  return g_strv_builder_end (builder);
}

EmbarkFixOptions *embark_fix_options_new_from_json (JsonObject *object)
{
  EmbarkFixOptions *self = g_new0 (EmbarkFixOptions, 1);
  JsonNode *network = json_object_get_member (object, "network");

  self->fixes = get_list (object, "fixes");
  self->optional = get_list (object, "optional");
  self->virtio_win = get_path (object, "virtioWin");
  self->cloudbase = get_path (object, "cloudbase");
  self->packages = get_path (object, "packages");
  self->is_networked = network != NULL && JSON_NODE_HOLDS_VALUE (network)
                       && json_node_get_value_type (network) == G_TYPE_BOOLEAN && json_node_get_boolean (network);
  return self;
}
