/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How a child is born, used by process.c alone: forked by one thread that
 * lives as long as the program, in a session and process group of its own,
 * with a small environment. Any thread may ask.
 */
#pragma once

#include "model/base/process.h"

G_BEGIN_DECLS

/* Standard error is always a pipe; standard input is a pipe if @ret_stdin is given, else /dev/null. The caller reaps
 * @ret_pid, which also names the process group. A missing program is EMBARK_ERROR_TOOL_MISSING. */
gboolean embark_process_spawner_fork (const char *const *argv, const EmbarkProcessLimits *limits, GPid *ret_pid,
                                      int *ret_stdin, int *ret_stdout, int *ret_stderr, GError **error);

/* The environment of every child, from that of the program. Free with g_strfreev(). */
GStrv embark_process_spawner_make_environment (void);

G_END_DECLS
