/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The calls of a multipart upload, each with its own idea of what a good
 * answer is.
 */
#include "model/cloud/multipart.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "model/base/errors.h"
#include "model/cloud/cos-call.h"
#include "model/cloud/cos-xml.h"

/* The service may say nothing but a space now and then for minutes. */
#define COMPLETE_STALL_S 180
#define ABORT_TRIES 3
#define ABORT_TIMEOUT_S 8
#define LIST_PAGES_MAX 100

typedef struct
{
  const EmbarkCos *cos;
  const char *key;
  const EmbarkPartSend *part;
  gboolean is_proven; /* by the last answer */
} PartContext;

void embark_part_free (EmbarkPart *self)
{
  if (self == NULL)
    return;
  g_free (self->etag);
  g_free (self);
}

static char *strip_quotes (const char *etag)
{
  g_autofree char *copy = g_strdup (etag);
  gsize length = copy != NULL ? strlen (copy) : 0;

  if (length >= 2 && copy[0] == '"' && copy[length - 1] == '"')
    return g_strndup (copy + 1, length - 2);
  return g_steal_pointer (&copy);
}

static void set_answer_error (GError **error, const EmbarkCos *cos, const char *key)
{
  g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_NETWORK,
               /* Translators: bucket, then object. */
               _ ("The cloud's answer about %s/%s was cut off or could not be understood. Try again."), cos->bucket,
               key);
}

static gboolean is_good_id (const char *upload_id)
{
  return upload_id != NULL && *upload_id != '\0' && strlen (upload_id) <= 1024;
}

char *embark_multipart_start (const EmbarkCos *cos, const char *key, GCancellable *cancellable, GError **error)
{
  const EmbarkCosPair params[] = { { "uploads", "" } };
  const EmbarkCosCall call = {
    .method = "POST", .key = key, .params = params, .n_params = 1, .content_type = "application/octet-stream"
  };
  g_autoptr (EmbarkHttpResponse) response = embark_cos_call (cos, &call, NULL, cancellable, error);
  g_autoptr (EmbarkCosXml) document = NULL;
  g_autofree char *upload_id = NULL;

  if (response == NULL)
    return NULL;
  document = embark_cos_xml_parse (response->body);
  upload_id = embark_cos_xml_get_text (embark_cos_xml_get_root (document, "InitiateMultipartUploadResult"), "UploadId");
  if (!is_good_id (upload_id))
    {
      set_answer_error (error, cos, key);
      return NULL;
    }
  return g_steal_pointer (&upload_id);
}

static void read_parts (xmlNode *root, GHashTable *parts)
{
  for (xmlNode *node = embark_cos_xml_find (root, "Part"); node != NULL; node = embark_cos_xml_next (node, "Part"))
    {
      g_autofree char *etag = embark_cos_xml_get_text (node, "ETag");
      guint64 number, size;
      EmbarkPart *part;

      if (etag == NULL || !embark_cos_xml_get_uint (node, "PartNumber", &number) || number < 1
          || number > EMBARK_MULTIPART_PARTS_MAX || !embark_cos_xml_get_uint (node, "Size", &size))
        continue;
      part = g_new0 (EmbarkPart, 1);
      part->number = (guint) number;
      part->size = size;
      part->etag = strip_quotes (etag);
      g_hash_table_replace (parts, GUINT_TO_POINTER (part->number), part);
    }
}

/* One page; *marker becomes the next one or NULL. */
static gboolean fetch_parts_page (const EmbarkCos *cos, const char *key, const char *upload_id, GHashTable *parts,
                                  char **marker, GCancellable *cancellable, GError **error)
{
  const EmbarkCosPair params[] = { { "uploadId", upload_id },
                                   { "max-parts", "1000" },
                                   { "part-number-marker", *marker } };
  const EmbarkCosCall call = { .method = "GET", .key = key, .params = params, .n_params = *marker != NULL ? 3 : 2 };
  g_autoptr (EmbarkHttpResponse) response = embark_cos_call (cos, &call, NULL, cancellable, error);
  g_autoptr (EmbarkCosXml) document = NULL;
  g_autofree char *truncated = NULL;
  xmlNode *root;

  if (response == NULL)
    return FALSE;
  document = embark_cos_xml_parse (response->body);
  root = embark_cos_xml_get_root (document, "ListPartsResult");
  if (root == NULL)
    {
      set_answer_error (error, cos, key);
      return FALSE;
    }
  read_parts (root, parts);
  truncated = embark_cos_xml_get_text (root, "IsTruncated");
  g_clear_pointer (marker, g_free);
  if (g_strcmp0 (truncated, "true") == 0)
    *marker = embark_cos_xml_get_text (root, "NextPartNumberMarker");
  return TRUE;
}

GHashTable *embark_multipart_list (const EmbarkCos *cos, const char *key, const char *upload_id,
                                   GCancellable *cancellable, GError **error)
{
  g_autoptr (GHashTable) parts = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) embark_part_free);
  g_autofree char *marker = NULL;

  for (guint page = 0; page < LIST_PAGES_MAX; page++)
    {
      if (!fetch_parts_page (cos, key, upload_id, parts, &marker, cancellable, error))
        return NULL;
      if (marker == NULL)
        break;
    }
  return g_steal_pointer (&parts);
}

