/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The virtio drivers of Windows, from what the user has: the disk drivers
 * start with the system, the others are installed by a service of ours at the
 * first start.
 */
#include <glib/gi18n-lib.h>
#include <string.h>

#include "model/base/errors.h"
#include "model/guest/driver-signature.h"
#include "model/guest/driver-source.h"
#include "model/guest/fix-private.h"
#include "model/guest/guest-files.h"
#include "model/guest/guest-registry.h"
#include "model/guest/windows-boot-driver.h"
#include "model/guest/windows-files.h"
#include "model/guest/windows-first-boot.h"

#define FOLDER "Drivers/VirtIO/"
#define FOLDER_IN_REGISTRY "%SystemRoot%\\Drivers\\VirtIO"
#define BOOT_FOLDER "System32/drivers/"
#define VERSION_KEY "Microsoft\\Windows\\CurrentVersion"
#define PATH_VALUE "DevicePath"
#define DEFAULT_PATH "%SystemRoot%\\inf"
#define PACKAGES_KEY VERSION_KEY "\\Component Based Servicing\\Packages"
#define PACKAGES_MAX 50000
/* The disks and the network of the cloud. */
#define DISK_DRIVER "viostor"
#define NETWORK_DRIVER "netkvm"

static guint get_number (EmbarkFacts *facts, const char *path)
{
  guint64 value = 0;

  return embark_facts_get_uint (facts, path, &value) ? (guint) MIN (value, G_MAXUINT16) : 0;
}

static void read_version (EmbarkFixSession *session, EmbarkWindowsVersion *windows)
{
  EmbarkFacts *facts = embark_fix_get_facts (session);
  const char *build = embark_facts_get_string (facts, "windows.build");

  windows->major = get_number (facts, "os.major");
  windows->minor = get_number (facts, "os.minor");
  windows->build = build != NULL ? (guint) g_ascii_strtoull (build, NULL, 10) : 0;
  windows->is_server = g_strcmp0 (embark_facts_get_string (facts, "os.variant"), "Client") != 0;
  windows->is_64_bit = g_strcmp0 (embark_facts_get_string (facts, "os.architecture"), "x86_64") == 0;
}

/* KB4474419 or KB3033929 among the installed packages. SOFTWARE. */
static gboolean lists_sha2_update (guestfs_h *g)
{
  gint64 node = embark_guest_registry_find (g, PACKAGES_KEY);
  g_autoptr (GArray) packages = embark_guest_registry_list (g, node, PACKAGES_MAX);

  for (guint i = 0; i < packages->len; i++)
    {
      g_autofree char *name = embark_guest_registry_get_name (g, g_array_index (packages, gint64, i));

      if (name != NULL && (strstr (name, "KB4474419") != NULL || strstr (name, "KB3033929") != NULL))
        return TRUE;
    }
  return FALSE;
}

/* Later versions have it from the start. */
static gboolean has_sha2 (EmbarkFixSession *session, const EmbarkWindowsVersion *windows)
{
  guestfs_h *g = embark_fix_get_guest (session);
  g_autofree char *hive = NULL;
  g_autofree char *reason = NULL;
  gboolean is_listed;

  if (windows->major > 6 || (windows->major == 6 && windows->minor > 1))
    return TRUE;
  hive = embark_windows_place (session, "System32/config/SOFTWARE");
  reason = embark_guest_registry_open (g, hive);
  if (reason != NULL)
    return FALSE;
  is_listed = lists_sha2_update (g);
  embark_guest_registry_close (g);
  return is_listed;
}

/* The signature of what starts later stands in its catalogue, and in the file itself only by chance. */
static gboolean starts_with_system (const EmbarkDriver *driver)
{
  for (const EmbarkBootDriver *boot = embark_boot_drivers_get (); boot->name != NULL; boot++)
    if (strcmp (driver->name, boot->name) == 0)
      return TRUE;
  return FALSE;
}

