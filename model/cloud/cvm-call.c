/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One call of the CVM or STS API with all its tries. Refusals come with HTTP
 * 200 and an Error object inside; any other status is a gateway's.
 */
#include "model/cloud/cvm-call.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "model/base/errors.h"
#include "model/cloud/regions.h"
#include "model/cloud/retry.h"
#include "model/cloud/sign-tc3.h"

#define API_ROOT "tencentcloudapi.com"
#define CONTENT_TYPE "application/json"
#define TRIES 4
#define TIMEOUT_S 60
#define DEPTH_MAX 32
#define SIZE_MAX_BYTES (4u * 1024 * 1024)
#define STRINGS_MAX 256

typedef struct
{
  const EmbarkCvm *cvm;
  const EmbarkCvmCall *call;
  char *host;
  char *text; /* the body */
  guint attempt;
  gint64 offset_used;
  EmbarkCredentials *keys; /* that the try was signed with; renewed ones may follow */
} Attempt;

/* Finance regions are reached by a host of their own only. */
static char *build_host (const EmbarkCvm *cvm, const char *service)
{
  const EmbarkRegion *region = cvm->region != NULL ? embark_regions_find (cvm->region) : NULL;
  const char *root = cvm->api_root != NULL ? cvm->api_root : API_ROOT;

  if (region != NULL && region->is_finance && g_str_equal (service, "cvm"))
    return g_strdup_printf ("%s.%s.%s", service, region->code, root);
  return g_strdup_printf ("%s.%s", service, root);
}

static const char *get_language (void)
{
  return g_str_has_prefix (g_get_language_names ()[0], "zh") ? "zh-CN" : "en-US";
}

static void add_header (GPtrArray *lines, const char *name, const char *value)
{
  if (value != NULL)
    g_ptr_array_add (lines, g_strdup_printf ("%s: %s", name, value));
}

static GPtrArray *build_headers (Attempt *attempt)
{
  const EmbarkCvmCall *call = attempt->call;
  GPtrArray *lines = g_ptr_array_new_null_terminated (10, g_free, TRUE);
  g_autofree char *authorization = NULL, *timestamp = NULL;
  EmbarkSignTc3 sign = {
    .service = call->service,
    .host = attempt->host,
    .content_type = CONTENT_TYPE,
    .action = call->action,
    .body = attempt->text,
    .body_length = strlen (attempt->text),
  };

  embark_credentials_unref (attempt->keys);
  attempt->keys = embark_credentials_dup_latest (attempt->cvm->credentials);
  attempt->offset_used = embark_http_get_clock_offset (attempt->cvm->http);
  sign.timestamp = g_get_real_time () / G_USEC_PER_SEC + attempt->offset_used;
  authorization = embark_sign_tc3_authorization (&sign, embark_credentials_get_id (attempt->keys),
                                                 embark_credentials_get_key (attempt->keys));
  timestamp = g_strdup_printf ("%" G_GINT64_FORMAT, sign.timestamp);

  add_header (lines, "Content-Type", CONTENT_TYPE);
  add_header (lines, "X-TC-Action", call->action);
  add_header (lines, "X-TC-Version", call->version);
  add_header (lines, "X-TC-Timestamp", timestamp);
  add_header (lines, "X-TC-Region", attempt->cvm->region);
  add_header (lines, "X-TC-Language", get_language ());
  add_header (lines, "X-TC-Token", embark_credentials_get_token (attempt->keys));
  add_header (lines, "Authorization", authorization);
  return lines;
}

static EmbarkHttpResponse *send_once (Attempt *attempt, GCancellable *cancellable, GError **error)
{
  g_autofree char *url = g_strdup_printf ("https://%s/", attempt->host);
  g_autoptr (GPtrArray) headers = build_headers (attempt);
  g_autoptr (GBytes) body = g_bytes_new (attempt->text, strlen (attempt->text));
  const EmbarkHttpRequest request = {
    .method = "POST",
    .url = url,
    .headers = (const char *const *) headers->pdata,
    .body = body,
    .timeout_s = TIMEOUT_S,
    .is_once = !attempt->call->is_idempotent,
  };

  return embark_http_send (attempt->cvm->http, &request, cancellable, error);
}

/* JsonParser recurses: the depth must be known before it starts. */
static gboolean is_too_deep (const char *text, gsize length)
{
  guint depth = 0;
  gboolean is_string = FALSE;

  for (gsize i = 0; i < length; i++)
    {
      if (is_string)
        {
          i += text[i] == '\\';
          is_string = i < length && text[i] != '"';
        }
      else if (text[i] == '"')
        is_string = TRUE;
      else if (text[i] == '{' || text[i] == '[')
        depth++;
      else if ((text[i] == '}' || text[i] == ']') && depth > 0)
        depth--;
      if (depth > DEPTH_MAX)
        return TRUE;
    }
  return FALSE;
}

JsonNode *embark_cvm_parse (GBytes *body)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  gsize length;
  const char *text = g_bytes_get_data (body, &length);
  JsonNode *root;

  if (length == 0 || length > SIZE_MAX_BYTES || !g_utf8_validate (text, (gssize) length, NULL)
      || is_too_deep (text, length) || !json_parser_load_from_data (parser, text, (gssize) length, NULL))
    return NULL;
  root = json_parser_get_root (parser);
  return root != NULL && JSON_NODE_HOLDS_OBJECT (root) ? json_node_ref (root) : NULL;
}

static JsonNode *find_member (JsonObject *object, const char *name)
{
  return object != NULL ? json_object_get_member (object, name) : NULL;
}

