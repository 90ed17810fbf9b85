/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One array of entries in the order of their start: those with a function
 * still to be started wait, the others run. Main thread only.
 */
#include "model/base/job-list.h"

typedef struct
{
  EmbarkJob *job; /* owned */
  gulong finished_id;

  /* Until started; func NULL afterwards */
  EmbarkJobFunc func;
  gpointer data; /* owned */
  GDestroyNotify data_free;
  GDestroyNotify result_free;
} Entry;

struct _EmbarkJobList
{
  GObject parent_instance;

  GPtrArray *entries; /* owned, of Entry */
  guint limit;
  guint n_running;
};

enum
{
  PROP_N_JOBS = 1,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

static void embark_job_list_list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (EmbarkJobList, embark_job_list, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, embark_job_list_list_model_init))

static void free_entry (Entry *entry)
{
  g_clear_signal_handler (&entry->finished_id, entry->job);
  if (entry->data != NULL && entry->data_free != NULL)
    entry->data_free (entry->data);
  g_object_unref (entry->job);
  g_free (entry);
}

static void start_entry (EmbarkJobList *self, Entry *entry)
{
  EmbarkJobFunc func = g_steal_pointer (&entry->func);
  g_autoptr (EmbarkJob) job = g_object_ref (entry->job); /* the entry may go in a handler of "state" */

  self->n_running++;
  embark_job_start (job, func, g_steal_pointer (&entry->data), entry->data_free, entry->result_free);
}

static void start_waiting (EmbarkJobList *self)
{
  for (guint i = 0; i < self->entries->len; i++)
    {
      if (self->limit > 0 && self->n_running >= self->limit)
        return;

      Entry *entry = g_ptr_array_index (self->entries, i);
      if (entry->func == NULL)
        continue;
      start_entry (self, entry);
      i = G_MAXUINT; /* handlers may have changed the array: look again from the start */
    }
}

static gboolean find_job (EmbarkJobList *self, EmbarkJob *job, guint *ret_index)
{
  for (guint i = 0; i < self->entries->len; i++)
    {
      Entry *entry = g_ptr_array_index (self->entries, i);
      if (entry->job == job)
        {
          *ret_index = i;
          return TRUE;
        }
    }
  return FALSE;
}

static void job_finished_cb (EmbarkJob *job, gpointer user_data)
{
  g_autoptr (EmbarkJobList) self = g_object_ref (EMBARK_JOB_LIST (user_data));
  guint i;

  if (!find_job (self, job, &i))
    return;

  Entry *entry = g_ptr_array_steal_index (self->entries, i);
  if (entry->func == NULL)
    self->n_running--;
  free_entry (entry);

  g_list_model_items_changed (G_LIST_MODEL (self), i, 1, 0);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_N_JOBS]);
  start_waiting (self);
}

static GType embark_job_list_get_item_type (GListModel *model)
{
  return EMBARK_TYPE_JOB;
}

static guint embark_job_list_get_n_items (GListModel *model)
{
  return EMBARK_JOB_LIST (model)->entries->len;
}

static gpointer embark_job_list_get_item (GListModel *model, guint position)
{
  EmbarkJobList *self = EMBARK_JOB_LIST (model);

  if (position >= self->entries->len)
    return NULL;

  Entry *entry = g_ptr_array_index (self->entries, position);
  return g_object_ref (entry->job);
}

static void embark_job_list_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = embark_job_list_get_item_type;
  iface->get_n_items = embark_job_list_get_n_items;
  iface->get_item = embark_job_list_get_item;
}

static void embark_job_list_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  EmbarkJobList *self = EMBARK_JOB_LIST (object);

  switch (id)
    {
    case PROP_N_JOBS:
      g_value_set_uint (value, self->entries->len);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

/* Jobs that run go on by themselves; those that wait are never started. */
static void embark_job_list_dispose (GObject *object)
{
  EmbarkJobList *self = EMBARK_JOB_LIST (object);

  while (self->entries->len > 0)
    {
      Entry *entry = g_ptr_array_steal_index (self->entries, self->entries->len - 1);
      g_autoptr (EmbarkJob) waiting = entry->func != NULL ? g_object_ref (entry->job) : NULL;
      free_entry (entry);
      if (waiting != NULL)
        embark_job_cancel (waiting);
    }

  G_OBJECT_CLASS (embark_job_list_parent_class)->dispose (object);
}

static void embark_job_list_finalize (GObject *object)
{
  g_ptr_array_unref (EMBARK_JOB_LIST (object)->entries);

  G_OBJECT_CLASS (embark_job_list_parent_class)->finalize (object);
}

static void embark_job_list_class_init (EmbarkJobListClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = embark_job_list_get_property;
  object_class->dispose = embark_job_list_dispose;
  object_class->finalize = embark_job_list_finalize;

  props[PROP_N_JOBS] = g_param_spec_uint ("n-jobs", NULL, NULL, 0, G_MAXUINT, 0,
                                          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void embark_job_list_init (EmbarkJobList *self)
{
  self->entries = g_ptr_array_new ();
}

EmbarkJobList *embark_job_list_new (guint limit)
{
  EmbarkJobList *self = g_object_new (EMBARK_TYPE_JOB_LIST, NULL);

  self->limit = limit;
  return self;
}

void embark_job_list_start (EmbarkJobList *self, EmbarkJob *job, EmbarkJobFunc func, gpointer data,
                            GDestroyNotify data_free, GDestroyNotify result_free)
{
  guint i;

  g_return_if_fail (EMBARK_IS_JOB_LIST (self));
  g_return_if_fail (EMBARK_IS_JOB (job));
  g_return_if_fail (func != NULL);
  g_return_if_fail (!find_job (self, job, &i));

  if (embark_job_is_finished (job)) /* cancelled before it came here */
    {
      if (data != NULL && data_free != NULL)
        data_free (data);
      return;
    }

  Entry *entry = g_new0 (Entry, 1);
  entry->job = g_object_ref (job);
  entry->func = func;
  entry->data = data;
  entry->data_free = data_free;
  entry->result_free = result_free;
  entry->finished_id = g_signal_connect (job, "finished", G_CALLBACK (job_finished_cb), self);
  g_ptr_array_add (self->entries, entry);

  g_list_model_items_changed (G_LIST_MODEL (self), self->entries->len - 1, 0, 1);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_N_JOBS]);
  start_waiting (self);
}

void embark_job_list_cancel_all (EmbarkJobList *self)
{
  g_return_if_fail (EMBARK_IS_JOB_LIST (self));

  /* Newest first: a waiting job must not start because one before it was cancelled. */
  g_autoptr (GPtrArray) jobs = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = self->entries->len; i > 0; i--)
    {
      Entry *entry = g_ptr_array_index (self->entries, i - 1);
      g_ptr_array_add (jobs, g_object_ref (entry->job));
    }
  for (guint i = 0; i < jobs->len; i++)
    embark_job_cancel (g_ptr_array_index (jobs, i));
}

guint embark_job_list_get_n_jobs (EmbarkJobList *self)
{
  g_return_val_if_fail (EMBARK_IS_JOB_LIST (self), 0);

  return self->entries->len;
}