static gboolean judge_file (const EmbarkDriver *driver, const EmbarkDriverFile *file,
                            const EmbarkWindowsVersion *windows, gboolean knows_sha2, GError **error)
{
  g_auto (EmbarkDriverSignature) signature = { 0 };
  g_autofree char *shown = g_build_filename (driver->folder, file->name, NULL);

  if (!embark_driver_signature_read (file->bytes, &signature, error))
    {
      g_prefix_error (error, "%s: ", shown);
      return FALSE;
    }
  if (g_strcmp0 (signature.arch, windows->is_64_bit ? "x86_64" : "i386") != 0)
    {
      g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_BLOCKED,
                   /* Translators: the path of a driver file. */
                   _ ("The driver “%s” is not made for the processor of this Windows. Choose virtio-win.iso as it was "
                      "downloaded, or the folder for this Windows."),
                   shown);
      return FALSE;
    }
  return embark_driver_signature_judge (&signature, shown, windows->major, windows->minor,
                                        windows->is_64_bit && starts_with_system (driver), knows_sha2, error);
}

static gboolean judge_driver (const EmbarkDriver *driver, const EmbarkWindowsVersion *windows, gboolean knows_sha2,
                              GError **error)
{
  for (guint i = 0; i < driver->files->len; i++)
    {
      const EmbarkDriverFile *file = g_ptr_array_index (driver->files, i);

      if (g_str_has_suffix (file->name, ".sys") && !judge_file (driver, file, windows, knows_sha2, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean is_needed (const EmbarkDriver *driver)
{
  return strcmp (driver->name, DISK_DRIVER) == 0 || strcmp (driver->name, NETWORK_DRIVER) == 0;
}

/* What the cloud does not need is left out when Windows would refuse it. */
static gboolean judge_drivers (EmbarkFixSession *session, const EmbarkWindowsVersion *windows, GError **error)
{
  gboolean knows_sha2 = has_sha2 (session, windows);

  for (guint i = 0; i < session->drivers->len;)
    {
      const EmbarkDriver *driver = g_ptr_array_index (session->drivers, i);
      g_autoptr (GError) local = NULL;

      if (judge_driver (driver, windows, knows_sha2, &local))
        {
          i++;
          continue;
        }
      if (is_needed (driver))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      embark_fix_log (session, "left out: %s: %s", driver->name, local->message);
      g_ptr_array_remove_index (session->drivers, i);
    }
  return TRUE;
}

/* With the file of that name, as far as a service of that name is to start it. */
static const EmbarkDriver *find_driver (EmbarkFixSession *session, const char *name)
{
  g_autofree char *file = g_strconcat (name, ".sys", NULL);

  for (guint i = 0; i < session->drivers->len; i++)
    {
      const EmbarkDriver *driver = g_ptr_array_index (session->drivers, i);
      if (strcmp (driver->name, name) == 0 && embark_driver_find_file (driver, file) != NULL)
        return driver;
    }
  return NULL;
}

/* The source answers for a disk and a network driver; the cloud's disks are virtio_blk. */
static gboolean check_needed (EmbarkFixSession *session, const EmbarkWindowsVersion *windows, GError **error)
{
  g_autofree char *name = NULL;
  g_autofree char *shown = NULL;

  if (find_driver (session, DISK_DRIVER) != NULL && find_driver (session, NETWORK_DRIVER) != NULL)
    return TRUE;
  name = embark_windows_version_describe (windows);
  shown = g_filename_display_name (embark_fix_get_options (session)->virtio_win);
  g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_BLOCKED,
               /* Translators: a path, a version of Windows. */
               _ ("“%s” has no viostor and netkvm for %s. The disks of the cloud need viostor: choose virtio-win.iso."),
               shown, name);
  return FALSE;
}

gboolean embark_refuse_windows_virtio (EmbarkFixSession *session, GError **error)
{
  const char *source = embark_fix_get_options (session)->virtio_win;
  EmbarkWindowsVersion windows = { 0 };

  if (!embark_refuse_windows (session, error))
    return FALSE;
  if (source == NULL)
    return embark_fix_refuse (
        error, _ ("The Windows drivers are missing. Choose virtio-win.iso, or a folder that holds them."));
  read_version (session, &windows);
  session->drivers = embark_driver_source_load (source, &windows, NULL, error);
  return session->drivers != NULL && judge_drivers (session, &windows, error) && check_needed (session, &windows, error)
         && embark_windows_refuse_first_boot (session, error);
}

static void add_file (GPtrArray *files, const char *folder, const EmbarkDriverFile *file)
{
  g_autofree char *path = g_strconcat (folder, file->name, NULL);

  g_ptr_array_add (files, embark_windows_file_new (path, file->bytes));
}

/* Two drivers may bring the same helper: the first one's is taken. */
static void add_driver (EmbarkFixSession *session, const EmbarkDriver *driver, GHashTable *added, GPtrArray *files)
{
  for (guint i = 0; i < driver->files->len; i++)
    {
      const EmbarkDriverFile *file = g_ptr_array_index (driver->files, i);

      if (g_hash_table_add (added, file->name))
        add_file (files, FOLDER, file);
    }
  embark_fix_log (session, "%s %s, from %s", driver->name, driver->version != NULL ? driver->version : "-",
                  driver->folder);
}

static void add_boot_driver (EmbarkFixSession *session, const EmbarkBootDriver *boot, GPtrArray *files)
{
  const EmbarkDriver *driver = find_driver (session, boot->name);
  g_autofree char *name = g_strconcat (boot->name, ".sys", NULL);

  if (driver != NULL)
    add_file (files, BOOT_FOLDER, embark_driver_find_file (driver, name));
}

static gboolean copy_files (EmbarkFixSession *session, GError **error)
{
  g_autoptr (GHashTable) added = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func ((GDestroyNotify) embark_windows_file_free);

  for (guint i = 0; i < session->drivers->len; i++)
    add_driver (session, g_ptr_array_index (session->drivers, i), added, files);
  for (const EmbarkBootDriver *boot = embark_boot_drivers_get (); boot->name != NULL; boot++)
    add_boot_driver (session, boot, files);
  return embark_windows_add_first_boot (session, files, error) && embark_windows_write_files (session, files, error);
}

/* SYSTEM. */
static gboolean enter_boot_drivers (EmbarkFixSession *session, GError **error)
{
  for (const EmbarkBootDriver *boot = embark_boot_drivers_get (); boot->name != NULL; boot++)
    {
      const EmbarkDriver *driver = find_driver (session, boot->name);

      if (driver != NULL && !embark_boot_driver_enter (session, boot, driver, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean has_path (const char *list, const char *path)
{
  g_auto (GStrv) paths = g_strsplit (list, ";", -1);

  for (guint i = 0; paths[i] != NULL; i++)
    if (g_ascii_strcasecmp (g_strstrip (paths[i]), path) == 0)
      return TRUE;
  return FALSE;
}

/* Where Windows looks for a driver when it finds a device. SOFTWARE. */
static gboolean add_device_path (EmbarkFixSession *session, GError **error)
{
  guestfs_h *g = embark_fix_get_guest (session);
  g_autofree char *present =
      embark_guest_registry_get_string (g, embark_guest_registry_find (g, VERSION_KEY), PATH_VALUE);
  g_autofree char *list = NULL;

  if (present != NULL && has_path (present, FOLDER_IN_REGISTRY))
    return TRUE;
  list = g_strjoin (";", present != NULL && *present != '\0' ? present : DEFAULT_PATH, FOLDER_IN_REGISTRY, NULL);
  return embark_fix_registry_set_string (session, VERSION_KEY, PATH_VALUE, EMBARK_REG_EXPAND_SZ, list, error);
}

gboolean embark_fix_windows_virtio (EmbarkFixSession *session, GError **error)
{
  return copy_files (session, error) && embark_fix_registry_open (session, "SYSTEM", error)
         && enter_boot_drivers (session, error) && embark_windows_enter_first_boot (session, error)
         && embark_fix_registry_close (session, error) && embark_fix_registry_open (session, "SOFTWARE", error)
         && add_device_path (session, error) && embark_fix_registry_close (session, error);
}
