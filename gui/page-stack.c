/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pages of which one is there and the others are hidden.
 */
#include "gui/page-stack.h"

void embark_page_stack_show (GtkStack *stack, const char *name)
{
  GtkWidget *shown;

  g_return_if_fail (GTK_IS_STACK (stack));

  shown = gtk_stack_get_child_by_name (stack, name);
  g_return_if_fail (shown != NULL);

  /* A hidden child cannot be made the visible one. */
  gtk_widget_set_visible (shown, TRUE);
  gtk_stack_set_visible_child (stack, shown);
  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (stack)); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    gtk_widget_set_visible (child, child == shown);
}
