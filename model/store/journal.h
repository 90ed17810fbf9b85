/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkJournal: one key file (0600) a migration in a private folder, written
 * whole to a temporary file, synced and renamed. A migration at work is locked
 * by its process, so two programs never work on one. Any thread.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _EmbarkJournal EmbarkJournal;

/* @dir is made (0700) if missing. Leftover temporary files are removed. Errors: DISK_FULL, NOT_READABLE, FAILED. */
EmbarkJournal *embark_journal_open (const char *dir, GError **error);
void embark_journal_free (EmbarkJournal *self);

/* A new random id ("20261122-130501-4f2a"), not yet written. */
char *embark_journal_new_id (EmbarkJournal *self);
/* Ids of all entries, newest first; files that cannot be read are skipped with a warning in the log. */
GStrv embark_journal_list (EmbarkJournal *self);
/* NULL with @error when missing, larger than 1 MiB or damaged. */
GKeyFile *embark_journal_read (EmbarkJournal *self, const char *id, GError **error);
/* Durable when it returns TRUE. DISK_FULL leaves the former entry as it was. */
gboolean embark_journal_write (EmbarkJournal *self, const char *id, GKeyFile *entry, GError **error);
gboolean embark_journal_remove (EmbarkJournal *self, const char *id, GError **error);
/* FALSE when another process works on it. Held until unlock or the end of the process. */
gboolean embark_journal_lock (EmbarkJournal *self, const char *id);
void embark_journal_unlock (EmbarkJournal *self, const char *id);
/* TRUE while another process holds the lock. */
gboolean embark_journal_is_locked_elsewhere (EmbarkJournal *self, const char *id);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkJournal, embark_journal_free)

G_END_DECLS
