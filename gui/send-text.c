/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How much of a disk would be sent, and where, in one sentence.
 */
#include "gui/send-text.h"

#include <glib/gi18n.h>

#include "gui/report-view.h"
#include "gui/settings.h"
#include "model/destination.h"

char *embark_describe_send (EmbarkReport *report, GSettings *settings)
{
  EmbarkSendSize size;
  g_autofree char *text = NULL;
  g_autofree char *bucket = NULL;
  g_autofree char *region = NULL;

  embark_report_view_get_send_size (report, &size);
  if (size.likely == 0)
    return g_strdup (_ ("You choose the bucket in the next step."));
  text = g_format_size_full (size.likely, G_FORMAT_SIZE_IEC_UNITS);
  if (embark_settings_get_last_destination (settings, &bucket, &region))
    {
      g_autoptr (EmbarkDestination) destination = embark_destination_new (region, bucket);
      const char *title = embark_destination_get_title (destination);

      if (size.is_estimate)
        /* Translators: a size, then a bucket with its region: "Sends about 1.2 GB to vm-images · Guangzhou." */
        return g_strdup_printf (_ ("Sends about %s to %s."), text, title);
      /* Translators: a size, then a bucket with its region: "Sends at most 1.2 GB to vm-images · Guangzhou." */
      return g_strdup_printf (_ ("Sends at most %s to %s."), text, title);
    }
  if (size.is_estimate)
    /* Translators: the placeholder is a size. */
    return g_strdup_printf (_ ("Sends about %s. You choose the bucket in the next step."), text);
  /* Translators: the placeholder is a size. */
  return g_strdup_printf (_ ("Sends at most %s. You choose the bucket in the next step."), text);
}
