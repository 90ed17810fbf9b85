/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One request: sets the curl handle up, feeds and collects the bytes, and says
 * in plain words what went wrong. All callbacks run in the thread of http.c.
 */
#include "model/cloud/http-transfer.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>

#include "model/base/errors.h"

#define BUFFER_SIZE (512L * 1024)
#define STALL_DEFAULT_S 30
#define CONNECT_TIMEOUT_S 30L
#define RESPONSE_MAX_DEFAULT (4u * 1024 * 1024)
#define HEADERS_MAX 256
#define TELL_INTERVAL_US (G_USEC_PER_SEC / 10)

static gboolean is_clean (const char *text)
{
  for (const guchar *p = (const guchar *) text; *p != '\0'; p++)
    if (*p < 0x20 || *p == 0x7f)
      return FALSE;
  return TRUE;
}

static gboolean check_request (const EmbarkHttpRequest *request, GError **error)
{
  gboolean good = g_str_has_prefix (request->url, "https://") && is_clean (request->url);

  for (gsize i = 0; good && request->headers != NULL && request->headers[i] != NULL; i++)
    good = is_clean (request->headers[i]);
  if (good)
    return TRUE;
  g_set_error_literal (error, EMBARK_ERROR, EMBARK_ERROR_FAILED,
                       _ ("The request to the cloud was not sent: a name or a key holds characters that are not "
                          "allowed there. Check the keys, the bucket and the name."));
  return FALSE;
}

static char *find_host (const char *url)
{
  const char *start = url + strlen ("https://");

  return g_strndup (start, strcspn (start, ":/?"));
}

static void note_activity (EmbarkTransfer *self)
{
  self->active_at = g_get_monotonic_time ();
}

static size_t body_wanted_cb (char *buffer, size_t size, size_t count, void *user_data)
{
  EmbarkTransfer *self = user_data;
  gsize length;
  const guint8 *bytes = g_bytes_get_data (self->request->body, &length);
  gsize part = MIN (size * count, length - self->body_read);

  if (self->bucket != NULL && part > 0)
    {
      gint64 now = g_get_monotonic_time ();

      part = embark_token_bucket_take (self->bucket, part, now);
      if (part == 0)
        {
          self->is_held = TRUE;
          self->held_at = now;
          return CURL_READFUNC_PAUSE;
        }
    }
  memcpy (buffer, bytes + self->body_read, part);
  self->body_read += part;
  return part;
}

/* A kept connection that turns out to be closed is replaced by curl, which then starts over. */
static int body_rewound_cb (void *user_data, curl_off_t offset, int origin)
{
  EmbarkTransfer *self = user_data;

  if (origin != SEEK_SET || offset < 0 || (guint64) offset > g_bytes_get_size (self->request->body))
    return CURL_SEEKFUNC_CANTSEEK;
  self->body_read = (gsize) offset;
  return CURL_SEEKFUNC_OK;
}

static size_t body_arrived_cb (char *data, size_t size, size_t count, void *user_data)
{
  EmbarkTransfer *self = user_data;
  gsize max = self->request->response_max > 0 ? self->request->response_max : RESPONSE_MAX_DEFAULT;

  note_activity (self);
  if (self->body->len + size * count > max)
    {
      self->is_too_large = TRUE;
      return 0;
    }
  g_byte_array_append (self->body, (const guint8 *) data, (guint) (size * count));
  return size * count;
}

static size_t header_arrived_cb (char *data, size_t size, size_t count, void *user_data)
{
  EmbarkTransfer *self = user_data;
  g_autofree char *line = g_strndup (data, size * count);
  char *colon = strchr (line, ':');
  g_autofree char *valid = NULL;

  note_activity (self);
  /* A status line begins the headers of the next answer on the way (100 Continue, a proxy's 200). */
  if (g_str_has_prefix (line, "HTTP/"))
    g_hash_table_remove_all (self->response_headers);
  else if (colon != NULL && g_hash_table_size (self->response_headers) < HEADERS_MAX)
    {
      *colon = '\0';
      valid = g_utf8_make_valid (g_strstrip (colon + 1), -1);
      g_hash_table_replace (self->response_headers, g_ascii_strdown (g_strstrip (line), -1), g_steal_pointer (&valid));
    }
  return size * count;
}

