/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The writer of GLib's structured log: one line a message, redacted before it
 * goes anywhere. Several programs append to one file; whoever finds it full
 * moves it aside under a lock, the others notice by its inode. Any thread.
 */
#include "model/base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_NAME "embark.log"
#define OLD_SUFFIX ".old"
#define SIZE_MAX_BYTES (2 * 1024 * 1024)

static struct
{
  GMutex lock;
  gboolean opened;
  char *path; /* NULL: standard error only */
  char *old_path;
  int fd;
  gboolean complained;
} sink = { .fd = -1 };

static void write_all (int fd, const char *text, gsize length)
{
  while (length > 0)
    {
      gssize n = write (fd, text, length);
      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return;
      text += n;
      length -= n;
    }
}

/* A log that cannot be written must not stop the program, and must not complain through the log. */
static void complain_once (const char *what)
{
  if (sink.complained)
    return;

  sink.complained = TRUE;
  g_autofree char *line = g_strdup_printf ("embark: %s “%s”: %s\n", what, sink.path, g_strerror (errno));
  write_all (STDERR_FILENO, line, strlen (line));
}

static int open_file (void)
{
  int fd = open (sink.path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600);
  struct stat info;

  if (fd < 0)
    return -1;
  if (fstat (fd, &info) != 0 || !S_ISREG (info.st_mode) || info.st_uid != geteuid () || fchmod (fd, 0600) != 0)
    {
      close (fd);
      errno = EPERM;
      return -1;
    }
  return fd;
}

/* FALSE if another program has moved our file aside, or somebody deleted it. */
static gboolean is_current (const struct stat *ours)
{
  struct stat there;

  return lstat (sink.path, &there) == 0 && there.st_dev == ours->st_dev && there.st_ino == ours->st_ino;
}

static void reopen (void)
{
  int fd = open_file ();

  if (fd < 0)
    {
      complain_once ("cannot open the log");
      return;
    }
  close (sink.fd);
  sink.fd = fd;
}

static void rotate_if_full (gsize more)
{
  struct stat info;

  if (fstat (sink.fd, &info) != 0)
    return;
  if (info.st_size + (goffset) more <= SIZE_MAX_BYTES && info.st_nlink > 0)
    return;

  if (flock (sink.fd, LOCK_EX) != 0)
    return;
  if (is_current (&info) && rename (sink.path, sink.old_path) != 0)
    complain_once ("cannot move the full log");
  flock (sink.fd, LOCK_UN);
  reopen ();
}

static const char *get_field (const GLogField *fields, gsize n_fields, const char *key)
{
  for (gsize i = 0; i < n_fields; i++)
    if (strcmp (fields[i].key, key) == 0 && fields[i].length < 0)
      return fields[i].value;
  return NULL;
}

static char *get_message (const GLogField *fields, gsize n_fields)
{
  for (gsize i = 0; i < n_fields; i++)
    if (strcmp (fields[i].key, "MESSAGE") == 0)
      return fields[i].length < 0 ? g_strdup (fields[i].value) : g_strndup (fields[i].value, fields[i].length);
  return g_strdup ("");
}

static const char *name_level (GLogLevelFlags level)
{
  if (level & G_LOG_LEVEL_ERROR)
    return "error";
  if (level & G_LOG_LEVEL_CRITICAL)
    return "critical";
  if (level & G_LOG_LEVEL_WARNING)
    return "warning";
  if (level & G_LOG_LEVEL_MESSAGE)
    return "message";
  return level & G_LOG_LEVEL_INFO ? "info" : "debug";
}

static GLogWriterOutput message_logged_cb (GLogLevelFlags level, const GLogField *fields, gsize n_fields,
                                           gpointer user_data)
{
  const char *domain = get_field (fields, n_fields, "GLIB_DOMAIN");

  if (g_log_writer_default_would_drop (level, domain))
    return G_LOG_WRITER_HANDLED;

  g_autofree char *message = get_message (fields, n_fields);
  g_autofree char *safe = embark_log_redact (message);
  g_autofree char *safe_domain = embark_log_redact (domain != NULL ? domain : "-");
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *stamp = g_date_time_format (now, "%Y-%m-%dT%H:%M:%S");
  g_autofree char *line = g_strdup_printf ("%s.%03dZ %d %s %s: %s\n", stamp, g_date_time_get_microsecond (now) / 1000,
                                           (int) getpid (), name_level (level), safe_domain, safe);
  gsize length = strlen (line);

  g_mutex_lock (&sink.lock);
  if (sink.fd >= 0)
    {
      rotate_if_full (length);
      write_all (sink.fd, line, length);
    }
  gboolean quiet = sink.fd >= 0 && level & (G_LOG_LEVEL_MESSAGE);
  g_mutex_unlock (&sink.lock);

  /* Information and debugging get here only if G_MESSAGES_DEBUG asks for them. */
  if (!quiet)
    {
      g_autofree char *shown = g_strdup_printf ("%s: %s: %s\n", safe_domain, name_level (level), safe);
      write_all (STDERR_FILENO, shown, strlen (shown));
    }
  return G_LOG_WRITER_HANDLED;
}

void embark_log_open (const char *dir)
{
  g_return_if_fail (!sink.opened);

  sink.opened = TRUE;
  if (dir != NULL)
    {
      sink.path = g_build_filename (dir, FILE_NAME, NULL);
      sink.old_path = g_strconcat (sink.path, OLD_SUFFIX, NULL);
      if (g_mkdir_with_parents (dir, 0700) != 0 || (sink.fd = open_file ()) < 0)
        complain_once ("cannot open the log");
    }
  g_log_set_writer_func (message_logged_cb, NULL, NULL);
}

const char *embark_log_get_path (void)
{
  return sink.fd >= 0 ? sink.path : NULL;
}
