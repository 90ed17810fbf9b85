/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One table: stage of a migration → icon and words.
 */
#include "gui/transfer-state.h"

#include <glib/gi18n.h>

typedef struct
{
  const char *stage;
  EmbarkTransferState state; /* not translated */
} Entry;

static const Entry entries[] = {
  { "queued",
    { "document-open-recent-symbolic", "dim-label", N_ ("Waiting for its turn"),
      N_ ("It begins when the import before it has sent its disk."), TRUE } },
  { "paused",
    { "media-playback-pause-symbolic", "warning", N_ ("Paused"),
      N_ ("What was sent stays in the bucket. “Continue” goes on from there."), TRUE } },
  { "offline",
    { "network-offline-symbolic", "warning", N_ ("Waiting for the network"),
      N_ ("It goes on by itself. What was sent is not sent again."), TRUE } },
  { "read",
    { "drive-harddisk-symbolic", "accent", N_ ("Reading ahead"), N_ ("The first parts are being made."), FALSE } },
  { "send", { "embark-imports-symbolic", "accent", N_ ("Sending"), "", FALSE } },
  { "finish",
    { "embark-ready-symbolic", "accent", N_ ("Finishing"),
      N_ ("The bucket puts the parts together, then the checksums are compared."), FALSE } },
};

static const EmbarkTransferState *look_up (const char *stage)
{
  static EmbarkTransferState translated[G_N_ELEMENTS (entries)];

  for (guint i = 0; i < G_N_ELEMENTS (entries); i++)
    if (g_strcmp0 (entries[i].stage, stage) == 0)
      {
        translated[i] = entries[i].state;
        translated[i].title = _ (entries[i].state.title);
        if (entries[i].state.detail[0] != '\0')
          translated[i].detail = _ (entries[i].state.detail);
        return &translated[i];
      }
  return NULL;
}

const EmbarkTransferState *embark_transfer_state_find (gboolean is_queued, gboolean is_paused, gboolean is_uploading,
                                                       const char *stage)
{
  if (is_queued)
    return look_up ("queued");
  if (is_paused)
    return look_up ("paused");
  /* The import asks the cloud too, and waits for the network when it has to. */
  if (g_strcmp0 (stage, "offline") == 0)
    return look_up ("offline");
  if (!is_uploading)
    return NULL;
  return look_up (stage);
}

const EmbarkTransferState *embark_transfer_state_of (EmbarkMigration *migration)
{
  g_return_val_if_fail (EMBARK_IS_MIGRATION (migration), NULL);

  if (!embark_migration_is_running (migration))
    return NULL;
  return embark_transfer_state_find (embark_migration_is_queued (migration), embark_migration_is_paused (migration),
                                     embark_migration_get_state (migration) == EMBARK_MIGRATION_UPLOADING,
                                     embark_migration_get_report (migration)->stage);
}

void embark_transfer_state_show (const EmbarkTransferState *self, GtkImage *image)
{
  static const char *const styles[] = { "accent", "dim-label", "error", "success", "warning" };

  g_return_if_fail (self != NULL && GTK_IS_IMAGE (image));

  for (guint i = 0; i < G_N_ELEMENTS (styles); i++)
    gtk_widget_remove_css_class (GTK_WIDGET (image), styles[i]);
  gtk_widget_add_css_class (GTK_WIDGET (image), self->style);
  gtk_image_set_from_icon_name (image, self->icon);
  gtk_widget_set_tooltip_text (GTK_WIDGET (image), self->title);
  gtk_accessible_update_property (GTK_ACCESSIBLE (image), GTK_ACCESSIBLE_PROPERTY_LABEL, self->title, -1);
}
