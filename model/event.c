/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkEvent: one line of "What happened" of a migration.
 */
#include "model/event.h"

struct _EmbarkEvent
{
  GObject parent_instance;

  /* owned */
  char *title;
  char *detail;

  gint64 time;
  EmbarkOutcome outcome;
};

G_DEFINE_FINAL_TYPE (EmbarkEvent, embark_event, G_TYPE_OBJECT)

static void embark_event_finalize (GObject *object)
{
  EmbarkEvent *self = EMBARK_EVENT (object);

  g_free (self->title);
  g_free (self->detail);
  G_OBJECT_CLASS (embark_event_parent_class)->finalize (object);
}

static void embark_event_class_init (EmbarkEventClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = embark_event_finalize;
}

static void embark_event_init (EmbarkEvent *self)
{
}

EmbarkEvent *embark_event_new (gint64 time, EmbarkOutcome outcome, const char *title, const char *detail)
{
  EmbarkEvent *self = g_object_new (EMBARK_TYPE_EVENT, NULL);

  self->time = time;
  self->outcome = outcome;
  self->title = g_strdup (title);
  self->detail = g_strdup (detail != NULL ? detail : "");
  return self;
}

gint64 embark_event_get_time (EmbarkEvent *self)
{
  g_return_val_if_fail (EMBARK_IS_EVENT (self), 0);
  return self->time;
}

EmbarkOutcome embark_event_get_outcome (EmbarkEvent *self)
{
  g_return_val_if_fail (EMBARK_IS_EVENT (self), EMBARK_OUTCOME_UNKNOWN);
  return self->outcome;
}

const char *embark_event_get_title (EmbarkEvent *self)
{
  g_return_val_if_fail (EMBARK_IS_EVENT (self), NULL);
  return self->title;
}

const char *embark_event_get_detail (EmbarkEvent *self)
{
  g_return_val_if_fail (EMBARK_IS_EVENT (self), NULL);
  return self->detail;
}
