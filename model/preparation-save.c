/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writing what a preparation made where its user wants it: a standalone disk,
 * or a copy of the overlay.
 */
#include "model/preparation-private.h"

#include <glib/gi18n-lib.h>

#include "model/base/errors.h"
#include "model/context-private.h"
#include "model/disk-private.h"
#include "model/prepare.h"
#include "model/source/overlay.h"

typedef struct
{
  EmbarkDiskSource *source; /* the original */
  char *overlay, *path;
  gboolean is_overlay;
} Work;

static void free_work (gpointer data)
{
  Work *work = data;

  embark_disk_source_free (work->source);
  g_free (work->overlay);
  g_free (work->path);
  g_free (work);
}

static gboolean copy_overlay (const Work *work, GCancellable *cancellable, GError **error)
{
  g_autoptr (GFile) from = g_file_new_for_path (work->overlay);
  g_autoptr (GFile) to = g_file_new_for_path (work->path);
  g_autoptr (GError) local = NULL;
  g_autofree char *name = NULL;

  if (g_file_copy (from, to, G_FILE_COPY_NONE, cancellable, NULL, NULL, &local))
    return TRUE;
  if (g_error_matches (local, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  name = g_filename_display_name (work->path);
  g_set_error (error, EMBARK_ERROR,
               g_error_matches (local, G_IO_ERROR, G_IO_ERROR_EXISTS) ? EMBARK_ERROR_NAME_TAKEN : EMBARK_ERROR_FAILED,
               /* Translators: the name of a file, then the reason. */
               _ ("The overlay could not be saved as “%s”: %s"), name, local->message);
  return FALSE;
}

static gboolean save_disk (const Work *work, GCancellable *cancellable, GError **error)
{
  g_autoptr (EmbarkDiskSource) source = embark_prepare_make_source (work->source, work->overlay, cancellable, error);
  g_autoptr (EmbarkImageChain) chain = source != NULL ? embark_disk_source_open (source, cancellable, error) : NULL;

  return chain != NULL && embark_overlay_save (chain, work->path, cancellable, error);
}

/* In the worker. */
static gpointer save_cb (EmbarkJob *job, gpointer data, GCancellable *cancellable, GError **error)
{
  const Work *work = data;
  gboolean ok = work->is_overlay ? copy_overlay (work, cancellable, error) : save_disk (work, cancellable, error);

  return ok ? GINT_TO_POINTER (TRUE) : NULL;
}

EmbarkJob *embark_preparation_save (EmbarkPreparation *self, const char *path, gboolean is_overlay)
{
  EmbarkDisk *disk;
  EmbarkJob *job;
  Work *work;

  g_return_val_if_fail (EMBARK_IS_PREPARATION (self) && embark_preparation_is_ready (self), NULL);
  g_return_val_if_fail (path != NULL && g_path_is_absolute (path), NULL);
  disk = embark_preparation_get_disk (self);
  work = g_new0 (Work, 1);
  work->source = embark_disk_source_copy (embark_disk_get_source (disk));
  work->overlay = g_strdup (embark_preparation_get_overlay (self));
  work->path = g_strdup (path);
  work->is_overlay = is_overlay;
  job = embark_job_new (_ ("Saving the disk"));
  embark_job_list_start (embark_context_get_jobs (embark_disk_get_context (disk)), job, save_cb, work, free_work, NULL);
  return job;
}
