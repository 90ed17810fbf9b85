/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One call of the CVM or STS API: JSON over POST, signed by TC3, tried again
 * as retry.h says. Blocking; any thread. Private to this folder.
 */
#pragma once

#include <json-glib/json-glib.h>

#include "model/cloud/import.h"

G_BEGIN_DECLS

typedef struct
{
  const char *service; /* cvm, sts */
  const char *version; /* 2017-03-12 */
  const char *action;
  const char *subject; /* what an error is about, for the user: an image name, a region, the keys */
  JsonNode *body;      /* an object */
  gboolean is_idempotent;
} EmbarkCvmCall;

/* The "Response" object of a success, in a node that is the caller's. @ret_code (nullable): set to the code when it
 * was the cloud that said no. */
JsonNode *embark_cvm_call (const EmbarkCvm *cvm, const EmbarkCvmCall *call, char **ret_code, GCancellable *cancellable,
                           GError **error);

/* The root object of JSON that somebody else wrote; NULL beyond 4 MiB, 32 levels, or when it is no object. */
JsonNode *embark_cvm_parse (GBytes *body);
/* Members of an object that somebody else wrote: NULL or 0 for what is absent or of another type. Borrowed. */
const char *embark_cvm_get_string (JsonObject *object, const char *name);
JsonArray *embark_cvm_get_array (JsonObject *object, const char *name);
JsonObject *embark_cvm_get_object (JsonObject *object, const char *name);
guint64 embark_cvm_get_uint (JsonObject *object, const char *name);
/* Element @index if it is an object, else NULL. */
JsonObject *embark_cvm_get_element (JsonArray *array, guint index);
/* New list of the strings among the elements, at most 256. */
GStrv embark_cvm_dup_strings (JsonArray *array);

/* TRUE if @code (nullable) says that temporary keys ran out. */
gboolean embark_cvm_error_is_expiry (const char *code);
/* Sets the error for code @code of the cloud; see cvm-error.c. */
void embark_cvm_error_set (GError **error, guint status, const char *code, const char *message, const char *request_id,
                           const char *subject);

G_END_DECLS
