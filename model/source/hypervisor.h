/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkHypervisor: one libvirt connection. Opening and listing block (any
 * thread); events arrive on the main context through a callback.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  EMBARK_POWER_OFF,
  EMBARK_POWER_RUNNING,
  EMBARK_POWER_PAUSED,
  EMBARK_POWER_SAVED, /* managed save: the disk is not at rest */
  EMBARK_POWER_OTHER,
} EmbarkPower;

typedef struct
{
  char *target;     /* vda, sda … */
  char *bus;        /* virtio, sata, ide, scsi … */
  char *kind;       /* file, block, volume, network … ; only file and block (volume is resolved) can be opened */
  char *path;       /* (nullable) absolute */
  char *format;     /* (nullable) driver type of the XML */
  char **backing;   /* NULL-terminated paths of the chain as libvirt names it, may be empty */
  gboolean is_boot; /* first in boot order, or the first disk */
} EmbarkDiskInfo;

typedef struct
{
  char *uri, *uuid, *name, *title; /* title (nullable) */
  EmbarkPower power;
  guint64 memory; /* bytes */
  guint n_cpus;
  char *architecture, *firmware; /* firmware: bios or efi */
  GPtrArray *disks;              /* of EmbarkDiskInfo */
} EmbarkMachineInfo;

void embark_disk_info_free (EmbarkDiskInfo *self);
void embark_machine_info_free (EmbarkMachineInfo *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkDiskInfo, embark_disk_info_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkMachineInfo, embark_machine_info_free)

typedef struct _EmbarkHypervisor EmbarkHypervisor;
/* Main context. Something of the list changed: list again. @is_closed: the connection broke. */
typedef void (*EmbarkHypervisorFunc) (EmbarkHypervisor *self, gboolean is_closed, gpointer user_data);

/* Once, before the first connection, on the main thread. */
void embark_hypervisor_init (void);
/* Blocking; a dead daemon is reported within seconds. Errors: NO_HYPERVISOR (message says which service to
 * start), HYPERVISOR_DENIED (message names the group "libvirt"), FAILED. Opened for writing where allowed is not
 * needed: read-only connections are tried when the full one is refused. */
EmbarkHypervisor *embark_hypervisor_open (const char *uri, GCancellable *cancellable, GError **error);
const char *embark_hypervisor_get_uri (EmbarkHypervisor *self);
/* "This computer", "This user", or the URI's own host: translated. */
char *embark_hypervisor_describe_uri (const char *uri);
/* Blocking. Sorted by name; a domain whose XML cannot be read is listed without disks. At most 4096. */
GPtrArray *embark_hypervisor_list (EmbarkHypervisor *self, GCancellable *cancellable, GError **error);
/* Main thread. NULL to stop. */
void embark_hypervisor_watch (EmbarkHypervisor *self, EmbarkHypervisorFunc func, gpointer user_data);
/* Main thread. */
void embark_hypervisor_free (EmbarkHypervisor *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkHypervisor, embark_hypervisor_free)

G_END_DECLS
