/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One helper a request. Each stage has a deadline, so an appliance that hangs
 * ends the request, not the program; a hang under KVM is tried again without.
 */
#include "model/guest/guest-client.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <locale.h>
#include <signal.h>
#include <string.h>

#include "model/base/errors.h"
#include "model/base/json-text.h"
#include "model/base/process.h"

#define LINE_MAX_BYTES (4 * 1024 * 1024)
#define LINES_MAX 10000
/* Seconds. The first launch of a user also builds the appliance, and TCG shares the processors with others. */
#define PROBE_DEADLINE 60
#define KVM_DEADLINE 60
#define TCG_DEADLINE 300
#define INSPECT_DEADLINE 600
/* Of everything together, counted from the first launch. */
#define WHOLE_DEADLINE 1200
/* Of one fix, which may install packages or build an initramfs without KVM; and of a whole preparation. */
#define FIX_DEADLINE 3600
#define PREPARE_DEADLINE (4 * 3600)

typedef struct
{
  /* owned */
  EmbarkFacts *facts;
  JsonArray *changes;
  gint64 deadline; /* monotonic, us, of the stage at work */
  gint64 end;      /* of the whole request */
  gboolean is_slow;
  gboolean is_launching;

  /* borrowed */
  EmbarkFacts *before;             /* of a preparation, and the options */
  const EmbarkFixOptions *options; /* (nullable) */
  EmbarkGuestLogFunc log;          /* (nullable) */
  EmbarkProgressFunc progress;
  gpointer user_data;
} Session;

static void set_deadline (Session *session, guint seconds)
{
  session->deadline = MIN (g_get_monotonic_time () + (gint64) seconds * G_USEC_PER_SEC, session->end);
}

static void report_stage (Session *session, const char *stage)
{
  static const char *const stages[] = { "launch", "filesystems", "inspect", "mount", "kernels", "finish" };
  EmbarkProgress progress = { 0 };

  session->is_launching = strcmp (stage, "launch") == 0;
  if (g_str_has_prefix (stage, EMBARK_GUEST_FIX_STAGE))
    set_deadline (session, FIX_DEADLINE);
  else
    set_deadline (session, session->is_launching ? PROBE_DEADLINE : INSPECT_DEADLINE);
  for (guint i = 0; i < G_N_ELEMENTS (stages); i++)
    if (strcmp (stage, stages[i]) == 0)
      progress.fraction = (double) i / G_N_ELEMENTS (stages);
  g_strlcpy (progress.stage, stage, sizeof progress.stage);
  if (session->progress)
    session->progress (&progress, session->user_data);
}

static gboolean fail_appliance (GError **error, const char *message)
{
  g_set_error_literal (error, EMBARK_ERROR, EMBARK_ERROR_APPLIANCE, message);
  return FALSE;
}

static EmbarkError read_code (const char *code)
{
  if (strcmp (code, "appliance") == 0)
    return EMBARK_ERROR_APPLIANCE;
  return strcmp (code, "blocked") == 0 ? EMBARK_ERROR_BLOCKED : EMBARK_ERROR_FAILED;
}

static gboolean take_facts (Session *session, JsonObject *event, GError **error)
{
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *text = NULL;

  if (!json_object_has_member (event, "facts"))
    return fail_appliance (error, _ ("The helper that looks into disks gave an answer that makes no sense."));
  node = json_object_dup_member (event, "facts");
  text = json_to_string (node, FALSE);
  session->facts = embark_facts_new_from_json (text, -1, error);
  session->is_slow = json_object_get_boolean_member_with_default (event, "slow", FALSE);
  if (session->options != NULL && json_object_has_member (event, "changes"))
    session->changes = json_array_ref (json_object_get_array_member (event, "changes"));
  return session->facts != NULL;
}

