/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkContext: the composition root.
 */
#include "model/context-private.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "model/account-private.h"
#include "model/base/errors.h"
#include "model/base/log.h"
#include "model/base/private-folder.h"
#include "model/library-private.h"
#include "model/migration-list-private.h"
#include "model/source/hypervisor.h"

#define SCHEDULE_SECONDS 20
/* Of nobody else: whatever is called so and held by nobody is removed. */
#define RUNTIME_PREFIX "embark-run-"

struct _EmbarkContext
{
  GObject parent_instance;

  /* owned */
  char *cache_dir;
  char *overlay_dir;
  char *runtime_dir;
  EmbarkPrivateFolder *runtime_folder; /* (nullable) */
  char *guest_helper;
  EmbarkHttp *http;
  EmbarkJournal *journal;
  EmbarkJobList *jobs;
  EmbarkJobList *checks;
  EmbarkJobList *housekeeping;
  EmbarkLibrary *library;
  EmbarkAccount *account;
  EmbarkMigrationList *migrations;

  EmbarkJudge judge;
  EmbarkSendLimit send_limit;
  guint schedule_id; /* looks at the clock while the limit holds at certain hours only */
};

G_DEFINE_FINAL_TYPE (EmbarkContext, embark_context, G_TYPE_OBJECT)

