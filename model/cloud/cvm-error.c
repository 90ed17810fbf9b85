/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Turns error codes of the CVM and STS API into an error of Embark: what
 * failed, on what, what to do, and code and request id for support.
 */
#include "model/cloud/cvm-call.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "model/base/errors.h"
#include "model/cloud/cos-error.h"

#define CODE_MAX 96
#define ID_MAX 128
#define MESSAGE_MAX 300

/* What a code means to callers. A code is met by itself and with any ".detail" after it; the first match counts. */
static const struct
{
  const char *code;
  EmbarkError error;
} meanings[] = {
  { "AuthFailure.SignatureExpire", EMBARK_ERROR_CLOCK },
  { "AuthFailure.TokenFailure", EMBARK_ERROR_KEYS_EXPIRED },
  { "AuthFailure.UnauthorizedOperation", EMBARK_ERROR_PERMISSION },
  { "AuthFailure.MFAFailure", EMBARK_ERROR_PERMISSION },
  { "AuthFailure", EMBARK_ERROR_KEYS_REFUSED },
  { "UnauthorizedOperation.InvalidToken", EMBARK_ERROR_KEYS_EXPIRED },
  { "UnauthorizedOperation", EMBARK_ERROR_PERMISSION },
  { "OperationDenied", EMBARK_ERROR_PERMISSION },
  { "IpInBlacklist", EMBARK_ERROR_PERMISSION },
  { "IpNotInWhitelist", EMBARK_ERROR_PERMISSION },
  { "InvalidImageName.Duplicate", EMBARK_ERROR_NAME_TAKEN },
  { "InternalError", EMBARK_ERROR_NETWORK },
  { "InternalServerError", EMBARK_ERROR_NETWORK },
  { "ServiceUnavailable", EMBARK_ERROR_NETWORK },
};

static EmbarkError find_meaning (guint status, const char *code)
{
  for (gsize i = 0; i < G_N_ELEMENTS (meanings); i++)
    {
      gsize length = strlen (meanings[i].code);

      if (g_str_has_prefix (code, meanings[i].code) && (code[length] == '\0' || code[length] == '.'))
        return meanings[i].error;
    }
  return status / 100 != 2 && *code == '\0' ? EMBARK_ERROR_NETWORK : EMBARK_ERROR_CLOUD;
}

gboolean embark_cvm_error_is_expiry (const char *code)
{
  return code != NULL && find_meaning (200, code) == EMBARK_ERROR_KEYS_EXPIRED;
}

/* Translators: in all of these %s is what it is about: an image name, a region or a key id. */
static char *describe_meaning (EmbarkError meaning, const char *subject)
{
  switch (meaning)
    {
    case EMBARK_ERROR_KEYS_REFUSED:
      return g_strdup_printf (_ ("The cloud did not accept the keys (%s). Check SecretId and SecretKey."), subject);
    case EMBARK_ERROR_KEYS_EXPIRED:
      return g_strdup_printf (_ ("The temporary keys are no longer valid (%s). Get new ones."), subject);
    case EMBARK_ERROR_CLOCK:
      return g_strdup_printf (_ ("The request was refused because of its time (%s). Set the clock of this computer."),
                              subject);
    case EMBARK_ERROR_PERMISSION:
      return g_strdup_printf (_ ("The keys have no permission for this (%s). Ask the owner of the account for it."),
                              subject);
    case EMBARK_ERROR_NAME_TAKEN:
      return g_strdup_printf (_ ("There is an image called “%s” already. Choose another name."), subject);
    case EMBARK_ERROR_NETWORK:
      return g_strdup_printf (_ ("The cloud could not do its work just now (%s). Try again later."), subject);
    default:
      return g_strdup_printf (_ ("The cloud refused the request (%s)."), subject);
    }
}

void embark_cvm_error_set (GError **error, guint status, const char *code, const char *message, const char *request_id,
                           const char *subject)
{
  g_autofree char *clean_code = embark_cos_error_clean (code, CODE_MAX);
  g_autofree char *clean_message = embark_cos_error_clean (message, MESSAGE_MAX);
  g_autofree char *clean_id = embark_cos_error_clean (request_id, ID_MAX);
  g_autofree char *status_code = g_strdup_printf ("HTTP %u", status);
  EmbarkError meaning = find_meaning (status, clean_code);
  g_autofree char *sentence = describe_meaning (meaning, subject);

  g_set_error (error, EMBARK_ERROR, meaning,
               /* Translators: a whole sentence; then error code, the cloud's own words, and a request id. */
               _ ("%s (%s: %s; request %s)"), sentence, *clean_code != '\0' ? clean_code : status_code,
               *clean_message != '\0' ? clean_message : "–", *clean_id != '\0' ? clean_id : "–");
}
