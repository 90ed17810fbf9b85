/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Looking into one disk: header probe, export, partition table and measure;
 * then a sample and the inspection through the same export, which lives only
 * as long as the look.
 */
#include "model/disk-look.h"

#include <glib/gi18n-lib.h>

#include "model/base/errors.h"
#include "model/facts-cache.h"
#include "model/guest/guest-client.h"
#include "model/source/export-lock.h"
#include "model/source/export.h"
#include "model/stream/partition-table.h"
#include "model/stream/size-estimate.h"

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

static gint64 get_now (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

EmbarkImageChain *embark_disk_source_open (const EmbarkDiskSource *self, GCancellable *cancellable, GError **error)
{
  return embark_image_chain_open (self->path, self->format, (const char *const *) self->allowed, cancellable, error);
}

EmbarkImageChain *embark_disk_source_open_checked (const EmbarkDiskSource *self, const char *fingerprint,
                                                   GCancellable *cancellable, GError **error)
{
  g_autoptr (EmbarkImageChain) chain = embark_disk_source_open (self, cancellable, error);
  g_autofree char *current = chain != NULL ? embark_image_chain_get_fingerprint (chain) : NULL;

  if (chain == NULL || g_strcmp0 (fingerprint, current) == 0)
    return g_steal_pointer (&chain);
  g_set_error_literal (error, EMBARK_ERROR, EMBARK_ERROR_SOURCE_CHANGED,
                       _ ("The disk changed since it was checked. Start again to check it anew."));
  return NULL;
}

static EmbarkLook *make_look (EmbarkImageChain *chain)
{
  EmbarkLook *look = g_new0 (EmbarkLook, 1);

  look->facts = embark_facts_new ();
  embark_image_chain_add_facts (chain, look->facts);
  look->fingerprint = embark_image_chain_get_fingerprint (chain);
  look->looked_at = get_now ();
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
  chain = embark_disk_source_open (source, cancellable, error);
  if (chain == NULL)
    return NULL;
  return make_look (chain);
}

static gboolean look_at_layout (EmbarkLook *look, const char *socket, EmbarkStreamPlan *ret_plan, LookWatcher *watcher,
                                GCancellable *cancellable, GError **error)
{
  g_autoptr (EmbarkPartitionTable) table = NULL;

  report_stage (watcher, "measure", 0);
  table = embark_partition_table_read (socket, cancellable, error);
  if (table == NULL)
    return FALSE;
  embark_partition_table_add_facts (table, look->facts);
  if (!embark_stream_plan (socket, ret_plan, cancellable, error))
    return FALSE;
  embark_facts_set_uint (look->facts, "stream.allocated", ret_plan->allocated);
  embark_facts_set_uint (look->facts, "stream.upperBound", ret_plan->upper_bound);
  return TRUE;
}

/* A disk that cannot be read everywhere is no reason not to look at the rest of it. */
static gboolean estimate_size (EmbarkLook *look, const char *socket, const EmbarkStreamPlan *plan,
                               GCancellable *cancellable, GError **error)
{
  EmbarkSizeEstimate estimate;
  g_autoptr (GError) cause = NULL;

  if (embark_size_estimate (socket, plan, EMBARK_STREAM_FAST, &estimate, cancellable, &cause))
    {
      embark_facts_set_uint (look->facts, "stream.estimate.low", estimate.low);
      embark_facts_set_uint (look->facts, "stream.estimate.likely", estimate.likely);
      embark_facts_set_uint (look->facts, "stream.estimate.high", estimate.high);
      embark_facts_set_uint (look->facts, "stream.sampled", estimate.sampled);
      return TRUE;
    }
  if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_propagate_error (error, g_steal_pointer (&cause));
      return FALSE;
    }
  embark_facts_set_unknown (look->facts, "stream.estimate", cause->message);
  return TRUE;
}

static gint64 get_number (JsonObject *object, const char *name)
{
  return MAX (0, json_object_get_int_member_with_default (object, name, 0));
}

/* An extended partition is only the frame of the logical ones. */
static gboolean is_frame (JsonObject *partition)
{
  gint64 type = get_number (partition, "mbrType");

  return type == 0x05 || type == 0x0F || type == 0x85;
}

static double sum_partitions (EmbarkFacts *facts)
{
  JsonArray *list = embark_facts_get_list (facts, "disk.partitions");
  guint64 virtual_size = 0;
  double sum = 0;

  embark_facts_get_uint (facts, "image.virtualSize", &virtual_size);
  if (list == NULL)
    return (double) virtual_size;
  for (guint i = 0; i < json_array_get_length (list); i++)
    {
      JsonObject *partition = json_array_get_object_element (list, i);
      if (!is_frame (partition))
        sum += (double) get_number (partition, "size");
    }
  return sum;
}

