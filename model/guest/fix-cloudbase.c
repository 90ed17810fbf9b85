/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cloudbase-init without an installer: its files, its settings, its service.
 * One that is there already gets its settings and its start only.
 */
#include <glib/gi18n-lib.h>
#include <stdlib.h>

#include "model/guest/archive-tree.h"
#include "model/guest/cloudbase-config.h"
#include "model/guest/fix-private.h"
#include "model/guest/guest-files.h"
#include "model/guest/guest-registry.h"
#include "model/guest/pe-image.h"
#include "model/guest/windows-files.h"
#include "model/guest/windows-service.h"

#define SERVICE_KEY EMBARK_WINDOWS_SERVICES "cloudbase-init"
#define FOLDER "/Program Files/Cloudbase Solutions/Cloudbase-Init"
#define WINDOWS_FOLDER "C:\\Program Files\\Cloudbase Solutions\\Cloudbase-Init"
#define PROGRAM "bin/OpenStackService.exe"
#define SCRIPT "Python/Scripts/cloudbase-init.exe"
#define CONFIG "conf/cloudbase-init.conf"
/* As its installer enters it. */
#define IMAGE_PATH                                                                                                     \
  "\"" WINDOWS_FOLDER "\\bin\\OpenStackService.exe\" cloudbase-init \"" WINDOWS_FOLDER                                 \
  "\\Python\\Scripts\\cloudbase-init.exe\" --config-file \"" WINDOWS_FOLDER "\\conf\\cloudbase-init.conf\""
#define DISPLAY_NAME "Cloudbase-Init"
#define DESCRIPTION "Service wrapper for cloudbase-init"
#define FILE_MODE 0644

static gboolean is_installed (EmbarkFixSession *session)
{
  return embark_facts_is (embark_fix_get_facts (session), "windows.cloudbaseInit");
}

/* A service of 32 bits runs on 64-bit Windows, but its Python would not find half of the system. */
static gboolean check_program (EmbarkFixSession *session, GBytes *bytes, GError **error)
{
  const char *wanted = embark_facts_get_string (embark_fix_get_facts (session), "os.architecture");
  gsize length = 0;
  const guint8 *data = g_bytes_get_data (bytes, &length);
  EmbarkPeImage image;

  if (!embark_pe_image_read (data, length, &image, error))
    {
      g_prefix_error (error, "%s: ", PROGRAM);
      return FALSE;
    }
  if (g_strcmp0 (embark_pe_image_get_arch (&image), wanted) == 0)
    return TRUE;
  return embark_fix_refuse (
      error, _ ("This cloudbase-init is made for another processor than this Windows. Take the one whose "
                "name ends in x64 for 64 bits, in x86 for 32 bits."));
}

static gboolean check_tree (EmbarkFixSession *session, EmbarkArchiveTree *tree, GBytes *program, GError **error)
{
  for (guint i = 0; i < tree->names->len; i++)
    if (g_ascii_strcasecmp (g_ptr_array_index (tree->names, i), SCRIPT) == 0)
      return check_program (session, program, error);
  return embark_fix_refuse (
      error, _ ("The cloudbase-init that was chosen lacks Python/Scripts/cloudbase-init.exe. Choose the zip "
                "as it was downloaded, or the folder of an installed one."));
}

gboolean embark_refuse_windows_cloudbase (EmbarkFixSession *session, GError **error)
{
  const char *path = embark_fix_get_options (session)->cloudbase;
  g_autoptr (GBytes) program = NULL;

  if (!embark_refuse_windows (session, error))
    return FALSE;
  if (is_installed (session))
    return TRUE;
  if (path == NULL)
    return embark_fix_refuse (error,
                              _ ("cloudbase-init is missing. Choose its zip, or the folder it was unpacked to."));
  session->cloudbase = embark_archive_tree_open (path, PROGRAM, &program, error);
  return session->cloudbase != NULL && check_tree (session, session->cloudbase, program, error);
}

static gboolean unpack (EmbarkFixSession *session, const char *folder, GError **error)
{
  g_autofree char *program = g_build_filename (folder, PROGRAM, NULL);
  g_autofree char *local = NULL;
  char *present = guestfs_case_sensitive_path (session->g, program);
  gboolean is_there = present != NULL && embark_guest_has_file (session->g, present);

  free (present);
  if (is_there || session->cloudbase == NULL)
    return TRUE;
  local = g_strdup_printf ("/proc/self/fd/%d", session->cloudbase->fd);
  if (!embark_fix_make_dir (session, folder, error))
    return FALSE;
  if (guestfs_tar_in_opts (session->g, local, folder, GUESTFS_TAR_IN_OPTS_XATTRS, 1, -1) != 0)
    return embark_fix_fail (session, _ ("Could not write"), folder, error);
  embark_fix_note (session, "install", folder);
  return TRUE;
}

static gboolean write_config (EmbarkFixSession *session, const char *folder, GError **error)
{
  g_autofree char *wanted = g_build_filename (folder, CONFIG, NULL);
  char *found = guestfs_case_sensitive_path (session->g, wanted);
  g_autofree char *path = g_strdup (found != NULL ? found : wanted);
  /* One that was unpacked just now has the settings of its maker. */
  g_autofree char *present = session->cloudbase == NULL ? embark_fix_read (session, path) : NULL;
  g_autofree char *text =
      present != NULL ? embark_cloudbase_edit_config (present) : embark_cloudbase_make_config (WINDOWS_FOLDER);

  free (found);
  return embark_fix_write (session, path, text, -1, FILE_MODE, error);
}

/* One that is installed keeps its own words and gets its start. */
static gboolean enter_service (EmbarkFixSession *session, GError **error)
{
  static const EmbarkWindowsService service = {
    .type = EMBARK_SERVICE_OWN_PROCESS,
    .start = EMBARK_SERVICE_AUTO_START,
    .error_control = EMBARK_SERVICE_ERROR_NORMAL,
    .image_path = IMAGE_PATH,
    .object_name = "LocalSystem",
    .display_name = DISPLAY_NAME,
    .description = DESCRIPTION,
  };

  if (is_installed (session))
    return embark_fix_registry_set_dword (session, SERVICE_KEY, "Start", EMBARK_SERVICE_AUTO_START, error);
  return embark_windows_service_enter (session, SERVICE_KEY, &service, error);
}

gboolean embark_fix_windows_cloudbase (EmbarkFixSession *session, GError **error)
{
  return unpack (session, FOLDER, error) && write_config (session, FOLDER, error)
         && embark_fix_registry_open (session, "SYSTEM", error) && enter_service (session, error)
         && embark_fix_registry_close (session, error);
}
