/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether Windows would find and start the virtio drivers: file, service and
 * database of devices, since each alone proves little. Drivers that start with
 * the system are found in the hive SYSTEM only, which is all that winload has.
 */
#include <glib/gi18n-lib.h>
#include <string.h>

#include "model/guest/first-boot.h"
#include "model/guest/guest-files.h"
#include "model/guest/guest-registry.h"
#include "model/guest/inspect-windows.h"
#include "model/guest/windows-words.h"

#define DEVICES_MAX 2
#define VARIANTS_MAX 5
#define CONFIGURATIONS_MAX 16
#define INF_FILES_MAX 64
#define INF_SIZE_MAX (2 * 1024 * 1024)

typedef struct
{
  const char *name;
  gboolean starts_at_boot;
  /* "VEN_1AF4&DEV_…" of the transitional and the modern device, and what may follow it. */
  const char *devices[DEVICES_MAX];
  const char *variants[VARIANTS_MAX];
} Driver;

static const Driver drivers[] = {
  { "viostor",
    TRUE,
    { "VEN_1AF4&DEV_1001", "VEN_1AF4&DEV_1042" },
    { "", "&REV_00", "&SUBSYS_00021AF4", "&SUBSYS_00021AF4&REV_00", "&SUBSYS_11001AF4&REV_01" } },
  { "vioscsi",
    TRUE,
    { "VEN_1AF4&DEV_1004", "VEN_1AF4&DEV_1048" },
    { "", "&REV_00", "&SUBSYS_00081AF4", "&SUBSYS_00081AF4&REV_00", "&SUBSYS_11001AF4&REV_01" } },
  { "netkvm",
    FALSE,
    { "VEN_1AF4&DEV_1000", "VEN_1AF4&DEV_1041" },
    { "", "&REV_00", "&SUBSYS_00011AF4", "&SUBSYS_00011AF4&REV_00", "&SUBSYS_11001AF4&REV_01" } },
};

/* What a database says of the devices of a driver. */
typedef struct
{
  const char *database; /* "critical", "driver"; NULL: it knows none of them */
  char *key;            /* the entry, with its INF */
  char *service;        /* (nullable) that it would start */
} Entry;

static void clear_entry (Entry *entry)
{
  g_clear_pointer (&entry->key, g_free);
  g_clear_pointer (&entry->service, g_free);
  entry->database = NULL;
}

static void set_member (EmbarkWindows *self, const Driver *driver, const char *member, const char *value)
{
  g_autofree char *path = g_strdup_printf ("windows.drivers.%s.%s", driver->name, member);

  embark_facts_set_string (self->facts, path, value);
}

static void set_flag (EmbarkWindows *self, const Driver *driver, const char *member, gboolean value)
{
  g_autofree char *path = g_strdup_printf ("windows.drivers.%s.%s", driver->name, member);

  embark_facts_set_boolean (self->facts, path, value);
}

static gboolean is_known (EmbarkWindows *self, const Driver *driver)
{
  g_autofree char *path = g_strdup_printf ("windows.drivers.%s.registered", driver->name);

  return embark_facts_is (self->facts, path);
}

static void note_package (EmbarkWindows *self, gint64 package, const char *label)
{
  g_autofree char *provider = embark_guest_registry_get_string (self->g, package, "Provider");

  if (!provider || !embark_windows_is_virtio_package ("driver", provider)
      || embark_facts_has (self->facts, "windows.virtioPackage"))
    return;
  embark_facts_set_string (self->facts, "windows.virtioPackage.name", label);
  embark_facts_set_string (self->facts, "windows.virtioPackage.publisher", provider);
}

static char *read_configured_service (EmbarkWindows *self, gint64 package)
{
  gint64 node = embark_guest_registry_find_below (self->g, package, "Configurations");
  g_autoptr (GArray) children = embark_guest_registry_list (self->g, node, CONFIGURATIONS_MAX);

  for (guint i = 0; i < children->len; i++)
    {
      g_autofree char *service =
          embark_guest_registry_get_string (self->g, g_array_index (children, gint64, i), "Service");
      if (service && *service)
        return g_steal_pointer (&service);
    }
  return NULL;
}

