/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/guest/windows-first-boot.h"

#include "model/guest/first-boot.h"
#include "model/guest/windows-files.h"

#define SERVICE_KEY "CurrentControlSet\\Services\\" EMBARK_FIRST_BOOT_SERVICE
#define PROGRAM "Drivers/VirtIO/" EMBARK_FIRST_BOOT_FILE
#define IMAGE_PATH "%SystemRoot%\\Drivers\\VirtIO\\" EMBARK_FIRST_BOOT_FILE
/* Windows shows both to its user. */
#define DISPLAY_NAME "Embark driver installation"
#define DESCRIPTION "Installs the virtio drivers at the first start on new hardware, then removes itself."
#define REG_SZ 1
#define REG_EXPAND_SZ 2
#define OWN_PROCESS 0x10 /* SERVICE_WIN32_OWN_PROCESS */
#define AUTO_START 2     /* SERVICE_AUTO_START */
#define ERROR_IGNORE 0   /* SERVICE_ERROR_IGNORE */

static char *find_program (EmbarkFixSession *session, GError **error)
{
  return embark_first_boot_find (embark_facts_get_string (embark_fix_get_facts (session), "os.architecture"), error);
}

gboolean embark_windows_refuse_first_boot (EmbarkFixSession *session, GError **error)
{
  g_autofree char *program = find_program (session, error);

  return program != NULL;
}

gboolean embark_windows_add_first_boot (EmbarkFixSession *session, GPtrArray *files, GError **error)
{
  g_autofree char *program = find_program (session, error);
  g_autoptr (GBytes) bytes = NULL;
  char *content = NULL;
  gsize length = 0;

  if (program == NULL || !g_file_get_contents (program, &content, &length, error))
    return FALSE;
  bytes = g_bytes_new_take (content, length);
  g_ptr_array_add (files, embark_windows_file_new (PROGRAM, bytes));
  return TRUE;
}

gboolean embark_windows_enter_first_boot (EmbarkFixSession *session, GError **error)
{
  return embark_fix_registry_set_dword (session, SERVICE_KEY, "Type", OWN_PROCESS, error)
         && embark_fix_registry_set_dword (session, SERVICE_KEY, "Start", AUTO_START, error)
         && embark_fix_registry_set_dword (session, SERVICE_KEY, "ErrorControl", ERROR_IGNORE, error)
         && embark_fix_registry_set_string (session, SERVICE_KEY, "ImagePath", REG_EXPAND_SZ, IMAGE_PATH, error)
         && embark_fix_registry_set_string (session, SERVICE_KEY, "ObjectName", REG_SZ, "LocalSystem", error)
         && embark_fix_registry_set_string (session, SERVICE_KEY, "DisplayName", REG_SZ, DISPLAY_NAME, error)
         && embark_fix_registry_set_string (session, SERVICE_KEY, "Description", REG_SZ, DESCRIPTION, error);
}
