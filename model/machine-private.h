/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How connections and the library make and update machines.
 */
#pragma once

#include "model/machine.h"
#include "model/source/hypervisor.h"

G_BEGIN_DECLS

EmbarkMachine *embark_machine_new_domain (EmbarkContext *context, const EmbarkMachineInfo *info);
/* @path: file name bytes. */
EmbarkMachine *embark_machine_new_file (EmbarkContext *context, const char *path);
/* What libvirt calls it; NULL for a file. */
const char *embark_machine_get_domain_name (EmbarkMachine *self);
/* The domain as it is now: name and power; disks are made anew only if they differ. */
void embark_machine_update (EmbarkMachine *self, const EmbarkMachineInfo *info);

G_END_DECLS
