/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One call of the COS API with all its tries. Every try is signed anew, with
 * the clock as it is then known.
 */
#include "model/cloud/cos-call.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "model/base/errors.h"
#include "model/cloud/retry.h"

#define SIGN_BEFORE_S 1
#define SIGN_VALID_S 900
#define DOMAIN "myqcloud.com"
/* The same service under another registry, for when the first one is out of reach. */
#define BACKUP_DOMAIN "tencentcos.cn"
#define PAIRS_MAX 8

/* The state of one call over its tries. */
typedef struct
{
  const EmbarkCos *cos;
  const EmbarkCosCall *call;
  char *host;
  char *md5; /* base64, or NULL */
  guint attempt;
  gint64 offset_used;
  EmbarkCredentials *keys; /* that the try was signed with; renewed ones may follow */
  GError *first_failure;   /* (nullable) of the first domain, once the other one is asked */
} Attempt;

typedef struct
{
  EmbarkCosPair pairs[PAIRS_MAX];
  gsize n;
  gsize n_sent; /* the first ones: lines of our own */
} PairList;

static void add_pair (PairList *list, const char *name, const char *value)
{
  g_assert (list->n < PAIRS_MAX);
  if (value != NULL)
    list->pairs[list->n++] = (EmbarkCosPair){ name, value };
}

char *embark_cos_build_host (const char *bucket, const char *region)
{
  if (bucket != NULL)
    return g_strdup_printf ("%s.cos.%s." DOMAIN, bucket, region);
  if (region != NULL)
    return g_strdup_printf ("cos.%s." DOMAIN, region);
  return g_strdup ("service.cos." DOMAIN);
}

static char *compute_md5 (const EmbarkCosCall *call)
{
  g_autoptr (GChecksum) checksum = NULL;
  guint8 digest[16];
  gsize length = sizeof digest;

  if (call->body == NULL || (call->body_md5 == NULL && call->is_without_md5))
    return NULL;
  if (call->body_md5 != NULL)
    return g_base64_encode (call->body_md5, sizeof digest);
  checksum = g_checksum_new (G_CHECKSUM_MD5);
  g_checksum_update (checksum, g_bytes_get_data (call->body, NULL), (gssize) g_bytes_get_size (call->body));
  g_checksum_get_digest (checksum, digest, &length);
  return g_base64_encode (digest, length);
}

static char *build_url (const Attempt *attempt)
{
  const EmbarkCosCall *call = attempt->call;
  g_autofree char *path = embark_sign_cos_encode_path (call->key != NULL ? call->key : "");
  g_autofree char *query = embark_sign_cos_encode_params (call->params, call->n_params);

  return g_strconcat ("https://", attempt->host, "/", path, call->n_params > 0 ? "?" : "", query, NULL);
}

/* What is signed: every header that is sent, but those that curl adds by itself and that nobody can foresee. */
static void list_headers (const Attempt *attempt, const char *length, PairList *ret_list)
{
  const EmbarkCosCall *call = attempt->call;

  add_pair (ret_list, "Content-MD5", attempt->md5);
  add_pair (ret_list, "Content-Type", call->content_type);
  add_pair (ret_list, "x-cos-security-token", embark_credentials_get_token (attempt->keys));
  ret_list->n_sent = ret_list->n;
  /* These two are sent by curl: Content-Length surely with every PUT and POST, and never without. */
  add_pair (ret_list, "Host", attempt->host);
  if (g_str_equal (call->method, "PUT") || g_str_equal (call->method, "POST"))
    add_pair (ret_list, "Content-Length", length);
}

