/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Calls on COS buckets and objects. Blocking; any thread; each retries what
 * the reference says may be retried (retry.c) and corrects the clock.
 */
#pragma once

#include "model/cloud/credentials.h"
#include "model/cloud/http.h"

G_BEGIN_DECLS

/* Everything a COS call needs to know of its place; strings are borrowed for the duration of the call. */
typedef struct
{
  EmbarkHttp *http;
  EmbarkCredentials *credentials;
  const char *region; /* ap-guangzhou */
  const char *bucket; /* name-appid */
} EmbarkCos;

typedef struct
{
  char *name; /* name-appid */
  char *region;
  char *created;
} EmbarkBucketInfo;

void embark_bucket_info_free (EmbarkBucketInfo *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkBucketInfo, embark_bucket_info_free)

typedef struct
{
  guint64 size;
  gboolean has_crc64;
  guint64 crc64;
  char *etag;
} EmbarkObjectInfo;

void embark_object_info_clear (EmbarkObjectInfo *self);

/* Names are checked before a host name is built (BAD_NAME). */
gboolean embark_bucket_check_name (const char *bucket, const char *region, GError **error);
gboolean embark_object_check_key (const char *key, GError **error);

/* Of EmbarkBucketInfo; follows markers. @cos->bucket is not looked at; region NULL: the buckets of all regions. */
GPtrArray *embark_bucket_list (const EmbarkCos *cos, GCancellable *cancellable, GError **error);
/* A private bucket; one that is mine already is success. */
gboolean embark_bucket_create (const EmbarkCos *cos, GCancellable *cancellable, GError **error);
/* NO_BUCKET, PERMISSION, … */
gboolean embark_bucket_head (const EmbarkCos *cos, GCancellable *cancellable, GError **error);
/* NOT_FOUND when absent. */
gboolean embark_object_head (const EmbarkCos *cos, const char *key, EmbarkObjectInfo *ret_info,
                             GCancellable *cancellable, GError **error);
/* An object that is not there is success. */
gboolean embark_object_delete (const EmbarkCos *cos, const char *key, GCancellable *cancellable, GError **error);
/* A GET URL that anyone may use for @seconds from now (clock as corrected). Holds a signature: never log it. */
char *embark_object_presign (const EmbarkCos *cos, const char *key, guint seconds);

G_END_DECLS
