/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rules by which requests are sent again, as the official clients follow
 * them: server trouble and broken connections yes, refusals no.
 */
#include "model/cloud/retry.h"

#define DELAY_MAX_MS 16000

/* Refused before anything was done, so that even a request that must not be done twice may be sent again. */
static gboolean is_put_off (const char *code)
{
  return g_strcmp0 (code, "SlowDown") == 0 || g_strcmp0 (code, "KmsFreqControl") == 0
         || (code != NULL && g_str_has_prefix (code, "RequestLimitExceeded"));
}

/* Refusals with a status below 500 that pass by themselves. */
static gboolean is_passing (const char *code)
{
  static const char *const codes[] = {
    "RequestTimeout",      "IncompleteBody",     "BadDigest", "UserNetworkTooSlow", "PathConflict", "InternalError",
    "InternalServerError", "ServiceUnavailable", NULL,
  };

  return code != NULL && (g_strv_contains (codes, code) || g_str_has_prefix (code, "InternalError."));
}

gboolean embark_retry_is_clock (const char *code, const char *message)
{
  if (code == NULL)
    return FALSE;
  if (g_str_equal (code, "RequestTimeTooSkewed") || g_str_equal (code, "AuthFailure.SignatureExpire"))
    return TRUE;
  return g_str_equal (code, "AccessDenied") && g_strcmp0 (message, "Request has expired") == 0;
}

/* HEAD has no body, so a wrong clock looks like a missing permission; the answer's Date tells them apart. */
static gboolean is_mute_refusal (const EmbarkRetryCase *failure)
{
  return failure->status == 403 && (failure->code == NULL || *failure->code == '\0');
}

EmbarkRetryAction embark_retry_decide (const EmbarkRetryCase *failure)
{
  if (failure->attempt >= failure->max_attempts)
    return EMBARK_RETRY_NEVER;
  if (embark_retry_is_clock (failure->code, failure->message) || is_mute_refusal (failure))
    return EMBARK_RETRY_CLOCK;
  if (is_put_off (failure->code))
    return EMBARK_RETRY_WAIT;
  if (!failure->is_idempotent || failure->status == 501)
    return EMBARK_RETRY_NEVER;
  if (failure->status == 0 || failure->status >= 500 || is_passing (failure->code))
    return EMBARK_RETRY_WAIT;
  return EMBARK_RETRY_NEVER;
}

gboolean embark_retry_is_throttled (guint status, const char *code)
{
  return status == 503 || is_put_off (code);
}

guint embark_retry_delay_ms (guint attempt, guint base_ms, double random)
{
  guint64 full = (guint64) base_ms << MIN (attempt > 0 ? attempt - 1 : 0, 16);

  full = MIN (full, DELAY_MAX_MS);
  return (guint) (full - (guint64) ((double) full / 2 * CLAMP (random, 0, 1)));
}

gboolean embark_retry_wait (guint ms, GCancellable *cancellable, GError **error)
{
  gint64 end = g_get_monotonic_time () + (gint64) ms * 1000;
  GPollFD fd;
  gboolean has_fd = g_cancellable_make_pollfd (cancellable, &fd);

  while (!g_cancellable_is_cancelled (cancellable))
    {
      gint64 left_ms = (end - g_get_monotonic_time () + 999) / 1000;

      if (left_ms <= 0)
        break;
      g_poll (&fd, has_fd ? 1 : 0, (int) left_ms);
    }
  if (has_fd)
    g_cancellable_release_fd (cancellable);
  return !g_cancellable_set_error_if_cancelled (cancellable, error);
}
