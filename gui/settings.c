/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The preferences of the user, typed.
 */
#include "gui/settings.h"

/* Where packages of distributions put the drivers. */
#define VIRTIO_WIN_PACKAGE "/usr/share/virtio-win"

static const char *const judge_words[] = {
  [EMBARK_JUDGE_BOTH] = "both",
  [EMBARK_JUDGE_ORIGINAL] = "original",
  [EMBARK_JUDGE_CURRENT] = "current",
};

GSettings *embark_settings_new (void)
{
  return g_settings_new (EMBARK_APP_ID);
}

GSettings *embark_settings_try_new (void)
{
  GSettingsSchemaSource *schemas = g_settings_schema_source_get_default ();
  g_autoptr (GSettingsSchema) schema = NULL;

  if (schemas != NULL)
    schema = g_settings_schema_source_lookup (schemas, EMBARK_APP_ID, TRUE);
  /* One of an older version may lie there. */
  return schema != NULL && g_settings_schema_has_key (schema, "proxy-mode") ? embark_settings_new () : NULL;
}

EmbarkJudge embark_settings_get_judge (GSettings *settings)
{
  g_autofree char *word = g_settings_get_string (settings, "edition");
  EmbarkJudge judge = EMBARK_JUDGE_BOTH;

  embark_judge_from_string (word, &judge);
  return judge;
}

void embark_settings_set_judge (GSettings *settings, EmbarkJudge judge)
{
  g_return_if_fail (judge < G_N_ELEMENTS (judge_words));

  g_settings_set_string (settings, "edition", judge_words[judge]);
}

gboolean embark_settings_get_last_destination (GSettings *settings, char **ret_bucket, char **ret_region)
{
  g_autofree char *bucket = g_settings_get_string (settings, "last-bucket");
  g_autofree char *region = g_settings_get_string (settings, "last-region");

  if (bucket[0] == '\0' || region[0] == '\0')
    return FALSE;

  *ret_bucket = g_steal_pointer (&bucket);
  *ret_region = g_steal_pointer (&region);
  return TRUE;
}

void embark_settings_set_last_destination (GSettings *settings, const char *bucket, const char *region)
{
  g_settings_set_string (settings, "last-bucket", bucket);
  g_settings_set_string (settings, "last-region", region);
}

char *embark_settings_find_virtio_win (void)
{
  return g_file_test (VIRTIO_WIN_PACKAGE, G_FILE_TEST_IS_DIR) ? g_strdup (VIRTIO_WIN_PACKAGE) : NULL;
}

char *embark_settings_get_path (GSettings *settings, const char *key)
{
  g_autofree char *uri = g_settings_get_string (settings, key);

  if (uri[0] != '\0')
    return g_filename_from_uri (uri, NULL, NULL);
  return g_str_equal (key, "virtio-win") ? embark_settings_find_virtio_win () : NULL;
}

void embark_settings_set_path (GSettings *settings, const char *key, const char *path)
{
  g_autofree char *uri = path != NULL ? g_filename_to_uri (path, NULL, NULL) : NULL;

  g_settings_set_string (settings, key, uri != NULL ? uri : "");
}

void embark_settings_get_send_limit (GSettings *settings, EmbarkSendLimit *ret_limit)
{
  const EmbarkSendLimit limit = {
    .bytes_per_second = (guint64) g_settings_get_uint (settings, "send-limit") * 1000,
    .is_scheduled = g_settings_get_boolean (settings, "send-limit-scheduled"),
    .from_minute = g_settings_get_uint (settings, "send-limit-from"),
    .to_minute = g_settings_get_uint (settings, "send-limit-to"),
  };

  *ret_limit = limit;
}
