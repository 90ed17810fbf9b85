/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Connections are lent to the calling thread and given back, so that a server
 * that allows a single one is served by the same code. libnbd is driven by
 * poll() together with the cancellable: no call of it blocks.
 */
#include "model/stream/disk-reader.h"

#include <errno.h>
#include <libnbd.h>
#include <poll.h>
#include <string.h>

#include <glib/gi18n-lib.h>

#include "model/base/errors.h"
#include "model/stream/qcow2-layout.h"

/* CPU seconds of both sides for 1.45 GB, medians of seven runs of 128, 256, 512 and 1024 KiB: 1.9, 1.7, 2.6, 2.0
 * without compression, 4.6, 4.4, 5.1, 4.8 with. What fits a processor's cache is copied for less. */
#define REQUEST_SIZE (256 * 1024)
#define MIN_REQUEST_SIZE (64 * 1024)
/* NBD counts are 32 bit. A server ends its answer earlier when there is much to tell; of a large hole that is nothing,
 * and each question costs a way there and back. */
#define STATUS_SIZE ((G_GUINT64_CONSTANT (1) << 32) - EMBARK_QCOW2_CLUSTER_SIZE)
#define MAX_STATUS_EXTENTS (64 * 1024)
#define MAX_CONNECTIONS 16

#define ANSWER_TIMEOUT_S 120
/* Further connections are welcome, not needed: a server that is full does not accept them and says nothing. */
#define EXTRA_CONNECT_TIMEOUT_S 2

struct _EmbarkDiskReader
{
  char *socket;
  guint64 size;
  gsize request_size;
  gboolean has_status;

  GMutex lock;
  GCond given_back;
  GPtrArray *idle; /* struct nbd_handle, owned */
  guint n_open;    /* idle, lent and being opened */
  guint max_open;
};

typedef struct
{
  guint n_pending;
  int failed_errno;
  guint64 failed_offset;
} Transfer;

typedef struct
{
  Transfer *transfer;
  guint64 offset;
} Request;

/* What the callbacks of a question point to until it is answered or its handle closed. */
typedef struct
{
  Transfer transfer;
  Request request;
  GArray *extents;
  guint64 offset;
  guint64 end;
  gboolean is_absurd;
} StatusAnswer;

static gboolean set_connection_error (GError **error)
{
  const char *reason = nbd_get_error ();

  g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED,
               /* Translators: %s is a technical reason in English. */
               _ ("The program that reads the disk (qemu-nbd) does not answer any more: %s. Try again; if it happens "
                  "again, check the disk file for damage."),
               reason != NULL ? reason : g_strerror (EPIPE));
  return FALSE;
}

static gboolean set_timeout_error (gint timeout_s, GError **error)
{
  g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED,
               /* Translators: %d is a number of seconds. */
               _ ("The disk did not answer for %d seconds. Check the storage that holds the disk file and try again."),
               timeout_s);
  return FALSE;
}

static gboolean notify_handle (struct nbd_handle *nbd, short revents, GError **error)
{
  unsigned direction = nbd_aio_get_direction (nbd);

  if ((revents & (POLLIN | POLLHUP)) != 0 && (direction & LIBNBD_AIO_DIRECTION_READ) != 0)
    return nbd_aio_notify_read (nbd) == 0 || set_connection_error (error);
  if ((revents & POLLOUT) != 0 && (direction & LIBNBD_AIO_DIRECTION_WRITE) != 0)
    return nbd_aio_notify_write (nbd) == 0 || set_connection_error (error);
  if ((revents & (POLLERR | POLLHUP | POLLNVAL)) != 0)
    return set_connection_error (error);
  return TRUE;
}

/* Lets libnbd work once: until a byte came or went, @timeout_s passed or @cancel became readable. */
static gboolean pump_handle (struct nbd_handle *nbd, const GPollFD *cancel, gint timeout_s, GCancellable *cancellable,
                             GError **error)
{
  unsigned direction = nbd_aio_get_direction (nbd);
  struct pollfd fds[2] = { { .fd = nbd_aio_get_fd (nbd) }, { .fd = cancel->fd, .events = POLLIN } };

  fds[0].events = ((direction & LIBNBD_AIO_DIRECTION_READ) != 0 ? POLLIN : 0)
                  | ((direction & LIBNBD_AIO_DIRECTION_WRITE) != 0 ? POLLOUT : 0);
  if (fds[0].fd < 0 || fds[0].events == 0)
    return set_connection_error (error);
  int n_ready = poll (fds, 2, timeout_s * 1000);
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  if (n_ready < 0 && errno != EINTR)
    return set_connection_error (error);
  if (n_ready == 0)
    return set_timeout_error (timeout_s, error);
  return n_ready < 0 || notify_handle (nbd, fds[0].revents, error);
}

