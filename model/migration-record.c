/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkMigrationRecord: the journal entry of one migration in memory.
 */
#include "model/migration-record.h"

#define GROUP "migration"
#define EVENTS_MAX 200

struct _EmbarkMigrationRecord
{
  gatomicrefcount ref_count;
  GMutex lock;
  GKeyFile *entry; /* (mutex lock) */
  char *id;

  /* borrowed */
  EmbarkJournal *journal;
};

static EmbarkMigrationRecord *make_record (EmbarkJournal *journal, GKeyFile *entry, char *id)
{
  EmbarkMigrationRecord *self = g_new0 (EmbarkMigrationRecord, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->lock);
  self->entry = entry;
  self->id = id;
  self->journal = journal;
  return self;
}

EmbarkMigrationRecord *embark_migration_record_new (EmbarkJournal *journal)
{
  return make_record (journal, g_key_file_new (), embark_journal_new_id (journal));
}

EmbarkMigrationRecord *embark_migration_record_load (EmbarkJournal *journal, const char *id, GError **error)
{
  GKeyFile *entry = embark_journal_read (journal, id, error);

  return entry != NULL ? make_record (journal, entry, g_strdup (id)) : NULL;
}

gboolean embark_migration_record_reload (EmbarkMigrationRecord *self, GError **error)
{
  GKeyFile *entry = embark_journal_read (self->journal, self->id, error);
  g_autoptr (GMutexLocker) locker = NULL;

  if (entry == NULL)
    return FALSE;
  locker = g_mutex_locker_new (&self->lock);
  g_key_file_unref (self->entry);
  self->entry = entry;
  return TRUE;
}

EmbarkMigrationRecord *embark_migration_record_ref (EmbarkMigrationRecord *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void embark_migration_record_unref (EmbarkMigrationRecord *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_mutex_clear (&self->lock);
  g_key_file_unref (self->entry);
  g_free (self->id);
  g_free (self);
}

const char *embark_migration_record_get_id (EmbarkMigrationRecord *self)
{
  return self->id;
}

char *embark_migration_record_dup (EmbarkMigrationRecord *self, const char *key)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return g_key_file_get_string (self->entry, GROUP, key, NULL);
}

guint64 embark_migration_record_get_uint (EmbarkMigrationRecord *self, const char *key)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return g_key_file_get_uint64 (self->entry, GROUP, key, NULL);
}

gboolean embark_migration_record_is (EmbarkMigrationRecord *self, const char *key)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return g_key_file_get_boolean (self->entry, GROUP, key, NULL);
}

void embark_migration_record_set (EmbarkMigrationRecord *self, const char *key, const char *value)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  if (value == NULL)
    g_key_file_remove_key (self->entry, GROUP, key, NULL);
  else
    g_key_file_set_string (self->entry, GROUP, key, value);
}

void embark_migration_record_set_uint (EmbarkMigrationRecord *self, const char *key, guint64 value)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  g_key_file_set_uint64 (self->entry, GROUP, key, value);
}

void embark_migration_record_set_flag (EmbarkMigrationRecord *self, const char *key, gboolean value)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  g_key_file_set_boolean (self->entry, GROUP, key, value);
}

gboolean embark_migration_record_save (EmbarkMigrationRecord *self, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return embark_journal_write (self->journal, self->id, self->entry, error);
}

/* Events are the groups "event 0", "event 1", …; the lock is held. */
static guint count_events (EmbarkMigrationRecord *self)
{
  guint n = 0;

  while (n < EVENTS_MAX)
    {
      g_autofree char *group = g_strdup_printf ("event %u", n);
      if (!g_key_file_has_group (self->entry, group))
        break;
      n++;
    }
  return n;
}

void embark_migration_record_add_event (EmbarkMigrationRecord *self, gint64 time, int outcome, const char *title,
                                        const char *detail)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  guint n = count_events (self);
  g_autofree char *group = NULL;

  /* A migration that was continued very often keeps its first lines and the newest. */
  group = g_strdup_printf ("event %u", MIN (n, EVENTS_MAX - 1));
  g_key_file_set_int64 (self->entry, group, "time", time);
  g_key_file_set_integer (self->entry, group, "outcome", outcome);
  g_key_file_set_string (self->entry, group, "title", title);
  g_key_file_set_string (self->entry, group, "detail", detail != NULL ? detail : "");
}

guint embark_migration_record_get_n_events (EmbarkMigrationRecord *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return count_events (self);
}

gboolean embark_migration_record_get_event (EmbarkMigrationRecord *self, guint index, gint64 *ret_time,
                                            int *ret_outcome, char **ret_title, char **ret_detail)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  g_autofree char *group = g_strdup_printf ("event %u", index);
  g_autofree char *title = g_key_file_get_string (self->entry, group, "title", NULL);
  g_autofree char *detail = g_key_file_get_string (self->entry, group, "detail", NULL);

  if (title == NULL || detail == NULL)
    return FALSE;
  *ret_time = g_key_file_get_int64 (self->entry, group, "time", NULL);
  *ret_outcome = g_key_file_get_integer (self->entry, group, "outcome", NULL);
  *ret_title = g_steal_pointer (&title);
  *ret_detail = g_steal_pointer (&detail);
  return TRUE;
}
