/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Calls on buckets and single objects, and the rules for their names
 * (document 436/14518). Blocking; any thread.
 */
#include "model/cloud/bucket.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "model/base/errors.h"
#include "model/cloud/cos-call.h"
#include "model/cloud/cos-xml.h"
#include "model/cloud/regions.h"

#define HOST_MAX 60
#define KEY_MAX 850
#define LIST_PAGES_MAX 50

void embark_bucket_info_free (EmbarkBucketInfo *self)
{
  if (self == NULL)
    return;
  g_free (self->name);
  g_free (self->region);
  g_free (self->created);
  g_free (self);
}

void embark_object_info_clear (EmbarkObjectInfo *self)
{
  g_clear_pointer (&self->etag, g_free);
}

/* NAME-APPID of a-z, 0-9 and dashes, neither first nor last a dash; APPID is a number. */
static gboolean has_name_form (const char *bucket)
{
  gsize length = strlen (bucket);
  const char *app_id = strrchr (bucket, '-');

  if (strspn (bucket, "abcdefghijklmnopqrstuvwxyz0123456789-") != length)
    return FALSE;
  if (app_id == NULL || app_id == bucket || bucket[0] == '-' || app_id[-1] == '-')
    return FALSE;
  return app_id[1] != '\0' && strspn (app_id + 1, "0123456789") == strlen (app_id + 1);
}

gboolean embark_bucket_check_name (const char *bucket, const char *region, GError **error)
{
  g_autofree char *shown = NULL, *host = NULL;

  if (!embark_regions_is_valid (region))
    {
      shown = g_utf8_make_valid (region != NULL ? region : "", -1);
      /* Translators: what was given as a region. */
      g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_BAD_NAME,
                   _ ("“%s” is not the name of a region. Regions look like ap-guangzhou."), shown);
      return FALSE;
    }
  shown = g_utf8_make_valid (bucket != NULL ? bucket : "", -1);
  if (bucket == NULL || !has_name_form (bucket))
    {
      /* Translators: what was given as a bucket. */
      g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_BAD_NAME,
                   _ ("“%s” is not the name of a bucket. It is made of a–z, 0–9 and dashes and ends with the APPID of "
                      "the account, like images-1250000000."),
                   shown);
      return FALSE;
    }
  host = embark_cos_build_host (bucket, region);
  if (strlen (host) > HOST_MAX)
    {
      /* Translators: bucket, host name, the most characters it may have. */
      g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_BAD_NAME,
                   _ ("The bucket name “%s” is too long: %s has more than %d characters. Choose a shorter one."), shown,
                   host, HOST_MAX);
      return FALSE;
    }
  return TRUE;
}

static gboolean has_dot_segment (const char *key)
{
  g_auto (GStrv) segments = g_strsplit (key, "/", -1);

  return g_strv_contains ((const char *const *) segments, ".")
         || g_strv_contains ((const char *const *) segments, "..");
}

static gboolean has_control (const char *key)
{
  for (const guchar *p = (const guchar *) key; *p != '\0'; p++)
    if (*p < 0x20 || *p == 0x7f)
      return TRUE;
  return FALSE;
}

gboolean embark_object_check_key (const char *key, GError **error)
{
  g_autofree char *shown = NULL;
  gsize length = key != NULL ? strlen (key) : 0;

  if (length > 0 && length <= KEY_MAX && g_utf8_validate (key, -1, NULL) && *key != '/' && *key != '\\'
      && !has_control (key) && !has_dot_segment (key))
    return TRUE;
  shown = embark_cos_error_clean (key, 120);
  /* Translators: what was given as the name of an object; the most bytes it may have. */
  g_set_error (
      error, EMBARK_ERROR, EMBARK_ERROR_BAD_NAME,
      _ ("“%s” cannot be the name of an object. It has 1 to %d bytes of UTF-8, no control characters, no slash "
         "at the start, and no parts “.” or “..”."),
      shown, KEY_MAX);
  return FALSE;
}

static gboolean set_answer_error (GError **error, const char *what)
{
  g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_CLOUD,
               /* Translators: bucket or host name. */
               _ ("The cloud's answer about %s could not be understood. Try again later."), what);
  return FALSE;
}

static void read_buckets (xmlNode *root, GPtrArray *buckets)
{
  xmlNode *list = embark_cos_xml_find (root, "Buckets");

  for (xmlNode *node = embark_cos_xml_find (list, "Bucket"); node != NULL; node = embark_cos_xml_next (node, "Bucket"))
    {
      g_autoptr (EmbarkBucketInfo) info = g_new0 (EmbarkBucketInfo, 1);

      info->name = embark_cos_xml_get_text (node, "Name");
      info->region = embark_cos_xml_get_text (node, "Location");
      info->created = embark_cos_xml_get_text (node, "CreationDate");
      /* Only what could be asked for later: everything else would fail at the first use. */
      if (info->name != NULL && embark_bucket_check_name (info->name, info->region, NULL))
        g_ptr_array_add (buckets, g_steal_pointer (&info));
    }
}

