/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One call of the COS API: builds and signs the request, sends it, tries again
 * as retry.h says, and turns refusals into errors. Blocking; any thread.
 * Private to this folder.
 */
#pragma once

#include "model/cloud/bucket.h"
#include "model/cloud/cos-error.h"
#include "model/cloud/sign-cos.h"

G_BEGIN_DECLS

#define EMBARK_COS_TRIES 4

typedef struct
{
  const char *method;
  const char *key;             /* (nullable) NULL: the bucket, or the service if the bucket is NULL too */
  const EmbarkCosPair *params; /* not encoded */
  gsize n_params;
  const char *content_type; /* (nullable) */
  GBytes *body;             /* (nullable) */
  const guint8 *body_md5;   /* (nullable) 16 bytes; NULL: computed here when there is a body */
  gboolean is_without_md5;  /* … unless something else in the answer proves what arrived */
  gboolean is_limited;      /* as in EmbarkHttpRequest */
  guint tries;              /* 0: EMBARK_COS_TRIES */
  guint timeout_s, stall_s; /* as in EmbarkHttpRequest, for each try */
  void (*sent_func) (guint64 bytes_sent, gpointer user_data); /* (nullable) of this try, so it can go back */
  /* (nullable) A try failed, the last one too, but was not cancelled; @is_throttled: the cloud said that it is too
   * much. */
  void (*failed_func) (gboolean is_throttled, gpointer user_data);
  gpointer user_data;
  /* (nullable) Judges a success; FALSE with @error set: as if the connection had broken, so it is tried again. */
  gboolean (*check_func) (const EmbarkHttpResponse *response, gpointer user_data, GError **error);
} EmbarkCosCall;

/* bucket.cos.region.myqcloud.com; the region's or the common service host without a bucket. */
char *embark_cos_build_host (const char *bucket, const char *region);
/* A success (2xx that is not <Error>). @ret_refusal (nullable): set when it was the cloud that said no. */
EmbarkHttpResponse *embark_cos_call (const EmbarkCos *cos, const EmbarkCosCall *call, EmbarkCosError **ret_refusal,
                                     GCancellable *cancellable, GError **error);
/* For calls whose answer does not matter. */
gboolean embark_cos_call_done (const EmbarkCos *cos, const EmbarkCosCall *call, GCancellable *cancellable,
                               GError **error);

G_END_DECLS
