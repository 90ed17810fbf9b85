/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Uploads of Embark that a bucket still holds in parts, and charges for. What
 * is asked of the cloud is a job of the context.
 */
#pragma once

#include "model/context.h"

G_BEGIN_DECLS

typedef struct
{
  char *region, *bucket, *key, *upload_id;
  gint64 begun_at;            /* unix seconds; 0 not known */
  EmbarkMigration *migration; /* (nullable) the one of the list that it belongs to */
} EmbarkUnfinishedUpload;

void embark_unfinished_upload_free (EmbarkUnfinishedUpload *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkUnfinishedUpload, embark_unfinished_upload_free)

/* A started job (new reference) whose result is a GPtrArray of EmbarkUnfinishedUpload, oldest first: uploads that a
 * migration of the list began, and others that by their names are of Embark. Those under way are left out. NULL with
 * NO_KEYS. */
EmbarkJob *embark_context_find_unfinished (EmbarkContext *self, const char *region, const char *bucket, GError **error);
/* Removes what the bucket holds of it; a migration that is continued later then begins anew. A started job (new
 * reference) whose result is not NULL when it is gone. NULL with NO_KEYS, or FAILED when it is under way by now. */
EmbarkJob *embark_context_remove_unfinished (EmbarkContext *self, const EmbarkUnfinishedUpload *upload, GError **error);

G_END_DECLS
