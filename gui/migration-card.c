/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkMigrationCard: states of the model → steps for people.
 */
#include "gui/migration-card.h"

#include <glib/gi18n.h>

#include "gui/format.h"
#include "gui/limit-menu.h"
#include "gui/speed-graph.h"
#include "gui/step-strip.h"
#include "gui/transfer-state.h"

struct _EmbarkMigrationCard
{
  GtkBox parent_instance;

  /* Owned */
  EmbarkMigration *migration;
  GSignalGroup *signals;

  /* Template children */
  EmbarkStepStrip *strip;
  GtkWidget *state_box;
  GtkImage *state_icon;
  GtkLabel *state_title;
  GtkLabel *state_detail;
  GtkWidget *limit_menu;
  GtkWidget *progress_box;
  GtkProgressBar *progress_bar;
  GtkLabel *sent_label;
  GtkLabel *saved_label;
  GtkLabel *kept_label;
  GtkLabel *speed_label;
  GtkLabel *left_label;
  EmbarkSpeedGraph *graph;

  gboolean is_import_shown;
  gboolean is_prepare_shown;
  gboolean is_named;
};

G_DEFINE_FINAL_TYPE (EmbarkMigrationCard, embark_migration_card, GTK_TYPE_BOX)

typedef struct
{
  const char *name;
  EmbarkMigrationState active; /* the transient state in which the step is under way */
} Step;

static const Step steps[] = {
  { N_ ("Check"), EMBARK_MIGRATION_CHECKING },   { N_ ("Prepare"), EMBARK_MIGRATION_PREPARING },
  { N_ ("Upload"), EMBARK_MIGRATION_UPLOADING }, { N_ ("Import"), EMBARK_MIGRATION_IMPORTING },
  { N_ ("Image"), EMBARK_MIGRATION_DONE },
};

static gboolean is_step_shown (EmbarkMigrationCard *self, const Step *step)
{
  if (step->active == EMBARK_MIGRATION_PREPARING)
    return self->is_prepare_shown;
  if (step->active == EMBARK_MIGRATION_IMPORTING || step->active == EMBARK_MIGRATION_DONE)
    return self->is_import_shown;
  return TRUE;
}

static void name_steps (EmbarkMigrationCard *self)
{
  gboolean is_import_shown = embark_migration_is_import_wanted (self->migration);
  gboolean is_prepare_shown = embark_migration_get_state (self->migration) == EMBARK_MIGRATION_PREPARING;
  const char *names[G_N_ELEMENTS (steps) + 1] = { NULL };
  guint n = 0;

  if (self->is_named && is_import_shown == self->is_import_shown && is_prepare_shown == self->is_prepare_shown)
    return;

  self->is_named = TRUE;
  self->is_import_shown = is_import_shown;
  self->is_prepare_shown = is_prepare_shown;
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    if (is_step_shown (self, &steps[i]))
      names[n++] = _ (steps[i].name);
  embark_step_strip_set_names (self->strip, names);
}

static EmbarkStepState judge_step (EmbarkMigrationCard *self, const Step *step)
{
  EmbarkMigrationState state = embark_migration_get_state (self->migration);
  gboolean is_first_open;

  if (state > step->active || state == EMBARK_MIGRATION_DONE)
    return EMBARK_STEP_DONE;
  if (state == step->active)
    return EMBARK_STEP_ACTIVE;
  if (embark_migration_get_error (self->migration) == NULL || embark_migration_is_running (self->migration))
    return EMBARK_STEP_TO_COME;

  /* It failed: the first step that is not done is where it stopped. */
  is_first_open = TRUE;
  for (const Step *other = steps; other < step; other++)
    if (is_step_shown (self, other) && state < other->active)
      is_first_open = FALSE;
  return is_first_open ? EMBARK_STEP_STOPPED : EMBARK_STEP_TO_COME;
}

static char *describe_step (EmbarkMigrationCard *self, const Step *step, EmbarkStepState state)
{
  const EmbarkProgress *report = embark_migration_get_report (self->migration);

  if (state == EMBARK_STEP_STOPPED)
    return g_strdup (_ ("stopped"));
  if (state != EMBARK_STEP_ACTIVE)
    return NULL;
  if (embark_migration_is_paused (self->migration))
    return g_strdup (_ ("paused"));
  if (step->active == EMBARK_MIGRATION_UPLOADING && report->bytes_total > 0)
    {
      double fraction = MIN ((double) report->bytes_done / (double) report->bytes_total, 1);
      /* Translators: a percentage. */
      return g_strdup_printf (_ ("%.0f %%"), floor (fraction * 100));
    }
  return g_strdup (_ ("under way"));
}

