/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Both editions of the limits, and what is asked of them.
 */
#include "model/check/limits.h"

#include "model/check/limits-read.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#define RESOURCE_FOLDER "/org/embark/Embark/limits/"

struct _EmbarkLimits
{
  EmbarkLimitEdition editions[EMBARK_N_EDITIONS];
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
  { "forced-import", N_ ("Forced import") },
  { "windows-network", N_ ("Setting up the network of Windows") },
  { "api", N_ ("The action ImportImage of the API") },
  { "practice", NULL },
};

static const Section *find_section (const char *key)
{
  for (guint i = 0; i < G_N_ELEMENTS (sections); i++)
    if (g_strcmp0 (sections[i].key, key) == 0)
      return &sections[i];
  return NULL;
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

  if (!embark_limit_edition_read (&self->editions[EMBARK_EDITION_ORIGINAL], "original", original, error)
      || !embark_limit_edition_read (&self->editions[EMBARK_EDITION_CURRENT], "current", current, error))
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
    embark_limit_edition_clear (&self->editions[i]);
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

gboolean embark_limit_knows_section (const char *key)
{
  return find_section (key) != NULL;
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
