/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Loads both editions of the limits from JSON. The data is part of the
 * program, but it is checked as if it came from outside: a limit with a
 * mistyped member would otherwise silently allow everything.
 */
#include "model/check/limits.h"

#include "model/base/errors.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <json-glib/json-glib.h>

#define RESOURCE_FOLDER "/org/embark/Embark/limits/"

typedef struct
{
  char *date;
  GPtrArray *limits; /* of EmbarkLimit */
} Edition;

struct _EmbarkLimits
{
  Edition editions[EMBARK_N_EDITIONS];
};

typedef struct
{
  const char *key;
  const char *name;
} Section;

/* Translators: these are the headings of the cloud's documents where a limit stands. */
static const Section sections[] = {
  { "permission", N_ ("Permission") },
  { "system", N_ ("Operating system") },
  { "format", N_ ("Image format") },
  { "size", N_ ("Image size") },
  { "network", N_ ("Network") },
  { "drivers", N_ ("Drivers") },
  { "kernel", N_ ("Kernel") },
  { "file-system", N_ ("File system") },
  { "other", N_ ("Other") },
  { "error-codes", N_ ("Error codes") },
  { "linux-guide", N_ ("Making a Linux image") },
  { "windows-guide", N_ ("Making a Windows image") },
  { "cloudbase-init", N_ ("Installing cloudbase-init") },
  { "offline-migration", N_ ("Offline migration") },
  { "practice", NULL },
};

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

static const Section *find_section (const char *key)
{
  for (guint i = 0; i < G_N_ELEMENTS (sections); i++)
    if (g_strcmp0 (sections[i].key, key) == 0)
      return &sections[i];
  return NULL;
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

static gboolean fill_words (EmbarkLimit *limit, JsonObject *object, const char *where, GError **error)
{
  const char *applies = read_string (object, where, "applies", error);
  const char *severity = applies != NULL ? read_string (object, where, "severity", error) : NULL;
  const char *section = severity != NULL ? read_string (object, where, "section", error) : NULL;

  if (section == NULL)
    return FALSE;
  if (!parse_applies (applies, &limit->applies) || !parse_severity (severity, &limit->severity)
      || find_section (section) == NULL)
    {
      g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED,
                   "limits of the %s edition: “%s” has an unknown word in applies, severity or section", where,
                   limit->id);
      return FALSE;
    }
  limit->section = g_strdup (section);
  if (json_object_has_member (object, "code"))
    {
      const char *code = read_string (object, where, "code", error);

      if (code == NULL)
        return FALSE;
      limit->code = g_strdup (code);
    }
  return TRUE;
}

static gboolean read_limit (JsonNode *node, const char *where, GPtrArray *limits, GError **error)
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
  g_ptr_array_add (limits, limit);
  return fill_words (limit, object, where, error) && read_words (object, where, "allowed", &limit->allowed, error)
         && read_words (object, where, "refused", &limit->refused, error)
         && read_systems (object, where, &limit->systems, error)
         && read_bytes (object, where, "bytes", &limit->bytes, error)
         && read_bytes (object, where, "cautionBytes", &limit->caution_bytes, error);
}

static gboolean load_edition (Edition *edition, const char *where, GBytes *bytes, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) parse_error = NULL;
  gsize size;
  const char *text = g_bytes_get_data (bytes, &size);
  JsonNode *root, *list;
  const char *date, *name;

  edition->limits = g_ptr_array_new_with_free_func (free_limit);
  if (!json_parser_load_from_data (parser, text, (gssize) size, &parse_error))
    {
      g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED, "limits of the %s edition: %s", where,
                   parse_error->message);
      return FALSE;
    }
  root = json_parser_get_root (parser);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    {
      g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED, "limits of the %s edition: no JSON object", where);
      return FALSE;
    }
  name = read_string (json_node_get_object (root), where, "edition", error);
  date = name != NULL ? read_string (json_node_get_object (root), where, "date", error) : NULL;
  if (date == NULL)
    return FALSE;
  list = json_object_get_member (json_node_get_object (root), "limits");
  if (strcmp (name, where) != 0 || list == NULL || !JSON_NODE_HOLDS_ARRAY (list))
    {
      g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED, "limits of the %s edition: wrong “edition” or no “limits”",
                   where);
      return FALSE;
    }
  edition->date = g_strdup (date);
  for (guint i = 0; i < json_array_get_length (json_node_get_array (list)); i++)
    if (!read_limit (json_array_get_element (json_node_get_array (list), i), where, edition->limits, error))
      return FALSE;
  return TRUE;
}

