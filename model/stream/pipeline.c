/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Batch n lives in slot n % n_slots. Three counters under one lock say how far
 * planner, workers and caller are: taken <= planned <= emitted + n_slots. The
 * first error stops all; `stop` interrupts those who wait for the disk.
 */
#include "model/stream/pipeline.h"

#include <string.h>

#include "model/stream/cluster-codec.h"
#include "model/stream/cluster-scan.h"

/* While some workers wait for the disk, others have work. */
#define SLOTS_PER_WORKER 2
#define MAX_WORKERS 16

typedef struct
{
  EmbarkBatch batch;
  gboolean is_done;
  guint8 *input;  /* the clusters as read; owned */
  guint8 *output; /* the clusters as deflated; owned */
} Slot;

struct _EmbarkPipeline
{
  EmbarkDiskReader *reader;
  EmbarkStreamLevel level;
  GCancellable *cancellable; /* of the caller */
  gulong cancelled_id;
  GCancellable *stop; /* of the threads */

  GThread *planner;
  GThread *workers[MAX_WORKERS];
  guint n_workers;

  GMutex lock;
  GCond changed;
  Slot *slots;
  guint n_slots;
  guint64 planned; /* batches that may be taken by workers */
  guint64 taken;
  guint64 emitted;     /* batches the caller is done with */
  gboolean has_batch;  /* the caller holds batch number emitted */
  gboolean is_planned; /* no more will come */
  gboolean is_stopped;
  GError *error; /* the first one */
};

static void stop_threads (EmbarkPipeline *self, GError *error)
{
  g_mutex_lock (&self->lock);
  if (self->error == NULL && !self->is_stopped)
    self->error = g_steal_pointer (&error);
  self->is_stopped = TRUE;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
  g_cancellable_cancel (self->stop);
  g_clear_error (&error);
}

static void cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  stop_threads (user_data, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "Operation was cancelled"));
}

/* NULL when stopped. */
static Slot *claim_free_slot (EmbarkPipeline *self)
{
  Slot *slot = NULL;

  g_mutex_lock (&self->lock);
  while (!self->is_stopped && self->planned >= self->emitted + self->n_slots)
    g_cond_wait (&self->changed, &self->lock);
  if (!self->is_stopped)
    slot = &self->slots[self->planned % self->n_slots];
  g_mutex_unlock (&self->lock);
  if (slot == NULL)
    return NULL;
  slot->is_done = FALSE;
  slot->batch.n_clusters = 0;
  return slot;
}

