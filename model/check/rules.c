/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What several rules need: plain outcomes, and careful reading of facts, which
 * may hold anything.
 */
#include "model/check/rules.h"

#include <glib/gi18n-lib.h>

#define LIST_MAX 16 /* items that are named; nobody reads more */

/* Why nothing inside could be seen although somebody looked, where no reason was noted. */
static const char *explain_hidden (const EmbarkRuleContext *context)
{
  gboolean is_found = FALSE;

  embark_facts_get_boolean (context->facts, "os.found", &is_found);
  return is_found ? NULL : embark_rule_find_cover (context);
}

EmbarkDecision embark_decide_unknown (const EmbarkRuleContext *context, const char *path)
{
  const char *reason = embark_facts_get_unknown (context->facts, path);

  if (reason == NULL)
    reason = explain_hidden (context);

  if (reason == NULL && context->is_partial)
    return (EmbarkDecision){
      .outcome = EMBARK_OUTCOME_UNKNOWN,
      .summary = _ ("Not looked at yet"),
      .evidence = g_strdup (_ ("Nobody has looked inside the disk yet")),
    };
  return (EmbarkDecision){
    .outcome = EMBARK_OUTCOME_UNKNOWN,
    .summary = _ ("This could not be decided"),
    .evidence = g_strdup (reason != NULL ? reason : _ ("Nothing was found that says so")),
  };
}

EmbarkDecision embark_decide_pass (char *evidence)
{
  return (EmbarkDecision){ .outcome = EMBARK_OUTCOME_PASS, .evidence = evidence };
}

EmbarkDecision embark_decide_not_applicable (const char *evidence)
{
  return (EmbarkDecision){ .outcome = EMBARK_OUTCOME_NOT_APPLICABLE, .evidence = g_strdup (evidence) };
}

gboolean embark_limit_allows (const EmbarkLimit *limit, const char *word)
{
  return limit->allowed != NULL && word != NULL && g_strv_contains ((const char *const *) limit->allowed, word);
}

const char *embark_rule_get_string (JsonObject *object, const char *member)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, member) : NULL;

  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node) : NULL;
}

gboolean embark_rule_get_boolean (JsonObject *object, const char *member, gboolean *ret_value)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, member) : NULL;

  if (node == NULL || json_node_get_value_type (node) != G_TYPE_BOOLEAN)
    return FALSE;
  *ret_value = json_node_get_boolean (node);
  return TRUE;
}

gboolean embark_rule_get_uint (JsonObject *object, const char *member, guint64 *ret_value)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, member) : NULL;

  if (node == NULL || json_node_get_value_type (node) != G_TYPE_INT64 || json_node_get_int (node) < 0)
    return FALSE;
  *ret_value = (guint64) json_node_get_int (node);
  return TRUE;
}

guint embark_rule_count (JsonArray *list)
{
  return list != NULL ? json_array_get_length (list) : 0;
}

JsonObject *embark_rule_get_object_at (JsonArray *list, guint index)
{
  JsonNode *node = json_array_get_element (list, index);

  return JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

const char *embark_rule_get_string_at (JsonArray *list, guint index)
{
  JsonNode *node = json_array_get_element (list, index);

  return json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node) : NULL;
}

void embark_rule_append_item (GString *text, const char *item)
{
  if (text->len > 0)
    /* Translators: between the items of a list. */
    g_string_append (text, C_ ("list", ", "));
  g_string_append (text, item);
}

char *embark_rule_format_size (guint64 bytes)
{
  return g_format_size_full (bytes, G_FORMAT_SIZE_IEC_UNITS);
}

const char *embark_rule_find_cover (const EmbarkRuleContext *context)
{
  if (embark_facts_is (context->facts, "disk.luks"))
    return _ ("The disk is encrypted with LUKS");
  if (embark_facts_is (context->facts, "disk.bitlocker"))
    return _ ("The disk is encrypted with BitLocker");
  if (embark_facts_is (context->facts, "disk.ldm"))
    return _ ("The disk is a Windows dynamic disk");
  if (embark_rule_find_cut (context, NULL))
    return _ ("The image is cut off");
  return NULL;
}

gboolean embark_rule_find_cut (const EmbarkRuleContext *context, guint64 *ret_end)
{
  JsonArray *list = embark_facts_get_list (context->facts, "disk.partitions");
  guint64 size, end = 0;

  if (!embark_facts_get_uint (context->facts, "image.virtualSize", &size))
    return FALSE;
  for (guint i = 0; i < embark_rule_count (list); i++)
    {
      JsonObject *partition = embark_rule_get_object_at (list, i);
      guint64 start, length;

      if (embark_rule_get_uint (partition, "start", &start) && embark_rule_get_uint (partition, "size", &length)
          && length < G_MAXINT64 && start < G_MAXINT64)
        end = MAX (end, start + length);
    }
  if (ret_end != NULL)
    *ret_end = end;
  return end > size;
}

JsonObject *embark_rule_find_mounted (const EmbarkRuleContext *context, const char *mount_point)
{
  JsonArray *list = embark_facts_get_list (context->facts, "disk.filesystems");

  for (guint i = 0; i < embark_rule_count (list); i++)
    {
      JsonObject *entry = embark_rule_get_object_at (list, i);

      if (g_strcmp0 (embark_rule_get_string (entry, "mountPoint"), mount_point) == 0)
        return entry;
    }
  return NULL;
}

/* By its mount point where something is mounted at all: a device may be named in several ways. */
static JsonObject *find_root (const EmbarkRuleContext *context)
{
  JsonArray *list = embark_facts_get_list (context->facts, "disk.filesystems");
  const char *root = embark_facts_get_string (context->facts, "os.root");
  JsonObject *mounted = embark_rule_find_mounted (context, "/");

  for (guint i = 0; mounted == NULL && root != NULL && i < embark_rule_count (list); i++)
    {
      JsonObject *entry = embark_rule_get_object_at (list, i);

      if (g_strcmp0 (embark_rule_get_string (entry, "device"), root) == 0)
        return entry;
    }
  return mounted;
}

const char *embark_rule_find_root_type (const EmbarkRuleContext *context)
{
  return embark_rule_get_string (find_root (context), "type");
}

char *embark_rule_describe_file_systems (const EmbarkRuleContext *context)
{
  JsonArray *list = embark_facts_get_list (context->facts, "disk.filesystems");
  g_autoptr (GString) text = g_string_new (NULL);

  if (list == NULL)
    return NULL;
  for (guint i = 0; i < embark_rule_count (list) && i < LIST_MAX; i++)
    {
      JsonObject *entry = embark_rule_get_object_at (list, i);
      const char *device = embark_rule_get_string (entry, "device");
      const char *type = embark_rule_get_string (entry, "type");
      g_autofree char *item = NULL;

      if (device == NULL)
        continue;
      /* Translators: a file system type and a device: "ext4 on /dev/sda1". */
      item = g_strdup_printf (_ ("%s on %s"), type != NULL ? type : _ ("no known file system"), device);
      embark_rule_append_item (text, item);
    }
  return text->len > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : g_strdup (_ ("No file system was found"));
}
