/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sizes, durations and dates in words.
 */
#include "gui/format.h"

#include <glib/gi18n.h>

#define MINUTE 60
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

char *embark_format_part (guint64 done, guint64 total)
{
  g_autofree char *done_text = g_format_size (done);
  g_autofree char *total_text = g_format_size (total);

  /* Translators: a part of a whole, both are sizes: "2.3 GB of 3.7 GB". */
  return g_strdup_printf (_ ("%s of %s"), done_text, total_text);
}

char *embark_format_speed (double bytes_per_second)
{
  g_autofree char *size = NULL;

  if (bytes_per_second < 1)
    return g_strdup ("");

  size = g_format_size ((guint64) bytes_per_second);
  /* Translators: a speed; the placeholder is a size: "4.1 MB/s". */
  return g_strdup_printf (_ ("%s/s"), size);
}

char *embark_format_duration (gint64 seconds)
{
  if (seconds < MINUTE)
    return g_strdup_printf (ngettext ("%d second", "%d seconds", (gulong) seconds), (int) seconds);

  if (seconds < 90 * MINUTE)
    {
      int minutes = (int) ((seconds + MINUTE / 2) / MINUTE);
      return g_strdup_printf (ngettext ("%d minute", "%d minutes", (gulong) minutes), minutes);
    }

  if (seconds < 2 * DAY)
    {
      int hours = (int) ((seconds + HOUR / 2) / HOUR);
      return g_strdup_printf (ngettext ("%d hour", "%d hours", (gulong) hours), hours);
    }

  return g_strdup_printf (ngettext ("%d day", "%d days", (gulong) (seconds / DAY)), (int) (seconds / DAY));
}

char *embark_format_time_left (gint64 seconds)
{
  g_autofree char *duration = NULL;

  if (seconds < 0)
    return g_strdup ("");

  if (seconds < MINUTE)
    return g_strdup (_ ("less than a minute left"));

  duration = embark_format_duration (seconds);
  /* Translators: the placeholder is a duration: "about 6 minutes left". */
  return g_strdup_printf (_ ("about %s left"), duration);
}

char *embark_format_clock (gint64 then)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (then);

  /* Translators: a time of day, for g_date_time_format(). */
  return time != NULL ? g_date_time_format (time, _ ("%H:%M")) : g_strdup ("");
}

static int count_days_between (GDateTime *earlier, GDateTime *later)
{
  GDate from, to;

  g_date_clear (&from, 1);
  g_date_clear (&to, 1);
  g_date_set_dmy (&from, (GDateDay) g_date_time_get_day_of_month (earlier),
                  (GDateMonth) g_date_time_get_month (earlier), (GDateYear) g_date_time_get_year (earlier));
  g_date_set_dmy (&to, (GDateDay) g_date_time_get_day_of_month (later), (GDateMonth) g_date_time_get_month (later),
                  (GDateYear) g_date_time_get_year (later));
  return g_date_days_between (&from, &to);
}

char *embark_format_when (gint64 then, gint64 now)
{
  g_autoptr (GDateTime) then_time = g_date_time_new_from_unix_local (then);
  g_autoptr (GDateTime) now_time = g_date_time_new_from_unix_local (now);
  gint64 seconds = now - then;
  int days;

  if (then_time == NULL || now_time == NULL)
    return g_strdup ("");

  if (seconds >= 0 && seconds < MINUTE)
    return g_strdup (_ ("just now"));

  if (seconds >= 0 && seconds < HOUR)
    {
      int minutes = (int) (seconds / MINUTE);
      return g_strdup_printf (ngettext ("%d minute ago", "%d minutes ago", (gulong) minutes), minutes);
    }

  days = count_days_between (then_time, now_time);
  if (days == 0)
    /* Translators: for g_date_time_format(). */
    return g_date_time_format (then_time, _ ("today at %H:%M"));
  if (days == 1)
    /* Translators: for g_date_time_format(). */
    return g_date_time_format (then_time, _ ("yesterday at %H:%M"));
  /* Translators: a date for g_date_time_format(): "3 November 2026". */
  return g_date_time_format (then_time, _ ("%-e %B %Y"));
}
