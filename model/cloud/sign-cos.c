/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The signature of COS requests: what is signed is put in one canonical text,
 * and its SHA-1 is signed with a key derived from the validity and the secret.
 */
#include "model/cloud/sign-cos.h"

#include <string.h>

/* One signed name with its encoded value, ready to be sorted. */
typedef struct
{
  char *name;
  char *value;
} CanonicalPair;

static void free_pair (gpointer data)
{
  CanonicalPair *pair = data;

  g_free (pair->name);
  g_free (pair->value);
  g_free (pair);
}

static int compare_pairs (gconstpointer a, gconstpointer b)
{
  const CanonicalPair *const *left = a, *const *right = b;

  return strcmp ((*left)->name, (*right)->name);
}

static char *encode_text (const char *text, gboolean keep_slash)
{
  static const char digits[] = "0123456789ABCDEF";
  GString *encoded = g_string_sized_new (strlen (text) + 16);

  for (const guchar *p = (const guchar *) text; *p != '\0'; p++)
    {
      if (g_ascii_isalnum (*p) || strchr ("-_.~", *p) != NULL || (keep_slash && *p == '/'))
        {
          g_string_append_c (encoded, (char) *p);
          continue;
        }
      g_string_append_c (encoded, '%');
      g_string_append_c (encoded, digits[*p >> 4]);
      g_string_append_c (encoded, digits[*p & 15]);
    }
  return g_string_free (encoded, FALSE);
}

/* Names are encoded, then put in lower case (that includes the hex digits); only values keep upper-case digits. */
static GPtrArray *sort_pairs (const EmbarkCosPair *pairs, gsize n_pairs)
{
  GPtrArray *sorted = g_ptr_array_new_with_free_func (free_pair);

  for (gsize i = 0; i < n_pairs; i++)
    {
      CanonicalPair *pair = g_new0 (CanonicalPair, 1);
      g_autofree char *name = encode_text (pairs[i].name, FALSE);

      pair->name = g_ascii_strdown (name, -1);
      pair->value = encode_text (pairs[i].value, FALSE);
      g_ptr_array_add (sorted, pair);
    }
  g_ptr_array_sort (sorted, compare_pairs);
  return sorted;
}

static char *join_pairs (GPtrArray *sorted)
{
  GString *joined = g_string_new (NULL);

  for (guint i = 0; i < sorted->len; i++)
    {
      const CanonicalPair *pair = g_ptr_array_index (sorted, i);

      g_string_append_printf (joined, "%s%s=%s", i > 0 ? "&" : "", pair->name, pair->value);
    }
  return g_string_free (joined, FALSE);
}

static char *join_names (const EmbarkCosPair *pairs, gsize n_pairs)
{
  g_autoptr (GPtrArray) sorted = sort_pairs (pairs, n_pairs);
  GString *joined = g_string_new (NULL);

  for (guint i = 0; i < sorted->len; i++)
    {
      const CanonicalPair *pair = g_ptr_array_index (sorted, i);

      g_string_append_printf (joined, "%s%s", i > 0 ? ";" : "", pair->name);
    }
  return g_string_free (joined, FALSE);
}

static char *format_key_time (gint64 start, gint64 end)
{
  return g_strdup_printf ("%" G_GINT64_FORMAT ";%" G_GINT64_FORMAT, start, end);
}

static char *compute_signature (const EmbarkSignCos *request, const char *secret_key, gint64 start, gint64 end)
{
  g_autofree char *key_time = format_key_time (start, end);
  g_autofree char *text = embark_sign_cos_string_to_sign (request, start, end);
  char *sign_key =
      g_compute_hmac_for_string (G_CHECKSUM_SHA1, (const guchar *) secret_key, strlen (secret_key), key_time, -1);
  char *signature = g_compute_hmac_for_string (G_CHECKSUM_SHA1, (const guchar *) sign_key, strlen (sign_key), text, -1);

  /* With it anybody could sign for as long as it is valid. */
  explicit_bzero (sign_key, strlen (sign_key));
  g_free (sign_key);
  return signature;
}

char *embark_sign_cos_encode (const char *text)
{
  g_return_val_if_fail (text != NULL, NULL);
  return encode_text (text, FALSE);
}

char *embark_sign_cos_encode_path (const char *path)
{
  g_return_val_if_fail (path != NULL, NULL);
  return encode_text (path, TRUE);
}

char *embark_sign_cos_encode_params (const EmbarkCosPair *params, gsize n_params)
{
  GString *query = g_string_new (NULL);

  for (gsize i = 0; i < n_params; i++)
    {
      g_autofree char *name = encode_text (params[i].name, FALSE);
      g_autofree char *value = encode_text (params[i].value, FALSE);

      g_string_append_printf (query, "%s%s=%s", i > 0 ? "&" : "", name, value);
    }
  return g_string_free (query, FALSE);
}

char *embark_sign_cos_http_string (const EmbarkSignCos *request)
{
  g_autofree char *method = g_ascii_strdown (request->method, -1);
  g_autoptr (GPtrArray) params = sort_pairs (request->params, request->n_params);
  g_autoptr (GPtrArray) headers = sort_pairs (request->headers, request->n_headers);
  g_autofree char *joined_params = join_pairs (params);
  g_autofree char *joined_headers = join_pairs (headers);

  return g_strdup_printf ("%s\n%s\n%s\n%s\n", method, request->path, joined_params, joined_headers);
}

char *embark_sign_cos_string_to_sign (const EmbarkSignCos *request, gint64 start, gint64 end)
{
  g_autofree char *key_time = format_key_time (start, end);
  g_autofree char *http_string = embark_sign_cos_http_string (request);
  g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA1, http_string, -1);

  return g_strdup_printf ("sha1\n%s\n%s\n", key_time, sum);
}

char *embark_sign_cos_authorization (const EmbarkSignCos *request, const char *secret_id, const char *secret_key,
                                     gint64 start, gint64 end)
{
  g_autofree char *key_time = format_key_time (start, end);
  g_autofree char *headers = join_names (request->headers, request->n_headers);
  g_autofree char *params = join_names (request->params, request->n_params);
  g_autofree char *signature = compute_signature (request, secret_key, start, end);

  return g_strdup_printf ("q-sign-algorithm=sha1&q-ak=%s&q-sign-time=%s&q-key-time=%s&q-header-list=%s"
                          "&q-url-param-list=%s&q-signature=%s",
                          secret_id, key_time, key_time, headers, params, signature);
}

char *embark_sign_cos_presign_query (const EmbarkSignCos *request, const char *secret_id, const char *secret_key,
                                     const char *token, gint64 start, gint64 end)
{
  g_autofree char *key_time = format_key_time (start, end);
  g_autofree char *headers = join_names (request->headers, request->n_headers);
  g_autofree char *params = join_names (request->params, request->n_params);
  g_autofree char *signature = compute_signature (request, secret_key, start, end);
  const EmbarkCosPair signed_pairs[] = {
    { "q-sign-algorithm", "sha1" }, { "q-ak", secret_id },
    { "q-sign-time", key_time },    { "q-key-time", key_time },
    { "q-header-list", headers },   { "q-url-param-list", params },
    { "q-signature", signature },   { "x-cos-security-token", token },
  };
  g_autofree char *own = embark_sign_cos_encode_params (signed_pairs, G_N_ELEMENTS (signed_pairs) - (token == NULL));
  g_autofree char *rest = embark_sign_cos_encode_params (request->params, request->n_params);

  return g_strconcat (own, request->n_params > 0 ? "&" : "", rest, NULL);
}