/* Subvolumes of one file system share its space and its UUID. */
static gboolean sum_free (EmbarkFacts *facts, double *ret_sum)
{
  JsonArray *list = embark_facts_get_list (facts, "disk.filesystems");
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  double sum = 0;

  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    {
      JsonObject *object = json_array_get_object_element (list, i);
      const char *device = json_object_get_string_member_with_default (object, "device", "");
      const char *name = json_object_get_string_member_with_default (object, "uuid", device);

      if (get_number (object, "size") > 0 && json_object_has_member (object, "free")
          && g_hash_table_add (seen, (gpointer) name))
        sum += (double) MIN (get_number (object, "free"), get_number (object, "size"));
    }
  *ret_sum = sum;
  return g_hash_table_size (seen) > 0;
}

void embark_look_add_reclaimable (EmbarkFacts *facts)
{
  guint64 allocated = 0;
  double n_free = 0;

  if (!embark_facts_get_uint (facts, "stream.allocated", &allocated) || !sum_free (facts, &n_free))
    return;
  double used = MAX (0, sum_partitions (facts) - n_free);
  embark_facts_set_uint (facts, "disk.reclaimable", (guint64) MAX (0, (double) allocated - used));
}

/* What parted refuses to read, such as a table with an entry beyond the disk, or a protective MBR without the GPT that
 * belongs behind it, is a partition table all the same. */
static void merge_guest (EmbarkFacts *facts, EmbarkFacts *guest)
{
  g_autofree char *table = g_strdup (embark_facts_get_string (facts, "disk.partitionTable"));
  gboolean is_protective_only = embark_facts_is (facts, "disk.protectiveOnly");

  embark_facts_merge (facts, guest);
  if (g_strcmp0 (embark_facts_get_string (facts, "disk.partitionTable"), "none") == 0)
    embark_facts_set_string (facts, "disk.partitionTable", table);
  if (is_protective_only && !embark_facts_has (guest, "disk.partitions"))
    embark_facts_set_boolean (facts, "disk.protectiveOnly", TRUE);
  embark_look_add_reclaimable (facts);
}

static void tell_first_stage (const EmbarkLook *look, const EmbarkLookOptions *options)
{
  EmbarkLook *copy;

  if (options->first_stage == NULL)
    return;
  copy = g_new0 (EmbarkLook, 1);
  copy->facts = embark_facts_new ();
  embark_facts_merge (copy->facts, look->facts);
  copy->fingerprint = g_strdup (look->fingerprint);
  copy->looked_at = look->looked_at;
  options->first_stage (copy, options->user_data);
}

/* Everything that needs no guest session. */
static gboolean look_without_guest (EmbarkLook *look, const char *socket, const EmbarkLookOptions *options,
                                    GCancellable *cancellable, GError **error)
{
  LookWatcher watcher = { options->progress, options->user_data };
  EmbarkStreamPlan plan;

  if (!look_at_layout (look, socket, &plan, &watcher, cancellable, error))
    return FALSE;
  tell_first_stage (look, options);
  report_stage (&watcher, "measure", 0.5);
  return estimate_size (look, socket, &plan, cancellable, error);
}

static gboolean look_through_export (EmbarkLook *look, const EmbarkDiskSource *source, const char *socket,
                                     const EmbarkLookOptions *options, GCancellable *cancellable, GError **error)
{
  LookWatcher watcher = { options->progress, options->user_data };
  EmbarkGuestRequest request = { source->helper, socket, source->cache_dir };
  g_autoptr (EmbarkFacts) guest = NULL;

  if (!look_without_guest (look, socket, options, cancellable, error))
    return FALSE;

  report_stage (&watcher, "launch", 0);
  guest = embark_guest_inspect (&request, &look->is_slow, guest_progressed_cb, &watcher, cancellable, error);
  if (guest == NULL)
    return FALSE;
  merge_guest (look->facts, guest);
  report_stage (&watcher, "finish", 1);
  return TRUE;
}

/* NULL without an error: nothing is kept. A disk in use is refused as it would be by the export. */
static EmbarkLook *find_kept (const EmbarkDiskSource *source, EmbarkImageChain *chain, const char *key, GError **error)
{
  g_autoptr (EmbarkLook) look = g_new0 (EmbarkLook, 1);
  g_autoptr (GArray) locks = NULL;

  look->facts = embark_facts_cache_load (source->cache_dir, key, &look->looked_at, &look->is_slow);
  if (look->facts == NULL)
    return NULL;
  locks = embark_export_lock (chain, 0, error);
  if (locks == NULL)
    return NULL;
  /* The same bytes may have another name by now. */
  json_object_remove_member (embark_facts_get_object (look->facts), "image");
  embark_image_chain_add_facts (chain, look->facts);
  look->fingerprint = embark_image_chain_get_fingerprint (chain);
  look->is_kept = TRUE;
  return g_steal_pointer (&look);
}

