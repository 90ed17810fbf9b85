/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The TC3 signature: a canonical request, its SHA-256 in a text with date and
 * service, signed by a chain of keys derived from the secret.
 */
#include "model/cloud/sign-tc3.h"

#include <string.h>

#define DIGEST_SIZE 32

static void compute_hmac (const guint8 *key, gsize key_length, const char *text, guint8 *ret_digest)
{
  g_autoptr (GHmac) hmac = g_hmac_new (G_CHECKSUM_SHA256, key, key_length);
  gsize length = DIGEST_SIZE;

  g_hmac_update (hmac, (const guchar *) text, -1);
  g_hmac_get_digest (hmac, ret_digest, &length);
}

static char *format_date (gint64 timestamp)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (timestamp);

  g_return_val_if_fail (time != NULL, g_strdup ("1970-01-01"));
  return g_date_time_format (time, "%Y-%m-%d");
}

static const char *get_signed_headers (const EmbarkSignTc3 *request)
{
  return request->action != NULL ? "content-type;host;x-tc-action" : "content-type;host";
}

static char *compute_signature (const EmbarkSignTc3 *request, const char *secret_key)
{
  g_autofree char *date = format_date (request->timestamp);
  g_autofree char *text = embark_sign_tc3_string_to_sign (request);
  char *start = g_strconcat ("TC3", secret_key, NULL);
  guint8 key[DIGEST_SIZE];
  char *signature;

  compute_hmac ((const guint8 *) start, strlen (start), date, key);
  explicit_bzero (start, strlen (start));
  g_free (start);
  compute_hmac (key, DIGEST_SIZE, request->service, key);
  compute_hmac (key, DIGEST_SIZE, "tc3_request", key);
  signature = g_compute_hmac_for_string (G_CHECKSUM_SHA256, key, DIGEST_SIZE, text, -1);
  explicit_bzero (key, sizeof key);
  return signature;
}

char *embark_sign_tc3_canonical_request (const EmbarkSignTc3 *request)
{
  g_autofree char *type = g_utf8_strdown (request->content_type, -1);
  g_autofree char *host = g_ascii_strdown (request->host, -1);
  g_autofree char *sum =
      g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) request->body, request->body_length);
  g_autofree char *action = request->action != NULL ? g_ascii_strdown (request->action, -1) : NULL;
  g_autofree char *action_line =
      action != NULL ? g_strdup_printf ("x-tc-action:%s\n", g_strstrip (action)) : g_strdup ("");

  return g_strdup_printf ("POST\n/\n\ncontent-type:%s\nhost:%s\n%s\n%s\n%s", g_strstrip (type), g_strstrip (host),
                          action_line, get_signed_headers (request), sum);
}

char *embark_sign_tc3_scope (const EmbarkSignTc3 *request)
{
  g_autofree char *date = format_date (request->timestamp);

  return g_strdup_printf ("%s/%s/tc3_request", date, request->service);
}

char *embark_sign_tc3_string_to_sign (const EmbarkSignTc3 *request)
{
  g_autofree char *canonical = embark_sign_tc3_canonical_request (request);
  g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, canonical, -1);
  g_autofree char *scope = embark_sign_tc3_scope (request);

  return g_strdup_printf ("TC3-HMAC-SHA256\n%" G_GINT64_FORMAT "\n%s\n%s", request->timestamp, scope, sum);
}

char *embark_sign_tc3_authorization (const EmbarkSignTc3 *request, const char *secret_id, const char *secret_key)
{
  g_autofree char *scope = embark_sign_tc3_scope (request);
  g_autofree char *signature = compute_signature (request, secret_key);

  return g_strdup_printf ("TC3-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s", secret_id, scope,
                          get_signed_headers (request), signature);
}