/* Lines for curl, signed now. */
static GPtrArray *build_headers (Attempt *attempt)
{
  const EmbarkCosCall *call = attempt->call;
  g_autofree char *length =
      g_strdup_printf ("%" G_GSIZE_FORMAT, call->body != NULL ? g_bytes_get_size (call->body) : 0);
  g_autofree char *path = g_strconcat ("/", call->key, NULL);
  g_autofree char *authorization = NULL;
  GPtrArray *lines = g_ptr_array_new_null_terminated (PAIRS_MAX, g_free, TRUE);
  PairList list = { .n = 0 };
  gint64 now;

  embark_credentials_unref (attempt->keys);
  attempt->keys = embark_credentials_dup_latest (attempt->cos->credentials);
  attempt->offset_used = embark_http_get_clock_offset (attempt->cos->http);
  now = g_get_real_time () / G_USEC_PER_SEC + attempt->offset_used;
  list_headers (attempt, length, &list);
  for (gsize i = 0; i < list.n_sent; i++)
    g_ptr_array_add (lines, g_strdup_printf ("%s: %s", list.pairs[i].name, list.pairs[i].value));

  authorization = embark_sign_cos_authorization (
      &(EmbarkSignCos){ call->method, path, call->params, call->n_params, list.pairs, list.n },
      embark_credentials_get_id (attempt->keys), embark_credentials_get_key (attempt->keys), now - SIGN_BEFORE_S,
      now + SIGN_VALID_S);
  g_ptr_array_add (lines, g_strconcat ("Authorization: ", authorization, NULL));
  return lines;
}

static EmbarkHttpResponse *send_once (Attempt *attempt, GCancellable *cancellable, GError **error)
{
  const EmbarkCosCall *call = attempt->call;
  g_autofree char *url = build_url (attempt);
  g_autoptr (GPtrArray) headers = build_headers (attempt);
  const EmbarkHttpRequest request = {
    .method = call->method,
    .url = url,
    .headers = (const char *const *) headers->pdata,
    .body = call->body,
    .timeout_s = call->timeout_s,
    .stall_s = call->stall_s,
    .is_limited = call->is_limited,
    .sent_func = call->sent_func,
    .user_data = call->user_data,
  };

  return embark_http_send (attempt->cos->http, &request, cancellable, error);
}

/* @failure: what broke below or after HTTP; else @refusal is set. */
static EmbarkRetryAction decide_next (const Attempt *attempt, const EmbarkCosError *refusal, const GError *failure)
{
  const EmbarkRetryCase what = {
    .status = refusal != NULL ? refusal->status : 0,
    .code = refusal != NULL ? refusal->code : NULL,
    .message = refusal != NULL ? refusal->message : NULL,
    .attempt = attempt->attempt,
    .max_attempts = attempt->call->tries > 0 ? attempt->call->tries : EMBARK_COS_TRIES,
    .is_idempotent = TRUE,
  };

  if (refusal == NULL && !g_error_matches (failure, EMBARK_ERROR, EMBARK_ERROR_NETWORK)
      && !g_error_matches (failure, EMBARK_ERROR, EMBARK_ERROR_CHECKSUM))
    return EMBARK_RETRY_NEVER;
  return embark_retry_decide (&what);
}

/* Before the last try, if whatever failed was not COS itself, the other domain is asked. */
static void choose_domain (Attempt *attempt, const EmbarkHttpResponse *response, const GError *failure)
{
  guint tries = attempt->call->tries > 0 ? attempt->call->tries : EMBARK_COS_TRIES;
  gsize keep = strlen (attempt->host) - strlen (DOMAIN);
  char *host;

  if (attempt->attempt + 1 < tries
      || (response != NULL && g_hash_table_contains (response->headers, "x-cos-request-id"))
      || g_error_matches (failure, EMBARK_ERROR, EMBARK_ERROR_CHECKSUM) || !g_str_has_suffix (attempt->host, DOMAIN))
    return;
  host = g_strdup_printf ("%.*s%s", (int) keep, attempt->host, BACKUP_DOMAIN);
  g_debug ("%s is out of reach, trying %s", attempt->host, host);
  g_free (attempt->host);
  attempt->host = host;
  if (failure != NULL)
    attempt->first_failure = g_error_copy (failure);
}

/* Keys that ran out meanwhile, where somebody has renewed them: each box is left behind once, so this ends. */
static gboolean is_outdated (const Attempt *attempt, const EmbarkCosError *refusal)
{
  g_autoptr (EmbarkCredentials) latest = embark_credentials_dup_latest (attempt->cos->credentials);

  return refusal != NULL && embark_cos_error_is_expiry (refusal) && latest != attempt->keys;
}