static gboolean take_event (Session *session, const char *line, GError **error)
{
  g_autoptr (JsonObject) event = embark_json_parse_object (line, -1, error);
  const char *name;

  if (!event)
    return FALSE;
  name = json_object_get_string_member_with_default (event, "event", "");
  if (strcmp (name, "stage") == 0)
    report_stage (session, json_object_get_string_member_with_default (event, "stage", ""));
  else if (strcmp (name, "accelerator") == 0)
    {
      session->is_slow = json_object_get_boolean_member_with_default (event, "slow", FALSE);
      set_deadline (session, session->is_slow ? TCG_DEADLINE : KVM_DEADLINE);
    }
  else if (strcmp (name, "log") == 0)
    g_debug ("%s", json_object_get_string_member_with_default (event, "text", ""));
  else if (strcmp (name, "output") == 0 && session->log != NULL)
    session->log (json_object_get_string_member_with_default (event, "text", ""), session->user_data);
  else if (strcmp (name, session->options != NULL ? "prepared" : "facts") == 0)
    return take_facts (session, event, error);
  else if (strcmp (name, "error") == 0)
    {
      g_set_error_literal (error, EMBARK_ERROR,
                           read_code (json_object_get_string_member_with_default (event, "code", "")),
                           json_object_get_string_member_with_default (event, "message", ""));
      return FALSE;
    }
  return TRUE;
}

static char *make_request (const Session *session, const EmbarkGuestRequest *request, const char *tmp_dir,
                           gboolean force_tcg)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), object);
  const char *locale = setlocale (LC_MESSAGES, NULL);

  json_object_set_string_member (object, "verb", session->options != NULL ? "prepare" : "inspect");
  json_object_set_string_member (object, "socket", request->socket);
  json_object_set_string_member (object, "cacheDir", request->cache_dir);
  json_object_set_string_member (object, "tmpDir", tmp_dir);
  json_object_set_string_member (object, "locale", locale ? locale : "");
  json_object_set_boolean_member (object, "forceTcg", force_tcg);
  if (session->options != NULL)
    {
      json_object_set_object_member (object, "facts", json_object_ref (embark_facts_get_object (session->before)));
      json_object_set_object_member (object, "options", embark_fix_options_to_json (session->options));
    }
  return json_to_string (node, FALSE);
}

/* Translates the end of output or a passed deadline of @process into what the user can use. */
static gboolean fail_read (Session *session, EmbarkProcess *process, GError *cause, GError **error)
{
  const char *complaint = embark_process_get_complaint (process);

  if (cause && !g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    {
      g_propagate_error (error, cause);
      return FALSE;
    }
  if (cause)
    {
      g_error_free (cause);
      return fail_appliance (error, session->is_launching ? _ (
                                        "The small machine that looks into disks (libguestfs) did not start in time. "
                                        "Try again when the computer is less busy.")
                                                          : _ ("Looking into the disk took too long and was stopped."));
    }
  if (!*complaint)
    return fail_appliance (error, _ ("The helper that looks into disks ended without an answer."));
  /* Translators: %s is the last line that the helper printed. */
  g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_APPLIANCE, _ ("The helper that looks into disks ended: %s"),
               complaint);
  return FALSE;
}

static gboolean run_session (Session *session, const EmbarkGuestRequest *request, const char *tmp_dir,
                             gboolean force_tcg, GCancellable *cancellable, GError **error)
{
  const char *argv[] = { request->helper, NULL };
  g_autoptr (EmbarkProcess) process = NULL;
  g_autofree char *text = make_request (session, request, tmp_dir, force_tcg);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  process = embark_process_spawn (argv, error);
  if (!process || !embark_process_write_line (process, text, error))
    return FALSE;
  report_stage (session, "launch");
  for (guint n = 0; !session->facts; n++)
    {
      gint64 left = session->deadline - g_get_monotonic_time ();
      GError *cause = NULL;
      g_autofree char *line = NULL;

      if (n >= LINES_MAX)
        return fail_appliance (error, _ ("The helper that looks into disks gave an answer that makes no sense."));
      if (left <= 0)
        cause = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "deadline");
      else
        line = embark_process_read_line (process, LINE_MAX_BYTES, (guint) (left / G_USEC_PER_SEC) + 1, cancellable,
                                         &cause);
      if (!line && g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        /* Nobody waits for an orderly end: what it leaves is removed here. */
        kill (-embark_process_get_pid (process), SIGKILL);
      if (!line)
        return fail_read (session, process, cause, error);
      if (!take_event (session, line, error))
        return FALSE;
    }
  return TRUE;
}

