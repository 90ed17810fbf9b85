/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkSystemTile: colours are in resources/style.css, one class a system.
 */
#include "gui/system-tile.h"

#include "gui/page-stack.h"

struct _EmbarkSystemTile
{
  AdwBin parent_instance;

  /* Owned */
  char *style;

  /* Borrowed: children of the widget */
  GtkStack *stack;
  GtkLabel *letter;
  GtkImage *icon;

  gboolean is_large;
};

enum
{
  PROP_0,
  PROP_IS_LARGE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (EmbarkSystemTile, embark_system_tile, ADW_TYPE_BIN)

typedef struct
{
  const char *id; /* what follows "linux:", or the whole id */
  const char *style;
  const char *letter;
} System;

static const System systems[] = {
  { "debian", "system-debian", "D" },     { "ubuntu", "system-ubuntu", "U" },
  { "centos", "system-centos", "C" },     { "rhel", "system-rhel", "R" },
  { "fedora", "system-fedora", "F" },     { "almalinux", "system-alma", "A" },
  { "rocky", "system-rocky", "R" },       { "opensuse", "system-suse", "S" },
  { "suse-based", "system-suse", "S" },   { "sles", "system-suse", "S" },
  { "tencentos", "system-tencent", "T" }, { "kylin", "system-kylin", "K" },
  { "archlinux", "system-arch", "A" },    { "alpinelinux", "system-alpine", "A" },
  { "openeuler", "system-euler", "E" },   { "oraclelinux", "system-oracle", "O" },
  { "coreos", "system-coreos", "C" },     { "freebsd", "system-freebsd", "B" },
  { "windows", "system-windows", "W" },   { "linux", "system-linux", "L" },
};

static const System *find_system (const char *system_id)
{
  const char *colon;
  const char *name;

  if (system_id == NULL)
    return NULL;

  colon = strchr (system_id, ':');
  name = colon != NULL ? colon + 1 : system_id;
  for (guint i = 0; i < G_N_ELEMENTS (systems); i++)
    if (g_str_has_prefix (name, systems[i].id))
      return &systems[i];

  return g_str_has_prefix (system_id, "linux") ? &systems[G_N_ELEMENTS (systems) - 1] : NULL;
}

static void embark_system_tile_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  EmbarkSystemTile *self = EMBARK_SYSTEM_TILE (object);

  if (prop_id != PROP_IS_LARGE)
    {
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      return;
    }

  self->is_large = g_value_get_boolean (value);
  gtk_widget_add_css_class (GTK_WIDGET (self), self->is_large ? "large" : "small");
  gtk_image_set_pixel_size (self->icon, self->is_large ? 32 : 16);
}

static void embark_system_tile_finalize (GObject *object)
{
  EmbarkSystemTile *self = EMBARK_SYSTEM_TILE (object);

  g_clear_pointer (&self->style, g_free);
  G_OBJECT_CLASS (embark_system_tile_parent_class)->finalize (object);
}

static void embark_system_tile_class_init (EmbarkSystemTileClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->set_property = embark_system_tile_set_property;
  object_class->finalize = embark_system_tile_finalize;
  properties[PROP_IS_LARGE] = g_param_spec_boolean ("is-large", NULL, NULL, FALSE,
                                                    G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (klass), "systemtile");
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (klass), GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void embark_system_tile_init (EmbarkSystemTile *self)
{
  self->stack = GTK_STACK (gtk_stack_new ());
  self->letter = GTK_LABEL (g_object_new (GTK_TYPE_LABEL, "accessible-role", GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL));
  self->icon = GTK_IMAGE (g_object_new (GTK_TYPE_IMAGE, "icon-name", "drive-harddisk-symbolic", "accessible-role",
                                        GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL));
  gtk_stack_add_named (self->stack, GTK_WIDGET (self->icon), "icon");
  gtk_stack_add_named (self->stack, GTK_WIDGET (self->letter), "letter");
  embark_page_stack_show (self->stack, "icon");
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (self->stack));
  gtk_widget_set_halign (GTK_WIDGET (self), GTK_ALIGN_CENTER);
  gtk_widget_set_valign (GTK_WIDGET (self), GTK_ALIGN_CENTER);
}

GtkWidget *embark_system_tile_new (gboolean is_large)
{
  return g_object_new (EMBARK_TYPE_SYSTEM_TILE, "is-large", is_large, NULL);
}

void embark_system_tile_set_system (EmbarkSystemTile *self, const char *system_id)
{
  const System *system;

  g_return_if_fail (EMBARK_IS_SYSTEM_TILE (self));

  system = find_system (system_id);
  if (self->style != NULL)
    gtk_widget_remove_css_class (GTK_WIDGET (self), self->style);
  g_clear_pointer (&self->style, g_free);
  embark_page_stack_show (self->stack, system != NULL ? "letter" : "icon");
  if (system == NULL)
    return;

  self->style = g_strdup (system->style);
  gtk_widget_add_css_class (GTK_WIDGET (self), self->style);
  gtk_label_set_label (self->letter, system->letter);
}
