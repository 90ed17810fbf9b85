/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Child processes: argv arrays only, a small fixed environment (PATH, LC_ALL=C,
 * HOME, TMPDIR, XDG_*, LIBGUESTFS_*, no secrets), parent-death signal, close-on-exec,
 * bounds on time, memory and output. Blocking; any thread.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  guint timeout_s;       /* wall clock, 0: none */
  guint cpu_s;           /* RLIMIT_CPU, 0: none */
  guint64 address_space; /* RLIMIT_AS in bytes, 0: none */
  gsize output_max;      /* bytes kept of standard output, 0: 1 MiB; more is an error */
} EmbarkProcessLimits;

/* Runs @argv to its end. @ret_stdout may be NULL. A non-zero exit is EMBARK_ERROR_FAILED with the last line
 * of standard error in the message; a missing program is EMBARK_ERROR_TOOL_MISSING; too late is
 * G_IO_ERROR_TIMED_OUT. Whatever the outcome, nothing of its process group is left. */
gboolean embark_process_run (const char *const *argv, const EmbarkProcessLimits *limits, char **ret_stdout,
                             GCancellable *cancellable, GError **error);

/* A child that stays: its standard input and output are pipes, standard error is kept (last 16 KiB). */
typedef struct _EmbarkProcess EmbarkProcess;

EmbarkProcess *embark_process_spawn (const char *const *argv, GError **error);
/* Non-blocking file descriptors, owned by the process object; -1 once closed. */
int embark_process_get_stdin (EmbarkProcess *self);
int embark_process_get_stdout (EmbarkProcess *self);
/* The child reads end of file. Idempotent. */
void embark_process_close_stdin (EmbarkProcess *self);
GPid embark_process_get_pid (EmbarkProcess *self);
/* TRUE while the child has not been reaped. */
gboolean embark_process_is_running (EmbarkProcess *self);
/* Last line of standard error, for messages; never NULL. Owned by the process, valid until asked again. */
const char *embark_process_get_complaint (EmbarkProcess *self);
/* One line from standard output without its newline; NULL at the end of output with @error unset, or NULL with
 * @error set (cancelled, line longer than @max, deadline passed: G_IO_ERROR_TIMED_OUT). @timeout_s 0: no deadline. */
char *embark_process_read_line (EmbarkProcess *self, gsize max, guint timeout_s, GCancellable *cancellable,
                                GError **error);
/* Takes at most 30 s: G_IO_ERROR_TIMED_OUT when the child does not read, EMBARK_ERROR_FAILED when it is gone. */
gboolean embark_process_write_line (EmbarkProcess *self, const char *line, GError **error);
/* SIGTERM to the whole process group, SIGKILL after two seconds, reaps. Idempotent. */
void embark_process_stop (EmbarkProcess *self);
/* Stops and frees. */
void embark_process_free (EmbarkProcess *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkProcess, embark_process_free)

G_END_DECLS
