/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The inside of EmbarkWindow, shared by window.c (pages), window-actions.c and
 * window-drop.c (files).
 */
#pragma once

#include "gui/fix-dialog.h"
#include "gui/imports-page.h"
#include "gui/machine-list.h"
#include "gui/machine-page.h"
#include "gui/migration-page.h"
#include "gui/window.h"

G_BEGIN_DECLS

struct _EmbarkWindow
{
  AdwApplicationWindow parent_instance;

  /* Owned */
  EmbarkContext *context;
  GSettings *settings;

  /* Template children */
  AdwToastOverlay *toast_overlay;
  AdwLeaflet *leaflet;
  GtkWidget *sidebar;
  GtkWidget *content;
  GtkLabel *practice_badge;
  GtkToggleButton *search_button;
  GtkSearchBar *search_bar;
  GtkSearchEntry *search_entry;
  EmbarkMachineList *machine_list;
  GtkWidget *back_button;
  AdwWindowTitle *title;
  GtkWidget *check_button;
  AdwButtonContent *check_content;
  AdwButtonContent *imports_content;
  GtkStack *stack;
  AdwStatusPage *empty_page;
  EmbarkMachinePage *machine_page;
  EmbarkImportsPage *imports_page;
  EmbarkMigrationPage *migration_page;
  GtkRevealer *drop_revealer;

  EmbarkFixDialog *fix_dialog; /* weak */

  gboolean is_gone;         /* children notify while they are taken down, too */
  gboolean is_from_imports; /* the migration shown was opened from the list of imports: Back returns there */
};

/* window.c */
void embark_window_show_machine (EmbarkWindow *self, EmbarkMachine *machine);
void embark_window_show_migration (EmbarkWindow *self, EmbarkMigration *migration);
void embark_window_show_imports (EmbarkWindow *self);
/* Back to what was there before, or to the list of machines. */
void embark_window_go_back (EmbarkWindow *self);
void embark_window_say (EmbarkWindow *self, const char *message);

/* window-actions.c */
void embark_window_class_install_actions (GtkWidgetClass *widget_class);

/* window-drop.c */
void embark_window_init_drop (EmbarkWindow *self);
void embark_window_choose_files (EmbarkWindow *self);

G_END_DECLS