/* Without a file that could stay the same there is no key. */
static char *make_key (const EmbarkDiskSource *source, EmbarkImageChain *chain)
{
  g_autofree char *identity = embark_image_chain_get_identity (chain);

  return identity != NULL ? embark_facts_cache_make_key (identity, source->format, source->helper) : NULL;
}

static EmbarkExport *start_export (const EmbarkDiskSource *source, EmbarkImageChain *chain, LookWatcher *watcher,
                                   GCancellable *cancellable, GError **error)
{
  report_stage (watcher, "export", 0);
  return embark_export_start (chain, source->runtime_dir, cancellable, error);
}

EmbarkLook *embark_look_at_layout (const EmbarkDiskSource *source, EmbarkProgressFunc progress, gpointer user_data,
                                   GCancellable *cancellable, GError **error)
{
  LookWatcher watcher = { progress, user_data };
  g_autoptr (EmbarkImageChain) chain = NULL;
  g_autoptr (EmbarkExport) export = NULL;
  g_autoptr (EmbarkLook) look = NULL;
  EmbarkStreamPlan plan;

  if (!embark_disk_source_check_rest (source, error))
    return NULL;
  report_stage (&watcher, "probe", 0);
  chain = embark_disk_source_open (source, cancellable, error);
  if (chain == NULL)
    return NULL;
  look = make_look (chain);
  export = start_export (source, chain, &watcher, cancellable, error);
  if (export == NULL)
    return NULL;
  if (!look_at_layout (look, embark_export_get_socket (export), &plan, &watcher, cancellable, error)
      || !embark_image_chain_verify (chain, error))
    return NULL;
  return g_steal_pointer (&look);
}

EmbarkLook *embark_look_inside (const EmbarkDiskSource *source, const EmbarkLookOptions *options,
                                GCancellable *cancellable, GError **error)
{
  LookWatcher watcher = { options->progress, options->user_data };
  g_autoptr (EmbarkImageChain) chain = NULL;
  g_autoptr (EmbarkExport) export = NULL;
  g_autoptr (EmbarkLook) look = NULL;
  g_autofree char *key = NULL;
  GError *use_error = NULL;

  if (!embark_disk_source_check_rest (source, error))
    return NULL;
  report_stage (&watcher, "probe", 0);
  chain = embark_disk_source_open (source, cancellable, error);
  if (chain == NULL)
    return NULL;
  key = make_key (source, chain);
  if (key != NULL && !options->is_again)
    look = find_kept (source, chain, key, &use_error);
  if (use_error != NULL)
    g_propagate_error (error, use_error);
  if (look != NULL || use_error != NULL)
    return g_steal_pointer (&look);

  look = make_look (chain);
  export = start_export (source, chain, &watcher, cancellable, error);
  if (export == NULL)
    return NULL;
  if (!look_through_export (look, source, embark_export_get_socket (export), options, cancellable, error)
      || !embark_image_chain_verify (chain, error))
    return NULL;
  look->looked_at = get_now ();
  if (key != NULL)
    embark_facts_cache_store (source->cache_dir, key, look->facts, look->looked_at, look->is_slow);
  return g_steal_pointer (&look);
}

EmbarkLook *embark_look_with_guest (const EmbarkDiskSource *source, EmbarkFacts *guest, gboolean is_slow,
                                    GCancellable *cancellable, GError **error)
{
  EmbarkLookOptions options = { 0 };
  LookWatcher watcher = { NULL, NULL };
  g_autoptr (EmbarkImageChain) chain = embark_disk_source_open (source, cancellable, error);
  g_autoptr (EmbarkExport) export = NULL;
  g_autoptr (EmbarkLook) look = NULL;

  if (chain == NULL)
    return NULL;
  look = make_look (chain);
  export = start_export (source, chain, &watcher, cancellable, error);
  if (export == NULL || !look_without_guest (look, embark_export_get_socket (export), &options, cancellable, error)
      || !embark_image_chain_verify (chain, error))
    return NULL;
  merge_guest (look->facts, guest);
  look->looked_at = get_now ();
  look->is_slow = is_slow;
  return g_steal_pointer (&look);
}
