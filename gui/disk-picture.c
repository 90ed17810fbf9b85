/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkDiskPicture: draws the segments of model/check/disk-layout.c side by side. Each
 * gets its share of the width, but never so little that it cannot be seen.
 */
#include "gui/disk-picture.h"

#include <adwaita.h>

#include "model/check/disk-layout.h"

#define HEIGHT 48
#define RADIUS 8
#define GAP 2
#define SMALLEST 6
#define PADDING 10

struct _EmbarkDiskPicture
{
  GtkWidget parent_instance;

  /* Owned */
  GPtrArray *segments;
};

G_DEFINE_FINAL_TYPE (EmbarkDiskPicture, embark_disk_picture, GTK_TYPE_WIDGET)

/* The segment that covers x = @from to @from + @width; both in pixels, gaps excluded. */
static void measure_segment (EmbarkDiskPicture *self, guint index, float full_width, float *ret_from, float *ret_width)
{
  double from, width;

  embark_disk_layout_place (self->segments, index, (double) full_width, GAP, SMALLEST, &from, &width);
  *ret_from = (float) from;
  *ret_width = (float) width;
}

static GdkRGBA look_up_color (GtkWidget *widget, const char *name, float alpha)
{
  GdkRGBA color = { 0.5f, 0.5f, 0.5f, 1 };

  gtk_style_context_lookup_color (gtk_widget_get_style_context (widget), name, &color);
  color.alpha *= alpha;
  return color;
}

static GdkRGBA choose_color (GtkWidget *widget, const EmbarkDiskSegment *segment)
{
  if (segment->is_free)
    return look_up_color (widget, "theme_fg_color", 0.08f);
  if (segment->is_root || segment->is_used_known)
    return look_up_color (widget, "accent_bg_color", 0.35f);
  return look_up_color (widget, "theme_fg_color", 0.35f);
}

static void draw_text (GtkWidget *widget, GtkSnapshot *snapshot, const EmbarkDiskSegment *segment, float from,
                       float width)
{
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (widget, NULL);
  g_autofree char *text = NULL;
  g_autofree char *title = g_markup_escape_text (segment->title, -1);
  g_autofree char *subtitle = g_markup_escape_text (segment->subtitle, -1);
  GdkRGBA color = look_up_color (widget, "theme_fg_color", 1);
  int text_height;

  if (width < 2 * PADDING + 24)
    return;

  text = g_strdup_printf ("<span size=\"small\"><b>%s</b>\n%s</span>", title, subtitle);
  pango_layout_set_markup (layout, text, -1);
  pango_layout_set_width (layout, (int) ((width - 2 * PADDING) * PANGO_SCALE));
  pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_END);
  pango_layout_get_pixel_size (layout, NULL, &text_height);

  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (from + PADDING, (HEIGHT - (float) text_height) / 2));
  gtk_snapshot_append_layout (snapshot, layout, &color);
  gtk_snapshot_restore (snapshot);
}

static void draw_segment (GtkWidget *widget, GtkSnapshot *snapshot, const EmbarkDiskSegment *segment, float from,
                          float width)
{
  GdkRGBA color = choose_color (widget, segment);
  gboolean is_mirrored = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;

  gtk_snapshot_append_color (snapshot, &color, &GRAPHENE_RECT_INIT (from, 0, width, HEIGHT));
  if (segment->is_used_known && segment->size > 0)
    {
      float used = width * (float) ((double) segment->used / (double) segment->size);
      float used_from = is_mirrored ? from + width - used : from;

      color = look_up_color (widget, "accent_bg_color", 0.45f);
      gtk_snapshot_append_color (snapshot, &color, &GRAPHENE_RECT_INIT (used_from, 0, used, HEIGHT));
    }
  draw_text (widget, snapshot, segment, from, width);
}

static gboolean query_tooltip_cb (GtkWidget *widget, int x, int y, gboolean is_keyboard, GtkTooltip *tooltip,
                                  gpointer user_data)
{
  EmbarkDiskPicture *self = EMBARK_DISK_PICTURE (widget);
  float full_width = (float) gtk_widget_get_width (widget);
  gboolean is_mirrored = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  float place = is_mirrored ? full_width - (float) x : (float) x;

  for (guint i = 0; i < self->segments->len; i++)
    {
      const EmbarkDiskSegment *segment = g_ptr_array_index (self->segments, i);
      g_autofree char *text = NULL;
      float from, width;

      measure_segment (self, i, full_width, &from, &width);
      if (place < from || place >= from + width + GAP)
        continue;
      text = g_strdup_printf ("%s\n%s", segment->title, segment->subtitle);
      gtk_tooltip_set_text (tooltip, text);
      return TRUE;
    }
  return FALSE;
}

static void embark_disk_picture_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  EmbarkDiskPicture *self = EMBARK_DISK_PICTURE (widget);
  float full_width = (float) gtk_widget_get_width (widget);
  gboolean is_mirrored = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  GskRoundedRect frame;

  gsk_rounded_rect_init_from_rect (&frame, &GRAPHENE_RECT_INIT (0, 0, full_width, HEIGHT), RADIUS);
  gtk_snapshot_push_rounded_clip (snapshot, &frame);
  for (guint i = 0; i < self->segments->len; i++)
    {
      float from, width;

      measure_segment (self, i, full_width, &from, &width);
      draw_segment (widget, snapshot, g_ptr_array_index (self->segments, i),
                    is_mirrored ? full_width - from - width : from, width);
    }
  gtk_snapshot_pop (snapshot);
}

static void embark_disk_picture_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                                         int *natural, int *minimum_baseline, int *natural_baseline)
{
  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? 100 : HEIGHT;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 300 : HEIGHT;
}

static void embark_disk_picture_finalize (GObject *object)
{
  EmbarkDiskPicture *self = EMBARK_DISK_PICTURE (object);

  g_clear_pointer (&self->segments, g_ptr_array_unref);
  G_OBJECT_CLASS (embark_disk_picture_parent_class)->finalize (object);
}

static void embark_disk_picture_class_init (EmbarkDiskPictureClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = embark_disk_picture_finalize;
  widget_class->snapshot = embark_disk_picture_snapshot;
  widget_class->measure = embark_disk_picture_measure;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
  gtk_widget_class_set_css_name (widget_class, "diskpicture");
}

static void embark_disk_picture_init (EmbarkDiskPicture *self)
{
  self->segments = g_ptr_array_new_with_free_func ((GDestroyNotify) embark_disk_segment_free);
  gtk_widget_set_has_tooltip (GTK_WIDGET (self), TRUE);
  g_signal_connect (self, "query-tooltip", G_CALLBACK (query_tooltip_cb), NULL);
}

gboolean embark_disk_picture_set_facts (EmbarkDiskPicture *self, EmbarkFacts *facts)
{
  g_autofree char *words = NULL;

  g_return_val_if_fail (EMBARK_IS_DISK_PICTURE (self), FALSE);

  g_clear_pointer (&self->segments, g_ptr_array_unref);
  self->segments = embark_disk_layout_new (facts);
  words = embark_disk_layout_describe (self->segments);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, words, -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  return self->segments->len > 0;
}
