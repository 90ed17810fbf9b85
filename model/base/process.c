/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The two ways to use a child: run it to its end, or talk with it in lines.
 */
#include "model/base/process.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "model/base/errors.h"
#include "model/base/process-child.h"

#define OUTPUT_MAX_DEFAULT (1024 * 1024)
#define COMPLAINT_CHARS 400
#define TERM_GRACE_MS 2000
#define KILL_GRACE_MS 10000
#define WRITE_DEADLINE_US (30 * G_USEC_PER_SEC)

static gboolean check_status (EmbarkProcess *self, GError **error)
{
  int status = self->wait_status;
  const char *complaint = embark_process_get_complaint (self);

  if (status != -1 && WIFEXITED (status) && WEXITSTATUS (status) == 0)
    return TRUE;

  if (status != -1 && WIFSIGNALED (status) && WTERMSIG (status) == SIGXCPU)
    /* Translators: %s is a program, "qemu-img" */
    g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED,
                 _ ("The program “%s” used more computing time than allowed."), self->name);
  else if (status != -1 && WIFSIGNALED (status))
    /* Translators: the first %s is a program, the second the name of a signal */
    g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED, _ ("The program “%s” died: %s. %s"), self->name,
                 g_strsignal (WTERMSIG (status)), complaint);
  else if (*complaint != '\0')
    /* Translators: the first %s is a program, the second its last words */
    g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED, _ ("The program “%s” failed: %s"), self->name, complaint);
  else
    /* Translators: %s is a program, %d its exit status */
    g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED, _ ("The program “%s” failed with status %d."), self->name,
                 status != -1 && WIFEXITED (status) ? WEXITSTATUS (status) : -1);
  return FALSE;
}

static gboolean read_all (EmbarkProcess *self, gsize output_max, gint64 deadline_us, GCancellable *cancellable,
                          GError **error)
{
  gboolean exited = FALSE;

  while (!self->output_ended)
    {
      if (!embark_process_read_some (self, deadline_us, cancellable, error))
        return FALSE;
      if (self->unread->len > output_max)
        {
          /* Translators: %s is a program, "qemu-img" */
          g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED, _ ("The program “%s” wrote more than expected."),
                       self->name);
          return FALSE;
        }
    }

  while (!exited)
    if (!embark_process_wait_for_fd (self, -1, 0, deadline_us, cancellable, &exited, error))
      return FALSE;
  return TRUE;
}

gboolean embark_process_run (const char *const *argv, const EmbarkProcessLimits *limits, char **ret_stdout,
                             GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (argv != NULL && argv[0] != NULL, FALSE);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;

  g_autoptr (EmbarkProcess) self = embark_process_new (argv, limits, FALSE, error);
  if (self == NULL)
    return FALSE;

  gsize output_max = limits != NULL && limits->output_max > 0 ? limits->output_max : OUTPUT_MAX_DEFAULT;
  gint64 deadline_us = 0;
  if (limits != NULL && limits->timeout_s > 0)
    deadline_us = g_get_monotonic_time () + limits->timeout_s * G_USEC_PER_SEC;

  if (!read_all (self, output_max, deadline_us, cancellable, error))
    return FALSE;
  embark_process_collect (self, TRUE);
  if (!check_status (self, error))
    return FALSE;

  if (ret_stdout != NULL)
    {
      g_byte_array_append (self->unread, (const guint8 *) "", 1);
      *ret_stdout = (char *) g_byte_array_steal (self->unread, NULL);
    }
  return TRUE;
}

EmbarkProcess *embark_process_spawn (const char *const *argv, GError **error)
{
  g_return_val_if_fail (argv != NULL && argv[0] != NULL, NULL);

  return embark_process_new (argv, NULL, TRUE, error);
}

int embark_process_get_stdin (EmbarkProcess *self)
{
  return self->stdin_fd;
}

int embark_process_get_stdout (EmbarkProcess *self)
{
  return self->stdout_fd;
}

GPid embark_process_get_pid (EmbarkProcess *self)
{
  return self->pid;
}

void embark_process_close_stdin (EmbarkProcess *self)
{
  embark_process_close_fd (&self->stdin_fd);
}

gboolean embark_process_is_running (EmbarkProcess *self)
{
  if (!self->reaped && embark_process_wait_for_exit (self, 0))
    embark_process_collect (self, TRUE);
  return !self->reaped;
}

const char *embark_process_get_complaint (EmbarkProcess *self)
{
  /* Who asks at the end of output wants the last words, and they may still be on their way. */
  if (!self->reaped && embark_process_wait_for_exit (self, self->output_ended ? TERM_GRACE_MS : 0))
    embark_process_collect (self, TRUE);

  g_mutex_lock (&self->lock);
  g_autofree char *text = g_utf8_make_valid (self->stderr_tail->str, self->stderr_tail->len);
  g_mutex_unlock (&self->lock);

  g_strchomp (text);
  char *newline = strrchr (text, '\n');
  char *line = newline != NULL ? newline + 1 : text;
  if (g_utf8_strlen (line, -1) > COMPLAINT_CHARS)
    *g_utf8_offset_to_pointer (line, COMPLAINT_CHARS) = '\0';
  for (char *p = line; *p != '\0'; p++)
    if (g_ascii_iscntrl (*p))
      *p = ' ';

  g_free (self->complaint);
  self->complaint = g_strdup (g_strstrip (line));
  return self->complaint;
}

