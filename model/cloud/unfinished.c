/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Uploads that nobody completed: found by their key (document 436/7736), and
 * removed so that nobody pays for their parts.
 */
#include <glib/gi18n-lib.h>
#include <string.h>

#include "model/base/errors.h"
#include "model/cloud/cos-call.h"
#include "model/cloud/cos-xml.h"
#include "model/cloud/multipart.h"
#include "model/cloud/upload.h"

#define PAGES_MAX 10
#define ID_MAX 1024
#define KEY_MAX 850

/* Where the next page begins. */
typedef struct
{
  char *key, *id;
} Marker;

static void clear_marker (Marker *marker)
{
  g_clear_pointer (&marker->key, g_free);
  g_clear_pointer (&marker->id, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Marker, clear_marker)

void embark_unfinished_free (EmbarkUnfinished *self)
{
  if (self == NULL)
    return;
  g_free (self->key);
  g_free (self->upload_id);
  g_free (self);
}

/* Keys are asked for percent-encoded, because they may hold characters that XML cannot. */
static char *get_key (xmlNode *node, const char *name)
{
  g_autofree char *text = embark_cos_xml_get_text (node, name);
  g_autofree char *key = text != NULL ? g_uri_unescape_string (text, NULL) : NULL;

  return key != NULL && *key != '\0' && g_utf8_validate (key, -1, NULL) ? g_steal_pointer (&key) : NULL;
}

/* The documents show ISO dates and, in older samples, those of asctime(). */
static gint64 parse_date (const char *text)
{
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  g_autoptr (GDateTime) date = text != NULL ? g_date_time_new_from_iso8601 (text, utc) : NULL;
  gint64 seconds;

  if (date != NULL)
    return g_date_time_to_unix (date);
  seconds = text != NULL ? embark_http_parse_date (text) : -1;
  return MAX (seconds, 0);
}

static void read_uploads (xmlNode *root, GPtrArray *uploads)
{
  for (xmlNode *node = embark_cos_xml_find (root, "Upload"); node != NULL; node = embark_cos_xml_next (node, "Upload"))
    {
      g_autofree char *key = get_key (node, "Key");
      g_autofree char *id = embark_cos_xml_get_text (node, "UploadId");
      g_autofree char *initiated = embark_cos_xml_get_text (node, "Initiated");
      EmbarkUnfinished *upload;

      if (key == NULL || strlen (key) > KEY_MAX || id == NULL || *id == '\0' || strlen (id) > ID_MAX)
        continue;
      upload = g_new0 (EmbarkUnfinished, 1);
      upload->key = g_steal_pointer (&key);
      upload->upload_id = g_steal_pointer (&id);
      upload->initiated = parse_date (initiated);
      g_ptr_array_add (uploads, upload);
    }
}

static EmbarkHttpResponse *ask_page (const EmbarkCos *cos, const char *prefix, const Marker *marker,
                                     GCancellable *cancellable, GError **error)
{
  const EmbarkCosPair params[] = {
    { "uploads", "" },    { "max-uploads", "1000" },     { "encoding-type", "url" },
    { "prefix", prefix }, { "key-marker", marker->key }, { "upload-id-marker", marker->id },
  };
  gsize n_params = marker->key == NULL ? 4 : marker->id == NULL ? 5 : 6;
  const EmbarkCosCall call = { .method = "GET", .params = params, .n_params = n_params };

  return embark_cos_call (cos, &call, NULL, cancellable, error);
}

/* One page; *marker becomes the next one, or nothing. */
static gboolean fetch_page (const EmbarkCos *cos, const char *prefix, Marker *marker, GPtrArray *uploads,
                            GCancellable *cancellable, GError **error)
{
  g_autoptr (EmbarkHttpResponse) response = ask_page (cos, prefix, marker, cancellable, error);
  g_autoptr (EmbarkCosXml) document = NULL;
  g_autofree char *truncated = NULL;
  xmlNode *root;

  if (response == NULL)
    return FALSE;
  document = embark_cos_xml_parse (response->body);
  root = embark_cos_xml_get_root (document, "ListMultipartUploadsResult");
  if (root == NULL)
    {
      g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_NETWORK,
                   /* Translators: a bucket. */
                   _ ("The cloud's list of unfinished uploads in %s was cut off or could not be understood. Try "
                      "again."),
                   cos->bucket);
      return FALSE;
    }
  read_uploads (root, uploads);
  clear_marker (marker);
  truncated = embark_cos_xml_get_text (root, "IsTruncated");
  if (g_strcmp0 (truncated, "true") != 0)
    return TRUE;
  marker->key = get_key (root, "NextKeyMarker");
  marker->id = embark_cos_xml_get_text (root, "NextUploadIdMarker");
  return TRUE;
}

GPtrArray *embark_upload_list_unfinished (const EmbarkCos *cos, const char *prefix, GCancellable *cancellable,
                                          GError **error)
{
  g_autoptr (GPtrArray) uploads = g_ptr_array_new_with_free_func ((GDestroyNotify) embark_unfinished_free);
  g_auto (Marker) marker = { NULL, NULL };

  g_return_val_if_fail (cos != NULL && cos->bucket != NULL, NULL);

  for (guint page = 0; page < PAGES_MAX; page++)
    {
      if (!fetch_page (cos, prefix != NULL ? prefix : "", &marker, uploads, cancellable, error))
        return NULL;
      if (marker.key == NULL)
        break;
    }
  return g_steal_pointer (&uploads);
}

gboolean embark_upload_remove_unfinished (const EmbarkCos *cos, const char *key, const char *upload_id,
                                          GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (cos != NULL && cos->bucket != NULL && key != NULL && upload_id != NULL, FALSE);

  return embark_multipart_abort (cos, key, upload_id, cancellable, error);
}

gboolean embark_upload_abort_strays (const EmbarkCos *cos, const char *key, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) uploads = embark_upload_list_unfinished (cos, key, cancellable, error);

  for (guint i = 0; uploads != NULL && i < uploads->len; i++)
    {
      const EmbarkUnfinished *upload = g_ptr_array_index (uploads, i);

      if (g_str_equal (upload->key, key) && !embark_multipart_abort (cos, key, upload->upload_id, cancellable, error))
        return FALSE;
    }
  return uploads != NULL;
}
