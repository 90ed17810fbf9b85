/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkAccount: the keys and what they give access to. Only the credentials
 * object holds the secret; nothing of it is a property.
 */
#include "model/account-jobs.h"

#include <glib/gi18n-lib.h>

#include "model/base/errors.h"
#include "model/cloud/bucket.h"
#include "model/context-private.h"

struct _EmbarkAccount
{
  GObject parent_instance;

  /* owned */
  EmbarkCredentials *credentials;
  char *key_hint;
  char *identity;
  GError *error;
  GError *keyring_error;
  GListStore *buckets;

  /* borrowed */
  EmbarkContext *context;

  EmbarkKeysPlace place;
};

G_DEFINE_FINAL_TYPE (EmbarkAccount, embark_account, G_TYPE_OBJECT)

enum
{
  PROP_KEYS_PLACE = 1,
  PROP_KEY_HINT,
  PROP_IDENTITY,
  PROP_ERROR,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

static EmbarkAccountRequest *make_request (EmbarkAccount *self, EmbarkCredentials *credentials, const char *region,
                                           const char *bucket)
{
  EmbarkAccountRequest *request = g_new0 (EmbarkAccountRequest, 1);

  request->http = embark_http_ref (embark_context_get_http (self->context));
  request->credentials = credentials != NULL ? embark_credentials_ref (credentials) : NULL;
  request->region = g_strdup (region);
  request->bucket = g_strdup (bucket);
  return request;
}

static void embark_account_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  EmbarkAccount *self = EMBARK_ACCOUNT (object);