static char *take_line (EmbarkProcess *self, gsize length, gsize with_newline, GError **error)
{
  if (memchr (self->unread->data, '\0', length) != NULL)
    {
      /* Translators: %s is a program, "embark-guest" */
      g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED, _ ("The program “%s” wrote something that is not text."),
                   self->name);
      return NULL;
    }

  char *line = g_strndup ((const char *) self->unread->data, length);
  g_byte_array_remove_range (self->unread, 0, with_newline);
  return line;
}

char *embark_process_read_line (EmbarkProcess *self, gsize max, guint timeout_s, GCancellable *cancellable,
                                GError **error)
{
  gint64 deadline_us = timeout_s > 0 ? g_get_monotonic_time () + timeout_s * G_USEC_PER_SEC : 0;
  gsize searched = 0;

  for (;;)
    {
      gsize length = self->unread->len;
      const guint8 *newline = NULL;
      if (length > searched)
        newline = memchr (self->unread->data + searched, '\n', length - searched);
      if (newline != NULL)
        length = newline - self->unread->data;

      if (length > max)
        {
          /* Translators: %s is a program, "embark-guest" */
          g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED, _ ("The program “%s” wrote a line that is too long."),
                       self->name);
          return NULL;
        }
      if (newline != NULL)
        return take_line (self, length, length + 1, error);
      if (self->output_ended)
        return length > 0 ? take_line (self, length, length, error) : NULL;

      searched = length;
      if (!embark_process_read_some (self, deadline_us, cancellable, error))
        return NULL;
    }
}

/* write() that never raises SIGPIPE, whatever the program does with that signal. */
static gssize write_quietly (int fd, const void *data, gsize length)
{
  const struct timespec now = { 0, 0 };
  sigset_t pipe_set, old_set, pending_set;

  sigemptyset (&pipe_set);
  sigaddset (&pipe_set, SIGPIPE);
  pthread_sigmask (SIG_BLOCK, &pipe_set, &old_set);
  sigpending (&pending_set);

  gssize n = write (fd, data, length);
  int saved_errno = errno;
  if (n < 0 && saved_errno == EPIPE && !sigismember (&pending_set, SIGPIPE))
    sigtimedwait (&pipe_set, NULL, &now);

  pthread_sigmask (SIG_SETMASK, &old_set, NULL);
  errno = saved_errno;
  return n;
}

static gboolean set_hung_up (EmbarkProcess *self, GError **error)
{
  /* Translators: the first %s is a program, the second its last words (may be empty) */
  g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED, _ ("The program “%s” ended unexpectedly. %s"), self->name,
               embark_process_get_complaint (self));
  return FALSE;
}

gboolean embark_process_write_line (EmbarkProcess *self, const char *line, GError **error)
{
  g_return_val_if_fail (line != NULL && strchr (line, '\n') == NULL, FALSE);

  g_autofree char *text = g_strconcat (line, "\n", NULL);
  gsize length = strlen (text), done = 0;
  gint64 deadline_us = g_get_monotonic_time () + WRITE_DEADLINE_US;
  gboolean exited = FALSE;

  while (done < length)
    {
      if (self->stdin_fd < 0 || exited)
        return set_hung_up (self, error);

      gssize n = write_quietly (self->stdin_fd, text + done, length - done);
      if (n > 0)
        done += n;
      else if (errno == EAGAIN)
        {
          if (!embark_process_wait_for_fd (self, self->stdin_fd, G_IO_OUT, deadline_us, NULL, &exited, error))
            return FALSE;
        }
      else if (errno != EINTR)
        return set_hung_up (self, error);
    }
  return TRUE;
}

void embark_process_stop (EmbarkProcess *self)
{
  embark_process_close_fd (&self->stdin_fd);
  if (!self->reaped)
    {
      kill (-self->pid, SIGTERM);
      gboolean dead = embark_process_wait_for_exit (self, TERM_GRACE_MS);
      if (!dead)
        {
          kill (-self->pid, SIGKILL);
          dead = embark_process_wait_for_exit (self, KILL_GRACE_MS);
        }
      if (!dead)
        g_warning ("“%s” (%d) cannot be killed: it waits for a device", self->name, (int) self->pid);
      embark_process_collect (self, dead);
    }
  embark_process_close_fd (&self->stdout_fd);
  self->output_ended = TRUE;
}

void embark_process_free (EmbarkProcess *self)
{
  if (self == NULL)
    return;

  embark_process_stop (self);
  embark_process_close_fd (&self->pidfd);
  embark_process_close_fd (&self->quit_fd);
  g_byte_array_unref (self->unread);
  g_string_free (self->stderr_tail, TRUE);
  g_mutex_clear (&self->lock);
  g_free (self->complaint);
  g_free (self->name);
  g_free (self);
}
