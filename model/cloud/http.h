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
  guint stall_s;          /* seconds without a byte that end a request that does not say otherwise, 0: 30 */
} EmbarkHttpOptions;

EmbarkHttp *embark_http_new (const EmbarkHttpOptions *options);
EmbarkHttp *embark_http_ref (EmbarkHttp *self);
/* The last unref ends the thread; requests under way fail as cancelled. */
void embark_http_unref (EmbarkHttp *self);
gboolean embark_http_is_practice (EmbarkHttp *self);
guint embark_http_get_retry_ms (EmbarkHttp *self);

/* For the bodies of all requests with is_limited together, at once, also those under way. 0: no limit. */
void embark_http_set_send_limit (EmbarkHttp *self, guint64 bytes_per_second);

typedef enum
{
  EMBARK_PROXY_DESKTOP, /* what the desktop's settings say for each address; without them, the environment */
  EMBARK_PROXY_NONE,
  EMBARK_PROXY_MANUAL,
} EmbarkProxyMode;

/* The address of a proxy as users type it: http://, https://, socks5:// or socks5h://HOST:PORT, or HOST:PORT alone,
 * which is http. As curl takes it; free. NULL with BAD_NAME, whose message says what an address looks like, for
 * anything else; a user name or a password in it is refused, since addresses are kept in the settings. */
char *embark_http_normalize_proxy (const char *text, GError **error);
/* From the next request on. @uri for MANUAL: what embark_http_normalize_proxy() takes; NULL otherwise. BAD_NAME when it
 * is no such address; nothing is changed then. */
gboolean embark_http_set_proxy (EmbarkHttp *self, EmbarkProxyMode mode, const char *uri, GError **error);
/* For the MANUAL proxy, kept like keys. Both NULL: none. White space around them is dropped. */
void embark_http_set_proxy_password (EmbarkHttp *self, const char *user, const char *password);

/* The clock of the cloud: unix seconds of this computer plus what was learnt of its error. */
gint64 embark_http_get_time (EmbarkHttp *self);
gint64 embark_http_get_clock_offset (EmbarkHttp *self);
void embark_http_set_clock_offset (EmbarkHttp *self, gint64 seconds);
/* Unix seconds of a date as HTTP, or asctime(), write it; -1: it is none. */
gint64 embark_http_parse_date (const char *text);
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
  guint stall_s;              /* seconds without a byte that end the request; 0: as the options say */
  gboolean is_limited;        /* the body counts for, and waits for, embark_http_set_send_limit() */
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
