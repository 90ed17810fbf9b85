/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/guest/guest-fixture.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static char *run_program (const char *const *argv)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *output = NULL;
  g_autofree char *complaint = NULL;
  int status = 0;

  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &output, &complaint, &status, &error);
  g_assert_no_error (error);
  if (!g_spawn_check_wait_status (status, &error))
    g_error ("%s: %s: %s", argv[0], error->message, complaint);
  return g_strchomp (g_steal_pointer (&output));
}

const char *guest_fixture_get_images (void)
{
  static char *images = NULL;

  if (!images)
    {
      g_autofree char *script = g_test_build_filename (G_TEST_DIST, "guest", "guests.sh", NULL);
      const char *argv[] = { script, NULL };
      images = run_program (argv);
    }
  return images;
}

const char *guest_fixture_get_helper (void)
{
  static char *helper = NULL;

  if (!helper)
    {
      const char *build = g_getenv ("EMBARK_BUILD");
      g_assert_nonnull (build);
      helper = g_build_filename (build, "model", "guest", "embark-guest", NULL);
    }
  return helper;
}

const char *guest_fixture_get_cache (void)
{
  static char *cache = NULL;

  if (!cache)
    cache = g_build_filename (g_get_user_cache_dir (), "embark-tests", "appliance", NULL);
  return cache;
}

GuestFixture *guest_fixture_open (const char *image, const char *format)
{
  GuestFixture *self = g_new0 (GuestFixture, 1);
  g_autofree char *pid_file = NULL;
  g_autofree char *pid = NULL;
  g_autofree char *tmp = NULL;
  g_autoptr (GError) error = NULL;

  self->dir = g_dir_make_tmp ("embark-guest-XXXXXX", &error);
  g_assert_no_error (error);
  self->socket = g_build_filename (self->dir, "nbd.sock", NULL);
  pid_file = g_build_filename (self->dir, "nbd.pid", NULL);
  if (image)
    {
      /* --fork: it returns when the socket is there. */
      const char *argv[] = { "qemu-nbd", "--fork", "-t",         "-r",         "-e",     "8",   "-f",
                             format,     "-k",     self->socket, "--pid-file", pid_file, image, NULL };
      g_autofree char *output = run_program (argv);

      g_file_get_contents (pid_file, &pid, NULL, &error);
      g_assert_no_error (error);
      self->nbd_pid = atoi (pid);
      g_assert_cmpint (self->nbd_pid, >, 1);
    }
  tmp = g_build_filename (self->dir, "tmp", NULL);
  g_assert_cmpint (g_mkdir (tmp, 0700), ==, 0);
  g_setenv ("TMPDIR", tmp, TRUE);
  return self;
}

void guest_fixture_close (GuestFixture *self)
{
  g_autofree char *tmp = g_build_filename (self->dir, "tmp", NULL);
  const char *argv[] = { "rm", "-rf", self->dir, NULL };
  g_autofree char *output = NULL;

  g_unsetenv ("TMPDIR");
  g_assert_cmpint (g_rmdir (tmp), ==, 0);
  if (self->nbd_pid > 0)
    kill (self->nbd_pid, SIGTERM);
  output = run_program (argv);
  g_free (self->dir);
  g_free (self->socket);
  g_free (self);
}

EmbarkGuestRequest guest_fixture_make_request (GuestFixture *self)
{
  return (EmbarkGuestRequest){ .helper = guest_fixture_get_helper (),
                               .socket = self->socket,
                               .cache_dir = guest_fixture_get_cache () };
}

static int get_parent (int pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/stat", pid);
  g_autofree char *stat = NULL;
  const char *end;
  int parent = -1;

  if (!g_file_get_contents (path, &stat, NULL, NULL))
    return -1;
  end = strrchr (stat, ')');
  return end && sscanf (end, ") %*c %d", &parent) == 1 ? parent : -1;
}

/* Processes with @text in their command line, other than this one. */
static GArray *find_processes (const char *text, gboolean only_children)
{
  GArray *found = g_array_new (FALSE, FALSE, sizeof (int));
  g_autoptr (GDir) proc = g_dir_open ("/proc", 0, NULL);
  const char *name;

  while (proc && (name = g_dir_read_name (proc)))
    {
      g_autofree char *path = g_build_filename ("/proc", name, "cmdline", NULL);
      g_autofree char *arguments = NULL;
      gsize length = 0;
      int pid = atoi (name);

      if (pid <= 1 || pid == getpid () || !g_file_get_contents (path, &arguments, &length, NULL))
        continue;
      if (memmem (arguments, length, text, strlen (text)) && (!only_children || get_parent (pid) == getpid ()))
        g_array_append_val (found, pid);
    }
  return found;
}

GArray *guest_fixture_find_helpers (void)
{
  return find_processes (guest_fixture_get_helper (), TRUE);
}

static gboolean wait_gone (const char *text, gboolean only_children, gint64 deadline)
{
  while (TRUE)
    {
      g_autoptr (GArray) left = find_processes (text, only_children);
      gint64 wait_ms = (deadline - g_get_monotonic_time ()) / 1000;
      struct pollfd poll_fd = { .events = POLLIN };

      if (left->len == 0)
        return TRUE;
      if (wait_ms <= 0)
        return FALSE;
      poll_fd.fd = (int) syscall (SYS_pidfd_open, g_array_index (left, int, 0), 0);
      if (poll_fd.fd < 0)
        continue;
      poll (&poll_fd, 1, (int) wait_ms);
      close (poll_fd.fd);
    }
}

gboolean guest_fixture_wait_gone (GuestFixture *self)
{
  gint64 deadline = g_get_monotonic_time () + 5 * G_USEC_PER_SEC;

  if (self->nbd_pid > 0)
    kill (self->nbd_pid, SIGTERM);
  self->nbd_pid = 0;
  return wait_gone (guest_fixture_get_helper (), TRUE, deadline) && wait_gone (self->dir, FALSE, deadline);
}