static void failed_cb (gboolean is_throttled, gpointer user_data)
{
  const PartContext *context = user_data;

  if (context->part->failed_func != NULL)
    context->part->failed_func (is_throttled, context->part->user_data);
}

static void sent_cb (guint64 bytes_sent, gpointer user_data)
{
  const PartContext *context = user_data;

  if (context->part->sent_func != NULL)
    context->part->sent_func (bytes_sent, context->part->user_data);
}

/* An answer without the header proves nothing either way, unless Content-MD5 has made the service compare. */
static gboolean check_part_cb (const EmbarkHttpResponse *response, gpointer user_data, GError **error)
{
  PartContext *context = user_data;
  const char *text = g_hash_table_lookup (response->headers, "x-cos-hash-crc64ecma");
  const char *etag = g_hash_table_lookup (response->headers, "etag");
  guint64 crc64;

  if (etag == NULL)
    {
      set_answer_error (error, context->cos, context->key);
      return FALSE;
    }
  context->is_proven = text != NULL || context->part->md5 != NULL;
  if (text == NULL)
    return TRUE;
  if (g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT64, &crc64, NULL) && crc64 == context->part->crc64)
    return TRUE;
  g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_CHECKSUM,
               /* Translators: the number of a part; bucket, then object. */
               _ ("Part %u of %s/%s did not arrive as it was sent, several times. Check the network and this "
                  "computer's memory."),
               context->part->number, context->cos->bucket, context->key);
  return FALSE;
}

char *embark_multipart_send (const EmbarkCos *cos, const char *key, const char *upload_id, const EmbarkPartSend *part,
                             gboolean *ret_is_proven, GCancellable *cancellable, GError **error)
{
  g_autofree char *number = g_strdup_printf ("%u", part->number);
  const EmbarkCosPair params[] = { { "partNumber", number }, { "uploadId", upload_id } };
  PartContext context = { cos, key, part, FALSE };
  const EmbarkCosCall call = {
    .method = "PUT",
    .key = key,
    .params = params,
    .n_params = G_N_ELEMENTS (params),
    .body = part->bytes,
    .body_md5 = part->md5,
    .is_without_md5 = TRUE,
    .is_limited = TRUE,
    .sent_func = sent_cb,
    .failed_func = failed_cb,
    .user_data = &context,
    .check_func = check_part_cb,
  };
  g_autoptr (EmbarkHttpResponse) response = embark_cos_call (cos, &call, NULL, cancellable, error);

  if (response == NULL)
    return NULL;
  *ret_is_proven = context.is_proven;
  return strip_quotes (g_hash_table_lookup (response->headers, "etag"));
}

/* Without white space: 10,000 parts must stay below 1 MB. ETags are written by others, so they are escaped. */
static GBytes *build_completion (GPtrArray *parts)
{
  GString *body = g_string_new ("<CompleteMultipartUpload>");

  for (guint i = 0; i < parts->len; i++)
    {
      const EmbarkPart *part = g_ptr_array_index (parts, i);
      g_autofree char *etag = g_markup_escape_text (part->etag, -1);

      g_string_append_printf (body, "<Part><PartNumber>%u</PartNumber><ETag>&quot;%s&quot;</ETag></Part>", part->number,
                              etag);
    }
  g_string_append (body, "</CompleteMultipartUpload>");
  return g_string_free_to_bytes (body);
}

/* The status line comes before the work is done, so only the document tells; cut off, it tells nothing. */
static gboolean check_completion_cb (const EmbarkHttpResponse *response, gpointer user_data, GError **error)
{
  const PartContext *context = user_data;
  g_autoptr (EmbarkCosXml) document = embark_cos_xml_parse (response->body);
  g_autofree char *etag =
      embark_cos_xml_get_text (embark_cos_xml_get_root (document, "CompleteMultipartUploadResult"), "ETag");

  if (etag != NULL && *etag != '\0')
    return TRUE;
  set_answer_error (error, context->cos, context->key);
  return FALSE;
}

gboolean embark_multipart_complete (const EmbarkCos *cos, const char *key, const char *upload_id, GPtrArray *parts,
                                    GCancellable *cancellable, GError **error)
{
  const EmbarkCosPair params[] = { { "uploadId", upload_id } };
  g_autoptr (GBytes) body = build_completion (parts);
  PartContext context = { cos, key, NULL, FALSE };
  const EmbarkCosCall call = {
    .method = "POST",
    .key = key,
    .params = params,
    .n_params = G_N_ELEMENTS (params),
    .content_type = "application/xml",
    .body = body,
    .stall_s = COMPLETE_STALL_S,
    .user_data = &context,
    .check_func = check_completion_cb,
  };

  return embark_cos_call_done (cos, &call, cancellable, error);
}

gboolean embark_multipart_abort (const EmbarkCos *cos, const char *key, const char *upload_id,
                                 GCancellable *cancellable, GError **error)
{
  const EmbarkCosPair params[] = { { "uploadId", upload_id } };
  const EmbarkCosCall call = {
    .method = "DELETE",
    .key = key,
    .params = params,
    .n_params = G_N_ELEMENTS (params),
    .tries = ABORT_TRIES,
    .timeout_s = ABORT_TIMEOUT_S,
  };
  g_autoptr (GError) failure = NULL;

  if (embark_cos_call_done (cos, &call, cancellable, &failure)
      || g_error_matches (failure, EMBARK_ERROR, EMBARK_ERROR_NO_UPLOAD))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}
