/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The log of the program: GLib's structured logging, redacted at the sink and
 * appended to a private file (0600, rotated at 2 MiB) in the state directory.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Installs the writer. @dir: state directory, created 0700 if missing; NULL: standard error only. Call once. */
void embark_log_open (const char *dir);
/* Path of the log file, or NULL. */
const char *embark_log_get_path (void);
/* A copy of @text without secrets: values of SecretKey, q-signature, x-cos-security-token, X-TC-Token,
 * Authorization, presigned query strings, and every string given to embark_log_hide(). Control characters
 * are escaped, length is bounded to 4096 bytes. */
char *embark_log_redact (const char *text);
/* From now on @secret (8 bytes or longer), plain or percent-encoded, never appears in the log. Kept in locked memory
 * where possible. */
void embark_log_hide (const char *secret);

G_END_DECLS