/* TRUE when it is time for another try; FALSE with @error only when cancelled while waiting. */
static gboolean prepare_next (Attempt *attempt, const EmbarkHttpResponse *response, const EmbarkCosError *refusal,
                              const GError *failure, GCancellable *cancellable, GError **error)
{
  EmbarkHttp *http = attempt->cos->http;
  EmbarkRetryAction action = decide_next (attempt, refusal, failure);

  if (is_outdated (attempt, refusal))
    return TRUE;
  if (action == EMBARK_RETRY_NEVER)
    return FALSE;
  if (action == EMBARK_RETRY_CLOCK)
    return embark_http_learn_time (http, g_hash_table_lookup (response->headers, "date"), attempt->offset_used);

  g_debug ("try %u of %s %s/%s failed: %s", attempt->attempt, attempt->call->method, attempt->host,
           attempt->call->key != NULL ? attempt->call->key : "", refusal != NULL ? refusal->code : failure->message);
  choose_domain (attempt, response, failure);
  return embark_retry_wait (
      embark_retry_delay_ms (attempt->attempt, embark_http_get_retry_ms (http), g_random_double ()), cancellable,
      error);
}

static void report_failure (Attempt *attempt, EmbarkCosError *refusal, GError *failure, EmbarkCosError **ret_refusal,
                            GError **error)
{
  const EmbarkCos *cos = attempt->cos;

  if (refusal == NULL)
    {
      gboolean is_network = g_error_matches (failure, EMBARK_ERROR, EMBARK_ERROR_NETWORK);

      /* The user knows nothing of the other domain: what matters is why the first one failed. */
      if (attempt->first_failure != NULL && is_network)
        g_propagate_error (error, g_error_copy (attempt->first_failure));
      else
        g_propagate_error (error, g_error_copy (failure));
      return;
    }
  embark_cos_error_set (error, refusal, cos->bucket, cos->region, attempt->call->key);
  if (ret_refusal != NULL)
    *ret_refusal = refusal;
  else
    embark_cos_error_free (refusal);
}

/* All tries; the response or NULL. */
static EmbarkHttpResponse *run_attempts (Attempt *attempt, EmbarkCosError **ret_refusal, GCancellable *cancellable,
                                         GError **error)
{
  const EmbarkCosCall *call = attempt->call;

  while (TRUE)
    {
      g_autoptr (GError) failure = NULL, waiting = NULL;
      g_autoptr (EmbarkCosError) refusal = NULL;
      g_autoptr (EmbarkHttpResponse) response = NULL;

      attempt->attempt++;
      response = send_once (attempt, cancellable, &failure);
      if (response != NULL)
        refusal = embark_cos_error_read (response);
      if (response != NULL && refusal == NULL
          && (call->check_func == NULL || call->check_func (response, call->user_data, &failure)))
        return g_steal_pointer (&response);
      if (call->failed_func != NULL && !g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        call->failed_func (refusal != NULL && embark_retry_is_throttled (refusal->status, refusal->code),
                           call->user_data);
      if (prepare_next (attempt, response, refusal, failure, cancellable, &waiting))
        continue;
      if (waiting != NULL)
        g_propagate_error (error, g_steal_pointer (&waiting));
      else
        report_failure (attempt, g_steal_pointer (&refusal), failure, ret_refusal, error);
      return NULL;
    }
}

EmbarkHttpResponse *embark_cos_call (const EmbarkCos *cos, const EmbarkCosCall *call, EmbarkCosError **ret_refusal,
                                     GCancellable *cancellable, GError **error)
{
  Attempt attempt = { .cos = cos, .call = call };
  EmbarkHttpResponse *response;

  if (cos->bucket != NULL && !embark_bucket_check_name (cos->bucket, cos->region, error))
    return NULL;
  if (call->key != NULL && !embark_object_check_key (call->key, error))
    return NULL;

  attempt.host = embark_cos_build_host (cos->bucket, cos->region);
  attempt.md5 = compute_md5 (call);
  response = run_attempts (&attempt, ret_refusal, cancellable, error);
  g_free (attempt.host);
  g_free (attempt.md5);
  embark_credentials_unref (attempt.keys);
  g_clear_error (&attempt.first_failure);
  return response;
}

gboolean embark_cos_call_done (const EmbarkCos *cos, const EmbarkCosCall *call, GCancellable *cancellable,
                               GError **error)
{
  g_autoptr (EmbarkHttpResponse) response = embark_cos_call (cos, call, NULL, cancellable, error);

  return response != NULL;
}