static void watch_cancellable (GCancellable *cancellable, GPollFD *ret_fd)
{
  if (!g_cancellable_make_pollfd (cancellable, ret_fd))
    ret_fd->fd = -1;
}

static void unwatch_cancellable (GCancellable *cancellable, const GPollFD *fd)
{
  if (fd->fd >= 0)
    g_cancellable_release_fd (cancellable);
}

/* After FALSE the handle must be closed: the requests still point to @transfer and its buffers. */
static gboolean finish_transfer (struct nbd_handle *nbd, Transfer *transfer, GCancellable *cancellable, GError **error)
{
  gboolean is_alive = TRUE;
  GPollFD cancel;

  watch_cancellable (cancellable, &cancel);
  while (transfer->n_pending > 0 && is_alive)
    is_alive = pump_handle (nbd, &cancel, ANSWER_TIMEOUT_S, cancellable, error);
  unwatch_cancellable (cancellable, &cancel);
  return is_alive;
}

static gboolean connect_handle (EmbarkDiskReader *self, struct nbd_handle *nbd, gint timeout_s,
                                GCancellable *cancellable, GError **error)
{
  gint64 deadline = g_get_monotonic_time () + timeout_s * G_USEC_PER_SEC;
  gboolean is_alive = TRUE;
  GPollFD cancel;

  if (nbd_set_pread_initialize (nbd, false) < 0 || nbd_add_meta_context (nbd, LIBNBD_CONTEXT_BASE_ALLOCATION) < 0
      || nbd_aio_connect_unix (nbd, self->socket) < 0)
    return set_connection_error (error);
  watch_cancellable (cancellable, &cancel);
  while (is_alive && nbd_aio_is_connecting (nbd) > 0)
    {
      gint64 left_s = (deadline - g_get_monotonic_time () + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC;
      is_alive = left_s > 0 ? pump_handle (nbd, &cancel, (gint) left_s, cancellable, error)
                            : set_timeout_error (timeout_s, error);
    }
  unwatch_cancellable (cancellable, &cancel);
  if (!is_alive)
    return FALSE;
  return nbd_aio_is_ready (nbd) > 0 || set_connection_error (error);
}

static struct nbd_handle *open_handle (EmbarkDiskReader *self, gint timeout_s, GCancellable *cancellable,
                                       GError **error)
{
  struct nbd_handle *nbd = nbd_create ();

  if (nbd == NULL)
    {
      set_connection_error (error);
      return NULL;
    }
  if (!connect_handle (self, nbd, timeout_s, cancellable, error))
    {
      nbd_close (nbd);
      return NULL;
    }
  return nbd;
}

static void give_back_handle (EmbarkDiskReader *self, struct nbd_handle *nbd)
{
  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->idle, nbd);
  g_cond_signal (&self->given_back);
  g_mutex_unlock (&self->lock);
}

static void drop_handle (EmbarkDiskReader *self, struct nbd_handle *nbd)
{
  if (nbd != NULL)
    nbd_close (nbd);
  g_mutex_lock (&self->lock);
  self->n_open--;
  g_cond_broadcast (&self->given_back);
  g_mutex_unlock (&self->lock);
}

/* NULL without an error: wait for one that is lent. */
static struct nbd_handle *open_further_handle (EmbarkDiskReader *self, gboolean is_only, GCancellable *cancellable,
                                               GError **error)
{
  g_autoptr (GError) local_error = NULL;
  gint timeout_s = is_only ? ANSWER_TIMEOUT_S : EXTRA_CONNECT_TIMEOUT_S;
  struct nbd_handle *nbd = open_handle (self, timeout_s, cancellable, &local_error);

  if (nbd != NULL)
    return nbd;
  g_mutex_lock (&self->lock);
  self->max_open = MAX (1, self->n_open - 1);
  g_mutex_unlock (&self->lock);
  drop_handle (self, NULL);
  if (is_only || g_cancellable_is_cancelled (cancellable))
    g_propagate_error (error, g_steal_pointer (&local_error));
  else
    g_debug ("no further connection to %s: %s", self->socket, local_error->message);
  return NULL;
}

