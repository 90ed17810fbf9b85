/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/guest/windows-first-boot.h"

#include "model/guest/first-boot.h"
#include "model/guest/windows-files.h"
#include "model/guest/windows-service.h"

#define SERVICE_KEY EMBARK_WINDOWS_SERVICES EMBARK_FIRST_BOOT_SERVICE
#define PROGRAM "Drivers/VirtIO/" EMBARK_FIRST_BOOT_FILE
#define IMAGE_PATH "%SystemRoot%\\Drivers\\VirtIO\\" EMBARK_FIRST_BOOT_FILE
/* Windows shows both to its user. */
#define DISPLAY_NAME "Embark driver installation"
#define DESCRIPTION "Installs the virtio drivers at the first start on new hardware, then removes itself."

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
  static const EmbarkWindowsService service = {
    .type = EMBARK_SERVICE_OWN_PROCESS,
    .start = EMBARK_SERVICE_AUTO_START,
    .error_control = EMBARK_SERVICE_ERROR_IGNORE,
    .image_path = IMAGE_PATH,
    .object_name = "LocalSystem",
    .display_name = DISPLAY_NAME,
    .description = DESCRIPTION,
  };

  return embark_windows_service_enter (session, SERVICE_KEY, &service, error);
}
