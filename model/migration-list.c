/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkMigrationList: all migrations of the journal, newest first.
 */
#include "model/migration-list-private.h"

#include <glib/gi18n-lib.h>

#include "model/base/errors.h"
#include "model/cloud/bucket.h"
#include "model/disk-private.h"
#include "model/migration-fixes.h"
#include "model/migration-private.h"
#include "model/preparation-private.h"

#define NAME_MAX_CHARS 60

struct _EmbarkMigrationList
{
  GObject parent_instance;

  /* owned */
  GListStore *migrations;
  GQueue queue; /* of EmbarkMigration, references: started, and waiting for its turn */

  /* borrowed */
  EmbarkContext *context;
};

static void embark_migration_list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (EmbarkMigrationList, embark_migration_list, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, embark_migration_list_model_init))

enum
{
  PROP_N_RUNNING = 1,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

static GType embark_migration_list_get_item_type (GListModel *model)
{
  return EMBARK_TYPE_MIGRATION;
}

static guint embark_migration_list_get_n_items (GListModel *model)
{
  return g_list_model_get_n_items (G_LIST_MODEL (EMBARK_MIGRATION_LIST (model)->migrations));
}

static gpointer embark_migration_list_get_item (GListModel *model, guint position)
{
  return g_list_model_get_item (G_LIST_MODEL (EMBARK_MIGRATION_LIST (model)->migrations), position);
}

static void embark_migration_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = embark_migration_list_get_item_type;
  iface->get_n_items = embark_migration_list_get_n_items;
  iface->get_item = embark_migration_list_get_item;
}

static void embark_migration_list_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_N_RUNNING)
    g_value_set_uint (value, embark_migration_list_get_n_running (EMBARK_MIGRATION_LIST (object)));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void embark_migration_list_finalize (GObject *object)
{
  g_queue_clear_full (&EMBARK_MIGRATION_LIST (object)->queue, g_object_unref);
  g_clear_object (&EMBARK_MIGRATION_LIST (object)->migrations);
  G_OBJECT_CLASS (embark_migration_list_parent_class)->finalize (object);
}

static void embark_migration_list_class_init (EmbarkMigrationListClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = embark_migration_list_get_property;
  object_class->finalize = embark_migration_list_finalize;
  properties[PROP_N_RUNNING] =
      g_param_spec_uint ("n-running", NULL, NULL, 0, G_MAXUINT, 0, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void migrations_changed_cb (GListModel *model, guint position, guint removed, guint added, gpointer user_data)
{
  g_list_model_items_changed (G_LIST_MODEL (user_data), position, removed, added);
}

static void embark_migration_list_init (EmbarkMigrationList *self)
{
  self->migrations = g_list_store_new (EMBARK_TYPE_MIGRATION);
  g_signal_connect_object (self->migrations, "items-changed", G_CALLBACK (migrations_changed_cb), self, 0);
}

static void running_changed_cb (EmbarkMigration *migration, GParamSpec *pspec, EmbarkMigrationList *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_RUNNING]);
}

/* A paused one does not keep others waiting. */
static gboolean is_way_taken (EmbarkMigrationList *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->migrations));

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (EmbarkMigration) migration = g_list_model_get_item (G_LIST_MODEL (self->migrations), i);
      if (embark_migration_is_busy (migration) && !embark_migration_is_paused (migration))
        return TRUE;
    }
  return FALSE;
}

static void let_next_begin (EmbarkMigrationList *self)
{
  while (!g_queue_is_empty (&self->queue) && !is_way_taken (self))
    {
      g_autoptr (EmbarkMigration) migration = g_queue_pop_head (&self->queue);

      /* It may have been cancelled while it waited. */
      if (embark_migration_is_queued (migration))
        embark_migration_begin (migration);
    }
}

void embark_migration_list_enqueue (EmbarkMigrationList *self, EmbarkMigration *migration)
{
  embark_migration_set_queued (migration, TRUE);
  g_queue_push_tail (&self->queue, g_object_ref (migration));
  let_next_begin (self);
}

void embark_migration_list_stop_all (EmbarkMigrationList *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->migrations));

  while (!g_queue_is_empty (&self->queue))
    {
      g_autoptr (EmbarkMigration) queued = g_queue_pop_head (&self->queue);
      if (embark_migration_is_queued (queued))
        embark_migration_stop (queued);
    }
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (EmbarkMigration) migration = g_list_model_get_item (G_LIST_MODEL (self->migrations), i);
      embark_migration_stop (migration);
    }
}

