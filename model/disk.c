/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkDisk: one disk of a machine, what is known of it and the report.
 */
#include "model/disk-private.h"

#include <glib/gi18n-lib.h>

#include "model/base/errors.h"
#include "model/context-private.h"

typedef enum
{
  DEPTH_KEPT,  /* the facts that are kept of an unchanged disk do */
  DEPTH_AGAIN, /* look, whatever is kept */
  DEPTH_HEADERS,
} CheckDepth;

typedef struct
{
  EmbarkDiskSource *source;
  CheckDepth depth;
} CheckRequest;

struct _EmbarkDisk
{
  GObject parent_instance;

  /* owned */
  EmbarkDiskSource *source;
  char *target;
  char *bus;
  char *display_path;
  char *format_name;
  char *fingerprint;
  EmbarkFacts *facts; /* (nullable) of the last whole look, or of the first stage of a later one */
  EmbarkReport *report;
  EmbarkJob *job;
  GError *error;

  /* borrowed */
  EmbarkContext *context;

  guint64 virtual_size;
  gint64 checked_at;
  CheckDepth depth; /* of the last check */
  gboolean is_slow, is_kept;
  gboolean is_layout_seen; /* the first stage of the last check is there */
};

G_DEFINE_FINAL_TYPE (EmbarkDisk, embark_disk, G_TYPE_OBJECT)

enum
{
  PROP_REPORT = 1,
  PROP_JOB,
  PROP_ERROR,
  PROP_VERDICT,
  PROP_IS_CHECKING,
  PROP_CHECKED_AT,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

static void embark_disk_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  EmbarkDisk *self = EMBARK_DISK (object);