static GBytes *load_resource (EmbarkEdition edition)
{
  g_autofree char *path = g_strconcat (RESOURCE_FOLDER, embark_edition_to_string (edition), ".json", NULL);
  g_autoptr (GError) error = NULL;
  GBytes *bytes = g_resources_lookup_data (path, G_RESOURCE_LOOKUP_FLAGS_NONE, &error);

  if (bytes == NULL)
    g_error ("%s", error->message);
  return bytes;
}

EmbarkLimits *embark_limits_new (GBytes *original, GBytes *current, GError **error)
{
  g_autoptr (EmbarkLimits) self = g_new0 (EmbarkLimits, 1);

  if (!load_edition (&self->editions[EMBARK_EDITION_ORIGINAL], "original", original, error)
      || !load_edition (&self->editions[EMBARK_EDITION_CURRENT], "current", current, error))
    return NULL;
  return g_steal_pointer (&self);
}

EmbarkLimits *embark_limits_get_default (void)
{
  static EmbarkLimits *limits;

  if (g_once_init_enter (&limits))
    {
      g_autoptr (GBytes) original = load_resource (EMBARK_EDITION_ORIGINAL);
      g_autoptr (GBytes) current = load_resource (EMBARK_EDITION_CURRENT);
      g_autoptr (GError) error = NULL;
      EmbarkLimits *loaded = embark_limits_new (original, current, &error);

      if (loaded == NULL)
        g_error ("%s", error->message);
      g_once_init_leave (&limits, loaded);
    }
  return limits;
}

void embark_limits_free (EmbarkLimits *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < EMBARK_N_EDITIONS; i++)
    {
      g_free (self->editions[i].date);
      g_clear_pointer (&self->editions[i].limits, g_ptr_array_unref);
    }
  g_free (self);
}

const EmbarkLimit *embark_limits_find (EmbarkLimits *self, EmbarkEdition edition, const char *id)
{
  GPtrArray *limits;

  g_return_val_if_fail (self != NULL && edition < EMBARK_N_EDITIONS, NULL);
  limits = self->editions[edition].limits;
  for (guint i = 0; i < limits->len; i++)
    {
      const EmbarkLimit *limit = g_ptr_array_index (limits, i);

      if (strcmp (limit->id, id) == 0)
        return limit;
    }
  return NULL;
}

GPtrArray *embark_limits_list (EmbarkLimits *self, EmbarkEdition edition)
{
  g_return_val_if_fail (self != NULL && edition < EMBARK_N_EDITIONS, NULL);
  return self->editions[edition].limits;
}

const char *embark_limits_get_date (EmbarkLimits *self, EmbarkEdition edition)
{
  g_return_val_if_fail (self != NULL && edition < EMBARK_N_EDITIONS, NULL);
  return self->editions[edition].date;
}

guint64 embark_limits_get_bytes (EmbarkLimits *self, EmbarkJudge judge, const char *id)
{
  guint64 bytes = 0;

  for (guint i = 0; i < EMBARK_N_EDITIONS; i++)
    {
      const EmbarkLimit *limit = embark_limits_find (self, i, id);
      gboolean is_asked = judge == EMBARK_JUDGE_BOTH
                          || judge == (i == EMBARK_EDITION_ORIGINAL ? EMBARK_JUDGE_ORIGINAL : EMBARK_JUDGE_CURRENT);

      if (is_asked && limit != NULL && limit->bytes > 0 && (bytes == 0 || limit->bytes < bytes))
        bytes = limit->bytes;
    }
  return bytes;
}

const char *embark_limit_get_section (const EmbarkLimit *limit)
{
  const Section *section = find_section (limit->section);

  return section != NULL && section->name != NULL ? _ (section->name) : NULL;
}

gboolean embark_judge_from_string (const char *word, EmbarkJudge *ret_judge)
{
  static const char *const words[] = { "both", "original", "current" };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_strcmp0 (words[i], word) == 0)
      {
        *ret_judge = (EmbarkJudge) i;
        return TRUE;
      }
  return FALSE;
}

const char *embark_edition_to_string (EmbarkEdition edition)
{
  return edition == EMBARK_EDITION_ORIGINAL ? "original" : "current";
}
