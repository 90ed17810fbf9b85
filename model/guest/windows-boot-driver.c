/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Up to NT 6.1 the CriticalDeviceDatabase names the service of a device; from
 * 6.2 the DriverDatabase leads from the device to an INF, to a package, to a
 * configuration with the service.
 */
#include "model/guest/windows-boot-driver.h"

#include <string.h>

#include "model/guest/guest-registry.h"
#include "model/guest/windows-service.h"

#define CRITICAL "CurrentControlSet\\Control\\CriticalDeviceDatabase\\PCI#"
#define DATABASE "DriverDatabase"
/* SCSIAdapter, as text and as the bytes of a GUID. */
#define CLASS_GUID "{4D36E97B-E325-11CE-BFC1-08002BE10318}"
#define CLASS_BYTES 0x7B, 0xE9, 0x36, 0x4D, 0x25, 0xE3, 0xCE, 0x11, 0xBF, 0xC1, 0x08, 0x00, 0x2B, 0xE1, 0x03, 0x18
#define GROUP "SCSI miniport"
#define CONFIGURATION "embark_conf"
#define INTERFACE_PCI "5" /* PCIBus of INTERFACE_TYPE */
#define LABEL_DIGITS 16

static const EmbarkBootDriver boot_drivers[] = {
  { "viostor", 0x1, { "VEN_1AF4&DEV_1001&REV_00", "VEN_1AF4&DEV_1042&REV_01", NULL } },
  { "vioscsi", 0xA, { "VEN_1AF4&DEV_1004&REV_00", "VEN_1AF4&DEV_1048&REV_01", NULL } },
  { NULL, 0, { NULL } },
};

/* Of a package of drivers: what it fits (nine: any), its class, date and version unknown. */
static const guint8 package_version[48] = { 0x00, 0xFF, 0x09, 0x00, 0x00, 0x00, 0x00, 0x00, CLASS_BYTES };
/* Of an INF that fits a device as well as can be. */
static const guint8 device_rank[] = { 0x01, 0xFF, 0x00, 0x00 };

const EmbarkBootDriver *embark_boot_drivers_get (void)
{
  return boot_drivers;
}

char *embark_boot_driver_make_label (const char *inf, GBytes *bytes, gboolean is_64_bit)
{
  g_autofree char *sum = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);

  return g_strdup_printf ("%s_%s_%.*s", inf, is_64_bit ? "amd64" : "x86", LABEL_DIGITS, sum);
}

static gboolean enter_service (EmbarkFixSession *session, const EmbarkBootDriver *boot, GError **error)
{
  g_autofree char *key = g_strconcat (EMBARK_WINDOWS_SERVICES, boot->name, NULL);
  g_autofree char *parameters = g_strconcat (key, "\\Parameters", NULL);
  g_autofree char *interface = g_strconcat (parameters, "\\PnpInterface", NULL);
  g_autofree char *image = g_strdup_printf ("system32\\drivers\\%s.sys", boot->name);

  const EmbarkWindowsService service = {
    .type = EMBARK_SERVICE_KERNEL_DRIVER,
    .start = EMBARK_SERVICE_BOOT_START,
    .error_control = EMBARK_SERVICE_ERROR_NORMAL,
    .image_path = image,
    .group = GROUP,
  };

  return embark_windows_service_enter (session, key, &service, error)
         && embark_fix_registry_set_dword (session, parameters, "BusType", boot->bus_type, error)
         && embark_fix_registry_set_dword (session, interface, INTERFACE_PCI, 1, error);
}

static gboolean enter_critical (EmbarkFixSession *session, const EmbarkBootDriver *boot, GError **error)
{
  for (guint i = 0; boot->ids[i] != NULL; i++)
    {
      g_autofree char *key = g_strconcat (CRITICAL, boot->ids[i], NULL);

      if (!embark_fix_registry_set_string (session, key, "Service", EMBARK_REG_SZ, boot->name, error)
          || !embark_fix_registry_set_string (session, key, "ClassGUID", EMBARK_REG_SZ, CLASS_GUID, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean enter_inf (EmbarkFixSession *session, const char *inf, const char *label, GError **error)
{
  g_autofree char *key = g_strconcat (DATABASE "\\DriverInfFiles\\", inf, NULL);
  const char *const labels[] = { label, NULL };
  const char *const configurations[] = { CONFIGURATION, NULL };

  return embark_fix_registry_set_strings (session, key, "", labels, error)
         && embark_fix_registry_set_string (session, key, "Active", EMBARK_REG_SZ, label, error)
         && embark_fix_registry_set_strings (session, key, "Configurations", configurations, error);
}

static gboolean enter_package (EmbarkFixSession *session, const EmbarkBootDriver *boot, const char *label,
                               GError **error)
{
  g_autofree char *package = g_strconcat (DATABASE "\\DriverPackages\\", label, NULL);
  g_autofree char *configuration = g_strconcat (package, "\\Configurations\\" CONFIGURATION, NULL);

  return embark_fix_registry_set_binary (session, package, "Version", package_version, sizeof package_version, error)
         && embark_fix_registry_set_dword (session, configuration, "ConfigFlags", 0, error)
         && embark_fix_registry_set_string (session, configuration, "Service", EMBARK_REG_SZ, boot->name, error);
}

static gboolean enter_device (EmbarkFixSession *session, const char *id, const char *inf, const char *label,
                              GError **error)
{
  g_autofree char *device = g_strconcat (DATABASE "\\DeviceIds\\PCI\\", id, NULL);
  g_autofree char *description = g_strconcat (DATABASE "\\DriverPackages\\", label, "\\Descriptors\\PCI\\", id, NULL);

  return embark_fix_registry_set_binary (session, device, inf, device_rank, sizeof device_rank, error)
         && embark_fix_registry_set_string (session, description, "Configuration", EMBARK_REG_SZ, CONFIGURATION, error);
}

static gboolean enter_database (EmbarkFixSession *session, const EmbarkBootDriver *boot, const EmbarkDriver *driver,
                                GError **error)
{
  const EmbarkDriverFile *file = g_ptr_array_index (driver->files, 0);
  gboolean is_64_bit =
      g_strcmp0 (embark_facts_get_string (embark_fix_get_facts (session), "os.architecture"), "x86_64") == 0;
  g_autofree char *label = embark_boot_driver_make_label (file->name, file->bytes, is_64_bit);

  if (!enter_inf (session, file->name, label, error) || !enter_package (session, boot, label, error))
    return FALSE;
  for (guint i = 0; boot->ids[i] != NULL; i++)
    if (!enter_device (session, boot->ids[i], file->name, label, error))
      return FALSE;
  return TRUE;
}

gboolean embark_boot_driver_enter (EmbarkFixSession *session, const EmbarkBootDriver *boot, const EmbarkDriver *driver,
                                   GError **error)
{
  if (!enter_service (session, boot, error))
    return FALSE;
  if (embark_guest_registry_find (embark_fix_get_guest (session), DATABASE) > 0)
    return enter_database (session, boot, driver, error);
  return enter_critical (session, boot, error);
}
