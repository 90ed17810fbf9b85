/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the jobs of an account do, in their workers.
 */
#include "model/account-jobs.h"

#include <glib/gi18n-lib.h>

#include "model/base/errors.h"
#include "model/cloud/import.h"
#include "model/store/secrets.h"

void embark_account_request_free (EmbarkAccountRequest *request)
{
  embark_http_unref (request->http);
  g_clear_pointer (&request->credentials, embark_credentials_unref);
  g_free (request->region);
  g_free (request->bucket);
  g_free (request);
}

void embark_account_answer_free (EmbarkAccountAnswer *answer)
{
  g_clear_pointer (&answer->credentials, embark_credentials_unref);
  g_clear_pointer (&answer->buckets, g_ptr_array_unref);
  g_clear_error (&answer->keyring_error);
  g_free (answer->identity);
  g_free (answer);
}

static char *ask_identity (EmbarkAccountRequest *request, GCancellable *cancellable, GError **error)
{
  EmbarkCvm cvm = { .http = request->http, .credentials = request->credentials, .region = "ap-guangzhou" };
  g_autoptr (EmbarkIdentity) identity = embark_cloud_whoami (&cvm, cancellable, error);

  return identity != NULL ? g_strdup (identity->account) : NULL;
}

/* In the worker. The keyring that cannot be reached is told, not an error: keys may be given by hand. */
gpointer embark_account_job_load (EmbarkJob *job, gpointer data, GCancellable *cancellable, GError **error)
{
  EmbarkAccountRequest *request = data;
  EmbarkAccountAnswer *answer = g_new0 (EmbarkAccountAnswer, 1);
  g_autoptr (EmbarkKeys) keys = NULL;

  if (request->credentials != NULL)
    {
      answer->credentials = embark_credentials_ref (request->credentials);
      answer->place = EMBARK_KEYS_IN_ENVIRONMENT;
      return answer;
    }
  answer->place = EMBARK_KEYS_NONE;
  keys = embark_secrets_load (EMBARK_SECRET_KEYS, cancellable, &answer->keyring_error);
  if (keys != NULL)
    {
      answer->credentials = embark_credentials_new (keys->secret_id, keys->secret_key, keys->token);
      answer->place = EMBARK_KEYS_IN_KEYRING;
    }
  return answer;
}

gpointer embark_account_job_set_keys (EmbarkJob *job, gpointer data, GCancellable *cancellable, GError **error)
{
  EmbarkAccountRequest *request = data;
  g_autofree char *identity = ask_identity (request, cancellable, error);
  EmbarkAccountAnswer *answer;
  EmbarkKeys keys;

  if (identity == NULL)
    return NULL;
  answer = g_new0 (EmbarkAccountAnswer, 1);
  answer->credentials = embark_credentials_ref (request->credentials);
  answer->identity = g_steal_pointer (&identity);
  /* Borrowed from the credentials, so that there is no second copy of the secret. */
  keys.secret_id = (char *) embark_credentials_get_id (request->credentials);
  keys.secret_key = (char *) embark_credentials_get_key (request->credentials);
  keys.token = (char *) embark_credentials_get_token (request->credentials);
  answer->place = embark_secrets_save (EMBARK_SECRET_KEYS, &keys, cancellable, &answer->keyring_error)
                      ? EMBARK_KEYS_IN_KEYRING
                      : EMBARK_KEYS_IN_MEMORY;
  return answer;
}

static gboolean require_credentials (EmbarkAccountRequest *request, GError **error)
{
  if (request->credentials != NULL)
    return TRUE;
  g_set_error_literal (error, EMBARK_ERROR, EMBARK_ERROR_NO_KEYS,
                       _ ("No keys are set. Add the SecretId and SecretKey of your Tencent Cloud account first."));
  return FALSE;
}

gpointer embark_account_job_test (EmbarkJob *job, gpointer data, GCancellable *cancellable, GError **error)
{
  EmbarkAccountRequest *request = data;
  EmbarkAccountAnswer *answer;
  char *identity;

  if (!require_credentials (request, error))
    return NULL;
  identity = ask_identity (request, cancellable, error);
  if (identity == NULL)
    return NULL;
  answer = g_new0 (EmbarkAccountAnswer, 1);
  answer->identity = identity;
  return answer;
}

gpointer embark_account_job_clear (EmbarkJob *job, gpointer data, GCancellable *cancellable, GError **error)
{
  EmbarkAccountAnswer *answer = g_new0 (EmbarkAccountAnswer, 1);

  /* Without a keyring the keys were in memory only, and go with the answer. */
  answer->place = EMBARK_KEYS_NONE;
  if (embark_secrets_clear (EMBARK_SECRET_KEYS, cancellable, &answer->keyring_error)
      || g_error_matches (answer->keyring_error, EMBARK_ERROR, EMBARK_ERROR_NO_KEYRING))
    return answer;
  g_propagate_error (error, g_steal_pointer (&answer->keyring_error));
  embark_account_answer_free (answer);
  return NULL;
}

gpointer embark_account_job_list_buckets (EmbarkJob *job, gpointer data, GCancellable *cancellable, GError **error)
{
  EmbarkAccountRequest *request = data;
  EmbarkCos cos = { request->http, request->credentials, NULL, NULL };
  EmbarkAccountAnswer *answer;
  GPtrArray *buckets;

  if (!require_credentials (request, error))
    return NULL;
  buckets = embark_bucket_list (&cos, cancellable, error);
  if (buckets == NULL)
    return NULL;
  answer = g_new0 (EmbarkAccountAnswer, 1);
  answer->buckets = buckets;
  return answer;
}

gpointer embark_account_job_create_bucket (EmbarkJob *job, gpointer data, GCancellable *cancellable, GError **error)
{
  EmbarkAccountRequest *request = data;
  EmbarkCos cos = { request->http, request->credentials, request->region, request->bucket };
  EmbarkAccountAnswer *answer;
  EmbarkBucketInfo *info;

  if (!require_credentials (request, error) || !embark_bucket_check_name (request->bucket, request->region, error)
      || !embark_bucket_create (&cos, cancellable, error))
    return NULL;
  answer = g_new0 (EmbarkAccountAnswer, 1);
  answer->buckets = g_ptr_array_new_with_free_func ((GDestroyNotify) embark_bucket_info_free);
  info = g_new0 (EmbarkBucketInfo, 1);
  info->name = g_strdup (request->bucket);
  info->region = g_strdup (request->region);
  g_ptr_array_add (answer->buckets, info);
  return answer;
}
