/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A combo row that offers every region.
 */
#include "gui/region-row.h"

#include <glib/gi18n.h>

/* "Guangzhou (ap-guangzhou)": both, since the console shows now one, now the other. */
static char *describe_region (EmbarkDestination *destination, gpointer user_data)
{
  /* Translators: name and code of a region: "Guangzhou (ap-guangzhou)". */
  return g_strdup_printf (_ ("%s (%s)"), embark_destination_get_region_name (destination),
                          embark_destination_get_region (destination));
}

void embark_region_row_fill (AdwComboRow *row)
{
  g_autoptr (GListModel) regions = embark_destination_list_regions ();
  g_autoptr (GtkExpression) expression =
      gtk_cclosure_expression_new (G_TYPE_STRING, NULL, 0, NULL, G_CALLBACK (describe_region), NULL, NULL);

  adw_combo_row_set_expression (row, expression);
  adw_combo_row_set_model (row, regions);
}

const char *embark_region_row_get (AdwComboRow *row)
{
  EmbarkDestination *destination = adw_combo_row_get_selected_item (row);

  return destination != NULL ? embark_destination_get_region (destination) : NULL;
}

void embark_region_row_set (AdwComboRow *row, const char *region)
{
  GListModel *regions = adw_combo_row_get_model (row);

  for (guint i = 0; i < g_list_model_get_n_items (regions); i++)
    {
      g_autoptr (EmbarkDestination) destination = g_list_model_get_item (regions, i);

      if (g_strcmp0 (embark_destination_get_region (destination), region) == 0)
        adw_combo_row_set_selected (row, i);
    }
}
