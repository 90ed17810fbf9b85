/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Looking into one disk: header probe, export, measure, inspection. The export
 * lives only as long as the look.
 */
#include "model/disk-look.h"

#include <glib/gi18n-lib.h>

#include "model/base/errors.h"
#include "model/guest/guest-client.h"
#include "model/source/export.h"
#include "model/stream/qcow2-stream.h"

/* Share of the whole look that each stage begins at, from what they took on a machine without KVM. */
typedef struct
{
  const char *stage;
  double start;
} StageShare;

static const StageShare stage_shares[] = {
  { "probe", 0.0 },   { "export", 0.02 }, { "measure", 0.04 }, { "launch", 0.08 }, { "filesystems", 0.5 },
  { "inspect", 0.6 }, { "mount", 0.8 },   { "kernels", 0.87 }, { "finish", 0.97 },
};

typedef struct
{
  EmbarkProgressFunc progress;
  gpointer user_data;
} LookWatcher;

EmbarkDiskSource *embark_disk_source_copy (const EmbarkDiskSource *self)
{
  EmbarkDiskSource *copy = g_new0 (EmbarkDiskSource, 1);

  copy->path = g_strdup (self->path);
  copy->format = g_strdup (self->format);
  copy->allowed = g_strdupv (self->allowed);
  copy->holder = g_strdup (self->holder);
  copy->helper = g_strdup (self->helper);
  copy->cache_dir = g_strdup (self->cache_dir);
  copy->runtime_dir = g_strdup (self->runtime_dir);
  return copy;
}

void embark_disk_source_free (EmbarkDiskSource *self)
{
  if (self == NULL)
    return;
  g_free (self->path);
  g_free (self->format);
  g_strfreev (self->allowed);
  g_free (self->holder);
  g_free (self->helper);
  g_free (self->cache_dir);
  g_free (self->runtime_dir);
  g_free (self);
}

void embark_look_free (EmbarkLook *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->facts, embark_facts_unref);
  g_free (self->fingerprint);
  g_free (self);
}

static void report_stage (LookWatcher *watcher, const char *stage, double within)
{
  EmbarkProgress report = { 0 };

  if (watcher->progress == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (stage_shares); i++)
    if (g_str_equal (stage_shares[i].stage, stage))
      {
        double end = i + 1 < G_N_ELEMENTS (stage_shares) ? stage_shares[i + 1].start : 1.0;
        report.fraction = stage_shares[i].start + (end - stage_shares[i].start) * CLAMP (within, 0.0, 1.0);
        g_strlcpy (report.stage, stage, sizeof report.stage);
        watcher->progress (&report, watcher->user_data);
        return;
      }
}

static void guest_progressed_cb (const EmbarkProgress *progress, gpointer user_data)
{
  report_stage (user_data, progress->stage, progress->fraction);
}

gboolean embark_disk_source_check_rest (const EmbarkDiskSource *self, GError **error)
{
  if (self->path == NULL)
    {
      g_set_error_literal (error, EMBARK_ERROR, EMBARK_ERROR_UNSUPPORTED_IMAGE,
                           _ ("This disk is not a file or a block device of this computer. Copy it into a local "
                              "disk image first."));
      return FALSE;
    }
  if (self->holder != NULL)
    {
      /* Translators: %s is the name of a virtual machine. */
      g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_IN_USE,
                   _ ("“%s” is not shut off, so its disk changes while it is read. Shut it down, then try again."),
                   self->holder);
      return FALSE;
    }
  return TRUE;
}

static EmbarkLook *make_look (EmbarkImageChain *chain)
{
  EmbarkLook *look = g_new0 (EmbarkLook, 1);

  look->facts = embark_facts_new ();
  embark_image_chain_add_facts (chain, look->facts);
  look->fingerprint = embark_image_chain_get_fingerprint (chain);
  return look;
}

EmbarkLook *embark_look_at_header (const EmbarkDiskSource *source, GCancellable *cancellable, GError **error)
{
  g_autoptr (EmbarkImageChain) chain = NULL;

  if (source->path == NULL)
    {
      embark_disk_source_check_rest (source, error);
      return NULL;
    }
  chain =
      embark_image_chain_open (source->path, source->format, (const char *const *) source->allowed, cancellable, error);
  if (chain == NULL)
    return NULL;
  return make_look (chain);
}

static gboolean look_through_export (EmbarkLook *look, const EmbarkDiskSource *source, EmbarkExport *export,
                                     LookWatcher *watcher, GCancellable *cancellable, GError **error)
{
  const char *socket = embark_export_get_socket (export);
  EmbarkGuestRequest request = { source->helper, socket, source->cache_dir };
  g_autoptr (EmbarkFacts) guest = NULL;
  EmbarkStreamPlan plan;

  report_stage (watcher, "measure", 0);
  if (!embark_stream_plan (socket, &plan, cancellable, error))
    return FALSE;
  embark_facts_set_uint (look->facts, "stream.allocated", plan.allocated);
  embark_facts_set_uint (look->facts, "stream.upperBound", plan.upper_bound);

  report_stage (watcher, "launch", 0);
  guest = embark_guest_inspect (&request, &look->is_slow, guest_progressed_cb, watcher, cancellable, error);
  if (guest == NULL)
    return FALSE;
  embark_facts_merge (look->facts, guest);
  report_stage (watcher, "finish", 1);
  return TRUE;
}

EmbarkLook *embark_look_inside (const EmbarkDiskSource *source, EmbarkProgressFunc progress, gpointer user_data,
                                GCancellable *cancellable, GError **error)
{
  LookWatcher watcher = { progress, user_data };
  g_autoptr (EmbarkImageChain) chain = NULL;
  g_autoptr (EmbarkExport) export = NULL;
  g_autoptr (EmbarkLook) look = NULL;

  if (!embark_disk_source_check_rest (source, error))
    return NULL;
  report_stage (&watcher, "probe", 0);
  chain =
      embark_image_chain_open (source->path, source->format, (const char *const *) source->allowed, cancellable, error);
  if (chain == NULL)
    return NULL;
  look = make_look (chain);

  report_stage (&watcher, "export", 0);
  export = embark_export_start (chain, source->runtime_dir, cancellable, error);
  if (export == NULL)
    return NULL;
  if (!look_through_export (look, source, export, &watcher, cancellable, error))
    return NULL;
  if (!embark_image_chain_verify (chain, error))
    return NULL;
  return g_steal_pointer (&look);
}
