/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The boot configuration (BCD, a registry hive), from the system's own
 * partition or the small one that the firmware or the MBR starts.
 */
#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <string.h>

#include "model/guest/guest-registry.h"
#include "model/guest/inspect-windows.h"

#define BOOT_MANAGER "Objects\\{9dea862c-5cdd-4e70-acc1-f32b344d4795}\\Elements\\23000003"
#define ELEMENT_PATH "12000002" /* BcdLibraryString_ApplicationPath */
#define FIRST_WITH_BCD 6
#define CANDIDATES_MAX 4

static const char *const stores[] = { "/Boot/BCD", "/EFI/Microsoft/Boot/BCD" };

/* TRUE when there is a store on what is mounted, whatever it says. */
static gboolean read_stores (EmbarkWindows *self, const char *device)
{
  for (guint i = 0; i < G_N_ELEMENTS (stores); i++)
    {
      g_autofree char *path = embark_windows_resolve (self->g, stores[i]);
      g_autofree char *place = path ? g_strdup_printf ("%s:%s", device, path) : NULL;
      g_autofree char *reason = path ? embark_guest_registry_open (self->g, path) : NULL;
      g_autofree char *entry = NULL;
      g_autofree char *key = NULL;
      g_autofree char *loader = NULL;

      if (!path)
        continue;
      embark_facts_set_string (self->facts, "windows.bootStore", place);
      if (reason)
        {
          embark_facts_set_unknown (self->facts, "windows.bootLoader", reason);
          return TRUE;
        }
      entry = embark_guest_registry_get_string (self->g, embark_guest_registry_find (self->g, BOOT_MANAGER), "Element");
      key = entry ? g_strdup_printf ("Objects\\%s\\Elements\\" ELEMENT_PATH, entry) : NULL;
      loader =
          key ? embark_guest_registry_get_string (self->g, embark_guest_registry_find (self->g, key), "Element") : NULL;
      embark_guest_registry_close (self->g);
      embark_facts_set_string (self->facts, "windows.bootLoader", loader);
      if (!loader)
        /* Translators: %s is a device and a path on it, "/dev/sda1:/Boot/BCD". */
        reason = g_strdup_printf (_ ("the boot configuration “%s” names no default system"), place);
      if (reason)
        embark_facts_set_unknown (self->facts, "windows.bootLoader", reason);
      return TRUE;
    }
  return FALSE;
}

/* Small partitions of the same disk that could be the system partition: file systems that Windows' loader reads. */
static gboolean is_candidate (EmbarkWindows *self, JsonObject *partition)
{
  const char *device = json_object_get_string_member_with_default (partition, "device", "");
  const char *type = json_object_get_string_member_with_default (partition, "filesystem", "");

  return strcmp (device, self->root) != 0 && (strcmp (type, "ntfs") == 0 || strcmp (type, "vfat") == 0);
}

static gboolean search_partitions (EmbarkWindows *self)
{
  JsonArray *list = embark_facts_get_list (self->facts, "disk.partitions");
  guint n = 0;

  for (guint i = 0; list && i < json_array_get_length (list) && n < CANDIDATES_MAX; i++)
    {
      JsonObject *partition = json_array_get_object_element (list, i);
      const char *device = json_object_get_string_member_with_default (partition, "device", "");

      if (!is_candidate (self, partition))
        continue;
      n++;
      if (guestfs_umount_all (self->g) == 0 && guestfs_mount_ro (self->g, device, "/") == 0
          && read_stores (self, device))
        return TRUE;
    }
  return FALSE;
}

void embark_windows_add_boot (EmbarkWindows *self)
{
  guint64 major = FIRST_WITH_BCD;

  embark_facts_get_uint (self->facts, "os.major", &major);
  if (major < FIRST_WITH_BCD)
    {
      g_autofree char *loader = embark_windows_resolve (self->g, "/ntldr");
      embark_facts_set_string (self->facts, "windows.bootLoader", loader);
      return;
    }
  if (!read_stores (self, self->root) && !search_partitions (self))
    embark_facts_set_unknown (self->facts, "windows.bootLoader", _ ("the boot configuration (BCD) was not found"));
}
