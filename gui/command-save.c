/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `embark check --save FILE`: the report as a file, its form by the ending.
 */
#include <glib/gi18n.h>
#include <string.h>

#include "gui/command.h"
#include "model/base/errors.h"

char *embark_command_check_save (const EmbarkCommand *command)
{
  EmbarkReportForm form;

  if (command->save == NULL || embark_report_form_from_name (command->save, &form))
    return NULL;
  return g_strdup (_ ("The name for --save ends with .html, .md, .json or .txt."));
}

gboolean embark_command_save_report (const EmbarkCommand *command, EmbarkDisk *disk, const char *target, GError **error)
{
  EmbarkReport *report = embark_disk_get_report (disk);
  EmbarkReportAbout about = {
    .target = target,
    .checked = embark_disk_get_checked_at (disk),
    .judge = embark_context_get_judge (command->context),
  };
  g_autoptr (GError) write_error = NULL;
  g_autofree char *path = NULL;
  g_autofree char *name = NULL;
  g_autofree char *text = NULL;
  EmbarkReportForm form;

  if (command->save == NULL)
    return TRUE;
  path = g_canonicalize_filename (command->save, NULL);
  name = g_filename_display_name (command->save);
  if (!embark_report_form_from_name (command->save, &form) || g_strcmp0 (path, embark_disk_get_path (disk)) == 0)
    {
      /* Translators: %s is the name of a file. */
      g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_BAD_NAME, _ ("the report cannot be saved as “%s”"), name);
      return FALSE;
    }
  text = embark_report_to_form (report, form, &about);
  if (g_file_set_contents (path, text, -1, &write_error))
    return TRUE;
  /* Translators: the name of a file, then the reason. */
  g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED, _ ("the report could not be saved as “%s”: %s"), name,
               write_error->message);
  return FALSE;
}
