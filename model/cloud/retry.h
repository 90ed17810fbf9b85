/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether a failed request is worth another try, and when. Deciding is pure;
 * only embark_retry_wait() waits. Any thread.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  EMBARK_RETRY_NEVER,
  EMBARK_RETRY_WAIT,  /* again after embark_retry_delay_ms() */
  EMBARK_RETRY_CLOCK, /* at once, if the clock can be corrected by the answer's Date */
} EmbarkRetryAction;

typedef struct
{
  guint status;        /* of the answer; 0: none arrived */
  const char *code;    /* (nullable) of the error body, COS or CVM */
  const char *message; /* (nullable) likewise */
  guint attempt;       /* tries so far, from 1 */
  guint max_attempts;
  gboolean is_idempotent; /* FALSE: only what the cloud surely did not do is sent again */
} EmbarkRetryCase;

EmbarkRetryAction embark_retry_decide (const EmbarkRetryCase *failure);
/* TRUE for the codes by which COS and CVM say that the clock of this computer is off. */
gboolean embark_retry_is_clock (const char *code, const char *message);
/* TRUE when the answer says that less at once would be better. */
gboolean embark_retry_is_throttled (guint status, const char *code);
/* Doubles with each attempt from @base_ms on, at most 16 s, of which a random half is left away: @random 0..1. */
guint embark_retry_delay_ms (guint attempt, guint base_ms, double random);
/* FALSE with @error when cancelled meanwhile. */
gboolean embark_retry_wait (guint ms, GCancellable *cancellable, GError **error);

G_END_DECLS