static void way_changed_cb (EmbarkMigration *migration, GParamSpec *pspec, EmbarkMigrationList *self)
{
  let_next_begin (self);
}

static void insert_migration (EmbarkMigrationList *self, guint position, EmbarkMigration *migration)
{
  g_signal_connect_object (migration, "notify::is-running", G_CALLBACK (running_changed_cb), self, 0);
  g_signal_connect_object (migration, "notify::state", G_CALLBACK (way_changed_cb), self, 0);
  g_signal_connect_object (migration, "notify::job", G_CALLBACK (way_changed_cb), self, 0);
  g_signal_connect_object (migration, "notify::is-paused", G_CALLBACK (way_changed_cb), self, 0);
  g_list_store_insert (self->migrations, position, migration);
}

EmbarkMigrationList *embark_migration_list_new (EmbarkContext *context)
{
  EmbarkMigrationList *self = g_object_new (EMBARK_TYPE_MIGRATION_LIST, NULL);
  EmbarkJournal *journal = embark_context_get_journal (context);
  g_auto (GStrv) ids = embark_journal_list (journal);
  guint n = 0;

  self->context = context;
  for (guint i = 0; ids != NULL && ids[i] != NULL; i++)
    {
      g_autoptr (GError) error = NULL;
      EmbarkMigrationRecord *record = embark_migration_record_load (journal, ids[i], &error);
      g_autoptr (EmbarkMigration) migration = NULL;

      if (record == NULL)
        {
          g_warning ("history entry %s: %s", ids[i], error->message);
          continue;
        }
      migration = embark_migration_new (context, record, NULL);
      insert_migration (self, n++, migration);
    }
  return self;
}

static gboolean check_image_name (const char *name, GError **error)
{
  if (*name != '\0' && g_utf8_validate (name, -1, NULL) && g_utf8_strlen (name, -1) <= NAME_MAX_CHARS
      && strpbrk (name, "\r\n\t") == NULL)
    return TRUE;
  g_set_error_literal (error, EMBARK_ERROR, EMBARK_ERROR_BAD_NAME,
                       _ ("The image needs a name of 1 to 60 characters on one line."));
  return FALSE;
}

/* ASCII letters, digits, dot, dash and underscore: the object's address is handed to another service. */
static char *build_slug (const char *text)
{
  GString *slug = g_string_new (NULL);

  for (const char *p = text; *p != '\0' && slug->len < 40; p++)
    {
      if (g_ascii_isalnum (*p) || *p == '.' || *p == '_')
        g_string_append_c (slug, *p);
      else if (slug->len > 0 && slug->str[slug->len - 1] != '-')
        g_string_append_c (slug, '-');
    }
  while (slug->len > 0 && strchr ("-._", slug->str[slug->len - 1]) != NULL)
    g_string_truncate (slug, slug->len - 1);
  if (slug->len == 0)
    g_string_append (slug, "disk");
  return g_string_free (slug, FALSE);
}

static gboolean is_name_known (EmbarkMigrationList *self, const char *name)
{
  guint n = embark_migration_list_get_n_items (G_LIST_MODEL (self));

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (EmbarkMigration) migration = g_list_model_get_item (G_LIST_MODEL (self->migrations), i);
      if (g_strcmp0 (embark_migration_get_image_name (migration), name) == 0)
        return TRUE;
    }
  return FALSE;
}

char *embark_migration_list_suggest_name (EmbarkMigrationList *self, EmbarkMachine *machine)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *date = g_date_time_format (now, "%Y-%m-%d");
  g_autofree char *slug = NULL;
  g_autofree char *name = NULL;

  g_return_val_if_fail (EMBARK_IS_MIGRATION_LIST (self) && EMBARK_IS_MACHINE (machine), NULL);
  slug = build_slug (embark_machine_get_name (machine));
  if (embark_machine_is_file (machine) && strrchr (slug, '.') != NULL && strrchr (slug, '.') != slug)
    *strrchr (slug, '.') = '\0';
  name = g_strdup_printf ("%s-%s", slug, date);
  for (guint i = 2; is_name_known (self, name) && i < 1000; i++)
    {
      g_free (name);
      name = g_strdup_printf ("%s-%s-%u", slug, date, i);
    }
  return g_steal_pointer (&name);
}

