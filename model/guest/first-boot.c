/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Found beside the running helper, as that was found by who started it.
 */
#include "model/guest/first-boot.h"

#include <glib/gi18n-lib.h>

#include "model/base/errors.h"

char *embark_first_boot_find_in (const char *folder, const char *arch, GError **error)
{
  const char *name = g_strcmp0 (arch, "i386") == 0 ? "embark-first-boot-x86.exe" : "embark-first-boot-amd64.exe";
  g_autofree char *installed = g_build_filename (folder, "embark", name, NULL);
  g_autofree char *built = g_build_filename (folder, name, NULL);

  if (g_file_test (installed, G_FILE_TEST_IS_REGULAR))
    return g_steal_pointer (&installed);
  if (g_file_test (built, G_FILE_TEST_IS_REGULAR))
    return g_steal_pointer (&built);
  g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_TOOL_MISSING,
               /* Translators: a file, "embark-first-boot-amd64.exe" */
               _ ("This installation of Embark lacks “%s”, which installs the drivers at the first start of Windows. "
                  "Build Embark with the option “windows_service”, or install it again."),
               name);
  return NULL;
}

char *embark_first_boot_find (const char *arch, GError **error)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = program != NULL ? g_path_get_dirname (program) : g_strdup (LIBEXECDIR);

  return embark_first_boot_find_in (folder, arch, error);
}
