/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sizes, durations and dates in the words of the user's language. Pure: the
 * clock is given by the caller. All results are to be freed.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* "2.3 GB of 3.7 GB" */
char *embark_format_part (guint64 done, guint64 total);
/* "4.1 MB/s"; "" when @bytes_per_second is not known (0). */
char *embark_format_speed (double bytes_per_second);
/* "about 6 minutes left", "less than a minute left"; "" when not known (negative). */
char *embark_format_time_left (gint64 seconds);
/* "6 minutes", "2 hours" */
char *embark_format_duration (gint64 seconds);
/* "just now", "5 minutes ago", "today at 14:02", "yesterday at 9:30", "3 November 2026"; both unix seconds. */
char *embark_format_when (gint64 then, gint64 now);
/* "14:02" */
char *embark_format_clock (gint64 then);

G_END_DECLS
