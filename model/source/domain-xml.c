/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Walks the tree of a domain by hand: the elements are few, and no XPath
 * engine needs to be trusted with them.
 */
#include "model/source/domain-xml.h"

#include <glib/gi18n-lib.h>
#include <libxml/parser.h>
#include <string.h>

#include "model/base/errors.h"

#define XML_MAX (1024 * 1024)
#define DISKS_MAX 256
#define BACKING_MAX 32
#define NO_ORDER G_MAXUINT

typedef struct
{
  EmbarkVolumeFunc resolve;
  gpointer user_data;
  GPtrArray *disks;     /* of EmbarkDiskInfo */
  EmbarkDiskInfo *boot; /* (nullable) */
  guint boot_order;
} Walk;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (xmlDoc, xmlFreeDoc)

static xmlNode *find_child (xmlNode *parent, const char *name)
{
  for (xmlNode *node = parent != NULL ? parent->children : NULL; node != NULL; node = node->next)
    if (node->type == XML_ELEMENT_NODE && strcmp ((const char *) node->name, name) == 0)
      return node;
  return NULL;
}

static char *dup_text (xmlChar *text)
{
  char *copy = g_strdup ((const char *) text);

  xmlFree (text);
  return copy;
}

static char *get_attribute (xmlNode *node, const char *name)
{
  return node == NULL ? NULL : dup_text (xmlGetNoNsProp (node, (const xmlChar *) name));
}

static char *get_child_text (xmlNode *parent, const char *name)
{
  xmlNode *node = find_child (parent, name);

  return node == NULL ? NULL : dup_text (xmlNodeGetContent (node));
}

static char *get_source_path (xmlNode *holder, const char *kind, const Walk *walk)
{
  xmlNode *source = find_child (holder, "source");

  if (g_strcmp0 (kind, "file") == 0)
    return get_attribute (source, "file");
  if (g_strcmp0 (kind, "block") == 0)
    return get_attribute (source, "dev");
  if (g_strcmp0 (kind, "volume") != 0)
    return NULL;
  g_autofree char *pool = get_attribute (source, "pool");
  g_autofree char *volume = get_attribute (source, "volume");
  if (pool == NULL || volume == NULL || walk->resolve == NULL)
    return NULL;
  return walk->resolve (pool, volume, walk->user_data);
}

/* Only an absolute path means the same to libvirt and to Embark. */
static char *get_absolute_path (xmlNode *holder, const char *kind, const Walk *walk)
{
  g_autofree char *path = get_source_path (holder, kind, walk);

  return path != NULL && path[0] == '/' ? g_steal_pointer (&path) : NULL;
}

static char **read_backing (xmlNode *disk, const Walk *walk)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  xmlNode *store = find_child (disk, "backingStore");

  for (guint i = 0; store != NULL && i < BACKING_MAX; i++)
    {
      g_autofree char *kind = get_attribute (store, "type");
      g_autofree char *path = get_absolute_path (store, kind, walk);
      if (path == NULL)
        break;
      g_strv_builder_add (builder, path);
      store = find_child (store, "backingStore");
    }
  return g_strv_builder_end (builder);
}

static guint read_order (xmlNode *disk)
{
  g_autofree char *text = get_attribute (find_child (disk, "boot"), "order");
  guint64 order = 0;

  if (text == NULL || !g_ascii_string_to_unsigned (text, 10, 1, NO_ORDER - 1, &order, NULL))
    return NO_ORDER;
  return (guint) order;
}

static void add_disk (Walk *walk, xmlNode *node)
{
  g_autofree char *device = get_attribute (node, "device");

  if (device != NULL && strcmp (device, "disk") != 0 && strcmp (device, "lun") != 0)
    return;

  EmbarkDiskInfo *disk = g_new0 (EmbarkDiskInfo, 1);
  xmlNode *target = find_child (node, "target");
  disk->target = get_attribute (target, "dev");
  disk->bus = get_attribute (target, "bus");
  disk->kind = get_attribute (node, "type");
  if (disk->kind == NULL)
    disk->kind = g_strdup ("file");
  disk->path = get_absolute_path (node, disk->kind, walk);
  disk->format = get_attribute (find_child (node, "driver"), "type");
  disk->backing = read_backing (node, walk);
  g_ptr_array_add (walk->disks, disk);

  guint order = read_order (node);
  if (walk->boot != NULL && order >= walk->boot_order)
    return;
  walk->boot = disk;
  walk->boot_order = order;
}

static char *read_firmware (xmlNode *os)
{
  g_autofree char *firmware = get_attribute (os, "firmware");
  g_autofree char *loader = get_attribute (find_child (os, "loader"), "type");

  if (g_strcmp0 (firmware, "efi") == 0 || (firmware == NULL && g_strcmp0 (loader, "pflash") == 0))
    return g_strdup ("efi");
  return g_strdup ("bios");
}

static xmlDoc *parse_document (const char *xml, GError **error)
{
  gsize size = strlen (xml);
  /* libvirt never writes a document type, and entities live nowhere else. */
  gboolean has_type = strstr (xml, "<!DOCTYPE") != NULL;
  g_autoptr (xmlDoc) doc = NULL;

  if (size <= XML_MAX && !has_type)
    doc = xmlReadMemory (xml, (int) size, NULL, NULL, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
  xmlNode *root = doc == NULL ? NULL : xmlDocGetRootElement (doc);
  if (root != NULL && doc->intSubset == NULL && doc->extSubset == NULL
      && strcmp ((const char *) root->name, "domain") == 0)
    return g_steal_pointer (&doc);
  g_set_error_literal (error, EMBARK_ERROR, EMBARK_ERROR_FAILED,
                       _ ("The description of the machine is not one that libvirt writes. Look at it with “virsh "
                          "dumpxml”."));
  return NULL;
}

gboolean embark_domain_xml_parse (const char *xml, EmbarkVolumeFunc resolve, gpointer user_data,
                                  EmbarkMachineInfo *info, GError **error)
{
  g_return_val_if_fail (xml != NULL && info != NULL, FALSE);

  g_autoptr (xmlDoc) doc = parse_document (xml, error);
  if (doc == NULL)
    return FALSE;

  xmlNode *root = xmlDocGetRootElement (doc);
  xmlNode *os = find_child (root, "os");
  xmlNode *devices = find_child (root, "devices");
  Walk walk = { .resolve = resolve, .user_data = user_data, .boot_order = NO_ORDER };
  walk.disks = g_ptr_array_new_with_free_func ((GDestroyNotify) embark_disk_info_free);
  for (xmlNode *node = devices != NULL ? devices->children : NULL; node != NULL && walk.disks->len < DISKS_MAX;
       node = node->next)
    if (node->type == XML_ELEMENT_NODE && strcmp ((const char *) node->name, "disk") == 0)
      add_disk (&walk, node);
  if (walk.boot != NULL)
    walk.boot->is_boot = TRUE;

  g_free (info->title);
  g_free (info->architecture);
  g_free (info->firmware);
  g_clear_pointer (&info->disks, g_ptr_array_unref);
  info->title = get_child_text (root, "title");
  info->architecture = get_attribute (find_child (os, "type"), "arch");
  info->firmware = read_firmware (os);
  info->disks = walk.disks;
  return TRUE;
}
