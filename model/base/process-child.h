/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What process.c and process-child.c share: the child itself, how it is waited
 * for, read and reaped. Nobody else includes this.
 */
#pragma once

#include "model/base/process.h"

G_BEGIN_DECLS

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

EmbarkProcess *embark_process_new (const char *const *argv, const EmbarkProcessLimits *limits, gboolean with_stdin,
                                   GError **error);
void embark_process_close_fd (int *fd);
/* TRUE if the child is dead, maybe not reaped. */
gboolean embark_process_wait_for_exit (EmbarkProcess *self, int timeout_ms);
/* The child is dead or past help: ends its group, reaps it, and takes in the rest of its standard error. */
void embark_process_collect (EmbarkProcess *self, gboolean dead);
/* Waits for @fd (-1: only for the exit). FALSE with @error: cancelled or late. @deadline_us 0: none. */
gboolean embark_process_wait_for_fd (EmbarkProcess *self, int fd, GIOCondition condition, gint64 deadline_us,
                                     GCancellable *cancellable, gboolean *ret_exited, GError **error);
/* Adds to "unread". Sets "output_ended" at the end: also when the child is dead and only a grandchild holds the pipe.
 */
gboolean embark_process_read_some (EmbarkProcess *self, gint64 deadline_us, GCancellable *cancellable, GError **error);

G_END_DECLS
