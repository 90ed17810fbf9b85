/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Windows: edition and build, and whether the virtio drivers would start.
 * A driver counts only by all of its traces, since each alone proves little.
 */
#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <string.h>

#include "model/guest/guest-files.h"
#include "model/guest/guest-registry.h"
#include "model/guest/inspect.h"

#define CURRENT_VERSION "Microsoft\\Windows NT\\CurrentVersion"
#define NTFS_PROBE_CLEAN 0
#define NTFS_PROBE_HIBERNATED 14
#define PCI_KEYS_MAX 4096

typedef struct
{
  const char *name;
  const char *devices[2]; /* PCI device ids of the old and the new kind of virtio */
} Driver;

static const Driver drivers[] = {
  { "viostor", { "DEV_1001", "DEV_1042" } },
  { "vioscsi", { "DEV_1004", "DEV_1048" } },
  { "netkvm", { "DEV_1000", "DEV_1041" } },
};

/* The path in the guest's own spelling; NULL when it is not there. */
static char *resolve_path (guestfs_h *g, const char *path)
{
  char *found = guestfs_case_sensitive_path (g, path);
  char *copy = found && guestfs_is_file (g, found) == 1 ? g_strdup (found) : NULL;

  free (found);
  return copy;
}

static void set_fact (EmbarkFacts *facts, const char *driver, const char *member, gboolean value)
{
  g_autofree char *path = g_strdup_printf ("windows.drivers.%s.%s", driver, member);

  embark_facts_set_boolean (facts, path, value);
}

static void add_version (guestfs_h *g, EmbarkFacts *facts)
{
  gint64 node = embark_guest_registry_find (g, CURRENT_VERSION);
  g_autofree char *build = embark_guest_registry_get_string (g, node, "CurrentBuildNumber");
  g_autofree char *edition = embark_guest_registry_get_string (g, node, "EditionID");
  g_autofree char *product = embark_guest_registry_get_string (g, node, "ProductName");

  if (!build)
    build = embark_guest_registry_get_string (g, node, "CurrentBuild");
  embark_facts_set_string (facts, "windows.build", build);
  embark_facts_set_string (facts, "windows.edition", edition);
  if (product && *product)
    embark_facts_set_string (facts, "os.product", product);
}

/* Path in the guest of a service's ImagePath: "\SystemRoot\…", "system32\…", "%SystemRoot%\…", "\??\C:\…". */
static char *get_image_path (const char *image, const char *system_root, const char *driver)
{
  g_autofree char *path = image ? g_strdup (image) : g_strconcat ("system32\\drivers\\", driver, ".sys", NULL);
  const char *rest = path;

  g_strdelimit (path, "\\", '/');
  if (g_str_has_prefix (rest, "/?"
                              "?/"))
    rest += strlen ("/?"
                    "?/");
  if (g_ascii_isalpha (rest[0]) && rest[1] == ':' && rest[2] == '/')
    return g_strdup (rest + 2);
  if (g_ascii_strncasecmp (rest, "/SystemRoot/", 12) == 0)
    rest += 12;
  else if (g_ascii_strncasecmp (rest, "%SystemRoot%/", 13) == 0)
    rest += 13;
  return g_build_filename (system_root, rest, NULL);
}

/* TRUE when a key of the list is for virtio's vendor and one of the driver's devices. */
static gboolean names_device (GStrv keys, const Driver *driver)
{
  for (guint i = 0; keys[i] && i < PCI_KEYS_MAX; i++)
    {
      g_autofree char *upper = g_ascii_strup (keys[i], -1);
      if (strstr (upper, "VEN_1AF4") && (strstr (upper, driver->devices[0]) || strstr (upper, driver->devices[1])))
        return TRUE;
    }
  return FALSE;
}

/* Windows finds a driver for a device by these lists: the second since version 6.2. */
static gboolean is_registered (guestfs_h *g, const char *control_set, const Driver *driver)
{
  g_autofree char *old_path = g_strdup_printf ("%s\\Control\\CriticalDeviceDatabase", control_set);
  g_auto (GStrv) old_keys = embark_guest_registry_list (g, embark_guest_registry_find (g, old_path));
  g_auto (GStrv) new_keys =
      embark_guest_registry_list (g, embark_guest_registry_find (g, "DriverDatabase\\DeviceIds\\PCI"));
  g_autofree char *enum_path = g_strdup_printf ("%s\\Enum\\PCI", control_set);
  g_auto (GStrv) seen = embark_guest_registry_list (g, embark_guest_registry_find (g, enum_path));

  return names_device (old_keys, driver) || names_device (new_keys, driver) || names_device (seen, driver);
}