static gboolean check_level (const char *level, GError **error)
{
  if (level == NULL || g_str_equal (level, EMBARK_LEVEL_FAST) || g_str_equal (level, EMBARK_LEVEL_SMALL)
      || g_str_equal (level, EMBARK_LEVEL_NONE))
    return TRUE;
  g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_BAD_NAME,
               /* Translators: %s is a word that is wrong; the others stay as they are. */
               _ ("“%s” is no level of compression. The levels are fast, small and none."), level);
  return FALSE;
}

static char *build_key (const char *prefix, const char *image_name)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *time = g_date_time_format (now, "%Y%m%dT%H%M%SZ");
  g_autofree char *slug = build_slug (image_name);

  return g_strdup_printf ("%s%s-%s-%04x.qcow2", prefix != NULL ? prefix : EMBARK_KEY_PREFIX, slug, time,
                          (guint) g_random_int_range (0, 0x10000));
}

static void note_source (EmbarkMigrationRecord *record, const EmbarkDiskSource *source)
{
  g_autofree char *uri = g_filename_to_uri (source->path, NULL, NULL);
  GString *allowed = g_string_new (NULL);

  for (guint i = 0; source->allowed != NULL && source->allowed[i] != NULL; i++)
    {
      g_autofree char *allowed_uri = g_filename_to_uri (source->allowed[i], NULL, NULL);
      g_string_append_printf (allowed, "%s%s", i > 0 ? "\n" : "", allowed_uri);
    }
  embark_migration_record_set (record, EMBARK_RECORD_PATH, uri);
  embark_migration_record_set (record, EMBARK_RECORD_FORMAT, source->format);
  embark_migration_record_set (record, EMBARK_RECORD_ALLOWED, allowed->len > 0 ? allowed->str : NULL);
  g_string_free (allowed, TRUE);
}

static void note_params (EmbarkMigrationRecord *record, const EmbarkMigrationParams *params, const char *image_name,
                         const char *key)
{
  embark_migration_record_set (record, EMBARK_RECORD_STATE, embark_migration_state_to_string (EMBARK_MIGRATION_DRAFT));
  embark_migration_record_set_uint (record, EMBARK_RECORD_CREATED, (guint64) (g_get_real_time () / G_USEC_PER_SEC));
  embark_migration_record_set (record, EMBARK_RECORD_REGION, params->region);
  embark_migration_record_set (record, EMBARK_RECORD_BUCKET, params->bucket);
  embark_migration_record_set (record, EMBARK_RECORD_KEY, key);
  embark_migration_record_set (record, EMBARK_RECORD_IMAGE_NAME, image_name);
  embark_migration_record_set (record, EMBARK_RECORD_LEVEL, params->level);
  embark_migration_record_set_flag (record, EMBARK_RECORD_FORCED, params->is_forced);
  embark_migration_record_set_flag (record, EMBARK_RECORD_UPLOAD_ONLY, params->is_upload_only);
  embark_migration_record_set_flag (record, EMBARK_RECORD_NO_WAIT, params->is_no_wait);
}

EmbarkMigration *embark_migration_list_create (EmbarkMigrationList *self, EmbarkMachine *machine, EmbarkDisk *disk,
                                               const EmbarkMigrationParams *params, GError **error)
{
  g_autoptr (EmbarkMigrationRecord) record = NULL;
  g_autoptr (EmbarkMigration) migration = NULL;
  g_autofree char *image_name = NULL;
  g_autofree char *key = NULL;

  g_return_val_if_fail (EMBARK_IS_MIGRATION_LIST (self) && EMBARK_IS_DISK (disk), NULL);
  if (!embark_disk_source_check_rest (embark_disk_get_source (disk), error)
      || !embark_bucket_check_name (params->bucket, params->region, error))
    return NULL;
  image_name =
      params->image_name != NULL ? g_strdup (params->image_name) : embark_migration_list_suggest_name (self, machine);
  if (!check_image_name (image_name, error) || !check_level (params->level, error))
    return NULL;
  key = params->key != NULL ? g_strdup (params->key) : build_key (params->key_prefix, image_name);
  if (!embark_object_check_key (key, error))
    return NULL;

  record = embark_migration_record_new (embark_context_get_journal (self->context));
  embark_migration_record_set (record, EMBARK_RECORD_MACHINE_ID, embark_machine_get_id (machine));
  embark_migration_record_set (record, EMBARK_RECORD_MACHINE_NAME, embark_machine_get_name (machine));
  note_source (record, embark_disk_get_source (disk));
  note_params (record, params, image_name, key);
  if (!embark_migration_fixes_note (record, params, error))
    return NULL;
  if (!embark_migration_record_save (record, error))
    return NULL;
  if (params->preparation != NULL)
    embark_preparation_hand_over (params->preparation);
  migration = embark_migration_new (self->context, g_steal_pointer (&record), disk);
  insert_migration (self, 0, migration);
  return g_steal_pointer (&migration);
}