/* A connection for this thread alone, to be given back or dropped. */
static struct nbd_handle *borrow_handle (EmbarkDiskReader *self, GCancellable *cancellable, GError **error)
{
  for (;;)
    {
      struct nbd_handle *nbd = NULL;
      g_autoptr (GError) local_error = NULL;

      g_mutex_lock (&self->lock);
      while (self->idle->len == 0 && self->n_open >= self->max_open)
        g_cond_wait (&self->given_back, &self->lock);
      if (self->idle->len > 0)
        nbd = g_ptr_array_steal_index_fast (self->idle, self->idle->len - 1);
      else
        self->n_open++;
      gboolean is_only = self->n_open == 1;
      g_mutex_unlock (&self->lock);

      if (nbd == NULL)
        nbd = open_further_handle (self, is_only, cancellable, &local_error);
      if (nbd != NULL)
        return nbd;
      if (local_error != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return NULL;
        }
    }
}

static int request_completed_cb (void *user_data, int *error)
{
  Request *request = user_data;
  Transfer *transfer = request->transfer;

  transfer->n_pending--;
  if (*error != 0 && (transfer->failed_errno == 0 || request->offset < transfer->failed_offset))
    {
      transfer->failed_errno = *error;
      transfer->failed_offset = request->offset;
    }
  return 1;
}

static int extents_arrived_cb (void *user_data, const char *context, uint64_t offset, uint32_t *entries,
                               size_t n_entries, int *error)
{
  StatusAnswer *answer = user_data;

  if (strcmp (context, LIBNBD_CONTEXT_BASE_ALLOCATION) != 0)
    return 0;
  if (offset != answer->offset)
    answer->is_absurd = TRUE;
  for (size_t i = 0; i + 1 < n_entries && answer->offset < answer->end && !answer->is_absurd; i += 2)
    {
      EmbarkDiskExtent extent = { answer->offset, MIN (entries[i], answer->end - answer->offset),
                                  (entries[i + 1] & LIBNBD_STATE_ZERO) != 0 };

      answer->is_absurd = extent.length == 0;
      if (answer->extents->len >= MAX_STATUS_EXTENTS || answer->is_absurd)
        break;
      g_array_append_val (answer->extents, extent);
      answer->offset += extent.length;
    }
  return 0;
}

/* Splits the runs into requests; returns FALSE when the connection is of no use any more. */
static gboolean send_requests (EmbarkDiskReader *self, struct nbd_handle *nbd, const EmbarkDiskRun *runs, guint n_runs,
                               Transfer *transfer, GArray *requests, GError **error)
{
  guint n_requests = 0;

  for (guint i = 0; i < n_runs; i++)
    n_requests += (runs[i].length + self->request_size - 1) / self->request_size;
  g_array_set_size (requests, n_requests);
  Request *request = (Request *) (void *) requests->data;
  for (guint i = 0; i < n_runs; i++)
    for (gsize done = 0; done < runs[i].length; done += self->request_size, request++)
      {
        gsize length = MIN (self->request_size, runs[i].length - done);
        nbd_completion_callback completion = { .callback = request_completed_cb, .user_data = request };

        *request = (Request){ transfer, runs[i].offset + done };
        transfer->n_pending++;
        if (nbd_aio_pread (nbd, runs[i].buffer + done, length, request->offset, completion, 0) < 0)
          return set_connection_error (error);
      }
  return TRUE;
}

gboolean embark_disk_reader_read (EmbarkDiskReader *self, const EmbarkDiskRun *runs, guint n_runs,
                                  GCancellable *cancellable, GError **error)
{
  g_autoptr (GArray) requests = g_array_new (FALSE, FALSE, sizeof (Request));
  Transfer transfer = { 0 };
  struct nbd_handle *nbd = borrow_handle (self, cancellable, error);

  if (nbd == NULL)
    return FALSE;
  if (!send_requests (self, nbd, runs, n_runs, &transfer, requests, error)
      || !finish_transfer (nbd, &transfer, cancellable, error))
    {
      drop_handle (self, nbd);
      return FALSE;
    }
  if (transfer.failed_errno != 0 && nbd_aio_is_ready (nbd) <= 0)
    {
      drop_handle (self, nbd);
      return set_connection_error (error);
    }
  give_back_handle (self, nbd);
  if (transfer.failed_errno == 0)
    return TRUE;
  g_autofree char *offset = g_strdup_printf ("%" G_GUINT64_FORMAT, transfer.failed_offset);
  g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED,
               /* Translators: the first %s is a number of bytes, the second a reason such as "Input/output error". */
               _ ("The disk could not be read at byte %s: %s. Check the disk file and the storage that holds it."),
               offset, g_strerror (transfer.failed_errno));
  return FALSE;
}

