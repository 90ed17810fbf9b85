/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The chain of the disk gets an overlay on top, which the guest session writes
 * through an export of its own; then the new chain is looked at like any disk.
 */
#include "model/prepare.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/statvfs.h>

#include "model/base/errors.h"
#include "model/guest/guest-client.h"
#include "model/source/export.h"
#include "model/source/overlay.h"

/* An initramfs of each kernel and the packages of cloud-init fit in. Bytes. */
#define ROOM_NEEDED (G_GUINT64_CONSTANT (1) << 30)
/* Where the guest session begins and ends, in the whole. */
#define SESSION_START 0.05
#define SESSION_END 0.9

typedef struct
{
  const EmbarkPrepareRequest *request;
  EmbarkProgress report; /* the last one; it never goes back */
} Watcher;

void embark_prepared_free (EmbarkPrepared *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->look, embark_look_free);
  g_clear_pointer (&self->changes, json_array_unref);
  g_free (self);
}

static void report (Watcher *watcher, const char *stage, double fraction)
{
  watcher->report.fraction = MAX (watcher->report.fraction, fraction);
  g_strlcpy (watcher->report.stage, stage, sizeof watcher->report.stage);
  if (watcher->request->progress != NULL)
    watcher->request->progress (&watcher->report, watcher->request->user_data);
}

/* The look at the end passes through stages of its own, which are one to whoever waits. */
static const char *name_stage (const char *stage)
{
  return g_str_equal (stage, "launch") || g_str_equal (stage, "mount")
                 || g_str_has_prefix (stage, EMBARK_GUEST_FIX_STAGE)
             ? stage
             : "finish";
}

static double place_stage (const Watcher *watcher, const char *stage)
{
  guint n_fixes = g_strv_length (watcher->request->options->fixes);

  if (g_str_equal (stage, "launch"))
    return SESSION_START;
  if (g_str_equal (stage, "mount"))
    return 0.3;
  for (guint i = 0; i < n_fixes; i++)
    if (g_str_has_prefix (stage, EMBARK_GUEST_FIX_STAGE)
        && g_str_equal (stage + strlen (EMBARK_GUEST_FIX_STAGE), watcher->request->options->fixes[i]))
      return 0.4 + 0.3 * i / n_fixes;
  return 0.7;
}

static void session_progressed_cb (const EmbarkProgress *progress, gpointer user_data)
{
  Watcher *watcher = user_data;

  /* "mount" comes again when the result is looked at. */
  if (g_str_equal (watcher->report.stage, "finish"))
    return;
  report (watcher, name_stage (progress->stage), place_stage (watcher, name_stage (progress->stage)));
}

static void output_cb (const char *line, gpointer user_data)
{
  Watcher *watcher = user_data;

  if (watcher->request->log != NULL)
    watcher->request->log (line, watcher->request->user_data);
}

static gboolean check_room (const char *overlay, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (overlay);
  struct statvfs room;

  if (statvfs (folder, &room) != 0)
    {
      embark_error_set_errno (error, errno, _ ("Could not look at the folder"), folder);
      return FALSE;
    }
  guint64 n_free = (guint64) room.f_bavail * room.f_frsize;
  if (n_free >= ROOM_NEEDED)
    return TRUE;
  g_autofree char *name = g_filename_display_name (folder);
  g_autofree char *wanted = g_format_size (ROOM_NEEDED);
  g_autofree char *had = g_format_size (n_free);
  g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_DISK_FULL,
               /* Translators: the path of a folder, then two sizes such as "1.1 GB". */
               _ ("Changes to the disk are kept in “%s”, where %s have to be free and %s are. Make room there, and try "
                  "again."),
               name, wanted, had);
  return FALSE;
}

static EmbarkDiskSource *put_overlay_on (const EmbarkDiskSource *source, EmbarkImageChain *chain, const char *overlay)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  EmbarkDiskSource *result = embark_disk_source_copy (source);

  for (guint i = 0; i < embark_image_chain_get_length (chain); i++)
    g_strv_builder_add (builder, embark_image_chain_get_file (chain, i)->path);
  g_strfreev (result->allowed);
  result->allowed = g_strv_builder_end (builder);
  g_free (result->path);
  result->path = g_strdup (overlay);
  g_free (result->format);
  result->format = g_strdup ("qcow2");
  return result;
}

EmbarkDiskSource *embark_prepare_make_source (const EmbarkDiskSource *source, const char *overlay,
                                              GCancellable *cancellable, GError **error)
{
  g_autoptr (EmbarkImageChain) chain = embark_disk_source_open (source, cancellable, error);

  return chain != NULL ? put_overlay_on (source, chain, overlay) : NULL;
}

static EmbarkGuestPrepared *run_session (Watcher *watcher, const EmbarkDiskSource *prepared, GCancellable *cancellable,
                                         GError **error)
{
  g_autoptr (EmbarkImageChain) chain = embark_disk_source_open (prepared, cancellable, error);
  g_autoptr (EmbarkExport) export =
      chain != NULL ? embark_export_start_writable (chain, prepared->runtime_dir, cancellable, error) : NULL;
  EmbarkGuestRequest request = { .helper = prepared->helper, .cache_dir = prepared->cache_dir };

  if (export == NULL)
    return NULL;
  request.socket = embark_export_get_socket (export);
  return embark_guest_prepare (&request, watcher->request->facts, watcher->request->options, output_cb,
                               session_progressed_cb, watcher, cancellable, error);
}

static guint64 measure_file (const char *path)
{
  GStatBuf status;

  return g_stat (path, &status) == 0 ? (guint64) status.st_blocks * 512 : 0;
}

static EmbarkPrepared *change_overlay (Watcher *watcher, EmbarkImageChain *original, GCancellable *cancellable,
                                       GError **error)
{
  const EmbarkPrepareRequest *request = watcher->request;
  g_autoptr (EmbarkDiskSource) source = put_overlay_on (request->source, original, request->overlay);
  g_autoptr (EmbarkGuestPrepared) session = run_session (watcher, source, cancellable, error);
  g_autoptr (EmbarkPrepared) prepared = g_new0 (EmbarkPrepared, 1);

  if (session == NULL)
    return NULL;
  report (watcher, "finish", SESSION_END);
  if (!embark_overlay_flush (request->overlay, error) || !embark_image_chain_verify (original, error))
    return NULL;
  prepared->look = embark_look_with_guest (source, session->facts, session->is_slow, cancellable, error);
  if (prepared->look == NULL)
    return NULL;
  prepared->changes = json_array_ref (session->changes);
  prepared->overlay_size = measure_file (request->overlay);
  report (watcher, "finish", 1);
  return g_steal_pointer (&prepared);
}

EmbarkPrepared *embark_prepare (const EmbarkPrepareRequest *request, GCancellable *cancellable, GError **error)
{
  Watcher watcher = { .request = request };
  g_autoptr (EmbarkImageChain) original = NULL;
  EmbarkPrepared *prepared;

  report (&watcher, "overlay", 0);
  if (!check_room (request->overlay, error) || !embark_disk_source_check_rest (request->source, error))
    return NULL;
  original = embark_disk_source_open_checked (request->source, request->fingerprint, cancellable, error);
  if (original == NULL || !embark_overlay_create (original, request->overlay, cancellable, error))
    return NULL;
  prepared = change_overlay (&watcher, original, cancellable, error);
  if (prepared == NULL)
    g_unlink (request->overlay);
  return prepared;
}
