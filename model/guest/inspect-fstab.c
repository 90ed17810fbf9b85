/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The lines of fstab, and whether what they name is on the disk.
 */
#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <string.h>

#include "model/guest/fstab.h"
#include "model/guest/guest-files.h"
#include "model/guest/inspect-linux.h"

#define DISK "/dev/sda"
#define TABLE_SIZE (34 * 512)
#define NUMBERS_MAX 128

static void add_names (EmbarkFacts *facts, const char *list_path, EmbarkDiskNames *names)
{
  JsonArray *list = embark_facts_get_list (facts, list_path);

  for (guint i = 0; list && i < json_array_get_length (list); i++)
    {
      JsonObject *object = json_array_get_object_element (list, i);
      const char *uuid = json_object_get_string_member_with_default (object, "uuid", NULL);
      const char *label = json_object_get_string_member_with_default (object, "label", NULL);
      const char *device = json_object_get_string_member_with_default (object, "device", "");

      if (uuid)
        g_hash_table_add (names->uuids, g_ascii_strdown (uuid, -1));
      if (label)
        g_hash_table_add (names->labels, g_strdup (label));
      if (!g_str_has_prefix (device, DISK))
        g_hash_table_add (names->volumes, g_strdup (device));
    }
}

/* Volumes that hold nothing known are volumes nonetheless. */
static void add_volumes (guestfs_h *g, EmbarkDiskNames *names)
{
  char **volumes = guestfs_lvs (g);

  for (guint i = 0; volumes && volumes[i]; i++)
    {
      g_hash_table_add (names->volumes, g_strdup (volumes[i]));
      free (volumes[i]);
    }
  free (volumes);
}

static void read_table (guestfs_h *g, EmbarkFacts *facts, EmbarkDiskNames *names)
{
  JsonArray *partitions = embark_facts_get_list (facts, "disk.partitions");
  guint numbers[NUMBERS_MAX + 1] = { 0 };
  guint n = 0;
  size_t length = 0;
  char *head = guestfs_pread_device (g, DISK, TABLE_SIZE, 0, &length);

  for (guint i = 0; partitions && i < json_array_get_length (partitions) && n < NUMBERS_MAX; i++)
    {
      JsonObject *object = json_array_get_object_element (partitions, i);
      gint64 number = json_object_get_int_member_with_default (object, "number", 0);
      if (number > 0 && number < 256)
        numbers[n++] = (guint) number;
    }
  if (head)
    embark_disk_names_read_table (names, (const guint8 *) head, length, numbers);
  free (head);
}

static EmbarkDiskNames *collect_names (EmbarkLinux *self, const char *fstab)
{
  EmbarkDiskNames *names = embark_disk_names_new ();

  add_names (self->facts, "disk.partitions", names);
  add_names (self->facts, "disk.filesystems", names);
  names->has_closed = embark_facts_is (self->facts, "disk.luks") || embark_facts_is (self->facts, "disk.bitlocker");
  if (embark_facts_is (self->facts, "disk.lvm"))
    add_volumes (self->g, names);
  if (strstr (fstab, "PARTUUID") || strstr (fstab, "PARTLABEL") || strstr (fstab, "by-part"))
    read_table (self->g, self->facts, names);
  return names;
}

static void set_valid (JsonObject *object, const char *name, const char *value)
{
  g_autofree char *valid = g_utf8_make_valid (value, -1);

  json_object_set_string_member (object, name, valid);
}

void embark_inspect_fstab (EmbarkLinux *self)
{
  g_autofree char *text = embark_guest_read_text (self->g, "/etc/fstab");
  g_autoptr (GPtrArray) lines = NULL;
  g_autoptr (EmbarkDiskNames) names = NULL;
  const char *root = NULL;

  if (!text)
    {
      embark_facts_set_unknown (self->facts, "linux.fstab", _ ("/etc/fstab could not be read"));
      embark_facts_set_unknown (self->facts, "linux.fstabRoot", _ ("/etc/fstab could not be read"));
      return;
    }
  lines = embark_fstab_read (text);
  names = collect_names (self, text);
  embark_linux_set_list (self->facts, "linux.fstab");
  for (guint i = 0; i < lines->len; i++)
    {
      const EmbarkFstabLine *line = g_ptr_array_index (lines, i);
      JsonObject *object = embark_facts_append (self->facts, "linux.fstab");
      const char *match = embark_fstab_match (line, names);

      json_object_set_int_member (object, "line", line->line);
      set_valid (object, "text", line->text);
      set_valid (object, "device", line->device);
      set_valid (object, "mountPoint", line->mount_point);
      set_valid (object, "type", line->type);
      set_valid (object, "options", line->options);
      if (match)
        json_object_set_string_member (object, "match", match);
      if (!root && strcmp (line->mount_point, "/") == 0)
        root = line->device;
    }
  if (root)
    embark_facts_set_string (self->facts, "linux.fstabRoot", root);
  else
    embark_facts_set_unknown (self->facts, "linux.fstabRoot", _ ("/etc/fstab has no entry for /"));
}
