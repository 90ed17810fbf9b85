/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pages of which one is there and the others are hidden, from screen readers
 * too: GTK 4.8 alone leaves every page of a stack in the accessible tree.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* @name: of a page of @stack. Called once at the start, before that all pages are there. */
void embark_page_stack_show (GtkStack *stack, const char *name);

G_END_DECLS
