/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Nobody else may write to the pipe to the client, so it is moved away from
 * descriptor 1 before any library is used.
 */
#include "model/guest/helper-events.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <unistd.h>

#define TEXT_MAX 4096

static int pipe_fd = -1;

gboolean embark_helper_events_open (void)
{
  pipe_fd = fcntl (STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
  return pipe_fd >= 0 && dup2 (STDERR_FILENO, STDOUT_FILENO) >= 0;
}

/* A client that is gone has also ended qemu or is about to: then the handle is closed in order, which removes its
 * files, so this is no place to end. */
static void write_all (const char *text, gsize length)
{
  while (length > 0)
    {
      gssize n = write (pipe_fd, text, length);
      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return;
      text += n;
      length -= n;
    }
}

static void send_object (JsonObject *object)
{
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), object);
  g_autofree char *text = json_to_string (node, FALSE);
  g_autofree char *line = g_strconcat (text, "\n", NULL);
  gsize length = strlen (line);

  if (length > EMBARK_HELPER_LINE_MAX)
    {
      embark_helper_send_error ("failed", _ ("the disk holds too much to describe"));
      return;
    }
  write_all (line, length);
}

static JsonObject *new_event (const char *name)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "event", name);
  return object;
}

static void set_text (JsonObject *object, const char *name, const char *text)
{
  g_autofree char *bounded = g_strndup (text, TEXT_MAX);
  g_autofree char *valid = g_utf8_make_valid (bounded, -1);

  json_object_set_string_member (object, name, valid);
}

void embark_helper_send_stage (const char *stage)
{
  g_autoptr (JsonObject) object = new_event ("stage");

  json_object_set_string_member (object, "stage", stage);
  send_object (object);
}

void embark_helper_send_accelerator (gboolean is_slow)
{
  g_autoptr (JsonObject) object = new_event ("accelerator");

  json_object_set_boolean_member (object, "slow", is_slow);
  send_object (object);
}

void embark_helper_send_log (const char *text)
{
  g_autoptr (JsonObject) object = new_event ("log");

  set_text (object, "text", text);
  send_object (object);
}

void embark_helper_send_output (const char *text)
{
  g_autoptr (JsonObject) object = new_event ("output");

  set_text (object, "text", text);
  send_object (object);
}

void embark_helper_send_prepared (EmbarkFacts *facts, JsonArray *changes, gboolean is_slow)
{
  g_autoptr (JsonObject) object = new_event ("prepared");

  json_object_set_object_member (object, "facts", json_object_ref (embark_facts_get_object (facts)));
  json_object_set_array_member (object, "changes", json_array_ref (changes));
  json_object_set_boolean_member (object, "slow", is_slow);
  send_object (object);
}

void embark_helper_send_facts (EmbarkFacts *facts, gboolean is_slow)
{
  g_autoptr (JsonObject) object = new_event ("facts");

  json_object_set_object_member (object, "facts", json_object_ref (embark_facts_get_object (facts)));
  json_object_set_boolean_member (object, "slow", is_slow);
  send_object (object);
}

void embark_helper_send_error (const char *code, const char *message)
{
  g_autoptr (JsonObject) object = new_event ("error");

  json_object_set_string_member (object, "code", code);
  set_text (object, "message", message);
  send_object (object);
}
