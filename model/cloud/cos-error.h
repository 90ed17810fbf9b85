/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A refusal of COS: what its answer says, and what that means for the user.
 * Private to this folder.
 */
#pragma once

#include "model/cloud/http.h"

G_BEGIN_DECLS

/* What an error answer holds. Strings are bounded and printable. */
typedef struct
{
  guint status;
  char *code;       /* never NULL; "" when the answer has no body (HEAD) */
  char *message;    /* never NULL */
  char *request_id; /* never NULL; "" when it did not come from COS itself */
} EmbarkCosError;

void embark_cos_error_free (EmbarkCosError *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkCosError, embark_cos_error_free)

/* NULL when @response is a success. A 200 whose document is <Error> is none. */
EmbarkCosError *embark_cos_error_read (const EmbarkHttpResponse *response);
/* TRUE if it was because temporary keys ran out. */
gboolean embark_cos_error_is_expiry (const EmbarkCosError *refusal);
/* @bucket and @key: what the request was about, NULL: all buckets / the bucket itself. Region for advice. */
void embark_cos_error_set (GError **error, const EmbarkCosError *refusal, const char *bucket, const char *region,
                           const char *key);
/* Printable, valid UTF-8, at most @max bytes: for words of the cloud in messages. */
char *embark_cos_error_clean (const char *text, gsize max);

G_END_DECLS