static gboolean set_absurd_error (GError **error)
{
  g_set_error_literal (error, EMBARK_ERROR, EMBARK_ERROR_FAILED,
                       _ ("The program that reads the disk (qemu-nbd) gave a contradictory list of the used parts of "
                          "the disk. Check the disk file for damage."));
  return FALSE;
}

/* After FALSE the handle must be closed. */
static gboolean ask_status (struct nbd_handle *nbd, StatusAnswer *answer, GCancellable *cancellable, GError **error)
{
  nbd_extent_callback extents_cb = { .callback = extents_arrived_cb, .user_data = answer };
  nbd_completion_callback completion = { .callback = request_completed_cb, .user_data = &answer->request };

  answer->request = (Request){ &answer->transfer, answer->offset };
  answer->transfer.n_pending = 1;
  if (nbd_aio_block_status (nbd, answer->end - answer->offset, answer->offset, extents_cb, completion, 0) < 0)
    return set_connection_error (error);
  return finish_transfer (nbd, &answer->transfer, cancellable, error);
}

gboolean embark_disk_reader_get_extents (EmbarkDiskReader *self, guint64 offset, guint64 length, GArray *extents,
                                         GCancellable *cancellable, GError **error)
{
  StatusAnswer answer = { .extents = extents, .offset = offset, .end = offset + MIN (length, STATUS_SIZE) };

  if (!self->has_status)
    {
      EmbarkDiskExtent all = { offset, length, FALSE };
      g_array_append_val (extents, all);
      return TRUE;
    }
  struct nbd_handle *nbd = borrow_handle (self, cancellable, error);
  if (nbd == NULL)
    return FALSE;
  if (!ask_status (nbd, &answer, cancellable, error))
    {
      drop_handle (self, nbd);
      return FALSE;
    }
  give_back_handle (self, nbd);
  if (answer.transfer.failed_errno != 0)
    {
      g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED,
                   /* Translators: %s is a reason such as "Input/output error". */
                   _ ("The used parts of the disk could not be listed: %s. Check the disk file for damage."),
                   g_strerror (answer.transfer.failed_errno));
      return FALSE;
    }
  if (answer.is_absurd || answer.offset == offset)
    return set_absurd_error (error);
  return TRUE;
}

/* Learns what the server can do; the first connection is idle. */
static gboolean read_capabilities (EmbarkDiskReader *self, guint max_connections, GError **error)
{
  struct nbd_handle *nbd = g_ptr_array_index (self->idle, 0);
  gint64 size = nbd_get_size (nbd);
  gint64 max_request = nbd_get_block_size (nbd, LIBNBD_SIZE_MAXIMUM);

  if (size < 0)
    return set_connection_error (error);
  if (size == 0)
    {
      g_set_error_literal (error, EMBARK_ERROR, EMBARK_ERROR_NOT_AN_IMAGE,
                           _ ("The disk has a size of 0 bytes, so there is nothing to upload."));
      return FALSE;
    }
  self->size = (guint64) size;
  self->request_size = max_request > 0 ? CLAMP (max_request, MIN_REQUEST_SIZE, REQUEST_SIZE) : REQUEST_SIZE;
  self->has_status = nbd_can_meta_context (nbd, LIBNBD_CONTEXT_BASE_ALLOCATION) > 0;
  self->max_open = nbd_can_multi_conn (nbd) > 0 ? CLAMP (max_connections, 1, MAX_CONNECTIONS) : 1;
  return TRUE;
}

EmbarkDiskReader *embark_disk_reader_new (const char *socket, guint max_connections, GCancellable *cancellable,
                                          GError **error)
{
  g_autoptr (EmbarkDiskReader) self = g_new0 (EmbarkDiskReader, 1);

  g_mutex_init (&self->lock);
  g_cond_init (&self->given_back);
  self->idle = g_ptr_array_new_with_free_func ((GDestroyNotify) nbd_close);
  self->socket = g_strdup (socket);
  struct nbd_handle *nbd = open_handle (self, ANSWER_TIMEOUT_S, cancellable, error);
  if (nbd == NULL)
    return NULL;
  g_ptr_array_add (self->idle, nbd);
  self->n_open = 1;
  if (!read_capabilities (self, max_connections, error))
    return NULL;
  return g_steal_pointer (&self);
}

void embark_disk_reader_free (EmbarkDiskReader *self)
{
  for (guint i = 0; i < self->idle->len; i++)
    nbd_aio_disconnect (g_ptr_array_index (self->idle, i), 0);
  g_ptr_array_unref (self->idle);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->given_back);
  g_free (self->socket);
  g_free (self);
}

guint64 embark_disk_reader_get_size (EmbarkDiskReader *self)
{
  return self->size;
}