static void add_driver (guestfs_h *g, const char *control_set, const char *system_root, const Driver *driver,
                        EmbarkFacts *facts)
{
  g_autofree char *key = g_strdup_printf ("%s\\Services\\%s", control_set, driver->name);
  gint64 node = embark_guest_registry_find (g, key);
  g_autofree char *image = embark_guest_registry_get_string (g, node, "ImagePath");
  g_autofree char *wanted = get_image_path (image, system_root, driver->name);
  g_autofree char *file = resolve_path (g, wanted);
  gboolean registered = is_registered (g, control_set, driver);
  g_autofree char *path_fact = g_strdup_printf ("windows.drivers.%s.filePath", driver->name);
  g_autofree char *start_fact = g_strdup_printf ("windows.drivers.%s.start", driver->name);
  g_autofree char *evidence_fact = g_strdup_printf ("windows.drivers.%s.evidence", driver->name);
  g_autofree char *evidence = NULL;
  g_autofree char *service = g_strdup ("no service");
  guint32 start = 0;

  set_fact (facts, driver->name, "file", file != NULL);
  set_fact (facts, driver->name, "registered", registered);
  embark_facts_set_string (facts, path_fact, file);
  if (node > 0 && embark_guest_registry_get_dword (g, node, "Start", &start))
    {
      embark_facts_set_uint (facts, start_fact, start);
      g_free (service);
      service = g_strdup_printf ("service with Start=%u", start);
    }
  evidence = g_strdup_printf ("%s, %s, %s", service, file ? file : "no file",
                              registered ? "device known" : "device not known");
  embark_facts_set_string (facts, evidence_fact, evidence);
}

static char *find_control_set (guestfs_h *g)
{
  guint32 current = 1;

  embark_guest_registry_get_dword (g, embark_guest_registry_find (g, "Select"), "Current", &current);
  return g_strdup_printf ("ControlSet%03u", MIN (current, 999));
}

static void read_software (guestfs_h *g, const char *root, EmbarkFacts *facts)
{
  char *hive = guestfs_inspect_get_windows_software_hive (g, root);

  if (hive && embark_guest_registry_open (g, hive))
    {
      add_version (g, facts);
      embark_guest_registry_close (g);
    }
  else
    embark_facts_set_unknown (facts, "windows.build", _ ("the registry (SOFTWARE) could not be read"));
  free (hive);
}

static void read_system (guestfs_h *g, const char *root, const char *system_root, EmbarkFacts *facts)
{
  char *hive = guestfs_inspect_get_windows_system_hive (g, root);
  g_autofree char *control_set = NULL;
  g_autofree char *service = NULL;

  if (!hive || !embark_guest_registry_open (g, hive))
    {
      embark_facts_set_unknown (facts, "windows.drivers", _ ("the registry (SYSTEM) could not be read"));
      embark_facts_set_unknown (facts, "windows.cloudbaseInit", _ ("the registry (SYSTEM) could not be read"));
      free (hive);
      return;
    }
  free (hive);
  control_set = find_control_set (g);
  embark_facts_set_string (facts, "windows.controlSet", control_set);
  for (guint i = 0; i < G_N_ELEMENTS (drivers); i++)
    add_driver (g, control_set, system_root, &drivers[i], facts);
  service = g_strdup_printf ("%s\\Services\\cloudbase-init", control_set);
  embark_facts_set_boolean (facts, "windows.cloudbaseInit", embark_guest_registry_find (g, service) > 0);
  embark_guest_registry_close (g);
}

void embark_inspect_windows (guestfs_h *g, const char *root, EmbarkFacts *facts)
{
  char *system_root = guestfs_inspect_get_windows_systemroot (g, root);

  if (!system_root)
    {
      embark_facts_set_unknown (facts, "windows", _ ("the Windows folder was not found"));
      return;
    }
  embark_facts_set_string (facts, "windows.systemRoot", system_root);
  read_software (g, root, facts);
  read_system (g, root, system_root, facts);
  free (system_root);
}

void embark_inspect_windows_device (guestfs_h *g, const char *device, EmbarkFacts *facts)
{
  int answer = guestfs_ntfs_3g_probe (g, 1, device);

  if (answer == NTFS_PROBE_CLEAN || answer == NTFS_PROBE_HIBERNATED)
    embark_facts_set_boolean (facts, "windows.hibernated", answer == NTFS_PROBE_HIBERNATED);
  else
    embark_facts_set_unknown (facts, "windows.hibernated", _ ("the NTFS file system was not closed cleanly"));
}