/* TRUE when @inf leads to a package of drivers that is there. */
static gboolean read_inf (EmbarkWindows *self, gint64 database, const char *inf, Entry *entry)
{
  g_autofree char *path = g_strconcat ("DriverInfFiles\\", inf, NULL);
  gint64 node = embark_guest_registry_find_below (self->g, database, path);
  g_autofree char *label = embark_guest_registry_get_string (self->g, node, "Active");
  g_auto (GStrv) labels = label ? NULL : embark_guest_registry_get_strings (self->g, node, "");
  g_autofree char *package_path = NULL;
  gint64 package;

  if (!label && labels && labels[0])
    label = g_strdup (labels[0]);
  if (!label || !*label)
    return FALSE;
  package_path = g_strconcat ("DriverPackages\\", label, NULL);
  package = embark_guest_registry_find_below (self->g, database, package_path);
  if (package <= 0)
    return FALSE;
  entry->service = read_configured_service (self, package);
  note_package (self, package, label);
  return TRUE;
}

/* Since version 6.2: device → INF → package. */
static gboolean ask_driver_database (EmbarkWindows *self, gint64 database, const Driver *driver, Entry *entry)
{
  gint64 pci = embark_guest_registry_find_below (self->g, database, "DeviceIds\\PCI");

  for (guint i = 0; pci > 0 && i < DEVICES_MAX * VARIANTS_MAX; i++)
    {
      g_autofree char *device =
          g_strconcat (driver->devices[i / VARIANTS_MAX], driver->variants[i % VARIANTS_MAX], NULL);
      gint64 node = embark_guest_registry_find_below (self->g, pci, device);
      g_auto (GStrv) infs = embark_guest_registry_list_values (self->g, node);

      for (guint k = 0; infs[k]; k++)
        if (*infs[k] && read_inf (self, database, infs[k], entry))
          {
            entry->database = "driver";
            entry->key = g_strdup_printf ("DriverDatabase\\DeviceIds\\PCI\\%s: %s", device, infs[k]);
            return TRUE;
          }
    }
  return FALSE;
}

/* Up to 6.1, for what starts with the system: device → service. */
static gboolean ask_critical_database (EmbarkWindows *self, const Driver *driver, Entry *entry)
{
  gint64 database = embark_windows_find (self, "Control\\CriticalDeviceDatabase");

  for (guint i = 0; database > 0 && i < DEVICES_MAX * VARIANTS_MAX; i++)
    {
      g_autofree char *device =
          g_strconcat ("PCI#", driver->devices[i / VARIANTS_MAX], driver->variants[i % VARIANTS_MAX], NULL);
      gint64 node = embark_guest_registry_find_below (self->g, database, device);
      g_autofree char *service = embark_guest_registry_get_string (self->g, node, "Service");

      if (!service || !*service)
        continue;
      entry->database = "critical";
      entry->key = g_strconcat (self->control_set, "\\Control\\CriticalDeviceDatabase\\", device, NULL);
      entry->service = g_steal_pointer (&service);
      return TRUE;
    }
  return FALSE;
}

/* Up to 6.1, for what is installed when it is found: an INF that was brought along. */
static gboolean ask_inf_files (EmbarkWindows *self, const Driver *driver, Entry *entry)
{
  g_autofree char *wanted = g_build_filename (self->system_root, "INF", NULL);
  g_autofree char *folder = guestfs_case_sensitive_path (self->g, wanted);
  g_auto (GStrv) names = embark_guest_list_dir (self->g, folder ? folder : wanted);
  guint n = 0;

  for (guint i = 0; names[i] && n < INF_FILES_MAX; i++)
    {
      g_autofree char *lower = g_ascii_strdown (names[i], -1);
      g_autofree char *path = g_build_filename (folder ? folder : wanted, names[i], NULL);
      g_autoptr (GBytes) bytes = NULL;
      gsize length = 0;
      const guint8 *data;

      if (!g_str_has_prefix (lower, "oem") || !g_str_has_suffix (lower, ".inf"))
        continue;
      n++;
      bytes = embark_guest_read_bytes (self->g, path, INF_SIZE_MAX);
      data = bytes ? g_bytes_get_data (bytes, &length) : NULL;
      for (guint k = 0; data && k < DEVICES_MAX; k++)
        if (embark_windows_inf_names (data, length, driver->devices[k]))
          {
            entry->database = "driver";
            entry->key = g_strdup_printf ("%s: %s", path, driver->devices[k]);
            return TRUE;
          }
    }
  return FALSE;
}

