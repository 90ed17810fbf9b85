/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Starts the practice cloud, reads its one line of readiness, and speaks to
 * its control socket.
 */
#include "tests/support/practice-cloud.h"

#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <string.h>

struct _PracticeCloud
{
  GSubprocess *process;
  char *dir;
  char *connect_to;
  char *ca_file;
  guint port;
};

static void remove_tree (const char *path)
{
  g_autoptr (GDir) dir = g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_tree (child);
    }
  g_remove (path);
}

static char *read_line (GInputStream *stream)
{
  g_autoptr (GDataInputStream) lines = g_data_input_stream_new (stream);
  g_autoptr (GError) error = NULL;
  char *line = g_data_input_stream_read_line (lines, NULL, NULL, &error);

  g_assert_no_error (error);
  if (line == NULL)
    g_error ("the practice cloud said nothing");
  return line;
}

static JsonNode *parse_line (const char *line)
{
  g_autoptr (GError) error = NULL;
  JsonNode *node = json_from_string (line, &error);

  g_assert_no_error (error);
  g_assert_true (node != NULL && JSON_NODE_HOLDS_OBJECT (node));
  return node;
}

static void read_readiness (PracticeCloud *self)
{
  g_autofree char *line = read_line (g_subprocess_get_stdout_pipe (self->process));
  g_autoptr (JsonNode) node = parse_line (line);
  JsonObject *ready = json_node_get_object (node);

  self->port = (guint) json_object_get_int_member (ready, "port");
  self->ca_file = g_strdup (json_object_get_string_member (ready, "ca"));
  self->connect_to = g_strdup_printf ("127.0.0.1:%u", self->port);
}

PracticeCloud *practice_cloud_start (const char *const *options)
{
  PracticeCloud *self = g_new0 (PracticeCloud, 1);
  g_autofree char *server = g_test_build_filename (G_TEST_DIST, "cloud", "server.py", NULL);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) argv = NULL;
  g_autoptr (GError) error = NULL;

  self->dir = g_dir_make_tmp ("embark-practice-XXXXXX", &error);
  g_assert_no_error (error);
  g_strv_builder_add_many (builder, "/usr/bin/python3", server, "--dir", self->dir, "--import-seconds", "0", "--bucket",
                           PRACTICE_CLOUD_BUCKET "@" PRACTICE_CLOUD_REGION, NULL);
  if (options != NULL)
    g_strv_builder_addv (builder, (const char **) options);
  argv = g_strv_builder_end (builder);
  self->process = g_subprocess_newv ((const char *const *) argv, G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error);
  g_assert_no_error (error);
  read_readiness (self);
  return self;
}

void practice_cloud_stop (PracticeCloud *self)
{
  if (self == NULL)
    return;
  g_subprocess_force_exit (self->process);
  g_subprocess_wait (self->process, NULL, NULL);
  g_object_unref (self->process);
  remove_tree (self->dir);
  g_free (self->dir);
  g_free (self->connect_to);
  g_free (self->ca_file);
  g_free (self);
}

const char *practice_cloud_get_connect_to (PracticeCloud *self)
{
  return self->connect_to;
}

const char *practice_cloud_get_ca_file (PracticeCloud *self)
{
  return self->ca_file;
}

const char *practice_cloud_get_dir (PracticeCloud *self)
{
  return self->dir;
}

guint practice_cloud_get_port (PracticeCloud *self)
{
  return self->port;
}

JsonNode *practice_cloud_command (PracticeCloud *self, const char *json)
{
  g_autofree char *path = g_build_filename (self->dir, "control.sock", NULL);
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketConnection) connection =
      g_socket_client_connect (client, G_SOCKET_CONNECTABLE (address), NULL, &error);
  g_autofree char *text = g_strdelimit (g_strconcat (json, "\n", NULL), "\n", ' ');
  g_autofree char *line = NULL;
  g_autoptr (JsonNode) answer = NULL;
  JsonObject *object;

  g_assert_no_error (error);
  text[strlen (text) - 1] = '\n';
  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), text, strlen (text), NULL, NULL,
                             &error);
  g_assert_no_error (error);
  line = read_line (g_io_stream_get_input_stream (G_IO_STREAM (connection)));
  answer = parse_line (line);
  object = json_node_get_object (answer);
  if (!json_object_has_member (object, "result"))
    g_error ("the practice cloud refused %s: %s", json, line);
  return json_node_copy (json_object_get_member (object, "result"));
}

void practice_cloud_set_faults (PracticeCloud *self, const char *faults)
{
  g_autofree char *command = g_strdup_printf ("{\"command\":\"faults\",\"faults\":%s}", faults);
  g_autoptr (JsonNode) result = practice_cloud_command (self, command);

  g_assert_true (JSON_NODE_HOLDS_ARRAY (result));
}

guint practice_cloud_count_seen (PracticeCloud *self, guint index)
{
  g_autoptr (JsonNode) faults = practice_cloud_command (self, "{\"command\":\"show-faults\"}");
  JsonArray *list = json_node_get_array (faults);

  g_assert_cmpuint (index, <, json_array_get_length (list));
  return (guint) json_object_get_int_member (json_array_get_object_element (list, index), "seen");
}

guint practice_cloud_count (PracticeCloud *self, const char *name)
{
  g_autofree char *command = g_strdup_printf ("{\"command\":\"%s\"}", name);
  g_autoptr (JsonNode) result = practice_cloud_command (self, command);

  g_assert_true (JSON_NODE_HOLDS_ARRAY (result));
  return json_array_get_length (json_node_get_array (result));
}