static void show_steps (EmbarkMigrationCard *self)
{
  guint n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      EmbarkStepState state;
      g_autofree char *detail = NULL;

      if (!is_step_shown (self, &steps[i]))
        continue;
      state = judge_step (self, &steps[i]);
      detail = describe_step (self, &steps[i], state);
      embark_step_strip_set (self->strip, n++, state, detail);
    }
}

static char *describe_saved (guint64 source, guint64 packed)
{
  g_autofree char *source_text = g_format_size (source);
  g_autofree char *packed_text = g_format_size (packed);

  if (source <= packed || packed == 0)
    return g_strdup ("");
  /* Translators: two sizes: "4.2 GB of the disk became 1.9 GB". */
  return g_strdup_printf (_ ("%s of the disk became %s"), source_text, packed_text);
}

static char *describe_kept (guint64 kept)
{
  g_autofree char *text = g_format_size (kept);

  if (kept == 0)
    return g_strdup ("");
  /* Translators: the placeholder is a size: "1.1 GB were in the bucket already". */
  return g_strdup_printf (_ ("%s were in the bucket already"), text);
}

static void show_sent (EmbarkMigrationCard *self)
{
  const EmbarkProgress *report = embark_migration_get_report (self->migration);
  guint64 sent_size = embark_migration_get_sent_size (self->migration);
  g_autofree char *sent = NULL;
  g_autofree char *saved = NULL;
  g_autofree char *kept = describe_kept (report->bytes_kept);
  g_autofree char *amount = NULL;

  if (embark_migration_get_state (self->migration) == EMBARK_MIGRATION_UPLOADING && report->bytes_total > 0)
    {
      amount = embark_format_part (report->bytes_done, report->bytes_total);
      saved = describe_saved (report->bytes_source, report->bytes_packed);
    }
  else if (sent_size > 0)
    {
      amount = g_format_size (sent_size);
      saved = describe_saved (embark_migration_get_source_size (self->migration), sent_size);
    }
  /* Translators: the placeholder is an amount: "2.3 GB of 3.7 GB sent". */
  sent = amount != NULL ? g_strdup_printf (_ ("%s sent"), amount) : g_strdup ("");
  gtk_label_set_label (self->sent_label, sent);
  gtk_label_set_label (self->saved_label, saved != NULL ? saved : "");
  gtk_label_set_label (self->kept_label, kept);
  gtk_widget_set_visible (GTK_WIDGET (self->kept_label), kept[0] != '\0');
}

static void show_state (EmbarkMigrationCard *self)
{
  const EmbarkTransferState *state = embark_transfer_state_of (self->migration);

  gtk_widget_set_visible (self->state_box, state != NULL);
  if (state == NULL)
    return;

  embark_transfer_state_show (state, self->state_icon);
  gtk_label_set_label (self->state_title, state->title);
  gtk_label_set_label (self->state_detail, state->detail);
  gtk_widget_set_visible (GTK_WIDGET (self->state_detail), state->detail[0] != '\0');
  /* The import sends nothing that could be limited. */
  gtk_widget_set_visible (self->limit_menu, embark_migration_get_state (self->migration) < EMBARK_MIGRATION_UPLOADED);
}