static void publish_slot (EmbarkPipeline *self)
{
  g_mutex_lock (&self->lock);
  self->planned++;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

/* FALSE without @error: stopped. */
static gboolean plan_batches (EmbarkPipeline *self, GError **error)
{
  g_autoptr (EmbarkClusterScan) scan = embark_cluster_scan_new (self->reader);
  guint64 next = 0, count = 0;
  Slot *slot = NULL;

  for (;;)
    {
      if (count == 0 && !embark_cluster_scan_next (scan, &next, &count, self->stop, error))
        return FALSE;
      if (count == 0)
        break;
      if (slot == NULL && (slot = claim_free_slot (self)) == NULL)
        return FALSE;
      for (; count > 0 && slot->batch.n_clusters < EMBARK_BATCH_CLUSTERS; count--)
        slot->batch.clusters[slot->batch.n_clusters++] = next++;
      if (slot->batch.n_clusters < EMBARK_BATCH_CLUSTERS)
        continue;
      publish_slot (self);
      slot = NULL;
    }
  if (slot != NULL)
    publish_slot (self);
  return TRUE;
}

static gpointer run_planner (gpointer user_data)
{
  EmbarkPipeline *self = user_data;
  g_autoptr (GError) error = NULL;

  if (plan_batches (self, &error))
    {
      g_mutex_lock (&self->lock);
      self->is_planned = TRUE;
      g_cond_broadcast (&self->changed);
      g_mutex_unlock (&self->lock);
    }
  else if (error != NULL)
    stop_threads (self, g_steal_pointer (&error));
  return NULL;
}

/* NULL when stopped or nothing is left. */
static Slot *take_slot (EmbarkPipeline *self)
{
  Slot *slot = NULL;

  g_mutex_lock (&self->lock);
  while (!self->is_stopped && self->taken == self->planned && !self->is_planned)
    g_cond_wait (&self->changed, &self->lock);
  if (!self->is_stopped && self->taken < self->planned)
    slot = &self->slots[self->taken++ % self->n_slots];
  g_mutex_unlock (&self->lock);
  return slot;
}

/* Neighbouring clusters are one run; the end of the disk may lie within a cluster, the rest of that is zero. */
static gboolean read_slot (EmbarkPipeline *self, Slot *slot, GError **error)
{
  EmbarkDiskRun runs[EMBARK_BATCH_CLUSTERS];
  guint64 size = embark_disk_reader_get_size (self->reader);
  guint n_runs = 0;

  for (guint i = 0; i < slot->batch.n_clusters; i++)
    {
      guint64 offset = slot->batch.clusters[i] * EMBARK_QCOW2_CLUSTER_SIZE;
      gsize length = MIN (EMBARK_QCOW2_CLUSTER_SIZE, size - offset);
      guint8 *buffer = slot->input + (gsize) i * EMBARK_QCOW2_CLUSTER_SIZE;

      memset (buffer + length, 0, EMBARK_QCOW2_CLUSTER_SIZE - length);
      if (n_runs > 0 && runs[n_runs - 1].offset + runs[n_runs - 1].length == offset)
        runs[n_runs - 1].length += length;
      else
        runs[n_runs++] = (EmbarkDiskRun){ offset, length, buffer };
    }
  return embark_disk_reader_read (self->reader, runs, n_runs, self->stop, error);
}

static void encode_slot (Slot *slot, EmbarkClusterCodec *codec)
{
  EmbarkBatch *batch = &slot->batch;
  guint8 *out = slot->output;

  for (guint i = 0; i < batch->n_clusters; i++)
    {
      const guint8 *in = slot->input + (gsize) i * EMBARK_QCOW2_CLUSTER_SIZE;

      batch->lengths[i] = embark_cluster_codec_encode (codec, in, out);
      batch->data[i] = batch->lengths[i] == 0 ? NULL : batch->lengths[i] == EMBARK_QCOW2_CLUSTER_SIZE ? in : out;
      if (batch->lengths[i] < EMBARK_QCOW2_CLUSTER_SIZE)
        out += batch->lengths[i];
    }
}

static gpointer run_worker (gpointer user_data)
{
  EmbarkPipeline *self = user_data;
  g_autoptr (EmbarkClusterCodec) codec = embark_cluster_codec_new (self->level);
  g_autoptr (GError) error = NULL;
  Slot *slot;

  while ((slot = take_slot (self)) != NULL)
    {
      if (!read_slot (self, slot, &error))
        {
          stop_threads (self, g_steal_pointer (&error));
          break;
        }
      encode_slot (slot, codec);
      g_mutex_lock (&self->lock);
      slot->is_done = TRUE;
      g_cond_broadcast (&self->changed);
      g_mutex_unlock (&self->lock);
    }
  return NULL;
}

static gboolean start_threads (EmbarkPipeline *self, guint n_workers, GError **error)
{
  self->planner = g_thread_try_new ("stream-plan", run_planner, self, error);
  if (self->planner == NULL)
    return FALSE;
  for (; self->n_workers < n_workers; self->n_workers++)
    {
      self->workers[self->n_workers] = g_thread_try_new ("stream-work", run_worker, self, error);
      if (self->workers[self->n_workers] == NULL)
        return FALSE;
    }
  return TRUE;
}

EmbarkPipeline *embark_pipeline_new (EmbarkDiskReader *reader, EmbarkStreamLevel level, guint n_workers,
                                     GCancellable *cancellable, GError **error)
{
  g_autoptr (EmbarkPipeline) self = g_new0 (EmbarkPipeline, 1);

  n_workers = CLAMP (n_workers, 1, MAX_WORKERS);
  self->reader = reader;
  self->level = level;
  self->stop = g_cancellable_new ();
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->n_slots = SLOTS_PER_WORKER * n_workers + 1;
  self->slots = g_new0 (Slot, self->n_slots);
  for (guint i = 0; i < self->n_slots; i++)
    {
      self->slots[i].input = g_malloc (EMBARK_BATCH_CLUSTERS * EMBARK_QCOW2_CLUSTER_SIZE);
      self->slots[i].output = g_malloc (EMBARK_BATCH_CLUSTERS * EMBARK_QCOW2_CLUSTER_SIZE);
    }
  if (cancellable != NULL)
    {
      self->cancellable = g_object_ref (cancellable);
      self->cancelled_id = g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb), self, NULL);
    }
  if (!start_threads (self, n_workers, error))
    return NULL;
  return g_steal_pointer (&self);
}

void embark_pipeline_free (EmbarkPipeline *self)
{
  if (self->cancellable != NULL)
    g_cancellable_disconnect (self->cancellable, self->cancelled_id);
  stop_threads (self, NULL);
  if (self->planner != NULL)
    g_thread_join (self->planner);
  for (guint i = 0; i < self->n_workers; i++)
    g_thread_join (self->workers[i]);
  for (guint i = 0; i < self->n_slots; i++)
    {
      g_free (self->slots[i].input);
      g_free (self->slots[i].output);
    }
  g_free (self->slots);
  g_clear_error (&self->error);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->stop);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  g_free (self);
}

gboolean embark_pipeline_next (EmbarkPipeline *self, const EmbarkBatch **ret_batch, GError **error)
{
  g_mutex_lock (&self->lock);
  if (self->has_batch)
    {
      self->emitted++;
      g_cond_broadcast (&self->changed);
    }
  self->has_batch = FALSE;
  Slot *slot = &self->slots[self->emitted % self->n_slots];
  while (!self->is_stopped && !(self->emitted < self->planned && slot->is_done)
         && !(self->is_planned && self->emitted == self->planned))
    g_cond_wait (&self->changed, &self->lock);
  gboolean is_ok = !self->is_stopped;
  if (!is_ok && self->error != NULL)
    g_propagate_error (error, g_error_copy (self->error));
  else if (!is_ok)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "Operation was cancelled");
  self->has_batch = is_ok && self->emitted < self->planned;
  *ret_batch = self->has_batch ? &slot->batch : NULL;
  g_mutex_unlock (&self->lock);
  return is_ok;
}
