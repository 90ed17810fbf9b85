/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One request on its way: the curl handle, the body being read, the answer
 * being collected. Private to http.c, whose thread owns it while it is active.
 */
#pragma once

#include <curl/curl.h>

#include "model/cloud/http.h"
#include "model/cloud/proxy.h"
#include "model/cloud/token-bucket.h"

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
  char *proxy; /* (nullable) host and port of the one it goes through */

  EmbarkTokenBucket *bucket;    /* (nullable) borrowed from the thread that runs it: what limits the body */
  char reason[CURL_ERROR_SIZE]; /* curl's words, for the detail of a message */
  gsize body_read;              /* bytes of the request's body given to curl */
  guint64 bytes_seen;           /* both ways */
  guint stall_s;                /* seconds, never 0 */
  gint64 active_at;             /* monotonic time of the last byte */
  gint64 told_at;               /* monotonic time of the last sent_func */
  guint64 told;
  gboolean is_too_large;
  gboolean is_stalled;
  gboolean is_held; /* the bucket was empty: curl does not send until it is told to go on */
  gint64 held_at;

  /* Guarded by the mutex of EmbarkHttp. */
  gboolean is_done;
  gboolean is_cancelled;
  CURLcode result;
  GCond done;
} EmbarkTransfer;

/* @error: FAILED for a request that cannot be sent safely (control characters in URL or headers). */
EmbarkTransfer *embark_transfer_new (const EmbarkHttpRequest *request, const EmbarkHttpOptions *options,
                                     const EmbarkProxyChoice *proxy, GError **error);
void embark_transfer_free (EmbarkTransfer *self);
/* After it was held. */
void embark_transfer_go_on (EmbarkTransfer *self, gint64 now);
/* TRUE once no byte went either way for stall_s, though it might have. */
gboolean embark_transfer_check_stall (EmbarkTransfer *self, gint64 now);
/* After it is done: the response, or NULL with @error. */
EmbarkHttpResponse *embark_transfer_take_response (EmbarkTransfer *self, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkTransfer, embark_transfer_free)

G_END_DECLS
