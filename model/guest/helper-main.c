/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * embark-guest: reads one request from standard input, looks into one disk or
 * changes it, answers on standard output, ends. Started by guest-client.c only.
 */
#include <glib/gi18n-lib.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "model/base/errors.h"
#include "model/base/fix-options.h"
#include "model/base/json-text.h"
#include "model/guest/appliance.h"
#include "model/guest/helper-events.h"
#include "model/guest/inspect.h"
#include "model/guest/prepare-session.h"
#include "model/guest/text-clean.h"

#define TERMINATE_GRACE_S 3
#define DATA_MAX (2048UL * 1024 * 1024)

static char *read_request (void)
{
  g_autoptr (GString) line = g_string_new (NULL);
  int c;

  while ((c = getchar ()) != EOF && c != '\n')
    if (line->len < EMBARK_HELPER_LINE_MAX)
      g_string_append_c (line, (char) c);
  return line->len > 0 && line->len < EMBARK_HELPER_LINE_MAX ? g_string_free (g_steal_pointer (&line), FALSE) : NULL;
}

/* Reasons within the facts are shown to the user: they are written in the user's language. */
static void set_language (const char *locale)
{
  if (*locale)
    setlocale (LC_MESSAGES, locale);
  bindtextdomain (GETTEXT_PACKAGE, LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
}

/* What a guest holds shall end this process rather than the computer. After the launch, as qemu would inherit it. */
static void limit_memory (void)
{
#ifndef __SANITIZE_ADDRESS__
  const struct rlimit limit = { DATA_MAX, DATA_MAX };

  setrlimit (RLIMIT_DATA, &limit);
#endif
}

static gboolean read_options (JsonObject *request, EmbarkApplianceOptions *options)
{
  *options = (EmbarkApplianceOptions){
    .socket = json_object_get_string_member_with_default (request, "socket", ""),
    .cache_dir = json_object_get_string_member_with_default (request, "cacheDir", ""),
    .tmp_dir = json_object_get_string_member_with_default (request, "tmpDir", ""),
    .force_tcg = json_object_get_boolean_member_with_default (request, "forceTcg", FALSE),
  };
  if (g_path_is_absolute (options->socket) && g_path_is_absolute (options->cache_dir)
      && g_path_is_absolute (options->tmp_dir))
    return TRUE;
  embark_helper_send_error ("failed", "the request names no socket or no folder");
  return FALSE;
}

static guestfs_h *launch (const EmbarkApplianceOptions *options, gboolean *ret_is_slow)
{
  g_autoptr (GError) error = NULL;
  guestfs_h *g;

  embark_helper_send_stage ("launch");
  g = embark_appliance_launch (options, ret_is_slow, &error);
  if (g)
    limit_memory ();
  else
    embark_helper_send_error ("appliance", error->message);
  return g;
}

static int inspect (JsonObject *request)
{
  EmbarkApplianceOptions options;
  g_autoptr (EmbarkFacts) facts = embark_facts_new ();
  gboolean is_slow = FALSE;
  guestfs_h *g = read_options (request, &options) ? launch (&options, &is_slow) : NULL;

  if (!g)
    return 1;
  embark_inspect_disk (g, NULL, facts);
  embark_helper_send_stage ("finish");
  /* An appliance that died on the way answers no more: what is missing then is no fact about the disk. */
  if (guestfs_ping_daemon (g) != 0)
    {
      /* Closed before the client hears of it: what it sends then would end the removal of the session's files. */
      guestfs_close (g);
      embark_helper_send_error ("appliance",
                                _ ("The small machine that looks into disks (libguestfs) stopped on the way."));
      return 1;
    }
  guestfs_close (g);
  embark_facts_set_uint (facts, "look.calls", embark_appliance_get_calls ());
  embark_text_clean_facts (facts);
  embark_helper_send_facts (facts, is_slow);
  return 0;
}

/* The facts of the look before come as text, so that they are bounded like any others. */
static EmbarkFacts *read_facts (JsonObject *request, GError **error)
{
  g_autoptr (JsonNode) node =
      json_object_has_member (request, "facts") ? json_object_dup_member (request, "facts") : NULL;
  g_autofree char *text = node ? json_to_string (node, FALSE) : g_strdup ("{}");

  return embark_facts_new_from_json (text, -1, error);
}

static const char *name_code (const GError *error)
{
  if (g_error_matches (error, EMBARK_ERROR, EMBARK_ERROR_BLOCKED))
    return "blocked";
  return g_error_matches (error, EMBARK_ERROR, EMBARK_ERROR_APPLIANCE) ? "appliance" : "failed";
}

static int prepare (JsonObject *request)
{
  EmbarkApplianceOptions options;
  g_autoptr (GError) error = NULL;
  g_autoptr (EmbarkFacts) before = read_facts (request, &error);
  g_autoptr (EmbarkFacts) after = embark_facts_new ();
  g_autoptr (JsonArray) changes = json_array_new ();
  JsonObject *wishes =
      json_object_has_member (request, "options") ? json_object_get_object_member (request, "options") : NULL;
  g_autoptr (EmbarkFixOptions) fixes = wishes ? embark_fix_options_new_from_json (wishes) : embark_fix_options_new ();
  gboolean is_slow = FALSE;
  gboolean ok = before != NULL;
  guestfs_h *g = NULL;

  if (!ok || !read_options (request, &options))
    return 1;
  options.is_writable = TRUE;
  options.is_networked = fixes->is_networked;
  g = launch (&options, &is_slow);
  if (!g)
    return 1;
  ok = embark_prepare_disk (g, before, fixes, after, changes, &error);
  if (ok)
    ok = embark_appliance_finish (g, &error);
  else
    guestfs_close (g);
  if (!ok)
    {
      embark_helper_send_error (name_code (error), error->message);
      return 1;
    }
  embark_text_clean_facts (after);
  embark_helper_send_prepared (after, changes, is_slow);
  return 0;
}

/* Ends qemu, whoever sent the signal: then every call fails and the handle is closed, which removes its files.
 * What still hangs after some seconds ends the hard way. A handler, since children inherit an ignored signal. */
static void terminate_cb (int number)
{
  static volatile sig_atomic_t is_ending = 0;

  if (is_ending)
    return;
  is_ending = 1;
  alarm (TERMINATE_GRACE_S);
  if (getpgrp () == getpid ())
    kill (0, SIGTERM);
}

int main (void)
{
  g_autofree char *text = NULL;
  g_autoptr (JsonObject) request = NULL;
  g_autoptr (GError) error = NULL;
  const char *verb;

  signal (SIGTERM, terminate_cb);
  /* The client that dies shall not take the helper with it at once: the files of the session would stay. */
  prctl (PR_SET_PDEATHSIG, SIGTERM);
  signal (SIGPIPE, SIG_IGN);
  if (!embark_helper_events_open ())
    return 1;
  text = read_request ();
  request = text ? embark_json_parse_object (text, -1, &error) : NULL;
  verb = request ? json_object_get_string_member_with_default (request, "verb", "") : "";
  if (strcmp (verb, "inspect") != 0 && strcmp (verb, "prepare") != 0)
    {
      embark_helper_send_error ("failed", error ? error->message : "unknown request");
      return 1;
    }
  set_language (json_object_get_string_member_with_default (request, "locale", ""));
  return strcmp (verb, "prepare") == 0 ? prepare (request) : inspect (request);
}
