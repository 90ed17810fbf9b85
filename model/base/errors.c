/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The error domain, and the two ways an error is made or passed on the same
 * everywhere: a phrase in front on the way up, and errno with the file's name.
 */
#include "model/base/errors.h"

#include <errno.h>
#include <glib/gi18n-lib.h>

G_DEFINE_QUARK (embark - error - quark, embark_error)

static EmbarkError choose_code (int saved_errno)
{
  switch (saved_errno)
    {
    case ENOENT:
    case ENOTDIR:
      return EMBARK_ERROR_NOT_FOUND;
    case EACCES:
    case EPERM:
      return EMBARK_ERROR_NOT_READABLE;
    case ENOSPC:
    case EDQUOT:
    case EFBIG: /* a file size limit of the user: the same thing to do about it */
      return EMBARK_ERROR_DISK_FULL;
    default:
      return EMBARK_ERROR_FAILED;
    }
}

gboolean embark_error_pass (GError **dest, GError *src, const char *phrase)
{
  g_return_val_if_fail (src != NULL, FALSE);

  if (phrase == NULL || *phrase == '\0')
    g_propagate_error (dest, src);
  else
    g_propagate_prefixed_error (dest, src, "%s: ", phrase);
  return FALSE;
}

void embark_error_set_errno (GError **error, int saved_errno, const char *what, const char *path)
{
  g_return_if_fail (what != NULL);

  if (path == NULL)
    {
      g_set_error (error, EMBARK_ERROR, choose_code (saved_errno), "%s: %s", what, g_strerror (saved_errno));
      return;
    }

  g_autofree char *name = g_filename_display_name (path);
  /* Translators: "Could not read “/home/me/disk.img”: No space left on device" */
  g_set_error (error, EMBARK_ERROR, choose_code (saved_errno), _ ("%s “%s”: %s"), what, name, g_strerror (saved_errno));
}
