/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The signature of CVM, STS and CAM requests (TC3-HMAC-SHA256) for POST with a
 * JSON body. Pure functions: the caller gives the clock. Any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  const char *service;      /* first label of the host: cvm, sts, cam */
  const char *host;         /* without port */
  const char *content_type; /* exactly as sent */
  const char *action;       /* (nullable) NULL: x-tc-action is not signed */
  const char *body;         /* the bytes exactly as sent */
  gsize body_length;
  gint64 timestamp; /* unix seconds, as sent in X-TC-Timestamp */
} EmbarkSignTc3;

/* The steps of the document, one by one. */
char *embark_sign_tc3_canonical_request (const EmbarkSignTc3 *request);
/* DATE/SERVICE/tc3_request, the date in UTC. */
char *embark_sign_tc3_scope (const EmbarkSignTc3 *request);
char *embark_sign_tc3_string_to_sign (const EmbarkSignTc3 *request);
/* The value of the Authorization header. */
char *embark_sign_tc3_authorization (const EmbarkSignTc3 *request, const char *secret_id, const char *secret_key);

G_END_DECLS
