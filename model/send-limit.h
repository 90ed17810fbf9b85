/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How fast Embark may send, and when. Plain data, pure.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define EMBARK_MINUTES_A_DAY (24 * 60)

typedef struct
{
  guint64 bytes_per_second;     /* of all uploads together; 0: as fast as it goes */
  gboolean is_scheduled;        /* FALSE: at any hour */
  guint from_minute, to_minute; /* of the day; from > to: over midnight; equal: the whole day */
} EmbarkSendLimit;

/* What holds at @minute of the day (0..1439): bytes a second, 0 for no limit. */
guint64 embark_send_limit_get (const EmbarkSendLimit *self, guint minute);
/* "800k", "5M", "1.5M", "2000000", each a second; "0" and "none" for no limit. FALSE when it is nothing of that, or
 * less than 1000 bytes a second. */
gboolean embark_send_limit_parse (const char *text, guint64 *ret_bytes_per_second);

G_END_DECLS
