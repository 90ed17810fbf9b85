/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkMachine: a libvirt domain, or a loose disk file the user added.
 */
#pragma once

#include "model/disk.h"

G_BEGIN_DECLS

typedef enum
{
  EMBARK_MACHINE_OFF,
  EMBARK_MACHINE_RUNNING,
  EMBARK_MACHINE_PAUSED,
  EMBARK_MACHINE_SAVED,
  EMBARK_MACHINE_OTHER,
  EMBARK_MACHINE_FILE, /* a disk file: no power state */
} EmbarkMachinePower;

#define EMBARK_TYPE_MACHINE (embark_machine_get_type ())
G_DECLARE_FINAL_TYPE (EmbarkMachine, embark_machine, EMBARK, MACHINE, GObject)

/* Properties: "name" (string, UTF-8), "power" (int, EmbarkMachinePower), "verdict" (int, EmbarkVerdict of the
 * boot disk), "is-checking" (boolean), "changed" is signalled by notify of these; rows need nothing else. */
const char *embark_machine_get_name (EmbarkMachine *self);
/* Stable between runs: URI and UUID, or the file's URI. */
const char *embark_machine_get_id (EmbarkMachine *self);
EmbarkMachinePower embark_machine_get_power (EmbarkMachine *self);
/* Translated: "Shut off", "Running", … ; "" for a file. */
const char *embark_machine_get_power_word (EmbarkMachine *self);
gboolean embark_machine_is_file (EmbarkMachine *self);
/* Of EmbarkDisk, borrowed. May be empty. */
GListModel *embark_machine_get_disks (EmbarkMachine *self);
/* The disk the machine starts from, or NULL. */
EmbarkDisk *embark_machine_get_boot_disk (EmbarkMachine *self);
/* By target ("vda"); NULL for none. */
EmbarkDisk *embark_machine_find_disk (EmbarkMachine *self, const char *target);
/* Second line of its row: "Shut off · Debian 12 · 20 GB", "Looking inside…", "Shut off · not checked yet". Free. */
char *embark_machine_describe (EmbarkMachine *self);
/* "linux:debian", "linux:ubuntu", "windows", "linux", or NULL before a look: which picture stands for it. Borrowed. */
const char *embark_machine_get_system_id (EmbarkMachine *self);

G_END_DECLS