static void show_speed (EmbarkMigrationCard *self)
{
  const EmbarkProgress *report = embark_migration_get_report (self->migration);
  gboolean is_uploading = embark_migration_get_state (self->migration) == EMBARK_MIGRATION_UPLOADING;
  g_autofree char *speed = embark_format_speed (is_uploading ? embark_migration_get_speed (self->migration) : 0);
  g_autofree char *left = embark_format_time_left (embark_migration_get_seconds_left (self->migration));
  g_autofree char *speed_text = NULL;
  g_autofree char *left_text = NULL;

  if (speed[0] != '\0' && report->in_flight > 0)
    /* Translators: a speed, then how many parts are being sent: "4.1 MB/s · 6 parts at once". */
    speed_text = g_strdup_printf (ngettext ("%s · %u part at once", "%s · %u parts at once", report->in_flight), speed,
                                  report->in_flight);
  if (embark_migration_get_state (self->migration) == EMBARK_MIGRATION_IMPORTING
      && embark_transfer_state_of (self->migration) == NULL)
    left_text = g_strdup (_ ("The cloud makes the image, usually within some minutes"));
  else if (is_uploading && left[0] != '\0' && embark_migration_is_import_wanted (self->migration))
    /* Translators: the placeholder is a time: "about 6 minutes left, then the import". */
    left_text = g_strdup_printf (_ ("%s, then the import"), left);
  else if (is_uploading)
    left_text = g_strdup (left);
  gtk_label_set_label (self->speed_label, speed_text != NULL ? speed_text : speed);
  gtk_label_set_label (self->left_label, left_text != NULL ? left_text : "");
}

/* Labels without words leave no gap, and a cell without labels no row. */
static void hide_if_empty (GtkLabel *title, GtkLabel *detail)
{
  gboolean has_title = gtk_label_get_label (title)[0] != '\0';
  gboolean has_detail = gtk_label_get_label (detail)[0] != '\0';

  gtk_widget_set_visible (GTK_WIDGET (title), has_title);
  gtk_widget_set_visible (GTK_WIDGET (detail), has_detail);
  gtk_widget_set_visible (gtk_widget_get_ancestor (GTK_WIDGET (title), GTK_TYPE_FLOW_BOX_CHILD),
                          has_title || has_detail);
}

static void update (EmbarkMigrationCard *self)
{
  if (self->migration == NULL)
    return;

  name_steps (self);
  show_steps (self);
  show_state (self);
  show_sent (self);
  show_speed (self);
  hide_if_empty (self->sent_label, self->saved_label);
  hide_if_empty (self->speed_label, self->left_label);
  gtk_widget_set_visible (GTK_WIDGET (self->progress_bar), embark_migration_is_running (self->migration));
  gtk_progress_bar_set_fraction (self->progress_bar, embark_migration_get_progress (self->migration));
  gtk_widget_set_visible (self->progress_box, embark_migration_is_running (self->migration)
                                                  || embark_migration_get_sent_size (self->migration) > 0);
}

static void embark_migration_card_dispose (GObject *object)
{
  EmbarkMigrationCard *self = EMBARK_MIGRATION_CARD (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), EMBARK_TYPE_MIGRATION_CARD);
  g_clear_object (&self->signals);
  g_clear_object (&self->migration);
  G_OBJECT_CLASS (embark_migration_card_parent_class)->dispose (object);
}

static void embark_migration_card_class_init (EmbarkMigrationCardClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = embark_migration_card_dispose;
  g_type_ensure (EMBARK_TYPE_LIMIT_MENU);
  g_type_ensure (EMBARK_TYPE_STEP_STRIP);
  g_type_ensure (EMBARK_TYPE_SPEED_GRAPH);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/embark/Embark/ui/migration-card.ui");
  gtk_widget_class_bind_template_child (widget_class, EmbarkMigrationCard, strip);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMigrationCard, state_box);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMigrationCard, state_icon);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMigrationCard, state_title);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMigrationCard, state_detail);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMigrationCard, limit_menu);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMigrationCard, progress_box);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMigrationCard, progress_bar);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMigrationCard, sent_label);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMigrationCard, saved_label);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMigrationCard, kept_label);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMigrationCard, speed_label);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMigrationCard, left_label);
  gtk_widget_class_bind_template_child (widget_class, EmbarkMigrationCard, graph);
}

static void embark_migration_card_init (EmbarkMigrationCard *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->signals = g_signal_group_new (EMBARK_TYPE_MIGRATION);
  g_signal_group_connect_swapped (self->signals, "notify", G_CALLBACK (update), self);
}

void embark_migration_card_set_migration (EmbarkMigrationCard *self, EmbarkMigration *migration)
{
  g_return_if_fail (EMBARK_IS_MIGRATION_CARD (self));

  g_set_object (&self->migration, migration);
  g_signal_group_set_target (self->signals, migration);
  embark_speed_graph_set_history (self->graph, migration != NULL ? embark_speed_history_of (migration) : NULL);
  update (self);
}
