/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The plain data that hypervisor.h describes.
 */
#include "model/source/hypervisor.h"

void embark_disk_info_free (EmbarkDiskInfo *self)
{
  if (self == NULL)
    return;
  g_free (self->target);
  g_free (self->bus);
  g_free (self->kind);
  g_free (self->path);
  g_free (self->format);
  g_strfreev (self->backing);
  g_free (self);
}

void embark_machine_info_free (EmbarkMachineInfo *self)
{
  if (self == NULL)
    return;
  g_free (self->uri);
  g_free (self->uuid);
  g_free (self->name);
  g_free (self->title);
  g_free (self->architecture);
  g_free (self->firmware);
  g_clear_pointer (&self->disks, g_ptr_array_unref);
  g_free (self);
}