  switch (prop_id)
    {
    case PROP_REPORT:
      g_value_set_pointer (value, self->report);
      break;
    case PROP_JOB:
      g_value_set_object (value, self->job);
      break;
    case PROP_ERROR:
      g_value_set_pointer (value, self->error);
      break;
    case PROP_VERDICT:
      g_value_set_int (value, (int) embark_disk_get_verdict (self));
      break;
    case PROP_IS_CHECKING:
      g_value_set_boolean (value, self->job != NULL);
      break;
    case PROP_CHECKED_AT:
      g_value_set_int64 (value, self->checked_at);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void embark_disk_dispose (GObject *object)
{
  EmbarkDisk *self = EMBARK_DISK (object);

  if (self->job != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->job, self);
      embark_job_cancel (self->job);
    }
  g_clear_object (&self->job);
  G_OBJECT_CLASS (embark_disk_parent_class)->dispose (object);
}

static void embark_disk_finalize (GObject *object)
{
  EmbarkDisk *self = EMBARK_DISK (object);

  embark_disk_source_free (self->source);
  g_free (self->target);
  g_free (self->bus);
  g_free (self->display_path);
  g_free (self->format_name);
  g_free (self->fingerprint);
  g_clear_pointer (&self->facts, embark_facts_unref);
  g_clear_pointer (&self->report, embark_report_unref);
  g_clear_error (&self->error);
  G_OBJECT_CLASS (embark_disk_parent_class)->finalize (object);
}

static void embark_disk_class_init (EmbarkDiskClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = embark_disk_get_property;
  object_class->dispose = embark_disk_dispose;
  object_class->finalize = embark_disk_finalize;
  properties[PROP_REPORT] = g_param_spec_pointer ("report", NULL, NULL, flags);
  properties[PROP_JOB] = g_param_spec_object ("job", NULL, NULL, EMBARK_TYPE_JOB, flags);
  properties[PROP_ERROR] = g_param_spec_pointer ("error", NULL, NULL, flags);
  properties[PROP_VERDICT] = g_param_spec_int ("verdict", NULL, NULL, 0, EMBARK_VERDICT_BLOCKED, 0, flags);
  properties[PROP_IS_CHECKING] = g_param_spec_boolean ("is-checking", NULL, NULL, FALSE, flags);
  properties[PROP_CHECKED_AT] = g_param_spec_int64 ("checked-at", NULL, NULL, 0, G_MAXINT64, 0, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void embark_disk_init (EmbarkDisk *self)
{
}

EmbarkDisk *embark_disk_new (EmbarkContext *context, EmbarkDiskSource *source, const char *target, const char *bus)
{
  EmbarkDisk *self = g_object_new (EMBARK_TYPE_DISK, NULL);

  self->context = context;
  self->source = source;
  embark_context_fill_source (context, source);
  self->target = g_strdup (target);
  self->bus = g_strdup (bus);
  self->display_path = source->path != NULL ? g_filename_display_name (source->path) : g_strdup ("");
  return self;
}

const EmbarkDiskSource *embark_disk_get_source (EmbarkDisk *self)
{
  return self->source;
}

EmbarkContext *embark_disk_get_context (EmbarkDisk *self)
{
  return self->context;
}

const char *embark_disk_get_fingerprint (EmbarkDisk *self)
{
  return self->fingerprint;
}

void embark_disk_set_holder (EmbarkDisk *self, const char *holder)
{
  if (g_strcmp0 (self->source->holder, holder) == 0)
    return;
  g_free (self->source->holder);
  self->source->holder = g_strdup (holder);
}

static void note_header (EmbarkDisk *self, EmbarkFacts *facts)
{
  const char *format = embark_facts_get_string (facts, "image.format");

  g_free (self->format_name);
  self->format_name = NULL;
  if (g_strcmp0 (format, "vpc") == 0)
    self->format_name = g_strdup ("VHD");
  else if (format != NULL)
    self->format_name = g_ascii_strup (format, -1);
  embark_facts_get_uint (facts, "image.virtualSize", &self->virtual_size);
}

static void notify_check (EmbarkDisk *self)
{
  g_object_freeze_notify (G_OBJECT (self));
  for (guint i = 1; i < N_PROPS; i++)
    g_object_notify_by_pspec (G_OBJECT (self), properties[i]);
  g_object_thaw_notify (G_OBJECT (self));
}

void embark_disk_judge (EmbarkDisk *self)
{
  g_return_if_fail (EMBARK_IS_DISK (self));
  if (self->facts == NULL)
    return;
  g_clear_pointer (&self->report, embark_report_unref);
  self->report =
      embark_report_new (self->facts, embark_limits_get_default (), embark_context_get_judge (self->context), FALSE);
  notify_check (self);
}

/* Takes over what is known now. A first stage leaves no fingerprint: nobody may take it for a whole look. */
static void take_facts (EmbarkDisk *self, const EmbarkLook *look, gboolean is_whole)
{
  g_clear_pointer (&self->facts, embark_facts_unref);
  self->facts = embark_facts_ref (look->facts);
  g_free (self->fingerprint);
  self->fingerprint = is_whole ? g_strdup (look->fingerprint) : NULL;
  g_clear_error (&self->error);
  self->checked_at = look->looked_at;
  self->is_kept = look->is_kept;
  if (is_whole)
    self->is_slow = look->is_slow;
  embark_disk_judge (self);
}

void embark_disk_take_look (EmbarkDisk *self, EmbarkLook *look, gboolean is_whole)
{
  note_header (self, look->facts);
  if (is_whole)
    take_facts (self, look, TRUE);
  embark_look_free (look);
}

static void check_request_free (gpointer data)
{
  CheckRequest *request = data;

  embark_disk_source_free (request->source);
  g_free (request);
}

static void publish_first_stage_cb (EmbarkLook *look, gpointer job)
{
  embark_job_publish (job, look, (GDestroyNotify) embark_look_free);
}

/* In the worker. */
static gpointer look_cb (EmbarkJob *job, gpointer data, GCancellable *cancellable, GError **error)
{
  const CheckRequest *request = data;
  EmbarkLookOptions options = { request->depth == DEPTH_AGAIN, embark_job_report_cb, publish_first_stage_cb, job };

  if (request->depth == DEPTH_HEADERS)
    return embark_look_at_layout (request->source, embark_job_report_cb, job, cancellable, error);
  return embark_look_inside (request->source, &options, cancellable, error);
}

/* Of an unchanged disk more is known already. */
static void first_stage_published_cb (EmbarkJob *job, gpointer user_data)
{
  EmbarkDisk *self = EMBARK_DISK (user_data);
  g_autoptr (EmbarkLook) look = embark_job_steal_news (job);

  if (look == NULL)
    return;
  self->is_layout_seen = TRUE;
  if (g_strcmp0 (look->fingerprint, self->fingerprint) == 0)
    return;
  note_header (self, look->facts);
  take_facts (self, look, FALSE);
}

/* Left with a first stage: why there is no more. */
static void note_not_seen (EmbarkDisk *self, const char *reason)
{
  static const char *const not_seen[] = { "os",        "disk.filesystems", "disk.lvm",
                                          "disk.luks", "disk.bitlocker",   "disk.raid" };

  if (self->facts == NULL || self->fingerprint != NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (not_seen); i++)
    embark_facts_set_unknown (self->facts, not_seen[i], reason);
  embark_disk_judge (self);
}

/* What the first stage saw, or an earlier look at the same bytes, is no less true now. */
static void take_failure (EmbarkDisk *self, const GError *error)
{
  self->error = g_error_copy (error);
  if (self->is_layout_seen && !g_error_matches (error, EMBARK_ERROR, EMBARK_ERROR_SOURCE_CHANGED))
    {
      note_not_seen (self, _ ("looking inside failed"));
      return;
    }
  self->checked_at = g_get_real_time () / G_USEC_PER_SEC;
  g_clear_pointer (&self->report, embark_report_unref);
  g_clear_pointer (&self->facts, embark_facts_unref);
  g_clear_pointer (&self->fingerprint, g_free);
}

static void check_finished_cb (EmbarkJob *job, gpointer user_data)
{
  EmbarkDisk *self = EMBARK_DISK (user_data);
  EmbarkLook *look = embark_job_steal_result (job);
  gboolean is_whole = self->depth != DEPTH_HEADERS;

  g_clear_object (&self->job);
  g_clear_error (&self->error);
  if (look != NULL)
    {
      note_header (self, look->facts);
      take_facts (self, look, is_whole);
      embark_look_free (look);
    }
  else if (embark_job_get_state (job) == EMBARK_JOB_FAILED)
    take_failure (self, embark_job_get_error (job));
  else
    note_not_seen (self, _ ("looking inside was cancelled"));
  notify_check (self);
}

static EmbarkJob *start_check (EmbarkDisk *self, CheckDepth depth)
{
  CheckRequest *request;

  if (self->job != NULL)
    return self->job;
  request = g_new0 (CheckRequest, 1);
  request->source = embark_disk_source_copy (self->source);
  request->depth = depth;
  self->depth = depth;
  self->is_layout_seen = FALSE;
  self->job = embark_job_new (_ ("Looking inside"));
  g_signal_connect_object (self->job, "published", G_CALLBACK (first_stage_published_cb), self, 0);
  g_signal_connect_object (self->job, "finished", G_CALLBACK (check_finished_cb), self, 0);
  embark_job_list_start (embark_context_get_checks (self->context), self->job, look_cb, request, check_request_free,
                         (GDestroyNotify) embark_look_free);
  notify_check (self);
  return self->job;
}

EmbarkJob *embark_disk_check (EmbarkDisk *self)
{
  g_return_val_if_fail (EMBARK_IS_DISK (self), NULL);
  return start_check (self, DEPTH_KEPT);
}

EmbarkJob *embark_disk_check_again (EmbarkDisk *self)
{
  g_return_val_if_fail (EMBARK_IS_DISK (self), NULL);
  return start_check (self, DEPTH_AGAIN);
}

EmbarkJob *embark_disk_check_headers (EmbarkDisk *self)
{
  g_return_val_if_fail (EMBARK_IS_DISK (self), NULL);
  return start_check (self, DEPTH_HEADERS);
}

void embark_disk_cancel_check (EmbarkDisk *self)
{
  g_return_if_fail (EMBARK_IS_DISK (self));
  if (self->job != NULL)
    embark_job_cancel (self->job);
}

const char *embark_disk_get_path (EmbarkDisk *self)
{
  g_return_val_if_fail (EMBARK_IS_DISK (self), NULL);
  return self->source->path;
}

const char *embark_disk_get_display_path (EmbarkDisk *self)
{
  g_return_val_if_fail (EMBARK_IS_DISK (self), NULL);
  return self->display_path;
}

const char *embark_disk_get_target (EmbarkDisk *self)
{
  g_return_val_if_fail (EMBARK_IS_DISK (self), NULL);
  return self->target;
}

const char *embark_disk_get_bus (EmbarkDisk *self)
{
  g_return_val_if_fail (EMBARK_IS_DISK (self), NULL);
  return self->bus;
}

const char *embark_disk_get_format (EmbarkDisk *self)
{
  g_return_val_if_fail (EMBARK_IS_DISK (self), NULL);
  return self->format_name;
}

guint64 embark_disk_get_virtual_size (EmbarkDisk *self)
{
  g_return_val_if_fail (EMBARK_IS_DISK (self), 0);
  return self->virtual_size;
}

EmbarkReport *embark_disk_get_report (EmbarkDisk *self)
{
  g_return_val_if_fail (EMBARK_IS_DISK (self), NULL);
  return self->report;
}

EmbarkJob *embark_disk_get_job (EmbarkDisk *self)
{
  g_return_val_if_fail (EMBARK_IS_DISK (self), NULL);
  return self->job;
}

const GError *embark_disk_get_error (EmbarkDisk *self)
{
  g_return_val_if_fail (EMBARK_IS_DISK (self), NULL);
  return self->error;
}

EmbarkVerdict embark_disk_get_verdict (EmbarkDisk *self)
{
  g_return_val_if_fail (EMBARK_IS_DISK (self), EMBARK_VERDICT_UNKNOWN);
  return self->report != NULL ? embark_report_get_verdict (self->report) : EMBARK_VERDICT_UNKNOWN;
}

gint64 embark_disk_get_checked_at (EmbarkDisk *self)
{
  g_return_val_if_fail (EMBARK_IS_DISK (self), 0);
  return self->checked_at;
}

gboolean embark_disk_is_kept (EmbarkDisk *self)
{
  g_return_val_if_fail (EMBARK_IS_DISK (self), FALSE);
  return self->is_kept;
}

gboolean embark_disk_is_slow (EmbarkDisk *self)
{
  g_return_val_if_fail (EMBARK_IS_DISK (self), FALSE);
  return self->is_slow;
}
