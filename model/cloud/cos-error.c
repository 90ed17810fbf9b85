/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Turns error answers of COS (document 436/7730) into an error of Embark: what
 * failed, on which bucket or object, what to do, and the code for support.
 */
#include "model/cloud/cos-error.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "model/base/errors.h"
#include "model/cloud/cos-xml.h"
#include "model/cloud/retry.h"

#define CODE_MAX 64
#define ID_MAX 128
#define MESSAGE_MAX 300

/* What a code of COS means to callers; codes that are not here are CLOUD, or NETWORK from 500 on. */
static const struct
{
  const char *code;
  EmbarkError error;
} meanings[] = {
  { "InvalidAccessKeyId", EMBARK_ERROR_KEYS_REFUSED },
  { "SignatureDoesNotMatch", EMBARK_ERROR_KEYS_REFUSED },
  { "ExpiredToken", EMBARK_ERROR_KEYS_EXPIRED },
  { "InvalidToken", EMBARK_ERROR_KEYS_EXPIRED },
  { "RequestTimeTooSkewed", EMBARK_ERROR_CLOCK },
  { "AccessDenied", EMBARK_ERROR_PERMISSION },
  { "NoSuchBucket", EMBARK_ERROR_NO_BUCKET },
  { "NoSuchKey", EMBARK_ERROR_NOT_FOUND },
  { "NoSuchUpload", EMBARK_ERROR_NO_UPLOAD },
  { "InvalidBucketName", EMBARK_ERROR_BAD_NAME },
  { "BucketNameTooLong", EMBARK_ERROR_BAD_NAME },
  { "InvalidRegionName", EMBARK_ERROR_BAD_NAME },
  { "InvalidObjectName", EMBARK_ERROR_BAD_NAME },
  { "KeyTooLong", EMBARK_ERROR_BAD_NAME },
  { "BucketAlreadyExists", EMBARK_ERROR_NAME_TAKEN },
  { "BucketAlreadyOwnedByYou", EMBARK_ERROR_NAME_TAKEN },
  { "BadDigest", EMBARK_ERROR_CHECKSUM },
  { "SlowDown", EMBARK_ERROR_NETWORK },
  { "InternalError", EMBARK_ERROR_NETWORK },
  { "ServiceUnavailable", EMBARK_ERROR_NETWORK },
  /* The line was too slow, or broke: what is worth another try now is worth waiting for later. */
  { "RequestTimeout", EMBARK_ERROR_NETWORK },
  { "IncompleteBody", EMBARK_ERROR_NETWORK },
  { "UserNetworkTooSlow", EMBARK_ERROR_NETWORK },
  { "PathConflict", EMBARK_ERROR_NETWORK },
  { "KmsFreqControl", EMBARK_ERROR_NETWORK },
};

char *embark_cos_error_clean (const char *text, gsize max)
{
  g_autofree char *valid = g_utf8_make_valid (text != NULL ? text : "", -1);
  GString *clean = g_string_new (NULL);

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (clean->len + 6 > max)
        break;
      g_string_append_unichar (clean, g_unichar_isprint (c) ? c : ' ');
    }
  return g_string_free (clean, FALSE);
}

void embark_cos_error_free (EmbarkCosError *self)
{
  if (self == NULL)
    return;
  g_free (self->code);
  g_free (self->message);
  g_free (self->request_id);
  g_free (self);
}

EmbarkCosError *embark_cos_error_read (const EmbarkHttpResponse *response)
{
  g_autoptr (EmbarkCosXml) document = NULL;
  g_autofree char *code = NULL, *message = NULL, *request_id = NULL;
  xmlNode *root;
  EmbarkCosError *self;

  /* Part answers and downloads are no XML: do not look into them. */
  if (response->status / 100 != 2 || g_bytes_get_size (response->body) > 0)
    document = embark_cos_xml_parse (response->body);
  root = embark_cos_xml_get_root (document, "Error");
  if (response->status / 100 == 2 && root == NULL)
    return NULL;

  code = embark_cos_xml_get_text (root, "Code");
  message = embark_cos_xml_get_text (root, "Message");
  request_id = embark_cos_xml_get_text (root, "RequestId");
  if (request_id == NULL || *request_id == '\0')
    {
      g_free (request_id);
      request_id = g_strdup (g_hash_table_lookup (response->headers, "x-cos-request-id"));
    }
  self = g_new0 (EmbarkCosError, 1);
  self->status = response->status;
  self->code = embark_cos_error_clean (code, CODE_MAX);
  self->message = embark_cos_error_clean (message, MESSAGE_MAX);
  self->request_id = embark_cos_error_clean (request_id, ID_MAX);
  return self;
}