EmbarkMigration *embark_migration_list_find (EmbarkMigrationList *self, const char *machine_id)
{
  guint n;

  g_return_val_if_fail (EMBARK_IS_MIGRATION_LIST (self), NULL);
  n = g_list_model_get_n_items (G_LIST_MODEL (self->migrations));
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (EmbarkMigration) migration = g_list_model_get_item (G_LIST_MODEL (self->migrations), i);
      if (g_strcmp0 (embark_migration_get_machine_id (migration), machine_id) == 0)
        return migration; /* the list holds it */
    }
  return NULL;
}

static gboolean drop_migration (EmbarkMigrationList *self, EmbarkMigration *migration, GError **error)
{
  EmbarkJournal *journal = embark_context_get_journal (self->context);
  g_autoptr (GError) local = NULL;
  guint position;

  embark_migration_fixes_drop (migration->record);
  /* What another program removed is gone all the same. */
  if (!embark_journal_remove (journal, embark_migration_get_id (migration), &local)
      && !g_error_matches (local, EMBARK_ERROR, EMBARK_ERROR_NOT_FOUND))
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  if (g_list_store_find (self->migrations, migration, &position))
    g_list_store_remove (self->migrations, position);
  return TRUE;
}

/* The unfinished upload is gone from the bucket, or it could not be removed: then the entry stays with the reason. */
static void upload_forgotten_cb (EmbarkMigration *migration, GParamSpec *pspec, EmbarkMigrationList *self)
{
  g_autoptr (GError) error = NULL;

  if (embark_migration_is_running (migration))
    return;
  g_signal_handlers_disconnect_by_func (migration, upload_forgotten_cb, self);
  if (embark_migration_get_error (migration) == NULL && !drop_migration (self, migration, &error))
    embark_migration_take_error (migration, g_steal_pointer (&error));
}

gboolean embark_migration_list_remove (EmbarkMigrationList *self, EmbarkMigration *migration, GError **error)
{
  g_autofree char *upload_id = NULL;
  g_autoptr (GError) local = NULL;
  gboolean is_removed;

  g_return_val_if_fail (EMBARK_IS_MIGRATION_LIST (self) && EMBARK_IS_MIGRATION (migration), FALSE);
  if (embark_migration_is_running (migration) || (!embark_migration_lock (migration, &local) && local == NULL))
    {
      g_set_error_literal (error, EMBARK_ERROR, EMBARK_ERROR_FAILED,
                           _ ("This migration is running. Cancel it first, then remove it."));
      return FALSE;
    }
  if (local != NULL && !g_error_matches (local, EMBARK_ERROR, EMBARK_ERROR_NOT_FOUND))
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  upload_id = local == NULL ? embark_migration_record_dup (migration->record, EMBARK_RECORD_UPLOAD_ID) : NULL;
  if (upload_id == NULL)
    {
      is_removed = drop_migration (self, migration, error);
      embark_journal_unlock (embark_context_get_journal (self->context), embark_migration_get_id (migration));
      return is_removed;
    }
  embark_migration_forget_upload (migration);
  if (embark_migration_is_running (migration))
    g_signal_connect_object (migration, "notify::is-running", G_CALLBACK (upload_forgotten_cb), self, 0);
  return TRUE;
}

guint embark_migration_list_get_n_running (EmbarkMigrationList *self)
{
  guint n_running = 0;
  guint n;

  g_return_val_if_fail (EMBARK_IS_MIGRATION_LIST (self), 0);
  n = g_list_model_get_n_items (G_LIST_MODEL (self->migrations));
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (EmbarkMigration) migration = g_list_model_get_item (G_LIST_MODEL (self->migrations), i);
      if (embark_migration_is_running (migration))
        n_running++;
    }
  return n_running;
}
