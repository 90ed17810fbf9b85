/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The worker asks the bucket; whose an upload is, the main thread decides by
 * the list of migrations when the answer is there.
 */
#include "model/unfinished.h"

#include <glib/gi18n-lib.h>

#include "model/account-private.h"
#include "model/base/errors.h"
#include "model/cloud/upload.h"
#include "model/context-private.h"

typedef struct
{
  EmbarkHttp *http;
  EmbarkCredentials *credentials;
  char *region, *bucket;
  char *key, *upload_id; /* (nullable) for a removal */
  GPtrArray *known;      /* of KnownKey: taken on the main thread, so that the worker need not ask it */
} Request;

typedef struct
{
  char *key;
  EmbarkMigration *migration; /* reference */
  gboolean is_under_way;
} KnownKey;

static void free_known (gpointer data)
{
  KnownKey *known = data;

  g_free (known->key);
  g_object_unref (known->migration);
  g_free (known);
}

static void free_request (gpointer data)
{
  Request *request = data;

  embark_http_unref (request->http);
  embark_credentials_unref (request->credentials);
  g_free (request->region);
  g_free (request->bucket);
  g_free (request->key);
  g_free (request->upload_id);
  g_ptr_array_unref (request->known);
  g_free (request);
}

void embark_unfinished_upload_free (EmbarkUnfinishedUpload *self)
{
  if (self == NULL)
    return;
  g_free (self->region);
  g_free (self->bucket);
  g_free (self->key);
  g_free (self->upload_id);
  g_clear_object (&self->migration);
  g_free (self);
}

static GPtrArray *list_known (EmbarkContext *self, const char *bucket)
{
  GListModel *migrations = G_LIST_MODEL (embark_context_get_migrations (self));
  GPtrArray *known = g_ptr_array_new_with_free_func (free_known);

  for (guint i = 0; i < g_list_model_get_n_items (migrations); i++)
    {
      g_autoptr (EmbarkMigration) migration = g_list_model_get_item (migrations, i);
      KnownKey *entry;

      if (g_strcmp0 (embark_migration_get_bucket (migration), bucket) != 0)
        continue;
      entry = g_new0 (KnownKey, 1);
      entry->key = g_strdup (embark_migration_get_key (migration));
      entry->is_under_way = embark_migration_is_running (migration) || embark_migration_is_elsewhere (migration);
      entry->migration = g_steal_pointer (&migration);
      g_ptr_array_add (known, entry);
    }
  return known;
}

static const KnownKey *find_known (const Request *request, const char *key)
{
  for (guint i = 0; i < request->known->len; i++)
    {
      const KnownKey *known = g_ptr_array_index (request->known, i);
      if (g_strcmp0 (known->key, key) == 0)
        return known;
    }
  return NULL;
}

/* By name only, since a bucket keeps nothing else of an upload: what other programs began is not ours to show. Under
 * another folder of the user's, the end that every key of ours has tells. */
static gboolean is_of_embark (const char *key)
{
  return (g_str_has_prefix (key, EMBARK_KEY_PREFIX) && g_str_has_suffix (key, ".qcow2"))
         || g_regex_match_simple ("-[0-9]{8}T[0-9]{6}Z-[0-9a-f]{4}\\.qcow2$", key, 0, 0);
}

static gint compare_begun (gconstpointer a, gconstpointer b)
{
  const EmbarkUnfinishedUpload *const *left = a, *const *right = b;

  return (*left)->begun_at < (*right)->begun_at ? -1 : (*left)->begun_at > (*right)->begun_at;
}

static EmbarkCos make_cos (const Request *request)
{
  return (EmbarkCos){ request->http, request->credentials, request->region, request->bucket };
}

/* In the worker. */
static gpointer find_cb (EmbarkJob *job, gpointer data, GCancellable *cancellable, GError **error)
{
  const Request *request = data;
  const EmbarkCos cos = make_cos (request);
  g_autoptr (GPtrArray) all = embark_upload_list_unfinished (&cos, "", cancellable, error);
  GPtrArray *ours;

  if (all == NULL)
    return NULL;
  ours = g_ptr_array_new_with_free_func ((GDestroyNotify) embark_unfinished_upload_free);
  for (guint i = 0; i < all->len; i++)
    {
      const EmbarkUnfinished *found = g_ptr_array_index (all, i);
      const KnownKey *known = find_known (request, found->key);
      EmbarkUnfinishedUpload *upload;

      if (known != NULL ? known->is_under_way : !is_of_embark (found->key))
        continue;
      upload = g_new0 (EmbarkUnfinishedUpload, 1);
      upload->region = g_strdup (request->region);
      upload->bucket = g_strdup (request->bucket);
      upload->key = g_strdup (found->key);
      upload->upload_id = g_strdup (found->upload_id);
      upload->begun_at = found->initiated;
      upload->migration = known != NULL ? g_object_ref (known->migration) : NULL;
      g_ptr_array_add (ours, upload);
    }
  g_ptr_array_sort (ours, compare_begun);
  return ours;
}

static gpointer remove_cb (EmbarkJob *job, gpointer data, GCancellable *cancellable, GError **error)
{
  const Request *request = data;
  const EmbarkCos cos = make_cos (request);

  return embark_upload_remove_unfinished (&cos, request->key, request->upload_id, cancellable, error)
             ? GINT_TO_POINTER (TRUE)
             : NULL;
}

static Request *make_request (EmbarkContext *self, const char *region, const char *bucket, GError **error)
{
  EmbarkCredentials *credentials = embark_account_dup_credentials (embark_context_get_account (self), error);
  Request *request;

  if (credentials == NULL)
    return NULL;
  request = g_new0 (Request, 1);
  request->http = embark_http_ref (embark_context_get_http (self));
  request->credentials = credentials;
  request->region = g_strdup (region);
  request->bucket = g_strdup (bucket);
  request->known = list_known (self, bucket);
  return request;
}

EmbarkJob *embark_context_find_unfinished (EmbarkContext *self, const char *region, const char *bucket, GError **error)
{
  Request *request;
  EmbarkJob *job;

  g_return_val_if_fail (EMBARK_IS_CONTEXT (self) && region != NULL && bucket != NULL, NULL);
  request = make_request (self, region, bucket, error);
  if (request == NULL)
    return NULL;
  job = embark_job_new (_ ("Looking for unfinished uploads"));
  embark_job_list_start (embark_context_get_housekeeping (self), job, find_cb, request, free_request,
                         (GDestroyNotify) g_ptr_array_unref);
  return job;
}

EmbarkJob *embark_context_remove_unfinished (EmbarkContext *self, const EmbarkUnfinishedUpload *upload, GError **error)
{
  Request *request;
  EmbarkJob *job;

  g_return_val_if_fail (EMBARK_IS_CONTEXT (self) && upload != NULL, NULL);
  if (upload->migration != NULL
      && (embark_migration_is_running (upload->migration) || embark_migration_is_elsewhere (upload->migration)))
    {
      g_set_error_literal (error, EMBARK_ERROR, EMBARK_ERROR_FAILED,
                           _ ("This upload is under way again. Cancel it first, then remove it."));
      return NULL;
    }
  request = make_request (self, upload->region, upload->bucket, error);
  if (request == NULL)
    return NULL;
  request->key = g_strdup (upload->key);
  request->upload_id = g_strdup (upload->upload_id);
  job = embark_job_new (_ ("Removing the unfinished upload"));
  embark_job_list_start (embark_context_get_housekeeping (self), job, remove_cb, request, free_request, NULL);
  return job;
}
