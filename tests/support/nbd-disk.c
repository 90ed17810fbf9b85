/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Servers are started so that their start command returns when they listen,
 * and ended by the process number they left in a file.
 */
#include "tests/support/nbd-disk.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>

#include "model/base/process.h"
#include "model/stream/crc64.h"

NbdDisk *nbd_disk_new (void)
{
  NbdDisk *self = g_new0 (NbdDisk, 1);
  g_autoptr (GError) error = NULL;

  self->folder = g_dir_make_tmp ("embark-stream-XXXXXX", &error);
  g_assert_no_error (error);
  self->socket = nbd_disk_path (self, "nbd.sock");
  self->pid_file = nbd_disk_path (self, "nbd.pid");
  self->output = nbd_disk_path (self, "output.qcow2");
  self->cancellable = g_cancellable_new ();
  self->part_size = 1 << 20;
  self->n_workers = 3;
  return self;
}

static void signal_server (NbdDisk *self, int signal_number)
{
  g_autofree char *text = NULL;

  if (g_file_get_contents (self->pid_file, &text, NULL, NULL))
    kill ((pid_t) g_ascii_strtoll (text, NULL, 10), signal_number);
}

void nbd_disk_kill_server (NbdDisk *self)
{
  signal_server (self, SIGKILL);
}

/* Not SIGTERM: a server that ends in its own time removes socket and pid file, which may be the next one's by then. */
void nbd_disk_stop_server (NbdDisk *self)
{
  signal_server (self, SIGKILL);
  g_unlink (self->pid_file);
  g_unlink (self->socket);
}

void nbd_disk_free (NbdDisk *self)
{
  g_autoptr (GDir) dir = g_dir_open (self->folder, 0, NULL);
  const char *name;

  nbd_disk_kill_server (self);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = nbd_disk_path (self, name);
      g_unlink (path);
    }
  g_rmdir (self->folder);
  g_object_unref (self->cancellable);
  g_free (self->folder);
  g_free (self->socket);
  g_free (self->pid_file);
  g_free (self->output);
  g_free (self);
}

char *nbd_disk_path (NbdDisk *self, const char *name)
{
  return g_build_filename (self->folder, name, NULL);
}

static void run_all (GPtrArray *argv)
{
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (argv, NULL);
  embark_process_run ((const char *const *) argv->pdata, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
}

void nbd_disk_run (const char *program, ...)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  va_list list;

  va_start (list, program);
  for (const char *arg = program; arg != NULL; arg = va_arg (list, const char *))
    g_ptr_array_add (argv, (gpointer) arg);
  va_end (list);
  run_all (argv);
}

void nbd_disk_write (const char *path, guint64 offset, gsize length, guint32 seed)
{
  g_autofree guint8 *data = g_malloc0 (length + 4);
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  int fd = g_open (path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

  g_assert_cmpint (fd, >=, 0);
  for (gsize i = 0; seed != 0 && i < length; i += 4)
    {
      guint32 word = g_rand_int (rand);
      memcpy (data + i, &word, 4);
    }
  g_assert_cmpint (pwrite (fd, data, length, (off_t) offset), ==, length);
  close (fd);
}

void nbd_disk_serve (NbdDisk *self, const char *path, const char *format, const char *connections)
{
  g_autofree char *pid_file = g_strconcat ("--pid-file=", self->pid_file, NULL);

  nbd_disk_run ("qemu-nbd", "--fork", "--persistent", "--read-only", pid_file, "-e", connections, "-f", format, "-k",
                self->socket, path, NULL);
}

/* nbdkit writes its pid file after it went to the background, but before it greets: without the wait, a test that
 * ends at once finds no pid to kill. */
static void wait_for_greeting (NbdDisk *self)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (self->socket);
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GError) error = NULL;
  char greeting[8];
  gsize n_read = 0;

  connection = g_socket_client_connect (client, G_SOCKET_CONNECTABLE (address), NULL, &error);
  g_assert_no_error (error);
  g_input_stream_read_all (g_io_stream_get_input_stream (G_IO_STREAM (connection)), greeting, sizeof greeting, &n_read,
                           NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (greeting, n_read, "NBDMAGIC", 8);
}

