/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * About, help and keyboard shortcuts.
 */
#include "gui/about.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "model/base/log.h"

#define POLICY "/org/embark/Embark/policy.json"

/* What a helper would ask for; nothing of the account or the disks. */
static char *describe_debug (EmbarkContext *context)
{
  const char *log_path = embark_log_get_path ();
  const char *desktop = g_getenv ("XDG_CURRENT_DESKTOP");
  g_autofree char *system = g_get_os_info (G_OS_INFO_KEY_PRETTY_NAME);

  return g_strdup_printf (
      "Embark %s\nGTK %u.%u.%u\nlibadwaita %u.%u.%u\nGLib %u.%u.%u\nSystem: %s\nDesktop: %s\n"
      "Practice cloud: %s\nLog: %s\n",
      EMBARK_VERSION, gtk_get_major_version (), gtk_get_minor_version (), gtk_get_micro_version (),
      adw_get_major_version (), adw_get_minor_version (), adw_get_micro_version (), glib_major_version,
      glib_minor_version, glib_micro_version, system != NULL ? system : "?", desktop != NULL ? desktop : "?",
      context != NULL && embark_context_is_practice (context) ? "yes" : "no", log_path != NULL ? log_path : "none");
}

void embark_show_about (GtkWindow *parent, EmbarkContext *context)
{
  g_autofree char *debug = describe_debug (context);
  GtkWidget *window = adw_about_window_new ();

  g_object_set (
      window, "application-name", "Embark", "application-icon", EMBARK_APP_ID, "version", EMBARK_VERSION,
      "developer-name", _ ("The Embark project"), "license-type", GTK_LICENSE_GPL_3_0, "comments",
      _ ("Takes virtual machines from your desk to Tencent Cloud: looks inside, says what the cloud would say, "
         "uploads and imports."),
      /* Translators: put your names here, one a line. */
      "translator-credits", _ ("translator-credits"), "debug-info", debug, "debug-info-filename", "embark-debug.txt",
      NULL);
  gtk_window_set_transient_for (GTK_WINDOW (window), parent);
  gtk_window_set_modal (GTK_WINDOW (window), TRUE);
  gtk_window_present (GTK_WINDOW (window));
}

static void copy_clicked_cb (GtkButton *button, GtkTextBuffer *buffer)
{
  g_autofree char *text = NULL;

  g_object_get (buffer, "text", &text, NULL);
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (button)), text);
}

void embark_show_help (GtkWindow *parent)
{
  g_autoptr (GtkBuilder) builder = gtk_builder_new_from_resource ("/org/embark/Embark/ui/help-window.ui");
  g_autoptr (GBytes) policy = g_resources_lookup_data (POLICY, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  GtkWindow *window = GTK_WINDOW (gtk_builder_get_object (builder, "window"));
  GtkTextBuffer *buffer = GTK_TEXT_BUFFER (gtk_builder_get_object (builder, "policy_buffer"));
  gsize length;
  const char *text = g_bytes_get_data (policy, &length);

  gtk_text_buffer_set_text (buffer, text, (int) length);
  g_signal_connect_object (gtk_builder_get_object (builder, "copy_button"), "clicked", G_CALLBACK (copy_clicked_cb),
                           buffer, 0);
  gtk_window_set_transient_for (window, parent);
  gtk_window_present (window);
}

/* Made when asked for. As gtk/help-overlay.ui it would wait as a hidden window from the start, which GTK 4.8 offers to
 * screen readers as a window without a path and dies of. */
void embark_show_shortcuts (GtkWindow *parent)
{
  g_autoptr (GtkBuilder) builder = gtk_builder_new_from_resource ("/org/embark/Embark/ui/shortcuts.ui");
  GtkWindow *window = GTK_WINDOW (gtk_builder_get_object (builder, "window"));

  gtk_window_set_transient_for (window, parent);
  gtk_window_present (window);
}
