/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The regions, read once from the resource bundle of the program and kept for
 * its life.
 */
#include "model/cloud/regions.h"

#include <gio/gio.h>
#include <json-glib/json-glib.h>
#include <string.h>

#define RESOURCE_PATH "/org/embark/Embark/regions.json"
#define CODE_MAX 32

static void free_region (gpointer data)
{
  EmbarkRegion *region = data;

  g_free (region->code);
  g_free (region->name_en);
  g_free (region->name_zh);
  g_free (region);
}

static gboolean has_flag (JsonObject *object, const char *flag)
{
  JsonArray *flags = json_object_has_member (object, "flags") ? json_object_get_array_member (object, "flags") : NULL;

  for (guint i = 0; flags != NULL && i < json_array_get_length (flags); i++)
    if (g_strcmp0 (json_array_get_string_element (flags, i), flag) == 0)
      return TRUE;
  return FALSE;
}

static EmbarkRegion *build_region (JsonObject *object)
{
  EmbarkRegion *region = g_new0 (EmbarkRegion, 1);

  region->code = g_strdup (json_object_get_string_member (object, "code"));
  region->name_en = g_strdup (json_object_get_string_member (object, "en"));
  region->name_zh = g_strdup (json_object_get_string_member (object, "zh"));
  region->is_finance = has_flag (object, "finance");
  region->is_overseas = has_flag (object, "overseas");
  region->is_closed = has_flag (object, "closed");
  return region;
}

static GPtrArray *load_regions (void)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GBytes) bytes = g_resources_lookup_data (RESOURCE_PATH, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  GPtrArray *regions = g_ptr_array_new_with_free_func (free_region);
  JsonArray *list;
  gsize length;
  const char *text;

  /* The bundle is part of the program: without it the program was built wrong. */
  if (bytes == NULL)
    g_error ("the resource " RESOURCE_PATH " is missing");
  text = g_bytes_get_data (bytes, &length);
  if (!json_parser_load_from_data (parser, text, (gssize) length, NULL))
    g_error ("the resource " RESOURCE_PATH " is damaged");

  list = json_object_get_array_member (json_node_get_object (json_parser_get_root (parser)), "regions");
  for (guint i = 0; i < json_array_get_length (list); i++)
    g_ptr_array_add (regions, build_region (json_array_get_object_element (list, i)));
  return regions;
}

GPtrArray *embark_regions_get (void)
{
  static gsize is_ready = 0;
  static GPtrArray *regions = NULL;

  if (g_once_init_enter (&is_ready))
    {
      regions = load_regions ();
      g_once_init_leave (&is_ready, 1);
    }
  return regions;
}

const EmbarkRegion *embark_regions_find (const char *code)
{
  GPtrArray *regions = embark_regions_get ();

  for (guint i = 0; i < regions->len; i++)
    {
      const EmbarkRegion *region = g_ptr_array_index (regions, i);

      if (g_strcmp0 (region->code, code) == 0)
        return region;
    }
  return NULL;
}

const char *embark_regions_get_name (const char *code)
{
  const EmbarkRegion *region = embark_regions_find (code);
  const char *language = g_get_language_names ()[0];

  if (region == NULL)
    return code;
  return g_str_has_prefix (language, "zh") ? region->name_zh : region->name_en;
}

gboolean embark_regions_is_valid (const char *code)
{
  gsize letters;

  if (code == NULL || strlen (code) > CODE_MAX)
    return FALSE;
  letters = strspn (code, "abcdefghijklmnopqrstuvwxyz");
  if (letters == 0 || code[letters] != '-' || code[letters + 1] == '\0')
    return FALSE;
  return code[letters + 1 + strspn (code + letters + 1, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0';
}
