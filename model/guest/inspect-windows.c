/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Windows: which one it is, and the order in which its registry is read. One
 * hive is open at a time.
 */
#include "model/guest/inspect-windows.h"

#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <string.h>

#include "model/guest/guest-registry.h"
#include "model/guest/inspect.h"
#include "model/guest/ntfs-volume.h"

#define CURRENT_VERSION "Microsoft\\Windows NT\\CurrentVersion"
#define NTFS_PROBE_CLEAN 0
#define NTFS_PROBE_HIBERNATED 14
#define NTFS_PROBE_UNCLEAN 15
#define CONTROL_SETS_MAX 999

char *embark_windows_resolve (guestfs_h *g, const char *path)
{
  char *found = guestfs_case_sensitive_path (g, path);
  char *copy = found && guestfs_is_file (g, found) == 1 ? g_strdup (found) : NULL;

  free (found);
  return copy;
}

gint64 embark_windows_find (EmbarkWindows *self, const char *path)
{
  g_autofree char *whole = g_strconcat (self->control_set, "\\", path, NULL);

  return embark_guest_registry_find (self->g, whole);
}

/* "6.3" stays written in CurrentVersion from Windows 10 on, which has two numbers instead. */
static void add_version (EmbarkWindows *self, gint64 node)
{
  g_autofree char *current = embark_guest_registry_get_string (self->g, node, "CurrentVersion");
  g_autofree char *version = NULL;
  g_auto (GStrv) parts = NULL;
  guint32 major = 0, minor = 0;

  if (embark_guest_registry_get_dword (self->g, node, "CurrentMajorVersionNumber", &major))
    embark_guest_registry_get_dword (self->g, node, "CurrentMinorVersionNumber", &minor);
  else if (current)
    {
      parts = g_strsplit (current, ".", 3);
      major = (guint32) g_ascii_strtoull (parts[0] ? parts[0] : "", NULL, 10);
      minor = parts[0] && parts[1] ? (guint32) g_ascii_strtoull (parts[1], NULL, 10) : 0;
    }
  if (major == 0)
    {
      embark_facts_set_unknown (self->facts, "windows.version", _ ("the registry does not tell the version"));
      return;
    }
  version = g_strdup_printf ("%u.%u", major, minor);
  embark_facts_set_string (self->facts, "windows.version", version);
  embark_facts_set_uint (self->facts, "os.major", major);
  embark_facts_set_uint (self->facts, "os.minor", minor);
}

static void add_names (EmbarkWindows *self)
{
  gint64 node = embark_guest_registry_find (self->g, CURRENT_VERSION);
  g_autofree char *build = embark_guest_registry_get_string (self->g, node, "CurrentBuildNumber");
  g_autofree char *edition = embark_guest_registry_get_string (self->g, node, "EditionID");
  g_autofree char *product = embark_guest_registry_get_string (self->g, node, "ProductName");
  g_autofree char *variant = embark_guest_registry_get_string (self->g, node, "InstallationType");

  if (!build)
    build = embark_guest_registry_get_string (self->g, node, "CurrentBuild");
  embark_facts_set_string (self->facts, "windows.build", build);
  embark_facts_set_string (self->facts, "windows.edition", edition);
  embark_facts_set_string (self->facts, "os.variant", variant);
  if (product && *product)
    embark_facts_set_string (self->facts, "os.product", product);
  else
    embark_facts_set_unknown (self->facts, "os.product", _ ("the registry does not tell the product"));
  add_version (self, node);
}

static void add_host_name (EmbarkWindows *self)
{
  gint64 node = embark_windows_find (self, "Control\\ComputerName\\ComputerName");
  g_autofree char *name = embark_guest_registry_get_string (self->g, node, "ComputerName");

  embark_facts_set_string (self->facts, "os.hostname", name);
}

static char *find_control_set (guestfs_h *g)
{
  guint32 current = 1;

  embark_guest_registry_get_dword (g, embark_guest_registry_find (g, "Select"), "Current", &current);
  return g_strdup_printf ("ControlSet%03u", MIN (current, CONTROL_SETS_MAX));
}

/* Free. NULL when it is not there. */
static char *find_hive (EmbarkWindows *self, const char *name)
{
  g_autofree char *path = g_strdup_printf ("%s/System32/config/%s", self->system_root, name);

  return embark_windows_resolve (self->g, path);
}