/* What a helper that was killed could not remove: libguestfs' folders with a socket or an overlay in them. */
static void remove_folder (const char *path, guint depth)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    {
      g_autofree char *child = g_build_filename (path, name, NULL);
      if (g_unlink (child) != 0 && depth > 0)
        remove_folder (child, depth - 1);
    }
  g_rmdir (path);
}

/* With the folders it needs, and without KVM when that hangs. The facts are in @session when it is TRUE. */
static gboolean run_request (Session *session, const EmbarkGuestRequest *request, GCancellable *cancellable,
                             GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autofree char *tmp_dir = NULL;
  gboolean ok;

  if (g_mkdir_with_parents (request->cache_dir, 0700) != 0)
    {
      embark_error_set_errno (error, errno, _ ("could not create the folder"), request->cache_dir);
      return FALSE;
    }
  tmp_dir = g_dir_make_tmp ("embark-guest-XXXXXX", error);
  if (!tmp_dir)
    return FALSE;
  ok = run_session (session, request, tmp_dir, FALSE, cancellable, &cause);
  if (!ok && session->is_launching && !session->is_slow && g_error_matches (cause, EMBARK_ERROR, EMBARK_ERROR_APPLIANCE)
      && g_get_monotonic_time () >= session->deadline)
    {
      g_clear_error (&cause);
      ok = run_session (session, request, tmp_dir, TRUE, cancellable, &cause);
    }
  remove_folder (tmp_dir, 2);
  if (!ok)
    {
      g_clear_pointer (&session->facts, embark_facts_unref);
      g_clear_pointer (&session->changes, json_array_unref);
      g_propagate_error (error, g_steal_pointer (&cause));
    }
  return ok;
}

EmbarkFacts *embark_guest_inspect (const EmbarkGuestRequest *request, gboolean *ret_slow, EmbarkProgressFunc progress,
                                   gpointer user_data, GCancellable *cancellable, GError **error)
{
  Session session = { .progress = progress,
                      .user_data = user_data,
                      .end = g_get_monotonic_time () + (gint64) WHOLE_DEADLINE * G_USEC_PER_SEC };

  g_return_val_if_fail (request && request->helper && request->socket && request->cache_dir, NULL);

  if (!run_request (&session, request, cancellable, error))
    return NULL;
  if (ret_slow)
    *ret_slow = session.is_slow;
  return g_steal_pointer (&session.facts);
}

void embark_guest_prepared_free (EmbarkGuestPrepared *self)
{
  if (!self)
    return;
  embark_facts_unref (self->facts);
  json_array_unref (self->changes);
  g_free (self);
}

EmbarkGuestPrepared *embark_guest_prepare (const EmbarkGuestRequest *request, EmbarkFacts *facts,
                                           const EmbarkFixOptions *options, EmbarkGuestLogFunc log,
                                           EmbarkProgressFunc progress, gpointer user_data, GCancellable *cancellable,
                                           GError **error)
{
  Session session = { .before = facts,
                      .options = options,
                      .log = log,
                      .progress = progress,
                      .user_data = user_data,
                      .end = g_get_monotonic_time () + (gint64) PREPARE_DEADLINE * G_USEC_PER_SEC };
  EmbarkGuestPrepared *prepared;

  g_return_val_if_fail (request && request->helper && request->socket && request->cache_dir, NULL);
  g_return_val_if_fail (facts && options, NULL);

  if (!run_request (&session, request, cancellable, error))
    return NULL;
  prepared = g_new0 (EmbarkGuestPrepared, 1);
  prepared->facts = g_steal_pointer (&session.facts);
  prepared->changes = session.changes ? g_steal_pointer (&session.changes) : json_array_new ();
  prepared->is_slow = session.is_slow;
  return prepared;
}
