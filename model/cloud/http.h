/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkHttp: blocking HTTPS requests over one curl multi thread that owns all
 * handles. Any number of threads may call at once. HTTPS only, verification
 * always on, TLS 1.2 or newer, no redirects, HTTP/1.1, `Expect:` off.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _EmbarkHttp EmbarkHttp;

typedef struct
{
  const char *connect_to; /* (nullable) HOST:PORT that every connection goes to: the practice cloud */
  const char *ca_file;    /* (nullable) CA bundle instead of the system's */
  guint retry_ms;         /* wait before the first further try, 0: 500; each one after doubles */
} EmbarkHttpOptions;

EmbarkHttp *embark_http_new (const EmbarkHttpOptions *options);
EmbarkHttp *embark_http_ref (EmbarkHttp *self);
/* The last unref ends the thread; requests under way fail as cancelled. */
void embark_http_unref (EmbarkHttp *self);
gboolean embark_http_is_practice (EmbarkHttp *self);
guint embark_http_get_retry_ms (EmbarkHttp *self);

/* The clock of the cloud: unix seconds of this computer plus what was learnt of its error. */
gint64 embark_http_get_time (EmbarkHttp *self);
gint64 embark_http_get_clock_offset (EmbarkHttp *self);
void embark_http_set_clock_offset (EmbarkHttp *self, gint64 seconds);
/* Takes the offset from the Date header of an answer. TRUE if it differs by 30 s or more from @offset_used, by which
 * the request was signed, so that signing again can help. */
gboolean embark_http_learn_time (EmbarkHttp *self, const char *date, gint64 offset_used);

typedef struct
{
  const char *method;         /* GET HEAD PUT POST DELETE */
  const char *url;            /* https://…, already percent-encoded; sent as is */
  const char *const *headers; /* NULL-terminated "Name: value", or NULL */
  GBytes *body;               /* (nullable) */
  guint timeout_s;            /* whole request; 0: none (stall detection stays on) */
  guint stall_s;              /* seconds without a byte that end the request; 0: 30 */
  gboolean is_once;           /* by a new connection: curl may send again when a kept one turns out to be closed */
  gsize response_max;         /* bytes of the answer kept, 0: 4 MiB; more is an error */
  void (*sent_func) (guint64 bytes_sent, gpointer user_data); /* (nullable) from the curl thread */
  gpointer user_data;
} EmbarkHttpRequest;

typedef struct
{
  guint status;
  GHashTable *headers; /* lower-case name → value; the last one wins */
  GBytes *body;
} EmbarkHttpResponse;

/* Any status is a response. Errors: NETWORK (DNS, connect, TLS, stall, reset; message says which and the host),
 * CLOUD (an answer larger than response_max), cancelled. */
EmbarkHttpResponse *embark_http_send (EmbarkHttp *self, const EmbarkHttpRequest *request, GCancellable *cancellable,
                                      GError **error);
void embark_http_response_free (EmbarkHttpResponse *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkHttp, embark_http_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkHttpResponse, embark_http_response_free)

G_END_DECLS
