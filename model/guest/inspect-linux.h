/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the parts of the look at a Linux guest hand to each other. In the
 * helper only.
 */
#pragma once

#include <guestfs.h>

#include "model/base/facts.h"
#include "model/guest/boot-config.h"

G_BEGIN_DECLS

typedef struct
{
  /* borrowed */
  guestfs_h *g;
  const char *root; /* as libguestfs names it */
  EmbarkFacts *facts;
  /* owned */
  EmbarkBootEntry *entry;                     /* (nullable) the one that starts by default */
  char *kernel_path;                          /* (nullable) where its kernel is in the guest */
  char *initrd_path;                          /* (nullable) and its initramfs */
  char *dpkg_status;                          /* (nullable) once asked for */
  struct guestfs_application2_list *packages; /* (nullable) of rpm, once asked for */
  gboolean has_asked_packages;
} EmbarkLinux;

/* linux.bootLoader, bootKernel, bootKernelFrom, cmdline, rootDevice; fills entry and its paths. */
void embark_inspect_boot (EmbarkLinux *linux_guest);
/* linux.kernels. */
void embark_inspect_kernels (EmbarkLinux *linux_guest);
/* fromPackage and packageEvidence of one kernel. @signer: of its modules, nullable. */
void embark_inspect_kernel_package (EmbarkLinux *linux_guest, const char *version, const char *signer,
                                    JsonObject *kernel);
/* linux.init and linux.cloudInit. */
void embark_inspect_cloud_init (EmbarkLinux *linux_guest);
/* linux.network. */
void embark_inspect_network (EmbarkLinux *linux_guest);
/* linux.fstab and fstabRoot. */
void embark_inspect_fstab (EmbarkLinux *linux_guest);
/* linux.selinux, selinuxRelabel, shadow, os.guestTools. */
void embark_inspect_settings (EmbarkLinux *linux_guest);

/* An empty list at @path: looked for, and nothing found so far. */
void embark_linux_set_list (EmbarkFacts *facts, const char *path);
/* dpkg's status file, read once; NULL when there is none. Borrowed. */
const char *embark_linux_get_dpkg_status (EmbarkLinux *linux_guest);
/* The package of rpm with that name, its newest if there are several; NULL when there is none or the list cannot be
 * read. Borrowed. */
const struct guestfs_application2 *embark_linux_find_rpm (EmbarkLinux *linux_guest, const char *name);

G_END_DECLS
