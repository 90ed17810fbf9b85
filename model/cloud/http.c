/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkHttp: one thread owns the curl multi handle and every transfer in it.
 * A caller queues its transfer, wakes the thread and waits on a condition; a
 * cancel marks the transfer and wakes the thread, which retires it.
 */
#include "model/cloud/http.h"

#include <glib/gi18n-lib.h>
#include <stdlib.h>

#include "model/cloud/http-transfer.h"

#define RETRY_DEFAULT_MS 500
#define CLOCK_TOLERANCE_S 30
#define POLL_ACTIVE_MS 1000
#define POLL_IDLE_MS (60 * 1000)

struct _EmbarkHttp
{
  gatomicrefcount refs;
  EmbarkHttpOptions options; /* strings owned */
  CURLM *multi;
  GThread *thread;

  GMutex mutex; /* guards what follows, and the end of each transfer */
  GCond left;
  GPtrArray *queued; /* of EmbarkTransfer, borrowed from the callers */
  guint n_callers;
  gboolean is_closing;
  gint64 clock_offset;
  guint64 send_limit; /* bytes per second, 0: none */

  EmbarkProxy *proxy;

  /* Of the thread alone. */
  GPtrArray *active;
  EmbarkTokenBucket bucket;
};

typedef struct
{
  EmbarkHttp *http;
  EmbarkTransfer *transfer;
} CancelTarget;

/* With the mutex held. From here on the transfer belongs to its caller again. */
static void end_transfer (EmbarkTransfer *transfer, CURLcode result)
{
  transfer->result = result;
  transfer->is_done = TRUE;
  g_cond_signal (&transfer->done);
}

static void retire_transfer (EmbarkHttp *self, EmbarkTransfer *transfer, CURLcode result)
{
  curl_multi_remove_handle (self->multi, transfer->easy);
  g_ptr_array_remove_fast (self->active, transfer);
  g_mutex_lock (&self->mutex);
  end_transfer (transfer, result);
  g_mutex_unlock (&self->mutex);
}

static GPtrArray *collect_unwanted (EmbarkHttp *self)
{
  GPtrArray *unwanted = g_ptr_array_new ();
  gint64 now = g_get_monotonic_time ();

  g_mutex_lock (&self->mutex);
  for (guint i = 0; i < self->active->len; i++)
    {
      EmbarkTransfer *transfer = g_ptr_array_index (self->active, i);

      transfer->is_cancelled |= self->is_closing;
      if (transfer->is_cancelled || embark_transfer_check_stall (transfer, now))
        g_ptr_array_add (unwanted, transfer);
    }
  g_mutex_unlock (&self->mutex);
  return unwanted;
}

static void start_transfer (EmbarkHttp *self, EmbarkTransfer *transfer)
{
  transfer->active_at = g_get_monotonic_time ();
  transfer->bucket = transfer->request->is_limited ? &self->bucket : NULL;
  g_ptr_array_add (self->active, transfer);
  if (curl_multi_add_handle (self->multi, transfer->easy) != CURLM_OK)
    retire_transfer (self, transfer, CURLE_FAILED_INIT);
}

/* FALSE once the last owner is gone and nothing is under way. */
static gboolean take_orders (EmbarkHttp *self)
{
  g_autoptr (GPtrArray) unwanted = collect_unwanted (self);
  g_autoptr (GPtrArray) queued = NULL;
  gboolean is_closing;

  for (guint i = 0; i < unwanted->len; i++)
    retire_transfer (self, g_ptr_array_index (unwanted, i), CURLE_OPERATION_TIMEDOUT);

  g_mutex_lock (&self->mutex);
  queued = g_steal_pointer (&self->queued);
  self->queued = g_ptr_array_new ();
  is_closing = self->is_closing;
  embark_token_bucket_set_rate (&self->bucket, self->send_limit, g_get_monotonic_time ());
  g_mutex_unlock (&self->mutex);

  for (guint i = 0; i < queued->len; i++)
    start_transfer (self, g_ptr_array_index (queued, i));
  return !is_closing || self->active->len > 0;
}

