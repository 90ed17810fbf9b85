/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkDestination: a region, and a bucket in it if one is chosen.
 */
#include "model/destination.h"

#include <glib/gi18n-lib.h>

#include "model/cloud/bucket.h"
#include "model/cloud/regions.h"

struct _EmbarkDestination
{
  GObject parent_instance;

  /* owned */
  char *region;
  char *bucket;
  char *title;
};

G_DEFINE_FINAL_TYPE (EmbarkDestination, embark_destination, G_TYPE_OBJECT)

enum
{
  PROP_REGION = 1,
  PROP_REGION_NAME,
  PROP_BUCKET,
  PROP_TITLE,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

/* "vm-images-1250000000" → "vm-images": the account number says nothing to people. */
static char *drop_appid (const char *bucket)
{
  const char *dash = strrchr (bucket, '-');

  if (dash == NULL || dash == bucket || strlen (dash + 1) < 5 || strspn (dash + 1, "0123456789") != strlen (dash + 1))
    return g_strdup (bucket);
  return g_strndup (bucket, (gsize) (dash - bucket));
}

static void embark_destination_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  EmbarkDestination *self = EMBARK_DESTINATION (object);

  switch (prop_id)
    {
    case PROP_REGION:
      g_value_set_string (value, self->region);
      break;
    case PROP_REGION_NAME:
      g_value_set_string (value, embark_destination_get_region_name (self));
      break;
    case PROP_BUCKET:
      g_value_set_string (value, self->bucket);
      break;
    case PROP_TITLE:
      g_value_set_string (value, self->title);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void embark_destination_finalize (GObject *object)
{
  EmbarkDestination *self = EMBARK_DESTINATION (object);

  g_free (self->region);
  g_free (self->bucket);
  g_free (self->title);
  G_OBJECT_CLASS (embark_destination_parent_class)->finalize (object);
}

static void embark_destination_class_init (EmbarkDestinationClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = embark_destination_get_property;
  object_class->finalize = embark_destination_finalize;
  properties[PROP_REGION] = g_param_spec_string ("region", NULL, NULL, NULL, flags);
  properties[PROP_REGION_NAME] = g_param_spec_string ("region-name", NULL, NULL, NULL, flags);
  properties[PROP_BUCKET] = g_param_spec_string ("bucket", NULL, NULL, NULL, flags);
  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void embark_destination_init (EmbarkDestination *self)
{
}

EmbarkDestination *embark_destination_new (const char *region, const char *bucket)
{
  EmbarkDestination *self = g_object_new (EMBARK_TYPE_DESTINATION, NULL);
  const char *region_name = embark_regions_get_name (region);

  self->region = g_strdup (region);
  self->bucket = g_strdup (bucket);
  if (bucket == NULL)
    self->title = g_strdup (region_name);
  else
    {
      g_autofree char *name = drop_appid (bucket);
      /* Translators: a bucket and the region it is in: "vm-images · Guangzhou" */
      self->title = g_strdup_printf (_ ("%s · %s"), name, region_name);
    }
  return self;
}

const char *embark_destination_get_region (EmbarkDestination *self)
{
  g_return_val_if_fail (EMBARK_IS_DESTINATION (self), NULL);
  return self->region;
}

const char *embark_destination_get_region_name (EmbarkDestination *self)
{
  g_return_val_if_fail (EMBARK_IS_DESTINATION (self), NULL);
  return embark_regions_get_name (self->region);
}

const char *embark_destination_get_bucket (EmbarkDestination *self)
{
  g_return_val_if_fail (EMBARK_IS_DESTINATION (self), NULL);
  return self->bucket;
}

const char *embark_destination_get_title (EmbarkDestination *self)
{
  g_return_val_if_fail (EMBARK_IS_DESTINATION (self), NULL);
  return self->title;
}

GListModel *embark_destination_list_regions (void)
{
  GListStore *store = g_list_store_new (EMBARK_TYPE_DESTINATION);
  GPtrArray *regions = embark_regions_get ();

  for (guint i = 0; i < regions->len; i++)
    {
      const EmbarkRegion *region = g_ptr_array_index (regions, i);
      if (region->is_closed)
        continue;
      g_autoptr (EmbarkDestination) destination = embark_destination_new (region->code, NULL);
      g_list_store_append (store, destination);
    }
  return G_LIST_MODEL (store);
}

gboolean embark_destination_check (const char *region, const char *bucket, GError **error)
{
  return embark_bucket_check_name (bucket, region, error);
}