static void ask_databases (EmbarkWindows *self, const Driver *driver, Entry *entry)
{
  gint64 database = embark_guest_registry_find (self->g, "DriverDatabase");

  if (database > 0)
    ask_driver_database (self, database, driver, entry);
  else if (driver->starts_at_boot)
    ask_critical_database (self, driver, entry);
  else
    ask_inf_files (self, driver, entry);
}

static void set_evidence (EmbarkWindows *self, const Driver *driver, const char *service, gboolean has_start,
                          guint32 start, const char *file, const Entry *entry)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (has_start)
    g_string_append_printf (text, "%s\\Services\\%s: Start=%u; ", self->control_set, service, start);
  g_string_append_printf (text, "%s; ", file ? file : "-");
  g_string_append (text, entry->key ? entry->key : "-");
  set_member (self, driver, "evidence", text->str);
}

static void add_driver (EmbarkWindows *self, const Driver *driver)
{
  g_autofree char *start_path = g_strdup_printf ("windows.drivers.%s.start", driver->name);
  g_autofree char *default_image = g_strdup_printf ("system32\\drivers\\%s.sys", driver->name);
  Entry entry = { 0 };
  const char *service;
  g_autofree char *key = NULL;
  g_autofree char *image = NULL;
  g_autofree char *wanted = NULL;
  g_autofree char *file = NULL;
  gint64 node;
  guint32 start = 0;
  gboolean has_start;

  ask_databases (self, driver, &entry);
  service = entry.service ? entry.service : driver->name;
  key = g_strconcat ("Services\\", service, NULL);
  node = embark_windows_find (self, key);
  image = embark_guest_registry_get_string (self->g, node, "ImagePath");
  wanted = embark_windows_make_path (image && *image ? image : default_image, self->system_root);
  file = embark_windows_resolve (self->g, wanted);
  has_start = embark_guest_registry_get_dword (self->g, node, "Start", &start);

  set_flag (self, driver, "file", file != NULL);
  set_member (self, driver, "filePath", file);
  set_flag (self, driver, "registered", entry.database != NULL);
  set_member (self, driver, "database", entry.database);
  set_member (self, driver, "key", entry.key);
  if (has_start)
    embark_facts_set_uint (self->facts, start_path, start);
  set_evidence (self, driver, service, has_start, start, file, &entry);
  clear_entry (&entry);
}

/* What waits for the service of Embark, which installs it at the first start. */
static void add_waiting (EmbarkWindows *self, const Driver *driver)
{
  gint64 service = embark_windows_find (self, "Services\\" EMBARK_FIRST_BOOT_SERVICE);
  g_autofree char *wanted = g_strdup_printf ("%s/Drivers/VirtIO/%s.inf", self->system_root, driver->name);
  g_autofree char *inf = service > 0 ? embark_windows_resolve (self->g, wanted) : NULL;

  if (inf != NULL)
    set_member (self, driver, "waiting", inf);
}

void embark_windows_add_drivers (EmbarkWindows *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (drivers); i++)
    {
      add_driver (self, &drivers[i]);
      if (!drivers[i].starts_at_boot)
        add_waiting (self, &drivers[i]);
    }
}

/* Windows 10 and later keep what does not start with the system in a hive of its own. */
void embark_windows_add_later_drivers (EmbarkWindows *self)
{
  const Driver *driver = &drivers[G_N_ELEMENTS (drivers) - 1];
  g_autofree char *wanted = g_build_filename (self->system_root, "System32/config/DRIVERS", NULL);
  g_autofree char *hive = is_known (self, driver) ? NULL : embark_windows_resolve (self->g, wanted);
  g_autofree char *reason = hive ? embark_guest_registry_open (self->g, hive) : NULL;
  Entry entry = { 0 };

  if (!hive)
    return;
  if (reason)
    {
      g_autofree char *path = g_strdup_printf ("windows.drivers.%s", driver->name);
      set_member (self, driver, "registered", NULL);
      embark_facts_set_unknown (self->facts, path, reason);
      return;
    }
  if (ask_driver_database (self, embark_guest_registry_find (self->g, "DriverDatabase"), driver, &entry))
    {
      set_flag (self, driver, "registered", TRUE);
      set_member (self, driver, "database", entry.database);
      set_member (self, driver, "key", entry.key);
    }
  clear_entry (&entry);
  embark_guest_registry_close (self->g);
}