static void finish_done (EmbarkHttp *self)
{
  CURLMsg *message;
  int left;

  while ((message = curl_multi_info_read (self->multi, &left)) != NULL)
    {
      CURLcode result = message->data.result;
      EmbarkTransfer *transfer = NULL;

      if (message->msg != CURLMSG_DONE)
        continue;
      curl_easy_getinfo (message->easy_handle, CURLINFO_PRIVATE, &transfer);
      retire_transfer (self, transfer, result);
    }
}

/* Those that the limit holds go on one after the other, the one that waits longest first. Returns for how many
 * milliseconds there is nothing to do. */
static int release_held (EmbarkHttp *self)
{
  gint64 now = g_get_monotonic_time (), wait_us;
  EmbarkTransfer *oldest = NULL;

  for (guint i = 0; i < self->active->len; i++)
    {
      EmbarkTransfer *transfer = g_ptr_array_index (self->active, i);

      if (transfer->is_held && (oldest == NULL || transfer->held_at < oldest->held_at))
        oldest = transfer;
    }
  if (oldest == NULL)
    return self->active->len > 0 ? POLL_ACTIVE_MS : POLL_IDLE_MS;
  wait_us = embark_token_bucket_get_wait_us (&self->bucket, now);
  if (wait_us > 0)
    return (int) MIN (POLL_ACTIVE_MS, (wait_us + 999) / 1000);
  embark_transfer_go_on (oldest, now);
  return 0;
}

static gpointer run_thread (gpointer data)
{
  EmbarkHttp *self = data;

  while (take_orders (self))
    {
      int running;

      curl_multi_perform (self->multi, &running);
      finish_done (self);
      curl_multi_poll (self->multi, NULL, 0, release_held (self), NULL);
    }
  return NULL;
}

static void cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  CancelTarget *target = user_data;

  g_mutex_lock (&target->http->mutex);
  target->transfer->is_cancelled = TRUE;
  g_mutex_unlock (&target->http->mutex);
  curl_multi_wakeup (target->http->multi);
}

static void wait_transfer (EmbarkHttp *self, EmbarkTransfer *transfer, GCancellable *cancellable)
{
  CancelTarget target = { self, transfer };
  gulong id = 0;

  g_mutex_lock (&self->mutex);
  self->n_callers++;
  g_ptr_array_add (self->queued, transfer);
  g_mutex_unlock (&self->mutex);
  curl_multi_wakeup (self->multi);

  if (cancellable != NULL)
    id = g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb), &target, NULL);
  g_mutex_lock (&self->mutex);
  while (!transfer->is_done)
    g_cond_wait (&transfer->done, &self->mutex);
  g_mutex_unlock (&self->mutex);
  g_cancellable_disconnect (cancellable, id);

  g_mutex_lock (&self->mutex);
  self->n_callers--;
  g_cond_broadcast (&self->left);
  g_mutex_unlock (&self->mutex);
}

EmbarkHttp *embark_http_new (const EmbarkHttpOptions *options)
{
  static gsize is_ready = 0;
  EmbarkHttp *self = g_new0 (EmbarkHttp, 1);

  if (g_once_init_enter (&is_ready))
    {
      curl_global_init (CURL_GLOBAL_DEFAULT);
      g_once_init_leave (&is_ready, 1);
    }
  g_atomic_ref_count_init (&self->refs);
  g_mutex_init (&self->mutex);
  g_cond_init (&self->left);
  if (options != NULL)
    {
      self->options.connect_to = g_strdup (options->connect_to);
      self->options.ca_file = g_strdup (options->ca_file);
      self->options.retry_ms = options->retry_ms;
      self->options.stall_s = options->stall_s;
    }
  self->proxy = embark_proxy_new ();
  self->queued = g_ptr_array_new ();
  self->active = g_ptr_array_new ();
  self->multi = curl_multi_init ();
  if (self->multi == NULL)
    g_error ("no memory for curl");
  self->thread = g_thread_new ("embark-http", run_thread, self);
  return self;
}

