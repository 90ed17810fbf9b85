/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A child is waited for through a pidfd and reaped only after its process
 * group was killed: until then its id cannot belong to anybody else. Its
 * standard error is read by a small thread, so that it never blocks on it.
 */
#include "model/base/process-child.h"

#include <errno.h>
#include <glib-unix.h>
#include <glib/gi18n-lib.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "model/base/errors.h"
#include "model/base/process-spawner.h"

#define CHUNK (16 * 1024)
#define STDERR_KEPT (16 * 1024)

void embark_process_close_fd (int *fd)
{
  if (*fd >= 0)
    close (*fd);
  *fd = -1;
}

/* Reads what is there now. FALSE at the end. */
static gboolean hear_stderr (EmbarkProcess *self)
{
  char buffer[4096];

  for (;;)
    {
      gssize n = read (self->stderr_fd, buffer, sizeof buffer);
      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return n < 0 && errno == EAGAIN;

      g_mutex_lock (&self->lock);
      g_string_append_len (self->stderr_tail, buffer, n);
      if (self->stderr_tail->len > 2 * STDERR_KEPT)
        g_string_erase (self->stderr_tail, 0, self->stderr_tail->len - STDERR_KEPT);
      g_mutex_unlock (&self->lock);
    }
}

static gpointer listen_to_stderr (gpointer user_data)
{
  EmbarkProcess *self = user_data;
  GPollFD fds[] = { { self->stderr_fd, G_IO_IN, 0 }, { self->quit_fd, G_IO_IN, 0 } };

  for (;;)
    {
      if (g_poll (fds, G_N_ELEMENTS (fds), -1) < 0 && errno != EINTR)
        return NULL;
      gboolean quit = fds[1].revents != 0;
      if (!hear_stderr (self) || quit)
        return NULL;
    }
}

gboolean embark_process_wait_for_exit (EmbarkProcess *self, int timeout_ms)
{
  gint64 deadline_us = g_get_monotonic_time () + (gint64) timeout_ms * 1000;
  GPollFD fd = { self->pidfd, G_IO_IN, 0 };

  for (;;)
    {
      gint64 left_ms = MAX (0, (deadline_us - g_get_monotonic_time () + 999) / 1000);
      int n = g_poll (&fd, 1, (int) left_ms);
      if (n >= 0 || errno != EINTR)
        return n > 0;
    }
}

void embark_process_collect (EmbarkProcess *self, gboolean dead)
{
  if (self->reaped)
    return;

  kill (-self->pid, SIGKILL);
  self->reaped = TRUE;
  self->wait_status = -1;
  if (dead)
    {
      int status;
      pid_t pid;
      do
        pid = waitpid (self->pid, &status, 0);
      while (pid < 0 && errno == EINTR);
      if (pid == self->pid)
        self->wait_status = status;
    }

  guint64 one = 1;
  if (write (self->quit_fd, &one, sizeof one) != sizeof one)
    g_critical ("cannot stop listening to “%s”", self->name);
  g_clear_pointer (&self->listener, g_thread_join);
  embark_process_close_fd (&self->stderr_fd);
}

EmbarkProcess *embark_process_new (const char *const *argv, const EmbarkProcessLimits *limits, gboolean with_stdin,
                                   GError **error)
{
  GPid pid = 0;
  int in = -1, out = -1, err = -1;

  if (!embark_process_spawner_fork (argv, limits, &pid, with_stdin ? &in : NULL, &out, &err, error))
    return NULL;

  EmbarkProcess *self = g_new0 (EmbarkProcess, 1);
  self->name = g_filename_display_basename (argv[0]);
  self->pid = pid;
  self->stdin_fd = in;
  self->stdout_fd = out;
  self->stderr_fd = err;
  self->unread = g_byte_array_new ();
  self->stderr_tail = g_string_new (NULL);
  g_mutex_init (&self->lock);

  self->pidfd = pidfd_open (pid, 0);
  self->quit_fd = eventfd (0, EFD_CLOEXEC);
  if (self->pidfd < 0 || self->quit_fd < 0)
    {
      embark_error_set_errno (error, errno, _ ("Could not watch the program"), argv[0]);
      kill (-pid, SIGKILL);
      waitpid (pid, NULL, 0);
      self->reaped = TRUE;
      embark_process_close_fd (&self->stderr_fd);
      embark_process_free (self);
      return NULL;
    }

  if (in >= 0)
    g_unix_set_fd_nonblocking (in, TRUE, NULL);
  g_unix_set_fd_nonblocking (out, TRUE, NULL);
  g_unix_set_fd_nonblocking (err, TRUE, NULL);
  self->listener = g_thread_new ("embark-stderr", listen_to_stderr, self);
  return self;
}

static gboolean set_timed_out (EmbarkProcess *self, GError **error)
{
  /* Translators: %s is a program, "qemu-img" */
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, _ ("The program “%s” did not answer in time."), self->name);
  return FALSE;
}

gboolean embark_process_wait_for_fd (EmbarkProcess *self, int fd, GIOCondition condition, gint64 deadline_us,
                                     GCancellable *cancellable, gboolean *ret_exited, GError **error)
{
  GPollFD fds[3] = { { self->pidfd, G_IO_IN, 0 } };
  guint n_fds = 1;
  int n;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  if (fd >= 0)
    fds[n_fds++] = (GPollFD){ fd, condition, 0 };
  gboolean watched = g_cancellable_make_pollfd (cancellable, &fds[n_fds]);
  if (watched)
    n_fds++;

  do
    {
      gint64 left_ms = -1;
      if (deadline_us > 0)
        left_ms = CLAMP ((deadline_us - g_get_monotonic_time () + 999) / 1000, 0, G_MAXINT);
      n = g_poll (fds, n_fds, (int) left_ms);
    }
  while (n < 0 && errno == EINTR);

  if (watched)
    g_cancellable_release_fd (cancellable);
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  if (n == 0)
    return set_timed_out (self, error);

  *ret_exited = fds[0].revents != 0;
  return TRUE;
}

gboolean embark_process_read_some (EmbarkProcess *self, gint64 deadline_us, GCancellable *cancellable, GError **error)
{
  guint8 buffer[CHUNK];
  gboolean exited = self->reaped;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  if (deadline_us > 0 && g_get_monotonic_time () >= deadline_us)
    return set_timed_out (self, error);

  while (!self->output_ended)
    {
      gssize n = read (self->stdout_fd, buffer, sizeof buffer);
      if (n > 0)
        {
          g_byte_array_append (self->unread, buffer, n);
          return TRUE;
        }
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0 && errno == EAGAIN && !exited)
        {
          if (!embark_process_wait_for_fd (self, self->stdout_fd, G_IO_IN, deadline_us, cancellable, &exited, error))
            return FALSE;
          continue;
        }
      self->output_ended = TRUE;
    }
  return TRUE;
}
