/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A service or driver as the registry of Windows describes it (winsvc.h).
 */
#pragma once

#include "model/guest/fix.h"

G_BEGIN_DECLS

#define EMBARK_WINDOWS_SERVICES "CurrentControlSet\\Services\\"

enum
{
  EMBARK_SERVICE_KERNEL_DRIVER = 0x1,
  EMBARK_SERVICE_OWN_PROCESS = 0x10,
};

enum
{
  EMBARK_SERVICE_BOOT_START = 0,
  EMBARK_SERVICE_AUTO_START = 2,
  EMBARK_SERVICE_DEMAND_START = 3,
  EMBARK_SERVICE_DISABLED = 4,
};

enum
{
  EMBARK_SERVICE_ERROR_IGNORE = 0,
  EMBARK_SERVICE_ERROR_NORMAL = 1,
};

typedef struct
{
  guint32 type;
  guint32 start;
  guint32 error_control;
  const char *image_path;
  /* (nullable): not entered */
  const char *group;
  const char *object_name;
  const char *display_name;
  const char *description;
} EmbarkWindowsService;

/* @key: below EMBARK_WINDOWS_SERVICES, with it at its start. The hive SYSTEM is open. */
gboolean embark_windows_service_enter (EmbarkFixSession *session, const char *key, const EmbarkWindowsService *service,
                                       GError **error);

G_END_DECLS