EmbarkHttp *embark_http_ref (EmbarkHttp *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void embark_http_unref (EmbarkHttp *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->refs))
    return;

  g_mutex_lock (&self->mutex);
  self->is_closing = TRUE;
  g_mutex_unlock (&self->mutex);
  curl_multi_wakeup (self->multi);
  g_thread_join (self->thread);

  /* Callers that were under way have their answer, but may not have left wait_transfer() yet. */
  g_mutex_lock (&self->mutex);
  while (self->n_callers > 0)
    g_cond_wait (&self->left, &self->mutex);
  g_mutex_unlock (&self->mutex);

  curl_multi_cleanup (self->multi);
  g_ptr_array_unref (self->queued);
  g_ptr_array_unref (self->active);
  embark_proxy_free (self->proxy);
  g_free ((char *) self->options.connect_to);
  g_free ((char *) self->options.ca_file);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->left);
  g_free (self);
}

gboolean embark_http_is_practice (EmbarkHttp *self)
{
  g_return_val_if_fail (self != NULL, FALSE);
  return self->options.connect_to != NULL;
}

guint embark_http_get_retry_ms (EmbarkHttp *self)
{
  g_return_val_if_fail (self != NULL, RETRY_DEFAULT_MS);
  return self->options.retry_ms > 0 ? self->options.retry_ms : RETRY_DEFAULT_MS;
}

gint64 embark_http_get_clock_offset (EmbarkHttp *self)
{
  gint64 offset;

  g_return_val_if_fail (self != NULL, 0);

  g_mutex_lock (&self->mutex);
  offset = self->clock_offset;
  g_mutex_unlock (&self->mutex);
  return offset;
}

void embark_http_set_clock_offset (EmbarkHttp *self, gint64 seconds)
{
  g_return_if_fail (self != NULL);

  g_mutex_lock (&self->mutex);
  self->clock_offset = seconds;
  g_mutex_unlock (&self->mutex);
}

gint64 embark_http_get_time (EmbarkHttp *self)
{
  return g_get_real_time () / G_USEC_PER_SEC + embark_http_get_clock_offset (self);
}

gint64 embark_http_parse_date (const char *text)
{
  g_return_val_if_fail (text != NULL, -1);
  return curl_getdate (text, NULL);
}

gboolean embark_http_learn_time (EmbarkHttp *self, const char *date, gint64 offset_used)
{
  time_t time = date != NULL ? curl_getdate (date, NULL) : -1;
  gint64 offset;

  g_return_val_if_fail (self != NULL, FALSE);

  if (time <= 0)
    return FALSE;
  offset = (gint64) time - g_get_real_time () / G_USEC_PER_SEC;
  if (llabs (offset - offset_used) < CLOCK_TOLERANCE_S)
    return FALSE;
  embark_http_set_clock_offset (self, offset);
  return TRUE;
}

void embark_http_set_send_limit (EmbarkHttp *self, guint64 bytes_per_second)
{
  g_return_if_fail (self != NULL);

  g_mutex_lock (&self->mutex);
  self->send_limit = bytes_per_second;
  g_mutex_unlock (&self->mutex);
  curl_multi_wakeup (self->multi);
}

gboolean embark_http_set_proxy (EmbarkHttp *self, EmbarkProxyMode mode, const char *uri, GError **error)
{
  g_return_val_if_fail (self != NULL, FALSE);
  return embark_proxy_set (self->proxy, mode, uri, error);
}

void embark_http_set_proxy_password (EmbarkHttp *self, const char *user, const char *password)
{
  g_return_if_fail (self != NULL);
  embark_proxy_set_password (self->proxy, user, password);
}

EmbarkHttpResponse *embark_http_send (EmbarkHttp *self, const EmbarkHttpRequest *request, GCancellable *cancellable,
                                      GError **error)
{
  g_autoptr (EmbarkTransfer) transfer = NULL;
  g_auto (EmbarkProxyChoice) proxy = { 0 };

  g_return_val_if_fail (self != NULL && request != NULL, NULL);

  if (g_cancellable_set_error_if_cancelled (cancellable, error)
      || !embark_proxy_choose (self->proxy, request->url, &proxy, cancellable, error))
    return NULL;
  transfer = embark_transfer_new (request, &self->options, &proxy, error);
  if (transfer == NULL)
    return NULL;
  wait_transfer (self, transfer, cancellable);
  return embark_transfer_take_response (transfer, error);
}

void embark_http_response_free (EmbarkHttpResponse *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->headers, g_hash_table_unref);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_free (self);
}
