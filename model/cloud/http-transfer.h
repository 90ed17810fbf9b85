/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One request on its way: the curl handle, the body being read, the answer
 * being collected. Private to http.c, whose thread owns it while it is active.
 */
#pragma once

#include <curl/curl.h>

#include "model/cloud/http.h"

G_BEGIN_DECLS

typedef struct
{
  /* Borrowed: outlives the transfer, the caller waits. */
  const EmbarkHttpRequest *request;

  /* Owned. */
  CURL *easy;
  struct curl_slist *headers;
  struct curl_slist *connect_to;
  GByteArray *body;
  GHashTable *response_headers;
  char *host;

  char reason[CURL_ERROR_SIZE]; /* curl's words, for the detail of a message */
  gsize body_read;              /* bytes of the request's body given to curl */
  guint64 bytes_seen;           /* both ways */
  gint64 active_at;             /* monotonic time of the last byte */
  gint64 told_at;               /* monotonic time of the last sent_func */
  guint64 told;
  gboolean is_too_large;
  gboolean is_stalled;

  /* Guarded by the mutex of EmbarkHttp. */
  gboolean is_done;
  gboolean is_cancelled;
  CURLcode result;
  GCond done;
} EmbarkTransfer;

/* @error: FAILED for a request that cannot be sent safely (control characters in URL or headers). */
EmbarkTransfer *embark_transfer_new (const EmbarkHttpRequest *request, const EmbarkHttpOptions *options,
                                     GError **error);
void embark_transfer_free (EmbarkTransfer *self);
/* TRUE once no byte went either way for stall_s. */
gboolean embark_transfer_check_stall (EmbarkTransfer *self, gint64 now);
/* After it is done: the response, or NULL with @error. */
EmbarkHttpResponse *embark_transfer_take_response (EmbarkTransfer *self, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkTransfer, embark_transfer_free)

G_END_DECLS
