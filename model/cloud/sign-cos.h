/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The signature of COS requests (q-sign-algorithm=sha1, document 436/7778).
 * Pure functions: the caller gives the clock. Any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A header or a query parameter, not encoded. */
typedef struct
{
  const char *name;
  const char *value;
} EmbarkCosPair;

/* What is signed of a request. Only what is sent byte for byte the same may be in @headers; `host` must be. */
typedef struct
{
  const char *method;          /* any case */
  const char *path;            /* "/" and the key as it is, not percent-encoded */
  const EmbarkCosPair *params; /* every query parameter but q-* */
  gsize n_params;
  const EmbarkCosPair *headers;
  gsize n_headers;
} EmbarkSignCos;

/* Percent-encodes all but A-Z a-z 0-9 - _ . ~; hex digits in upper case. */
char *embark_sign_cos_encode (const char *text);
/* The same, but `/` stays: a key as a request target. */
char *embark_sign_cos_encode_path (const char *path);
/* "a=1&b=", in the order given, "" for none. */
char *embark_sign_cos_encode_params (const EmbarkCosPair *params, gsize n_params);

/* The steps of the document, one by one. @start and @end: unix seconds. */
char *embark_sign_cos_http_string (const EmbarkSignCos *request);
char *embark_sign_cos_string_to_sign (const EmbarkSignCos *request, gint64 start, gint64 end);
/* The value of the Authorization header; also the query of a presigned URL, once encoded by _presign_query(). */
char *embark_sign_cos_authorization (const EmbarkSignCos *request, const char *secret_id, const char *secret_key,
                                     gint64 start, gint64 end);
/* The query of a presigned URL without "?": signature, then @token if not NULL, then the parameters of @request;
 * every value percent-encoded. */
char *embark_sign_cos_presign_query (const EmbarkSignCos *request, const char *secret_id, const char *secret_key,
                                     const char *token, gint64 start, gint64 end);

G_END_DECLS