  switch (prop_id)
    {
    case PROP_KEYS_PLACE:
      g_value_set_int (value, (int) self->place);
      break;
    case PROP_KEY_HINT:
      g_value_set_string (value, self->key_hint);
      break;
    case PROP_IDENTITY:
      g_value_set_string (value, self->identity);
      break;
    case PROP_ERROR:
      g_value_set_pointer (value, self->error);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void embark_account_finalize (GObject *object)
{
  EmbarkAccount *self = EMBARK_ACCOUNT (object);

  g_clear_pointer (&self->credentials, embark_credentials_unref);
  g_free (self->key_hint);
  g_free (self->identity);
  g_clear_error (&self->error);
  g_clear_error (&self->keyring_error);
  g_clear_object (&self->buckets);
  G_OBJECT_CLASS (embark_account_parent_class)->finalize (object);
}

static void embark_account_class_init (EmbarkAccountClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = embark_account_get_property;
  object_class->finalize = embark_account_finalize;
  properties[PROP_KEYS_PLACE] = g_param_spec_int ("keys-place", NULL, NULL, 0, EMBARK_KEYS_IN_ENVIRONMENT, 0, flags);
  properties[PROP_KEY_HINT] = g_param_spec_string ("key-hint", NULL, NULL, NULL, flags);
  properties[PROP_IDENTITY] = g_param_spec_string ("identity", NULL, NULL, NULL, flags);
  properties[PROP_ERROR] = g_param_spec_pointer ("error", NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void embark_account_init (EmbarkAccount *self)
{
  self->buckets = g_list_store_new (EMBARK_TYPE_DESTINATION);
}

EmbarkAccount *embark_account_new (EmbarkContext *context)
{
  EmbarkAccount *self = g_object_new (EMBARK_TYPE_ACCOUNT, NULL);

  self->context = context;
  return self;
}

EmbarkCredentials *embark_account_dup_credentials (EmbarkAccount *self, GError **error)
{
  if (self->credentials != NULL)
    return embark_credentials_ref (self->credentials);
  g_set_error_literal (error, EMBARK_ERROR, EMBARK_ERROR_NO_KEYS,
                       _ ("No keys are set. Add the SecretId and SecretKey of your Tencent Cloud account first."));
  return NULL;
}

/* "AKIDabcd…wxyz": enough to tell two keys apart. */
static char *build_hint (const char *secret_id)
{
  gsize length = strlen (secret_id);

  if (length < 12)
    return g_strdup ("…");
  return g_strdup_printf ("%.6s…%s", secret_id, secret_id + length - 4);
}

static void notify_all (EmbarkAccount *self)
{
  g_object_freeze_notify (G_OBJECT (self));
  for (guint i = 1; i < N_PROPS; i++)
    g_object_notify_by_pspec (G_OBJECT (self), properties[i]);
  g_object_thaw_notify (G_OBJECT (self));
}

static void take_keys (EmbarkAccount *self, EmbarkCredentials *credentials, EmbarkKeysPlace place, const char *identity)
{
  /* What is under way goes on with the new ones, when the old were temporary and ran out. */
  if (self->credentials != NULL && credentials != NULL)
    embark_credentials_replace (self->credentials, credentials);
  g_clear_pointer (&self->credentials, embark_credentials_unref);
  g_clear_pointer (&self->key_hint, g_free);
  g_free (self->identity);
  self->identity = g_strdup (identity);
  self->place = place;
  if (credentials == NULL)
    return;
  self->credentials = embark_credentials_ref (credentials);
  self->key_hint = build_hint (embark_credentials_get_id (credentials));
}

static void answered_cb (EmbarkJob *job, gpointer user_data)
{
  EmbarkAccount *self = EMBARK_ACCOUNT (user_data);
  EmbarkAccountAnswer *answer = embark_job_get_result (job);

  g_clear_error (&self->error);
  if (answer != NULL)
    {
      take_keys (self, answer->credentials, answer->place, answer->identity);
      g_clear_error (&self->keyring_error);
      if (answer->keyring_error != NULL)
        self->keyring_error = g_error_copy (answer->keyring_error);
    }
  else if (embark_job_get_state (job) == EMBARK_JOB_FAILED)
    self->error = g_error_copy (embark_job_get_error (job));
  notify_all (self);
}

static EmbarkJob *start_job (EmbarkAccount *self, const char *title, EmbarkJobFunc func, EmbarkAccountRequest *request,
                             GCallback finished_cb)
{
  EmbarkJob *job = embark_job_new (title);

  g_signal_connect_object (job, "finished", finished_cb, self, 0);
  embark_job_list_start (embark_context_get_housekeeping (self->context), job, func, request,
                         (GDestroyNotify) embark_account_request_free, (GDestroyNotify) embark_account_answer_free);
  return job;
}

static EmbarkCredentials *read_environment (void)
{
  const char *secret_id = g_getenv ("TENCENTCLOUD_SECRET_ID");
  const char *secret_key = g_getenv ("TENCENTCLOUD_SECRET_KEY");

  if (secret_id == NULL || secret_key == NULL || *secret_id == '\0' || *secret_key == '\0')
    return NULL;
  return embark_credentials_new (secret_id, secret_key, g_getenv ("TENCENTCLOUD_TOKEN"));
}

EmbarkJob *embark_account_load (EmbarkAccount *self)
{
  g_autoptr (EmbarkCredentials) from_environment = NULL;

  g_return_val_if_fail (EMBARK_IS_ACCOUNT (self), NULL);
  from_environment = read_environment ();
  return start_job (self, _ ("Reading the keys"), embark_account_job_load,
                    make_request (self, from_environment, NULL, NULL), G_CALLBACK (answered_cb));
}

EmbarkJob *embark_account_set_keys (EmbarkAccount *self, const char *secret_id, const char *secret_key,
                                    const char *token)
{
  g_autoptr (EmbarkCredentials) credentials = NULL;

  g_return_val_if_fail (EMBARK_IS_ACCOUNT (self) && secret_id != NULL && secret_key != NULL, NULL);
  credentials = embark_credentials_new (secret_id, secret_key, token);
  return start_job (self, _ ("Trying the keys"), embark_account_job_set_keys,
                    make_request (self, credentials, NULL, NULL), G_CALLBACK (answered_cb));
}

static void tested_cb (EmbarkJob *job, gpointer user_data)
{
  EmbarkAccount *self = EMBARK_ACCOUNT (user_data);
  EmbarkAccountAnswer *answer = embark_job_get_result (job);

  g_clear_error (&self->error);
  if (answer != NULL)
    {
      g_free (self->identity);
      self->identity = g_strdup (answer->identity);
    }
  else if (embark_job_get_state (job) == EMBARK_JOB_FAILED)
    self->error = g_error_copy (embark_job_get_error (job));
  notify_all (self);
}

EmbarkJob *embark_account_test (EmbarkAccount *self)
{
  g_return_val_if_fail (EMBARK_IS_ACCOUNT (self), NULL);
  return start_job (self, _ ("Trying the keys"), embark_account_job_test,
                    make_request (self, self->credentials, NULL, NULL), G_CALLBACK (tested_cb));
}

EmbarkJob *embark_account_clear (EmbarkAccount *self)
{
  g_return_val_if_fail (EMBARK_IS_ACCOUNT (self), NULL);
  return start_job (self, _ ("Forgetting the keys"), embark_account_job_clear, make_request (self, NULL, NULL, NULL),
                    G_CALLBACK (answered_cb));
}

static void buckets_listed_cb (EmbarkJob *job, gpointer user_data)
{
  EmbarkAccount *self = EMBARK_ACCOUNT (user_data);
  EmbarkAccountAnswer *answer = embark_job_get_result (job);

  if (answer == NULL)
    return;
  g_list_store_remove_all (self->buckets);
  for (guint i = 0; i < answer->buckets->len; i++)
    {
      const EmbarkBucketInfo *info = g_ptr_array_index (answer->buckets, i);
      g_autoptr (EmbarkDestination) destination = embark_destination_new (info->region, info->name);
      g_list_store_append (self->buckets, destination);
    }
}

EmbarkJob *embark_account_list_buckets (EmbarkAccount *self)
{
  g_return_val_if_fail (EMBARK_IS_ACCOUNT (self), NULL);
  return start_job (self, _ ("Listing the buckets"), embark_account_job_list_buckets,
                    make_request (self, self->credentials, NULL, NULL), G_CALLBACK (buckets_listed_cb));
}

static void bucket_created_cb (EmbarkJob *job, gpointer user_data)
{
  EmbarkAccount *self = EMBARK_ACCOUNT (user_data);
  EmbarkAccountAnswer *answer = embark_job_get_result (job);
  const EmbarkBucketInfo *info;
  g_autoptr (EmbarkDestination) destination = NULL;

  if (answer == NULL)
    return;
  info = g_ptr_array_index (answer->buckets, 0);
  destination = embark_destination_new (info->region, info->name);
  g_list_store_append (self->buckets, destination);
}

/* "-1250000000" of a bucket that is listed; NULL when there is none. */
static char *find_appid_suffix (EmbarkAccount *self)
{
  g_autoptr (EmbarkDestination) destination = g_list_model_get_item (G_LIST_MODEL (self->buckets), 0);
  const char *dash = destination != NULL ? strrchr (embark_destination_get_bucket (destination), '-') : NULL;

  return dash != NULL ? g_strdup (dash) : NULL;
}

EmbarkJob *embark_account_create_bucket (EmbarkAccount *self, const char *region, const char *bucket)
{
  g_autofree char *suffix = NULL;
  g_autofree char *name = NULL;

  g_return_val_if_fail (EMBARK_IS_ACCOUNT (self) && region != NULL && bucket != NULL, NULL);
  suffix = find_appid_suffix (self);
  name = suffix != NULL && !g_str_has_suffix (bucket, suffix) ? g_strconcat (bucket, suffix, NULL) : g_strdup (bucket);
  return start_job (self, _ ("Making the bucket"), embark_account_job_create_bucket,
                    make_request (self, self->credentials, region, name), G_CALLBACK (bucket_created_cb));
}

EmbarkKeysPlace embark_account_get_keys_place (EmbarkAccount *self)
{
  g_return_val_if_fail (EMBARK_IS_ACCOUNT (self), EMBARK_KEYS_NONE);
  return self->place;
}

const char *embark_account_get_key_hint (EmbarkAccount *self)
{
  g_return_val_if_fail (EMBARK_IS_ACCOUNT (self), NULL);
  return self->key_hint;
}

const char *embark_account_get_identity (EmbarkAccount *self)
{
  g_return_val_if_fail (EMBARK_IS_ACCOUNT (self), NULL);
  return self->identity;
}

const GError *embark_account_get_keyring_error (EmbarkAccount *self)
{
  g_return_val_if_fail (EMBARK_IS_ACCOUNT (self), NULL);
  return self->keyring_error;
}

gboolean embark_account_has_keys (EmbarkAccount *self)
{
  g_return_val_if_fail (EMBARK_IS_ACCOUNT (self), FALSE);
  return self->credentials != NULL;
}

GListModel *embark_account_get_buckets (EmbarkAccount *self)
{
  g_return_val_if_fail (EMBARK_IS_ACCOUNT (self), NULL);
  return G_LIST_MODEL (self->buckets);
}