static int bytes_moved_cb (void *user_data, curl_off_t down_total, curl_off_t down, curl_off_t up_total, curl_off_t up)
{
  EmbarkTransfer *self = user_data;
  gint64 now = g_get_monotonic_time ();
  guint64 sent = (guint64) up;

  if ((guint64) down + sent != self->bytes_seen)
    {
      self->bytes_seen = (guint64) down + sent;
      self->active_at = now;
    }
  if (self->request->sent_func == NULL || sent == self->told || now - self->told_at < TELL_INTERVAL_US)
    return 0;
  self->told_at = now;
  self->told = sent;
  self->request->sent_func (sent, self->request->user_data);
  return 0;
}

static void set_method (EmbarkTransfer *self)
{
  const EmbarkHttpRequest *request = self->request;
  gboolean has_body = g_str_equal (request->method, "PUT") || g_str_equal (request->method, "POST");

  if (g_str_equal (request->method, "HEAD"))
    curl_easy_setopt (self->easy, CURLOPT_NOBODY, 1L);
  else
    curl_easy_setopt (self->easy, CURLOPT_CUSTOMREQUEST, request->method);
  if (!has_body && request->body == NULL)
    return;

  /* As an upload, whatever the method: curl then adds Content-Length and nothing else. */
  curl_easy_setopt (self->easy, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt (self->easy, CURLOPT_INFILESIZE_LARGE,
                    (curl_off_t) (request->body != NULL ? g_bytes_get_size (request->body) : 0));
  curl_easy_setopt (self->easy, CURLOPT_UPLOAD_BUFFERSIZE, BUFFER_SIZE);
  if (request->body == NULL)
    return;
  curl_easy_setopt (self->easy, CURLOPT_READFUNCTION, body_wanted_cb);
  curl_easy_setopt (self->easy, CURLOPT_READDATA, self);
  curl_easy_setopt (self->easy, CURLOPT_SEEKFUNCTION, body_rewound_cb);
  curl_easy_setopt (self->easy, CURLOPT_SEEKDATA, self);
}

static void set_headers (EmbarkTransfer *self)
{
  const char *const *headers = self->request->headers;

  self->headers = curl_slist_append (NULL, "Expect:");
  for (gsize i = 0; headers != NULL && headers[i] != NULL; i++)
    self->headers = curl_slist_append (self->headers, headers[i]);
  curl_easy_setopt (self->easy, CURLOPT_HTTPHEADER, self->headers);
  curl_easy_setopt (self->easy, CURLOPT_USERAGENT, "embark/" EMBARK_VERSION);
}

/* What keeps the keys and the disk from going anywhere but to the host that was meant. */
static void set_safety (EmbarkTransfer *self, const EmbarkHttpOptions *options)
{
  g_autofree char *target = NULL;

  curl_easy_setopt (self->easy, CURLOPT_PROTOCOLS_STR, "https");
  curl_easy_setopt (self->easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt (self->easy, CURLOPT_NETRC, (long) CURL_NETRC_IGNORED);
  curl_easy_setopt (self->easy, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt (self->easy, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt (self->easy, CURLOPT_SSLVERSION, (long) CURL_SSLVERSION_TLSv1_2);
  if (options->ca_file != NULL)
    {
      curl_easy_setopt (self->easy, CURLOPT_CAINFO, options->ca_file);
      curl_easy_setopt (self->easy, CURLOPT_CAPATH, NULL);
    }
  if (options->connect_to == NULL)
    return;
  target = g_strdup_printf ("::%s", options->connect_to);
  self->connect_to = curl_slist_append (NULL, target);
  curl_easy_setopt (self->easy, CURLOPT_CONNECT_TO, self->connect_to);
}

/* The practice cloud is on this computer: only a proxy set by hand, as tests do, is asked for the way to it. */
static void set_proxy (EmbarkTransfer *self, const EmbarkHttpOptions *options, const EmbarkProxyChoice *proxy)
{
  gboolean is_wanted = proxy->uri != NULL && *proxy->uri != '\0';

  if (options->connect_to != NULL && !(is_wanted && proxy->is_manual))
    {
      curl_easy_setopt (self->easy, CURLOPT_NOPROXY, "*");
      return;
    }
  if (proxy->uri == NULL)
    return;
  curl_easy_setopt (self->easy, CURLOPT_PROXY, proxy->uri);
  /* Whoever chose has looked at the exceptions; those of the environment are for what the environment says. */
  curl_easy_setopt (self->easy, CURLOPT_NOPROXY, "");
  if (!is_wanted)
    return;
  self->proxy = embark_proxy_describe (proxy->uri);
  curl_easy_setopt (self->easy, CURLOPT_PROXYAUTH, (long) CURLAUTH_ANY);
  curl_easy_setopt (self->easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl_easy_setopt (self->easy, CURLOPT_PROXY_SSL_VERIFYPEER, 1L);
  curl_easy_setopt (self->easy, CURLOPT_PROXY_SSL_VERIFYHOST, 2L);
  curl_easy_setopt (self->easy, CURLOPT_PROXY_SSLVERSION, (long) CURL_SSLVERSION_TLSv1_2);
  if (options->ca_file != NULL)
    curl_easy_setopt (self->easy, CURLOPT_PROXY_CAINFO, options->ca_file);
  if (proxy->user == NULL)
    return;
  curl_easy_setopt (self->easy, CURLOPT_PROXYUSERNAME, embark_credentials_get_id (proxy->user));
  curl_easy_setopt (self->easy, CURLOPT_PROXYPASSWORD, embark_credentials_get_key (proxy->user));
}

static void set_transport (EmbarkTransfer *self)
{
  curl_easy_setopt (self->easy, CURLOPT_URL, self->request->url);
  curl_easy_setopt (self->easy, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt (self->easy, CURLOPT_HTTP_VERSION, (long) CURL_HTTP_VERSION_1_1);
  curl_easy_setopt (self->easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt (self->easy, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt (self->easy, CURLOPT_BUFFERSIZE, BUFFER_SIZE);
  curl_easy_setopt (self->easy, CURLOPT_CONNECTTIMEOUT, CONNECT_TIMEOUT_S);
  curl_easy_setopt (self->easy, CURLOPT_FRESH_CONNECT, self->request->is_once ? 1L : 0L);
  curl_easy_setopt (self->easy, CURLOPT_TIMEOUT, (long) self->request->timeout_s);
  curl_easy_setopt (self->easy, CURLOPT_ERRORBUFFER, self->reason);
  curl_easy_setopt (self->easy, CURLOPT_PRIVATE, self);
  curl_easy_setopt (self->easy, CURLOPT_WRITEFUNCTION, body_arrived_cb);
  curl_easy_setopt (self->easy, CURLOPT_WRITEDATA, self);
  curl_easy_setopt (self->easy, CURLOPT_HEADERFUNCTION, header_arrived_cb);
  curl_easy_setopt (self->easy, CURLOPT_HEADERDATA, self);
  curl_easy_setopt (self->easy, CURLOPT_XFERINFOFUNCTION, bytes_moved_cb);
  curl_easy_setopt (self->easy, CURLOPT_XFERINFODATA, self);
  curl_easy_setopt (self->easy, CURLOPT_NOPROGRESS, 0L);
}

static void set_certificate_error (EmbarkTransfer *self, GError **error)
{
  g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_NETWORK,
               /* Translators: a host name; then the technical reason in English. */
               _ ("The certificate of %s cannot be trusted, so nothing was sent (%s). Something may stand between this "
                  "computer and the cloud, or the clock is wrong."),
               self->host, self->reason);
}

/* NULL when it was not the proxy. The status that it answered CONNECT with is all it says. */
static char *describe_proxy_failure (EmbarkTransfer *self)
{
  long status = 0;

  if (self->proxy == NULL)
    return NULL;
  curl_easy_getinfo (self->easy, CURLINFO_HTTP_CONNECTCODE, &status);
  if (status == 407)
    /* Translators: host and port of a proxy. */
    return g_strdup_printf (_ ("The proxy %s wants a user name and a password, or did not accept them. Enter them in "
                               "the proxy settings."),
                            self->proxy);
  if (status >= 400)
    /* Translators: host and port of a proxy, then a host name. */
    return g_strdup_printf (_ ("The proxy %s does not let anything through to %s. Ask who runs it, or choose another "
                               "proxy."),
                            self->proxy, self->host);
  if (self->result == CURLE_COULDNT_RESOLVE_PROXY)
    /* Translators: host and port of a proxy. */
    return g_strdup_printf (_ ("The proxy %s was not found. Check the proxy settings."), self->proxy);
  if (self->result == CURLE_COULDNT_CONNECT)
    /* Translators: host and port of a proxy. */
    return g_strdup_printf (_ ("No connection to the proxy %s. Check the proxy settings and the network."),
                            self->proxy);
  if (self->result == CURLE_PROXY)
    /* Translators: host and port of a proxy, then a host name. */
    return g_strdup_printf (_ ("The proxy %s made no connection to %s. Check the proxy settings."), self->proxy,
                            self->host);
  return NULL;
}

/* Translators: in all of these %s is a host name. */
static char *describe_failure (EmbarkTransfer *self)
{
  switch (self->result)
    {
    case CURLE_COULDNT_RESOLVE_HOST:
      return g_strdup_printf (_ ("The address of %s was not found. Check the network, and the region and bucket."),
                              self->host);
    case CURLE_COULDNT_RESOLVE_PROXY:
      return g_strdup_printf (_ ("The proxy on the way to %s was not found. Check the proxy settings."), self->host);
    case CURLE_COULDNT_CONNECT:
      return g_strdup_printf (_ ("No connection to %s. Check the network and the firewall."), self->host);
    case CURLE_OPERATION_TIMEDOUT:
      return g_strdup_printf (_ ("%s did not answer in time. Check the network and try again."), self->host);
    case CURLE_SSL_CONNECT_ERROR:
      return g_strdup_printf (_ ("No secure connection to %s could be made. Check the network and proxies."),
                              self->host);
    default:
      return g_strdup_printf (_ ("The connection to %s broke. Check the network and try again."), self->host);
    }
}

static void set_failure (EmbarkTransfer *self, GError **error)
{
  g_autofree char *sentence = NULL;

  if (self->is_too_large)
    {
      g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_CLOUD,
                   /* Translators: a host name. */
                   _ ("The answer of %s is larger than any answer can be; it was not read."), self->host);
      return;
    }
  if (self->result == CURLE_PEER_FAILED_VERIFICATION || self->result == CURLE_SSL_CACERT_BADFILE)
    {
      set_certificate_error (self, error);
      return;
    }
  sentence = describe_proxy_failure (self);
  if (sentence == NULL)
    sentence = describe_failure (self);
  g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_NETWORK, "%s (%s)", sentence,
               self->reason[0] != '\0' ? self->reason : curl_easy_strerror (self->result));
}

EmbarkTransfer *embark_transfer_new (const EmbarkHttpRequest *request, const EmbarkHttpOptions *options,
                                     const EmbarkProxyChoice *proxy, GError **error)
{
  EmbarkTransfer *self;

  if (!check_request (request, error))
    return NULL;

  self = g_new0 (EmbarkTransfer, 1);
  self->request = request;
  self->host = find_host (request->url);
  self->body = g_byte_array_new ();
  self->response_headers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->active_at = g_get_monotonic_time ();
  self->stall_s = request->stall_s > 0 ? request->stall_s : options->stall_s > 0 ? options->stall_s : STALL_DEFAULT_S;
  g_cond_init (&self->done);
  self->easy = curl_easy_init ();
  if (self->easy == NULL)
    g_error ("no memory for a curl handle");
  set_transport (self);
  set_safety (self, options);
  set_proxy (self, options, proxy);
  set_method (self);
  set_headers (self);
  return self;
}

void embark_transfer_free (EmbarkTransfer *self)
{
  if (self == NULL)
    return;
  curl_easy_cleanup (self->easy);
  curl_slist_free_all (self->headers);
  curl_slist_free_all (self->connect_to);
  g_clear_pointer (&self->body, g_byte_array_unref);
  g_clear_pointer (&self->response_headers, g_hash_table_unref);
  g_cond_clear (&self->done);
  g_free (self->host);
  g_free (self->proxy);
  g_free (self);
}

void embark_transfer_go_on (EmbarkTransfer *self, gint64 now)
{
  self->is_held = FALSE;
  self->active_at = now;
  curl_easy_pause (self->easy, CURLPAUSE_CONT);
}

gboolean embark_transfer_check_stall (EmbarkTransfer *self, gint64 now)
{
  if (self->is_held)
    return FALSE;
  self->is_stalled = now - self->active_at >= (gint64) self->stall_s * G_USEC_PER_SEC;
  if (self->is_stalled)
    g_snprintf (self->reason, sizeof self->reason, "no byte for %u s", self->stall_s);
  return self->is_stalled;
}

EmbarkHttpResponse *embark_transfer_take_response (EmbarkTransfer *self, GError **error)
{
  EmbarkHttpResponse *response;
  long status = 0;

  if (self->is_cancelled)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("The operation was cancelled."));
      return NULL;
    }
  if (self->result != CURLE_OK)
    {
      set_failure (self, error);
      return NULL;
    }

  curl_easy_getinfo (self->easy, CURLINFO_RESPONSE_CODE, &status);
  response = g_new0 (EmbarkHttpResponse, 1);
  response->status = (guint) status;
  response->headers = g_steal_pointer (&self->response_headers);
  response->body = g_byte_array_free_to_bytes (g_steal_pointer (&self->body));
  return response;
}