enum
{
  PROP_JUDGE = 1,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

static void embark_context_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_JUDGE)
    g_value_set_int (value, (int) EMBARK_CONTEXT (object)->judge);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void embark_context_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_JUDGE)
    embark_context_set_judge (EMBARK_CONTEXT (object), (EmbarkJudge) g_value_get_int (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void embark_context_finalize (GObject *object)
{
  EmbarkContext *self = EMBARK_CONTEXT (object);

  g_clear_handle_id (&self->schedule_id, g_source_remove);
  g_clear_object (&self->migrations);
  g_clear_object (&self->library);
  g_clear_object (&self->account);
  g_clear_object (&self->jobs);
  g_clear_object (&self->checks);
  g_clear_object (&self->housekeeping);
  g_clear_pointer (&self->http, embark_http_unref);
  g_clear_pointer (&self->journal, embark_journal_free);
  g_clear_pointer (&self->runtime_folder, embark_private_folder_free);
  g_free (self->cache_dir);
  g_free (self->overlay_dir);
  g_free (self->runtime_dir);
  g_free (self->guest_helper);
  G_OBJECT_CLASS (embark_context_parent_class)->finalize (object);
}

static void embark_context_class_init (EmbarkContextClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = embark_context_get_property;
  object_class->set_property = embark_context_set_property;
  object_class->finalize = embark_context_finalize;
  properties[PROP_JUDGE] = g_param_spec_int ("judge", NULL, NULL, 0, EMBARK_JUDGE_CURRENT, 0,
                                             G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void embark_context_init (EmbarkContext *self)
{
  self->jobs = embark_job_list_new (0);
  self->checks = embark_job_list_new (2);
  self->housekeeping = embark_job_list_new (0);
}

/* A socket's path has room for 107 bytes, so the folder is as short as the system allows. What a program that was
 * killed left there goes first. */
static gboolean make_runtime_dir (EmbarkContext *self, GError **error)
{
  const char *base = g_get_user_runtime_dir ();

  if (strlen (base) > 60 || g_access (base, W_OK | X_OK) != 0)
    base = g_get_tmp_dir ();
  self->runtime_folder = embark_private_folder_new (base, RUNTIME_PREFIX, error);
  if (self->runtime_folder == NULL)
    return FALSE;
  self->runtime_dir = g_strdup (self->runtime_folder->path);
  return TRUE;
}

static char *choose_folder (const char *given, const char *base)
{
  return given != NULL ? g_strdup (given) : g_build_filename (base, "embark", NULL);
}

static const char *choose_text (const char *given, const char *variable)
{
  const char *value = given != NULL ? given : g_getenv (variable);

  return value != NULL && *value != '\0' ? value : NULL;
}

/* Only in practice: how long to wait before the cloud is asked again is no choice of a user. */
static guint choose_retry_ms (guint given, const char *connect_to)
{
  const char *value = connect_to != NULL ? g_getenv ("EMBARK_RETRY_MS") : NULL;

  return given > 0 || value == NULL ? given : (guint) CLAMP (g_ascii_strtoull (value, NULL, 10), 1, 10000);
}

static gboolean open_folders (EmbarkContext *self, const EmbarkContextOptions *options, GError **error)
{
  g_autofree char *state_dir = choose_folder (options->state_dir, g_get_user_state_dir ());
  g_autofree char *journal_dir = g_build_filename (state_dir, "migrations", NULL);

  if (g_mkdir_with_parents (state_dir, 0700) != 0)
    {
      embark_error_set_errno (error, errno, _ ("could not make the folder for the history"), state_dir);
      return FALSE;
    }
  /* One log a program: a second context, as tests make, goes on with it. */
  if (embark_log_get_path () == NULL)
    embark_log_open (state_dir);
  self->overlay_dir = g_build_filename (state_dir, "overlays", NULL);
  self->journal = embark_journal_open (journal_dir, error);
  if (self->journal == NULL)
    return FALSE;
  self->cache_dir = choose_folder (options->cache_dir, g_get_user_cache_dir ());
  if (options->runtime_dir == NULL)
    return make_runtime_dir (self, error);
  self->runtime_dir = g_strdup (options->runtime_dir);
  return TRUE;
}

EmbarkContext *embark_context_new (const EmbarkContextOptions *options, GError **error)
{
  static const EmbarkContextOptions defaults = { 0 };
  g_autoptr (EmbarkContext) self = g_object_new (EMBARK_TYPE_CONTEXT, NULL);
  const char *helper;
  EmbarkHttpOptions http_options = { 0 };

  if (options == NULL)
    options = &defaults;
  if (!open_folders (self, options, error))
    return NULL;
  helper = choose_text (options->guest_helper, "EMBARK_GUEST_HELPER");
  self->guest_helper = g_strdup (helper != NULL ? helper : LIBEXECDIR "/embark-guest");
  http_options.connect_to = choose_text (options->connect_to, "EMBARK_CONNECT_TO");
  http_options.ca_file = choose_text (options->ca_file, "EMBARK_CA_FILE");
  http_options.retry_ms = choose_retry_ms (options->retry_ms, http_options.connect_to);
  self->http = embark_http_new (&http_options);
  embark_hypervisor_init ();
  self->library = embark_library_new (self);
  self->account = embark_account_new (self);
  self->migrations = embark_migration_list_new (self);
  embark_migration_sweep_overlays (self);
  return g_steal_pointer (&self);
}

void embark_context_close (EmbarkContext *self)
{
  static const char *const no_uris[] = { NULL };
  EmbarkJobList *lists[3];

  g_return_if_fail (EMBARK_IS_CONTEXT (self));
  lists[0] = self->jobs;
  lists[1] = self->checks;
  lists[2] = self->housekeeping;
  embark_library_set_uris (self->library, no_uris);
  embark_migration_list_stop_all (self->migrations);
  /* A step that was over in this moment may have started the next one: that one is cancelled, too. */
  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    embark_job_list_cancel_all (lists[i]);
  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    while (embark_job_list_get_n_jobs (lists[i]) > 0)
      {
        g_main_context_iteration (NULL, TRUE);
        embark_job_list_cancel_all (lists[i]);
      }
}

EmbarkLibrary *embark_context_get_library (EmbarkContext *self)
{
  g_return_val_if_fail (EMBARK_IS_CONTEXT (self), NULL);
  return self->library;
}

EmbarkMigrationList *embark_context_get_migrations (EmbarkContext *self)
{
  g_return_val_if_fail (EMBARK_IS_CONTEXT (self), NULL);
  return self->migrations;
}

EmbarkAccount *embark_context_get_account (EmbarkContext *self)
{
  g_return_val_if_fail (EMBARK_IS_CONTEXT (self), NULL);
  return self->account;
}

EmbarkJobList *embark_context_get_jobs (EmbarkContext *self)
{
  g_return_val_if_fail (EMBARK_IS_CONTEXT (self), NULL);
  return self->jobs;
}

gboolean embark_context_is_practice (EmbarkContext *self)
{
  g_return_val_if_fail (EMBARK_IS_CONTEXT (self), FALSE);
  return embark_http_is_practice (self->http);
}

EmbarkJudge embark_context_get_judge (EmbarkContext *self)
{
  g_return_val_if_fail (EMBARK_IS_CONTEXT (self), EMBARK_JUDGE_BOTH);
  return self->judge;
}

static void judge_disk_cb (gpointer disk, gpointer user_data)
{
  embark_disk_judge (EMBARK_DISK (disk));
}

void embark_context_set_judge (EmbarkContext *self, EmbarkJudge judge)
{
  g_return_if_fail (EMBARK_IS_CONTEXT (self));
  if (self->judge == judge)
    return;
  self->judge = judge;
  embark_library_foreach_disk (self->library, judge_disk_cb, NULL);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_JUDGE]);
}

static gboolean look_at_clock_cb (gpointer user_data)
{
  EmbarkContext *self = user_data;
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  guint minute = (guint) (g_date_time_get_hour (now) * 60 + g_date_time_get_minute (now));

  embark_http_set_send_limit (self->http, embark_send_limit_get (&self->send_limit, minute));
  return G_SOURCE_CONTINUE;
}

void embark_context_set_send_limit (EmbarkContext *self, const EmbarkSendLimit *limit)
{
  g_return_if_fail (EMBARK_IS_CONTEXT (self) && limit != NULL);
  self->send_limit = *limit;
  g_clear_handle_id (&self->schedule_id, g_source_remove);
  if (limit->is_scheduled && limit->bytes_per_second > 0)
    self->schedule_id = g_timeout_add_seconds (SCHEDULE_SECONDS, look_at_clock_cb, self);
  look_at_clock_cb (self);
}

const EmbarkSendLimit *embark_context_get_send_limit (EmbarkContext *self)
{
  g_return_val_if_fail (EMBARK_IS_CONTEXT (self), NULL);
  return &self->send_limit;
}

gboolean embark_context_set_proxy (EmbarkContext *self, const char *mode, const char *uri, GError **error)
{
  g_return_val_if_fail (EMBARK_IS_CONTEXT (self) && mode != NULL, FALSE);
  if (g_str_equal (mode, "manual"))
    return embark_http_set_proxy (self->http, EMBARK_PROXY_MANUAL, uri, error);
  return embark_http_set_proxy (self->http, g_str_equal (mode, "none") ? EMBARK_PROXY_NONE : EMBARK_PROXY_DESKTOP, NULL,
                                error);
}

EmbarkHttp *embark_context_get_http (EmbarkContext *self)
{
  return self->http;
}

EmbarkJournal *embark_context_get_journal (EmbarkContext *self)
{
  return self->journal;
}

EmbarkJobList *embark_context_get_checks (EmbarkContext *self)
{
  return self->checks;
}

EmbarkJobList *embark_context_get_housekeeping (EmbarkContext *self)
{
  return self->housekeeping;
}

char *embark_context_dup_overlay_dir (EmbarkContext *self)
{
  return g_strdup (self->overlay_dir);
}

void embark_context_fill_source (EmbarkContext *self, EmbarkDiskSource *source)
{
  source->helper = g_strdup (self->guest_helper);
  source->cache_dir = g_strdup (self->cache_dir);
  source->runtime_dir = g_strdup (self->runtime_dir);
}

guint embark_context_get_poll_seconds (EmbarkContext *self)
{
  return embark_http_is_practice (self->http) ? 1 : 15;
}