static void read_software (EmbarkWindows *self)
{
  static const char *const paths[] = { "os.product", "windows.version", "windows.build", "windows.edition",
                                       "windows.activation" };
  g_autofree char *hive = find_hive (self, "SOFTWARE");
  g_autofree char *reason =
      hive ? embark_guest_registry_open (self->g, hive) : g_strdup (_ ("the registry file SOFTWARE was not found"));

  if (reason)
    {
      for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
        embark_facts_set_unknown (self->facts, paths[i], reason);
      return;
    }
  add_names (self);
  embark_windows_add_activation (self);
  embark_windows_add_programs (self);
  embark_windows_add_desktop_policy (self);
  embark_windows_note_folders (self);
  embark_guest_registry_close (self->g);
}

static void read_system (EmbarkWindows *self)
{
  static const char *const paths[] = { "windows.controlSet",    "windows.drivers", "windows.cloudbaseInit",
                                       "windows.fastStartup",   "windows.drives",  "windows.network",
                                       "windows.remoteDesktop", "os.hostname" };
  g_autofree char *hive = find_hive (self, "SYSTEM");
  g_autofree char *reason =
      hive ? embark_guest_registry_open (self->g, hive) : g_strdup (_ ("the registry file SYSTEM was not found"));

  if (reason)
    {
      for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
        embark_facts_set_unknown (self->facts, paths[i], reason);
      return;
    }
  self->control_set = find_control_set (self->g);
  embark_facts_set_string (self->facts, "windows.controlSet", self->control_set);
  add_host_name (self);
  embark_windows_add_drivers (self);
  embark_windows_add_services (self);
  embark_windows_add_power (self);
  embark_windows_add_desktop (self);
  embark_windows_add_network (self);
  embark_windows_add_drives (self);
  embark_guest_registry_close (self->g);
  embark_windows_add_later_drivers (self);
}

void embark_inspect_windows (guestfs_h *g, const char *root, EmbarkFacts *facts)
{
  EmbarkWindows windows = { .g = g, .facts = facts };
  const char *known = embark_facts_get_string (facts, "windows.systemRoot");
  char *found = known ? NULL : guestfs_inspect_get_windows_systemroot (g, root);

  if (!known && !found)
    {
      embark_facts_set_unknown (facts, "windows", _ ("the Windows folder was not found"));
      return;
    }
  windows.root = g_strdup (root);
  windows.system_root = g_strdup (known ? known : found);
  windows.references = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  free (found);
  embark_facts_set_string (facts, "windows.systemRoot", windows.system_root);
  read_software (&windows);
  read_system (&windows);
  embark_windows_add_boot (&windows);
  g_hash_table_unref (windows.references);
  g_free (windows.root);
  g_free (windows.system_root);
  g_free (windows.control_set);
}

/* The first sector says where the record is. */
static gboolean read_dirty (guestfs_h *g, const char *device, gboolean *ret_is_dirty)
{
  size_t length = 0;
  char *boot = guestfs_pread_device (g, device, EMBARK_NTFS_BOOT_SIZE, 0, &length);
  char *record = NULL;
  guint64 offset = 0;
  gsize size = 0;
  gboolean ok;

  if (boot && length == EMBARK_NTFS_BOOT_SIZE && embark_ntfs_find_volume_record ((const guint8 *) boot, &offset, &size))
    record = guestfs_pread_device (g, device, (int) size, (gint64) offset, &length);
  ok = record && length == size && embark_ntfs_read_dirty ((const guint8 *) record, size, ret_is_dirty);
  free (boot);
  free (record);
  return ok;
}

void embark_inspect_windows_device (guestfs_h *g, const char *device, EmbarkFacts *facts)
{
  int answer = guestfs_ntfs_3g_probe (g, 1, device);
  gboolean is_dirty = FALSE;

  if (answer == NTFS_PROBE_CLEAN || answer == NTFS_PROBE_HIBERNATED)
    embark_facts_set_boolean (facts, "windows.hibernated", answer == NTFS_PROBE_HIBERNATED);
  else
    embark_facts_set_unknown (facts, "windows.hibernated", _ ("the NTFS file system was not closed cleanly"));
  /* 15: its journal holds what was not yet written. */
  if (answer == NTFS_PROBE_UNCLEAN)
    embark_facts_set_boolean (facts, "windows.dirty", TRUE);
  else if (read_dirty (g, device, &is_dirty))
    embark_facts_set_boolean (facts, "windows.dirty", is_dirty);
  else
    embark_facts_set_unknown (facts, "windows.dirty", _ ("the state of the NTFS file system could not be read"));
}