/* One page; *marker becomes the next one or NULL. */
static gboolean fetch_bucket_page (const EmbarkCos *service, GPtrArray *buckets, char **marker,
                                   GCancellable *cancellable, GError **error)
{
  const EmbarkCosPair params[] = { { "marker", *marker } };
  const EmbarkCosCall call = { .method = "GET", .params = params, .n_params = *marker != NULL ? 1 : 0 };
  g_autoptr (EmbarkHttpResponse) response = embark_cos_call (service, &call, NULL, cancellable, error);
  g_autoptr (EmbarkCosXml) document = NULL;
  g_autofree char *truncated = NULL;
  xmlNode *root;

  if (response == NULL)
    return FALSE;
  document = embark_cos_xml_parse (response->body);
  root = embark_cos_xml_get_root (document, "ListAllMyBucketsResult");
  if (root == NULL)
    return set_answer_error (error, service->region != NULL ? service->region : "COS");

  read_buckets (root, buckets);
  truncated = embark_cos_xml_get_text (root, "IsTruncated");
  g_clear_pointer (marker, g_free);
  if (g_strcmp0 (truncated, "true") == 0)
    *marker = embark_cos_xml_get_text (root, "NextMarker");
  return TRUE;
}

GPtrArray *embark_bucket_list (const EmbarkCos *cos, GCancellable *cancellable, GError **error)
{
  const EmbarkCos service = { cos->http, cos->credentials, cos->region, NULL };
  g_autoptr (GPtrArray) buckets = g_ptr_array_new_with_free_func ((GDestroyNotify) embark_bucket_info_free);
  g_autofree char *marker = NULL;

  if (cos->region != NULL && !embark_bucket_check_name ("a-1", cos->region, error))
    return NULL;
  for (guint page = 0; page < LIST_PAGES_MAX; page++)
    {
      if (!fetch_bucket_page (&service, buckets, &marker, cancellable, error))
        return NULL;
      if (marker == NULL)
        break;
    }
  return g_steal_pointer (&buckets);
}

gboolean embark_bucket_create (const EmbarkCos *cos, GCancellable *cancellable, GError **error)
{
  const EmbarkCosCall call = { .method = "PUT" };
  g_autoptr (EmbarkCosError) refusal = NULL;
  g_autoptr (GError) failure = NULL;
  g_autoptr (EmbarkHttpResponse) response = embark_cos_call (cos, &call, &refusal, cancellable, &failure);

  if (response != NULL || (refusal != NULL && g_str_equal (refusal->code, "BucketAlreadyOwnedByYou")))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

gboolean embark_bucket_head (const EmbarkCos *cos, GCancellable *cancellable, GError **error)
{
  return embark_cos_call_done (cos, &(EmbarkCosCall){ .method = "HEAD" }, cancellable, error);
}

static char *strip_quotes (const char *etag)
{
  gsize length = etag != NULL ? strlen (etag) : 0;

  if (length >= 2 && etag[0] == '"' && etag[length - 1] == '"')
    return g_strndup (etag + 1, length - 2);
  return g_strdup (etag);
}

gboolean embark_object_head (const EmbarkCos *cos, const char *key, EmbarkObjectInfo *ret_info,
                             GCancellable *cancellable, GError **error)
{
  const EmbarkCosCall call = { .method = "HEAD", .key = key };
  g_autoptr (EmbarkHttpResponse) response = embark_cos_call (cos, &call, NULL, cancellable, error);
  const char *length, *crc64;
  EmbarkObjectInfo info = { 0 };

  if (response == NULL)
    return FALSE;
  length = g_hash_table_lookup (response->headers, "content-length");
  crc64 = g_hash_table_lookup (response->headers, "x-cos-hash-crc64ecma");
  if (length == NULL || !g_ascii_string_to_unsigned (length, 10, 0, G_MAXUINT64, &info.size, NULL))
    return set_answer_error (error, key);
  info.has_crc64 = crc64 != NULL && g_ascii_string_to_unsigned (crc64, 10, 0, G_MAXUINT64, &info.crc64, NULL);
  info.etag = strip_quotes (g_hash_table_lookup (response->headers, "etag"));
  *ret_info = info;
  return TRUE;
}

gboolean embark_object_delete (const EmbarkCos *cos, const char *key, GCancellable *cancellable, GError **error)
{
  const EmbarkCosCall call = { .method = "DELETE", .key = key };
  g_autoptr (GError) failure = NULL;

  if (embark_cos_call_done (cos, &call, cancellable, &failure)
      || g_error_matches (failure, EMBARK_ERROR, EMBARK_ERROR_NOT_FOUND))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

char *embark_object_presign (const EmbarkCos *cos, const char *key, guint seconds)
{
  g_autofree char *host = embark_cos_build_host (cos->bucket, cos->region);
  g_autofree char *path = g_strconcat ("/", key, NULL);
  g_autofree char *target = embark_sign_cos_encode_path (key);
  const EmbarkCosPair headers[] = { { "host", host } };
  gint64 now = embark_http_get_time (cos->http);
  g_autoptr (EmbarkCredentials) keys = embark_credentials_dup_latest (cos->credentials);
  g_autofree char *query = embark_sign_cos_presign_query (
      &(EmbarkSignCos){ "get", path, NULL, 0, headers, 1 }, embark_credentials_get_id (keys),
      embark_credentials_get_key (keys), embark_credentials_get_token (keys), now - 1, now + seconds);

  return g_strdup_printf ("https://%s/%s?%s", host, target, query);
}