const char *embark_cvm_get_string (JsonObject *object, const char *name)
{
  JsonNode *node = find_member (object, name);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node) : NULL;
}

JsonArray *embark_cvm_get_array (JsonObject *object, const char *name)
{
  JsonNode *node = find_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

JsonObject *embark_cvm_get_object (JsonObject *object, const char *name)
{
  JsonNode *node = find_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

guint64 embark_cvm_get_uint (JsonObject *object, const char *name)
{
  JsonNode *node = find_member (object, name);
  gint64 value = node != NULL && json_node_get_value_type (node) == G_TYPE_INT64 ? json_node_get_int (node) : 0;

  return value > 0 ? (guint64) value : 0;
}

JsonObject *embark_cvm_get_element (JsonArray *array, guint index)
{
  JsonNode *node = json_array_get_element (array, index);

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

GStrv embark_cvm_dup_strings (JsonArray *array)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  guint length = array != NULL ? MIN (json_array_get_length (array), STRINGS_MAX) : 0;

  for (guint i = 0; i < length; i++)
    {
      JsonNode *node = json_array_get_element (array, i);

      if (json_node_get_value_type (node) == G_TYPE_STRING)
        g_strv_builder_add (builder, json_node_get_string (node));
    }
  return g_strv_builder_end (builder);
}

/* Keys that ran out meanwhile, where somebody has renewed them: each box is left behind once, so this ends. */
static gboolean is_outdated (const Attempt *attempt, const char *code)
{
  g_autoptr (EmbarkCredentials) latest = embark_credentials_dup_latest (attempt->cvm->credentials);

  return embark_cvm_error_is_expiry (code) && latest != attempt->keys;
}

static gboolean prepare_next (Attempt *attempt, const EmbarkHttpResponse *response, const char *code,
                              const char *message, GCancellable *cancellable, GError **error)
{
  EmbarkHttp *http = attempt->cvm->http;
  const EmbarkRetryCase what = {
    .status = response != NULL ? response->status : 0,
    .code = code,
    .message = message,
    .attempt = attempt->attempt,
    .max_attempts = TRIES,
    .is_idempotent = attempt->call->is_idempotent,
  };
  EmbarkRetryAction action = embark_retry_decide (&what);

  if (is_outdated (attempt, code))
    return TRUE;
  if (action == EMBARK_RETRY_NEVER)
    return FALSE;
  if (action == EMBARK_RETRY_CLOCK)
    return embark_http_learn_time (http, g_hash_table_lookup (response->headers, "date"), attempt->offset_used);
  g_debug ("try %u of %s at %s failed: %s", attempt->attempt, attempt->call->action, attempt->host,
           code != NULL ? code : "no answer");
  return embark_retry_wait (
      embark_retry_delay_ms (attempt->attempt, embark_http_get_retry_ms (http), g_random_double ()), cancellable,
      error);
}

/* One try with its judgement. *ret_again: TRUE to go on. */
static JsonNode *run_attempt (Attempt *attempt, gboolean *ret_again, char **ret_code, GCancellable *cancellable,
                              GError **error)
{
  g_autoptr (GError) failure = NULL, waiting = NULL;
  g_autoptr (EmbarkHttpResponse) response = send_once (attempt, cancellable, &failure);
  g_autoptr (JsonNode) root = response != NULL ? embark_cvm_parse (response->body) : NULL;
  JsonObject *answer = root != NULL ? embark_cvm_get_object (json_node_get_object (root), "Response") : NULL;
  JsonObject *refusal = embark_cvm_get_object (answer, "Error");
  const char *code = embark_cvm_get_string (refusal, "Code"), *message = embark_cvm_get_string (refusal, "Message");

  if (answer != NULL && refusal == NULL && response->status == 200)
    {
      JsonNode *node = json_node_new (JSON_NODE_OBJECT);

      json_node_set_object (node, answer);
      return node;
    }
  *ret_again = (response != NULL || g_error_matches (failure, EMBARK_ERROR, EMBARK_ERROR_NETWORK))
               && prepare_next (attempt, response, code, message, cancellable, &waiting);
  if (*ret_again)
    return NULL;

  if (waiting != NULL)
    g_propagate_error (error, g_steal_pointer (&waiting));
  else if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  else
    embark_cvm_error_set (error, code == NULL && response->status == 200 ? 502 : response->status, code, message,
                          embark_cvm_get_string (answer, "RequestId"), attempt->call->subject);
  if (ret_code != NULL && code != NULL)
    *ret_code = g_strdup (code);
  return NULL;
}

JsonNode *embark_cvm_call (const EmbarkCvm *cvm, const EmbarkCvmCall *call, char **ret_code, GCancellable *cancellable,
                           GError **error)
{
  Attempt attempt = { .cvm = cvm, .call = call };
  g_autofree char *host = build_host (cvm, call->service);
  g_autofree char *text = json_to_string (call->body, FALSE);
  JsonNode *answer;
  gboolean is_again;

  if (cvm->region != NULL && !embark_regions_is_valid (cvm->region))
    {
      g_autofree char *shown = g_utf8_make_valid (cvm->region, -1);

      /* Translators: what was given as a region. */
      g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_BAD_NAME,
                   _ ("“%s” is not the name of a region. Regions look like ap-guangzhou."), shown);
      return NULL;
    }
  attempt.host = host;
  attempt.text = text;
  do
    {
      is_again = FALSE;
      attempt.attempt++;
      answer = run_attempt (&attempt, &is_again, ret_code, cancellable, error);
    }
  while (answer == NULL && is_again);
  embark_credentials_unref (attempt.keys);
  return answer;
}
