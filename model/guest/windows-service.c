/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/guest/windows-service.h"

#include "model/guest/guest-registry.h"

gboolean embark_windows_service_enter (EmbarkFixSession *session, const char *key, const EmbarkWindowsService *service,
                                       GError **error)
{
  const struct
  {
    const char *name;
    guint32 value;
  } numbers[] = {
    { "Type", service->type },
    { "Start", service->start },
    { "ErrorControl", service->error_control },
  };
  const struct
  {
    const char *name;
    guint type;
    const char *value;
  } texts[] = {
    { "ImagePath", EMBARK_REG_EXPAND_SZ, service->image_path }, { "Group", EMBARK_REG_SZ, service->group },
    { "ObjectName", EMBARK_REG_SZ, service->object_name },      { "DisplayName", EMBARK_REG_SZ, service->display_name },
    { "Description", EMBARK_REG_SZ, service->description },
  };

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    if (!embark_fix_registry_set_dword (session, key, numbers[i].name, numbers[i].value, error))
      return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    if (texts[i].value != NULL
        && !embark_fix_registry_set_string (session, key, texts[i].name, texts[i].type, texts[i].value, error))
      return FALSE;
  return TRUE;
}