void nbd_disk_serve_nbdkit (NbdDisk *self, ...)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  va_list list;

  /* A session of its own: what is left of the group of embark_process_run() is killed when it returns. */
  const char *const head[] = { "setsid", "--fork", "--wait", "nbdkit", "-r", "-U", self->socket, "-P", self->pid_file };
  for (guint i = 0; i < G_N_ELEMENTS (head); i++)
    g_ptr_array_add (argv, (gpointer) head[i]);
  va_start (list, self);
  for (const char *arg = va_arg (list, const char *); arg != NULL; arg = va_arg (list, const char *))
    g_ptr_array_add (argv, (gpointer) arg);
  va_end (list);
  run_all (argv);
  wait_for_greeting (self);
}

static gboolean part_ready_cb (guint number, GBytes *bytes, guint64 crc64, gpointer user_data,
                               GCancellable *cancellable, GError **error)
{
  NbdDisk *self = user_data;
  gsize length = 0;
  const guint8 *data = g_bytes_get_data (bytes, &length);

  g_assert_cmpuint (crc64, ==, embark_crc64 (0, data, length));
  if (number != 1)
    g_assert_cmpuint (number, ==, self->last_number == 0 ? 2 : self->last_number + 1);
  g_assert_cmpuint (self->last_number, !=, 1);
  self->last_number = number;
  int fd = g_open (self->output, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (pwrite (fd, data, length, (off_t) ((number - 1) * self->plan.part_size)), ==, length);
  close (fd);
  self->n_parts++;
  if (self->n_parts == 1 && self->at_first_part != NULL)
    self->at_first_part (self);
  return TRUE;
}

static void progress_cb (const EmbarkProgress *progress, gpointer user_data)
{
  NbdDisk *self = user_data;

  g_assert_cmpstr (progress->stage, ==, "read");
  g_assert_cmpfloat (progress->fraction, >=, self->last_fraction);
  g_assert_cmpfloat (progress->fraction, <=, 1.0);
  g_assert_cmpuint (progress->bytes_source, <=, self->plan.allocated);
  g_assert_cmpuint (progress->bytes_read, <=, self->plan.virtual_size);
  self->last_fraction = progress->fraction;
}

gboolean nbd_disk_stream (NbdDisk *self, GError **error)
{
  g_unlink (self->output);
  self->n_parts = 0;
  self->last_number = 0;
  self->last_fraction = 0;
  if (!embark_stream_plan (self->socket, &self->plan, self->cancellable, error))
    return FALSE;
  g_assert_cmpuint (self->plan.part_size, >=, 8 << 20);
  if (self->part_size != 0)
    self->plan.part_size = self->part_size;
  return embark_stream_run_with (self->socket, &self->plan, self->level, self->n_workers, part_ready_cb, self,
                                 &self->result, progress_cb, self, self->cancellable, error);
}

void nbd_disk_verify (NbdDisk *self, const char *path, const char *format)
{
  g_autofree char *data = NULL;
  gsize length = 0;
  guint64 virtual_size = 0;

  nbd_disk_run ("qemu-img", "check", "-q", "-f", "qcow2", self->output, NULL);
  nbd_disk_run ("qemu-img", "compare", "-q", "-f", format, "-F", "qcow2", path, self->output, NULL);
  g_assert_true (g_file_get_contents (self->output, &data, &length, NULL));
  g_assert_cmpuint (length, ==, self->result.size);
  g_assert_cmpuint (length, <=, self->plan.upper_bound);
  g_assert_cmpuint (self->result.n_parts, ==, (length + self->plan.part_size - 1) / self->plan.part_size);
  g_assert_cmpuint (self->result.n_parts, ==, self->n_parts);
  g_assert_cmpuint (self->last_number, ==, 1);
  g_assert_cmpuint (self->result.crc64, ==, embark_crc64 (0, data, length));
  g_assert_cmpuint (self->result.source_bytes, <=, self->plan.allocated);
  memcpy (&virtual_size, data + 24, 8);
  g_assert_cmpuint (GUINT64_FROM_BE (virtual_size), ==, self->plan.virtual_size);
}
