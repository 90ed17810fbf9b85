/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * embark-guest: reads one request from standard input, looks into one disk,
 * answers on standard output, ends. Started by guest-client.c only.
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

#include "model/base/json-text.h"
#include "model/guest/appliance.h"
#include "model/guest/helper-events.h"
#include "model/guest/inspect.h"
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

static int inspect (JsonObject *request)
{
  EmbarkApplianceOptions options = {
    .socket = json_object_get_string_member_with_default (request, "socket", ""),
    .cache_dir = json_object_get_string_member_with_default (request, "cacheDir", ""),
    .tmp_dir = json_object_get_string_member_with_default (request, "tmpDir", ""),
    .force_tcg = json_object_get_boolean_member_with_default (request, "forceTcg", FALSE),
  };
  g_autoptr (EmbarkFacts) facts = embark_facts_new ();
  g_autoptr (GError) error = NULL;
  gboolean is_slow = FALSE;
  guestfs_h *g;

  if (!g_path_is_absolute (options.socket) || !g_path_is_absolute (options.cache_dir)
      || !g_path_is_absolute (options.tmp_dir))
    {
      embark_helper_send_error ("failed", "the request names no socket or no folder");
      return 1;
    }
  embark_helper_send_stage ("launch");
  g = embark_appliance_launch (&options, &is_slow, &error);
  if (!g)
    {
      embark_helper_send_error ("appliance", error->message);
      return 1;
    }
  limit_memory ();
  embark_inspect_disk (g, facts);
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

  signal (SIGTERM, terminate_cb);
  /* The client that dies shall not take the helper with it at once: the files of the session would stay. */
  prctl (PR_SET_PDEATHSIG, SIGTERM);
  signal (SIGPIPE, SIG_IGN);
  if (!embark_helper_events_open ())
    return 1;
  text = read_request ();
  request = text ? embark_json_parse_object (text, -1, &error) : NULL;
  if (!request || strcmp (json_object_get_string_member_with_default (request, "verb", ""), "inspect") != 0)
    {
      embark_helper_send_error ("failed", error ? error->message : "unknown request");
      return 1;
    }
  set_language (json_object_get_string_member_with_default (request, "locale", ""));
  return inspect (request);
}
