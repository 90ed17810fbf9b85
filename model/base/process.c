/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A child is waited for through a pidfd and reaped only after its process
 * group was killed: until then its id cannot belong to anybody else. Its
 * standard error is read by a small thread, so that it never blocks on it.
 */
#include "model/base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gi18n-lib.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "model/base/errors.h"
#include "model/base/process-spawner.h"

#define CHUNK (16 * 1024)
#define OUTPUT_MAX_DEFAULT (1024 * 1024)
#define STDERR_KEPT (16 * 1024)
#define COMPLAINT_CHARS 400
#define TERM_GRACE_MS 2000
#define KILL_GRACE_MS 10000
#define WRITE_DEADLINE_US (30 * G_USEC_PER_SEC)

struct _EmbarkProcess
{
  char *name; /* for messages */
  GPid pid;
  int pidfd;
  int stdin_fd;
  int stdout_fd;

  gboolean reaped;
  int wait_status; /* -1: somebody else reaped it */
  gboolean output_ended;
  GByteArray *unread;

  GThread *listener; /* reads stderr_fd until its end or until quit_fd is written to */
  int stderr_fd;
  int quit_fd;
  GMutex lock;
  GString *stderr_tail; /* under the lock */
  char *complaint;
};

static void close_fd (int *fd)
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

/* TRUE if the child is dead, maybe not reaped. */
static gboolean wait_for_exit (EmbarkProcess *self, int timeout_ms)
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

/* The child is dead or past help: ends its group, reaps it, and takes in the rest of its standard error. */
static void collect (EmbarkProcess *self, gboolean dead)
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
  close_fd (&self->stderr_fd);
}

static EmbarkProcess *spawn_process (const char *const *argv, const EmbarkProcessLimits *limits, gboolean with_stdin,
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
      close_fd (&self->stderr_fd);
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

/* Waits for @fd (-1: only for the exit). FALSE with @error: cancelled or late. @deadline_us 0: none. */
static gboolean wait_for_fd (EmbarkProcess *self, int fd, GIOCondition condition, gint64 deadline_us,
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

/* Adds to "unread". Sets "output_ended" at the end: also when the child is dead and only a grandchild holds the pipe.
 */
static gboolean read_some (EmbarkProcess *self, gint64 deadline_us, GCancellable *cancellable, GError **error)
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
          if (!wait_for_fd (self, self->stdout_fd, G_IO_IN, deadline_us, cancellable, &exited, error))
            return FALSE;
          continue;
        }
      self->output_ended = TRUE;
    }
  return TRUE;
}

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
      if (!read_some (self, deadline_us, cancellable, error))
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
    if (!wait_for_fd (self, -1, 0, deadline_us, cancellable, &exited, error))
      return FALSE;
  return TRUE;
}

gboolean embark_process_run (const char *const *argv, const EmbarkProcessLimits *limits, char **ret_stdout,
                             GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (argv != NULL && argv[0] != NULL, FALSE);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;

  g_autoptr (EmbarkProcess) self = spawn_process (argv, limits, FALSE, error);
  if (self == NULL)
    return FALSE;

  gsize output_max = limits != NULL && limits->output_max > 0 ? limits->output_max : OUTPUT_MAX_DEFAULT;
  gint64 deadline_us = 0;
  if (limits != NULL && limits->timeout_s > 0)
    deadline_us = g_get_monotonic_time () + limits->timeout_s * G_USEC_PER_SEC;

  if (!read_all (self, output_max, deadline_us, cancellable, error))
    return FALSE;
  collect (self, TRUE);
  if (!check_status (self, error))
    return FALSE;

  if (ret_stdout != NULL)
    *ret_stdout = g_strndup ((const char *) self->unread->data, self->unread->len);
  return TRUE;
}

EmbarkProcess *embark_process_spawn (const char *const *argv, GError **error)
{
  g_return_val_if_fail (argv != NULL && argv[0] != NULL, NULL);

  return spawn_process (argv, NULL, TRUE, error);
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
  close_fd (&self->stdin_fd);
}

gboolean embark_process_is_running (EmbarkProcess *self)
{
  if (!self->reaped && wait_for_exit (self, 0))
    collect (self, TRUE);
  return !self->reaped;
}

const char *embark_process_get_complaint (EmbarkProcess *self)
{
  /* Who asks at the end of output wants the last words, and they may still be on their way. */
  if (!self->reaped && wait_for_exit (self, self->output_ended ? TERM_GRACE_MS : 0))
    collect (self, TRUE);

  g_mutex_lock (&self->lock);
  g_autofree char *text = g_utf8_make_valid (self->stderr_tail->str, self->stderr_tail->len);
  g_mutex_unlock (&self->lock);

  g_strchomp (text);
  char *newline = strrchr (text, '\n');
  g_autofree char *line = g_utf8_substring (newline != NULL ? newline + 1 : text, 0, COMPLAINT_CHARS);
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
      if (!read_some (self, deadline_us, cancellable, error))
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
          if (!wait_for_fd (self, self->stdin_fd, G_IO_OUT, deadline_us, NULL, &exited, error))
            return FALSE;
        }
      else if (errno != EINTR)
        return set_hung_up (self, error);
    }
  return TRUE;
}

void embark_process_stop (EmbarkProcess *self)
{
  close_fd (&self->stdin_fd);
  if (!self->reaped)
    {
      kill (-self->pid, SIGTERM);
      gboolean dead = wait_for_exit (self, TERM_GRACE_MS);
      if (!dead)
        {
          kill (-self->pid, SIGKILL);
          dead = wait_for_exit (self, KILL_GRACE_MS);
        }
      if (!dead)
        g_warning ("“%s” (%d) cannot be killed: it waits for a device", self->name, (int) self->pid);
      collect (self, dead);
    }
  close_fd (&self->stdout_fd);
  self->output_ended = TRUE;
}

void embark_process_free (EmbarkProcess *self)
{
  if (self == NULL)
    return;

  embark_process_stop (self);
  close_fd (&self->pidfd);
  close_fd (&self->quit_fd);
  g_byte_array_unref (self->unread);
  g_string_free (self->stderr_tail, TRUE);
  g_mutex_clear (&self->lock);
  g_free (self->complaint);
  g_free (self->name);
  g_free (self);
}
