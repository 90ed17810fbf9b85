/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkSession: settings → model, and the list of disk files back.
 */
#include "gui/session.h"

#include "gui/settings.h"
#include "model/proxy-login.h"

struct _EmbarkSession
{
  GObject parent_instance;

  /* Owned */
  EmbarkContext *context;
  GSettings *settings;
  GCancellable *cancellable;

  guint n_loading; /* files of last time that are still being looked at */
};

G_DEFINE_FINAL_TYPE (EmbarkSession, embark_session, G_TYPE_OBJECT)

static void apply_connections (EmbarkSession *self)
{
  g_auto (GStrv) uris = g_settings_get_strv (self->settings, "connections");

  embark_library_set_uris (embark_context_get_library (self->context), (const char *const *) uris);
}

static void apply_judge (EmbarkSession *self)
{
  embark_context_set_judge (self->context, embark_settings_get_judge (self->settings));
}

static void apply_send_limit (EmbarkSession *self)
{
  EmbarkSendLimit limit;

  embark_settings_get_send_limit (self->settings, &limit);
  embark_context_set_send_limit (self->context, &limit);
}

/* Only another program can have written an address that is no proxy: the way of before stays. */
static void apply_proxy (EmbarkSession *self)
{
  g_autofree char *mode = g_settings_get_string (self->settings, "proxy-mode");
  g_autofree char *uri = g_settings_get_string (self->settings, "proxy-uri");
  g_autoptr (GError) error = NULL;
  g_autoptr (EmbarkJob) login = NULL;

  /* Chosen, but not typed yet. */
  if (g_str_equal (mode, "manual") && uri[0] == '\0')
    return;
  if (!embark_context_set_proxy (self->context, mode, uri[0] != '\0' ? uri : NULL, &error))
    {
      g_warning ("The proxy of the settings is not used: %s", error->message);
      return;
    }
  /* The keyring is asked only by those who have such a proxy. */
  if (g_str_equal (mode, "manual"))
    login = embark_context_load_proxy_login (self->context);
}

static void follow_transfer (EmbarkSession *self)
{
  static const char *const limits[] = { "send-limit", "send-limit-scheduled", "send-limit-from", "send-limit-to" };

  for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      g_autofree char *signal = g_strconcat ("changed::", limits[i], NULL);

      g_signal_connect_object (self->settings, signal, G_CALLBACK (apply_send_limit), self, G_CONNECT_SWAPPED);
    }
  g_signal_connect_object (self->settings, "changed::proxy-mode", G_CALLBACK (apply_proxy), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->settings, "changed::proxy-uri", G_CALLBACK (apply_proxy), self, G_CONNECT_SWAPPED);
  apply_send_limit (self);
  apply_proxy (self);
}

/* Files of last time come one by one: only when all are there does the list speak for what the user wants. */
static void save_files (EmbarkSession *self)
{
  GListModel *files = G_LIST_MODEL (embark_library_get_files (embark_context_get_library (self->context)));
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) uris = NULL;

  if (self->n_loading > 0)
    return;

  for (guint i = 0; i < g_list_model_get_n_items (files); i++)
    {
      g_autoptr (EmbarkMachine) machine = g_list_model_get_item (files, i);

      g_strv_builder_add (builder, embark_machine_get_id (machine));
    }
  uris = g_strv_builder_end (builder);
  g_settings_set_strv (self->settings, "disk-files", (const char *const *) uris);
}

static void file_added_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (EmbarkSession) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (EmbarkMachine) machine = embark_library_add_file_finish (EMBARK_LIBRARY (source), result, &error);

  if (machine == NULL && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (machine == NULL)
    g_debug ("A disk file of last time is not listed again: %s", error->message);
  self->n_loading--;
  save_files (self);
}

static void load_files (EmbarkSession *self)
{
  EmbarkLibrary *library = embark_context_get_library (self->context);
  g_auto (GStrv) uris = g_settings_get_strv (self->settings, "disk-files");

  self->n_loading = g_strv_length (uris);
  for (guint i = 0; uris[i] != NULL; i++)
    {
      g_autoptr (GFile) file = g_file_new_for_uri (uris[i]);

      embark_library_add_file_async (library, file, self->cancellable, file_added_cb, g_object_ref (self));
    }
}

static void embark_session_dispose (GObject *object)
{
  EmbarkSession *self = EMBARK_SESSION (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->settings);
  g_clear_object (&self->context);
  G_OBJECT_CLASS (embark_session_parent_class)->dispose (object);
}

static void embark_session_finalize (GObject *object)
{
  EmbarkSession *self = EMBARK_SESSION (object);

  g_clear_object (&self->cancellable);
  G_OBJECT_CLASS (embark_session_parent_class)->finalize (object);
}

static void embark_session_class_init (EmbarkSessionClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = embark_session_dispose;
  G_OBJECT_CLASS (klass)->finalize = embark_session_finalize;
}

static void embark_session_init (EmbarkSession *self)
{
  self->settings = embark_settings_new ();
  self->cancellable = g_cancellable_new ();
}

EmbarkSession *embark_session_new (EmbarkContext *context)
{
  EmbarkSession *self = g_object_new (EMBARK_TYPE_SESSION, NULL);
  EmbarkLibrary *library = embark_context_get_library (context);
  g_autoptr (EmbarkJob) keys = NULL;

  self->context = g_object_ref (context);
  g_signal_connect_object (self->settings, "changed::connections", G_CALLBACK (apply_connections), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->settings, "changed::edition", G_CALLBACK (apply_judge), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (embark_library_get_files (library), "items-changed", G_CALLBACK (save_files), self,
                           G_CONNECT_SWAPPED);
  apply_judge (self);
  follow_transfer (self);
  apply_connections (self);
  keys = embark_account_load (embark_context_get_account (context));
  load_files (self);
  return self;
}
