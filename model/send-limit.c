/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The hours in which a limit holds, and the amounts that people type.
 */
#include "model/send-limit.h"

#include <string.h>

#define LEAST 1000
#define MOST 1e12

guint64 embark_send_limit_get (const EmbarkSendLimit *self, guint minute)
{
  gboolean is_inside;

  if (!self->is_scheduled || self->from_minute == self->to_minute)
    return self->bytes_per_second;
  if (self->from_minute < self->to_minute)
    is_inside = minute >= self->from_minute && minute < self->to_minute;
  else
    is_inside = minute >= self->from_minute || minute < self->to_minute;
  return is_inside ? self->bytes_per_second : 0;
}

/* Decimal units, as all sizes of transfers are. */
static double get_factor (const char *unit)
{
  static const struct
  {
    const char *word;
    double factor;
  } units[] = {
    { "", 1 }, { "b", 1 }, { "k", 1e3 }, { "kb", 1e3 }, { "m", 1e6 }, { "mb", 1e6 }, { "g", 1e9 }, { "gb", 1e9 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    if (g_ascii_strcasecmp (unit, units[i].word) == 0)
      return units[i].factor;
  return 0;
}

gboolean embark_send_limit_parse (const char *text, guint64 *ret_bytes_per_second)
{
  g_autofree char *unit = NULL;
  char *end = NULL;
  double value;

  if (g_str_equal (text, "none") || g_str_equal (text, "0"))
    {
      *ret_bytes_per_second = 0;
      return TRUE;
    }
  if (!g_ascii_isdigit (*text))
    return FALSE;
  value = g_ascii_strtod (text, &end);
  /* Hexadecimal and exponents are for programs. */
  if (end != text + strspn (text, "0123456789."))
    return FALSE;
  unit = g_strstrip (g_strdup (end));
  if (g_str_has_suffix (unit, "/s"))
    unit[strlen (unit) - 2] = '\0';
  value *= get_factor (unit);
  if (!(value >= LEAST && value <= MOST))
    return FALSE;
  *ret_bytes_per_second = (guint64) value;
  return TRUE;
}
