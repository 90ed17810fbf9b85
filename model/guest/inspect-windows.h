/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the parts of the inspection of Windows share. Each function says which
 * hive must be open (guest-registry.h). In the helper only.
 *
 * Keys read (CCS: the control set that SYSTEM\Select names):
 *  SOFTWARE: Microsoft\Windows NT\CurrentVersion (ProductName, CurrentVersion, CurrentMajorVersionNumber,
 *    CurrentMinorVersionNumber, CurrentBuildNumber, CurrentBuild, EditionID, InstallationType, ProductId,
 *    DigitalProductId4), …\SoftwareProtectionPlatform (KeyManagementServiceName), …\ProfileList (ProfilesDirectory,
 *    ProgramData), Microsoft\Windows\CurrentVersion (ProgramFilesDir), …\Uninstall and that of Wow6432Node
 *    (DisplayName, Publisher, DisplayVersion), …\Setup\State (ImageState),
 *    Policies\Microsoft\Windows NT\Terminal Services (fDenyTSConnections)
 *  SYSTEM: Select (Current), MountedDevices, DriverDatabase (and that of the hive DRIVERS), Setup (CmdLine,
 *    SystemSetupInProgress), CCS\Services\NAME (Start, ImagePath), CCS\Services\Tcpip\Parameters\Interfaces\GUID
 *    (EnableDHCP, IPAddress), CCS\Control\CriticalDeviceDatabase, …\Network\{4D36E972-…}\GUID\Connection (Name),
 *    …\Session Manager\Power (HiberbootEnabled), …\Session Manager\Memory Management (PagingFiles),
 *    …\Terminal Server (fDenyTSConnections), …\ComputerName\ComputerName (ComputerName), CCS\Enum\PCI
 *  BCD: Objects\GUID\Elements (23000003 of the boot manager, 12000002 of the default entry)
 */
#pragma once

#include <guestfs.h>

#include "model/base/facts.h"

G_BEGIN_DECLS

typedef struct
{
  /* borrowed */
  guestfs_h *g;
  EmbarkFacts *facts;

  /* owned */
  char *root;             /* device */
  char *system_root;      /* "/Windows" */
  char *control_set;      /* "ControlSet001"; NULL until SYSTEM is open */
  GHashTable *references; /* drive letter → evidence: what points to other drives */

  gboolean sysprep_pending;
} EmbarkWindows;

/* Node of @path below the control set; 0 when absent. SYSTEM. */
gint64 embark_windows_find (EmbarkWindows *self, const char *path);
/* Notes the drive that @path is on, when it is on one. @what: key or value, for the evidence. */
void embark_windows_note_drive (EmbarkWindows *self, const char *what, const char *path);
/* Path of @path in the guest's own spelling; NULL when there is no such file. */
char *embark_windows_resolve (guestfs_h *g, const char *path);

/* windows.drivers and windows.virtioPackage. SYSTEM, then without a hive (opens DRIVERS if need be). */
void embark_windows_add_drivers (EmbarkWindows *self);
void embark_windows_add_later_drivers (EmbarkWindows *self);
/* os.guestTools, windows.virtioPackage, windows.activation: SOFTWARE. */
void embark_windows_add_programs (EmbarkWindows *self);
void embark_windows_add_activation (EmbarkWindows *self);
/* os.guestTools by services, windows.cloudbaseInit, .fastStartup, .network: SYSTEM. */
void embark_windows_add_services (EmbarkWindows *self);
void embark_windows_add_power (EmbarkWindows *self);
void embark_windows_add_network (EmbarkWindows *self);
/* windows.remoteDesktop: SOFTWARE (by policy), SYSTEM (the setting). */
void embark_windows_add_desktop_policy (EmbarkWindows *self);
void embark_windows_add_desktop (EmbarkWindows *self);
/* windows.drives: SOFTWARE only notes, SYSTEM. */
void embark_windows_note_folders (EmbarkWindows *self);
void embark_windows_add_drives (EmbarkWindows *self);
/* windows.bootLoader and .bootStore, without a hive, last: mounts another file system in place of the root. */
void embark_windows_add_boot (EmbarkWindows *self);

G_END_DECLS