static EmbarkError find_meaning (const EmbarkCosError *refusal, const char *key)
{
  if (embark_retry_is_clock (refusal->code, refusal->message))
    return EMBARK_ERROR_CLOCK;
  for (gsize i = 0; i < G_N_ELEMENTS (meanings); i++)
    if (g_str_equal (meanings[i].code, refusal->code))
      return meanings[i].error;
  if (refusal->status >= 500)
    return EMBARK_ERROR_NETWORK;
  /* HEAD has no body, so the status is all there is. */
  if (*refusal->code == '\0' && refusal->status == 403)
    return EMBARK_ERROR_PERMISSION;
  if (*refusal->code == '\0' && refusal->status == 404)
    return key != NULL ? EMBARK_ERROR_NOT_FOUND : EMBARK_ERROR_NO_BUCKET;
  return EMBARK_ERROR_CLOUD;
}

gboolean embark_cos_error_is_expiry (const EmbarkCosError *refusal)
{
  return find_meaning (refusal, NULL) == EMBARK_ERROR_KEYS_EXPIRED;
}

/* Translators: in all of these %s is "bucket" or "bucket/object". */
static char *describe_meaning (EmbarkError meaning, const char *place, const char *region)
{
  switch (meaning)
    {
    case EMBARK_ERROR_KEYS_REFUSED:
      return g_strdup_printf (_ ("The cloud did not accept the keys for %s. Check SecretId and SecretKey."), place);
    case EMBARK_ERROR_KEYS_EXPIRED:
      return g_strdup_printf (_ ("The temporary keys for %s are no longer valid. Get new ones."), place);
    case EMBARK_ERROR_CLOCK:
      return g_strdup_printf (_ ("The request for %s was refused because of its time. Set the clock of this computer."),
                              place);
    case EMBARK_ERROR_PERMISSION:
      return g_strdup_printf (_ ("The keys have no permission for this on %s. Ask the owner of the account for it."),
                              place);
    case EMBARK_ERROR_NO_BUCKET:
      /* Translators: bucket, then region code. */
      return g_strdup_printf (_ ("There is no bucket %s in the region %s. Check both, or make the bucket first."),
                              place, region);
    case EMBARK_ERROR_NOT_FOUND:
      return g_strdup_printf (_ ("%s is not in the cloud."), place);
    case EMBARK_ERROR_NO_UPLOAD:
      return g_strdup_printf (_ ("The upload to %s no longer exists in the cloud. Start it anew."), place);
    case EMBARK_ERROR_BAD_NAME:
      return g_strdup_printf (_ ("The cloud does not allow the name %s. Choose another one."), place);
    case EMBARK_ERROR_NAME_TAKEN:
      return g_strdup_printf (_ ("The bucket %s exists already. Choose another name."), place);
    case EMBARK_ERROR_CHECKSUM:
      return g_strdup_printf (_ ("Data for %s was changed on the way to the cloud. Check the network and try again."),
                              place);
    case EMBARK_ERROR_NETWORK:
      return g_strdup_printf (_ ("The cloud could not do its work on %s just now. Try again later."), place);
    default:
      return g_strdup_printf (_ ("The cloud refused the request for %s."), place);
    }
}

void embark_cos_error_set (GError **error, const EmbarkCosError *refusal, const char *bucket, const char *region,
                           const char *key)
{
  EmbarkError meaning = find_meaning (refusal, key);
  const char *owner = bucket != NULL ? bucket : _ ("the list of buckets");
  gboolean has_key = key != NULL && meaning != EMBARK_ERROR_NO_BUCKET;
  g_autofree char *place = has_key ? g_strdup_printf ("%s/%s", owner, key) : g_strdup (owner);
  g_autofree char *sentence = describe_meaning (meaning, place, region != NULL ? region : "");
  g_autofree char *status = g_strdup_printf ("HTTP %u", refusal->status);
  const char *code = *refusal->code != '\0' ? refusal->code : status;

  if (*refusal->message != '\0' && meaning == EMBARK_ERROR_CLOUD)
    g_set_error (error, EMBARK_ERROR, meaning,
                 /* Translators: a whole sentence; then error code, the cloud's own words, and a request id. */
                 _ ("%s (%s: %s; request %s)"), sentence, code, refusal->message, refusal->request_id);
  else
    /* Translators: a whole sentence; then error code and request id. */
    g_set_error (error, EMBARK_ERROR, meaning, _ ("%s (%s; request %s)"), sentence, code,
                 *refusal->request_id != '\0' ? refusal->request_id : "–");
}
