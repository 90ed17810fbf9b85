/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every .inf in a folder that could be for this Windows is a candidate; what
 * it says decides whether it is one, and of each name the best is taken. Its
 * files are those beside it that it names.
 */
#include "model/guest/driver-source.h"

#include <string.h>

#include <glib/gi18n.h>

#include "model/base/errors.h"
#include "model/guest/driver-inf-text.h"
#include "model/guest/driver-inf.h"
#include "model/guest/driver-tree.h"
#include "model/guest/text-clean.h"

#define VIRTIO "PCI\\VEN_1AF4&DEV_"
#define WHERE_TO_GET "https://fedorapeople.org/groups/virt/virtio-win/direct-downloads/"
#define PLACES_MAX 256
#define PLACES_SHOWN 16

/* The last part of the ids of virtio devices, in both their generations. */
static const char *const storage_devices[] = { "1001", "1042", "1004", "1048", NULL };
static const char *const network_devices[] = { "1000", "1041", NULL };

typedef struct
{
  /* owned */
  char *name;
  char *folder;
  EmbarkDriverInf *inf;
  /* borrowed */
  const EmbarkDriverEntry *entry;

  gboolean is_labelled; /* the folder's name says for which Windows it is */
  guint64 rank;         /* of that */
} Candidate;

typedef struct
{
  /* borrowed */
  EmbarkDriverTree *tree;
  const EmbarkWindowsVersion *windows;
  /* owned */
  GPtrArray *candidates; /* of Candidate */
  GHashTable *places;    /* set of what the source holds drivers for, as it spells it */
  char *missing;         /* a .sys of a driver that is needed and was not beside its INF: the first of them */
} Look;

static void free_candidate (gpointer data)
{
  Candidate *self = data;

  g_clear_pointer (&self->inf, embark_driver_inf_free);
  g_free (self->name);
  g_free (self->folder);
  g_free (self);
}

static void free_look (Look *self)
{
  g_clear_pointer (&self->candidates, g_ptr_array_unref);
  g_clear_pointer (&self->places, g_hash_table_unref);
  g_free (self->missing);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Look, free_look)

/* What the folders on the way to an INF say: the last of each kind counts. */
typedef struct
{
  const char *version; /* borrowed, (nullable) */
  const char *cpu_name;
  EmbarkDriverCpu cpu;
  gboolean is_pass_through; /* drivers for a card that is handed to the guest */
} Label;

static void read_label (char *const *steps, Label *label)
{
  for (guint i = 0; steps[i]; i++)
    {
      EmbarkDriverCpu cpu = embark_driver_folder_get_cpu (steps[i]);
      if (cpu != EMBARK_DRIVER_CPU_UNKNOWN)
        {
          label->cpu = cpu;
          label->cpu_name = steps[i];
        }
      else if (embark_driver_folder_is_version (steps[i]))
        label->version = steps[i];
      else if (g_ascii_strcasecmp (steps[i], "sriov") == 0)
        label->is_pass_through = TRUE;
    }
}

static void add_place (Look *look, const char *folder, const Label *label)
{
  g_autofree char *place = NULL;

  if (g_hash_table_size (look->places) >= PLACES_MAX)
    return;
  if (label->version && label->cpu_name)
    place = g_strdup_printf ("%s/%s", label->version, label->cpu_name);
  else
    place = g_strdup (label->version ? label->version : *folder ? folder : ".");
  g_hash_table_add (look->places, embark_text_clean (place));
}

/* "viostor" of "VioStor.INF"; NULL when it is no INF, or not one of a driver for us. */
static char *make_name (const char *file)
{
  gsize n = strlen (file);
  g_autofree char *name = NULL;

  if (n <= strlen (".inf") || g_ascii_strcasecmp (file + n - strlen (".inf"), ".inf") != 0
      || !embark_driver_name_is_plain (file))
    return NULL;
  name = g_ascii_strdown (file, (gssize) (n - strlen (".inf")));
  return strcmp (name, "vioprot") == 0 || !embark_driver_name_is_plain (name) ? NULL : g_steal_pointer (&name);
}

static void found_file_cb (const char *folder, const char *file, const EmbarkDriverEntry *entry, gpointer data)
{
  Look *look = data;
  g_autofree char *name = make_name (file);
  g_auto (GStrv) steps = g_strsplit (folder, "/", -1);
  Label label = { NULL };
  Candidate *candidate;
  guint64 rank;

  if (name == NULL || embark_driver_entry_get_size (entry) > EMBARK_INF_BYTES_MAX)
    return;
  read_label (steps, &label);
  if (label.is_pass_through)
    return;
  add_place (look, folder, &label);
  rank = label.version ? embark_driver_folder_rank (label.version, look->windows) : 0;
  if (label.version && rank == 0)
    return;
  if (label.cpu != EMBARK_DRIVER_CPU_UNKNOWN
      && label.cpu != (look->windows->is_64_bit ? EMBARK_DRIVER_CPU_AMD64 : EMBARK_DRIVER_CPU_X86))
    return;
  candidate = g_new0 (Candidate, 1);
  candidate->name = g_steal_pointer (&name);
  candidate->folder = g_strdup (folder);
  candidate->entry = entry;
  candidate->is_labelled = label.version != NULL;
  candidate->rank = rank;
  g_ptr_array_add (look->candidates, candidate);
}

static const EmbarkDriverEntry *find_beside (Look *look, const Candidate *candidate, const char *name)
{
  const EmbarkDriverEntry *entry = embark_driver_tree_find (look->tree, candidate->folder, name);

  return entry && embark_driver_entry_get_size (entry) <= EMBARK_DRIVER_FILE_MAX ? entry : NULL;
}

static gboolean has_device (char *const *ids, const char *device)
{
  g_autofree char *id = g_strconcat (VIRTIO, device, NULL);

  for (guint i = 0; ids[i]; i++)
    if (g_str_has_prefix (ids[i], id) && (ids[i][strlen (id)] == '\0' || ids[i][strlen (id)] == '&'))
      return TRUE;
  return FALSE;
}

static gboolean has_any_device (char *const *ids, const char *const *devices)
{
  for (guint i = 0; devices[i]; i++)
    if (has_device (ids, devices[i]))
      return TRUE;
  return FALSE;
}

static gboolean is_needed (const Candidate *candidate)
{
  return has_any_device (candidate->inf->ids, storage_devices) || has_any_device (candidate->inf->ids, network_devices);
}

static gboolean is_complete (Look *look, const Candidate *candidate)
{
  for (guint i = 0; candidate->inf->copied[i]; i++)
    {
      const char *file = candidate->inf->copied[i];
      if (find_beside (look, candidate, file))
        continue;
      g_info ("%s: %s.inf copies %s, which is not there", candidate->folder, candidate->name, file);
      if (!g_str_has_suffix (file, ".sys"))
        continue;
      if (look->missing == NULL && is_needed (candidate))
        look->missing = g_strdup_printf ("%s%s%s", candidate->folder, *candidate->folder ? "/" : "", file);
      return FALSE;
    }
  return TRUE;
}

/* Negative: @a is to be taken rather than @b. */
static int compare (const Candidate *a, const Candidate *b)
{
  if (a->is_labelled != b->is_labelled)
    return a->is_labelled ? -1 : 1;
  if (a->rank != b->rank)
    return a->rank > b->rank ? -1 : 1;
  if (a->inf->rank != b->inf->rank)
    return a->inf->rank > b->inf->rank ? -1 : 1;
  if (a->inf->date != b->inf->date)
    return a->inf->date > b->inf->date ? -1 : 1;
  return strcmp (a->folder, b->folder);
}

static gint compare_places (gconstpointer a, gconstpointer b)
{
  const Candidate *left = *(const Candidate *const *) a;
  const Candidate *right = *(const Candidate *const *) b;
  gint order = strcmp (left->folder, right->folder);

  return order ? order : strcmp (left->name, right->name);
}

/* Borrowed candidates, of each name the best; NULL: @error. */
static GHashTable *choose (Look *look, GCancellable *cancellable, GError **error)
{
  g_autoptr (GHashTable) chosen = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) contents = NULL;
  g_autoptr (GPtrArray) entries = g_ptr_array_new ();

  /* The same words every time. */
  g_ptr_array_sort (look->candidates, compare_places);
  for (guint i = 0; i < look->candidates->len; i++)
    {
      const Candidate *candidate = g_ptr_array_index (look->candidates, i);
      g_ptr_array_add (entries, (gpointer) candidate->entry);
    }
  contents = embark_driver_tree_read (look->tree, entries, cancellable, error);
  for (guint i = 0; contents && i < look->candidates->len; i++)
    {
      Candidate *candidate = g_ptr_array_index (look->candidates, i);
      GBytes *bytes = g_hash_table_lookup (contents, candidate->entry);
      const Candidate *rival = g_hash_table_lookup (chosen, candidate->name);
      gsize length = 0;
      const guint8 *data = g_bytes_get_data (bytes, &length);

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return NULL;
      candidate->inf = embark_driver_inf_new (data, length, look->windows);
      if (candidate->inf == NULL)
        g_info ("%s/%s.inf has no device for this Windows", candidate->folder, candidate->name);
      else if (is_complete (look, candidate) && (rival == NULL || compare (candidate, rival) < 0))
        g_hash_table_replace (chosen, candidate->name, candidate);
    }
  return contents ? g_steal_pointer (&chosen) : NULL;
}

static gboolean drive_any (GHashTable *chosen, const char *const *devices)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, chosen);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (has_any_device (((const Candidate *) value)->inf->ids, devices))
      return TRUE;
  return FALSE;
}

static char *list_places (Look *look)
{
  g_autoptr (GList) places = g_list_sort (g_hash_table_get_keys (look->places), (GCompareFunc) strcmp);
  g_autoptr (GString) text = g_string_new (NULL);
  guint n = 0;

  for (GList *l = places; l; l = l->next)
    {
      if (n++ == PLACES_SHOWN)
        {
          g_string_append (text, ", …");
          break;
        }
      g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", (const char *) l->data);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static char *describe_lack (const char *source, const char *windows, gboolean has_storage, gboolean has_network)
{
  if (!has_storage && !has_network)
    /* Translators: the first %s is a folder or an ISO image, the second "Windows Server 2012 R2, 64-bit". */
    return g_strdup_printf (
        _ ("“%s” holds no storage driver (viostor or vioscsi) and no network driver (netkvm) for %s."), source,
        windows);
  if (!has_storage)
    /* Translators: the first %s is a folder or an ISO image, the second "Windows Server 2012 R2, 64-bit". */
    return g_strdup_printf (_ ("“%s” holds no storage driver (viostor or vioscsi) for %s."), source, windows);
  /* Translators: the first %s is a folder or an ISO image, the second "Windows Server 2012 R2, 64-bit". */
  return g_strdup_printf (_ ("“%s” holds no network driver (netkvm) for %s."), source, windows);
}

/* What the source holds instead, in whole sentences. */
static void describe_source (Look *look, GPtrArray *sentences)
{
  g_autofree char *places = list_places (look);

  if (*places)
    /* Translators: names of folders: "2k12R2/amd64, 2k16/amd64, w10/x86". */
    g_ptr_array_add (sentences, g_strdup_printf (_ ("It holds drivers in: %s."), places));
  else
    g_ptr_array_add (sentences, g_strdup (_ ("There is no driver (.inf) in it.")));
  if (look->missing)
    {
      g_autofree char *missing = embark_text_clean (look->missing);
      /* Translators: "viostor/2k12R2/amd64/viostor.sys". */
      g_ptr_array_add (sentences, g_strdup_printf (_ ("A driver in it is not whole: %s is missing."), missing));
    }
  if (embark_driver_tree_get_n_foreign_links (look->tree) > 0)
    g_ptr_array_add (sentences, g_strdup (_ ("Links in it lead out of it and are not followed; choose the folder that "
                                             "holds what they lead to as well.")));
}

static gboolean check_enough (Look *look, const char *path, GHashTable *chosen, GError **error)
{
  gboolean has_storage = drive_any (chosen, storage_devices);
  gboolean has_network = drive_any (chosen, network_devices);
  g_autoptr (GPtrArray) sentences = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *source = g_filename_display_name (path);
  g_autofree char *windows = embark_windows_version_describe (look->windows);
  g_autofree char *text = NULL;

  if (has_storage && has_network)
    return TRUE;
  g_ptr_array_add (sentences, describe_lack (source, windows, has_storage, has_network));
  describe_source (look, sentences);
  g_ptr_array_add (sentences,
                   /* Translators: %s: an address on the web. */
                   g_strdup_printf (_ ("Get virtio-win.iso from %s, install your distribution’s package virtio-win, or "
                                       "unpack the cloud’s driver package, and choose that."),
                                    WHERE_TO_GET));
  g_ptr_array_add (sentences, NULL);
  text = g_strjoinv (" ", (char **) sentences->pdata);
  g_set_error_literal (error, EMBARK_ERROR, EMBARK_ERROR_BLOCKED, text);
  return FALSE;
}

static void free_file (gpointer data)
{
  EmbarkDriverFile *file = data;

  g_clear_pointer (&file->bytes, g_bytes_unref);
  g_free (file->name);
  g_free (file);
}

void embark_driver_free (EmbarkDriver *self)
{
  g_free (self->name);
  g_free (self->folder);
  g_free (self->version);
  g_free (self->service);
  g_free (self->binary);
  g_free (self->class_guid);
  g_strfreev (self->ids);
  g_ptr_array_unref (self->files);
  g_free (self);
}

gboolean embark_driver_drives (const EmbarkDriver *self, const char *device)
{
  return has_device (self->ids, device);
}

const EmbarkDriverFile *embark_driver_find_file (const EmbarkDriver *self, const char *name)
{
  for (guint i = 0; i < self->files->len; i++)
    {
      const EmbarkDriverFile *file = g_ptr_array_index (self->files, i);
      if (strcmp (file->name, name) == 0)
        return file;
    }
  return NULL;
}

/* A file whose bytes are still to be read; @entries in the same order as all files of all drivers. */
static void add_file (Look *look, const Candidate *candidate, EmbarkDriver *driver, const char *name,
                      GPtrArray *entries)
{
  const EmbarkDriverEntry *entry = find_beside (look, candidate, name);
  EmbarkDriverFile *file;

  if (entry == NULL || g_str_has_suffix (name, ".pdb") || embark_driver_find_file (driver, name))
    return;
  file = g_new0 (EmbarkDriverFile, 1);
  file->name = g_strdup (name);
  g_ptr_array_add (driver->files, file);
  g_ptr_array_add (entries, (gpointer) entry);
}

static EmbarkDriver *make_driver (Look *look, Candidate *candidate, GPtrArray *entries)
{
  EmbarkDriver *driver = g_new0 (EmbarkDriver, 1);
  EmbarkDriverInf *inf = candidate->inf;
  g_autofree char *file = g_strconcat (candidate->name, ".inf", NULL);

  driver->name = g_strdup (candidate->name);
  driver->folder = g_strdup (*candidate->folder ? candidate->folder : ".");
  driver->version = g_steal_pointer (&inf->version);
  driver->service = g_steal_pointer (&inf->service);
  driver->class_guid = g_steal_pointer (&inf->class_guid);
  driver->ids = g_steal_pointer (&inf->ids);
  driver->files = g_ptr_array_new_with_free_func (free_file);
  add_file (look, candidate, driver, file, entries);
  if (inf->catalog)
    add_file (look, candidate, driver, inf->catalog, entries);
  for (guint i = 0; inf->copied[i]; i++)
    add_file (look, candidate, driver, inf->copied[i], entries);
  for (guint i = 0; inf->listed[i]; i++)
    add_file (look, candidate, driver, inf->listed[i], entries);
  if (inf->binary && embark_driver_find_file (driver, inf->binary))
    driver->binary = g_steal_pointer (&inf->binary);
  return driver;
}

/* Fills in the bytes, in one pass over the source. */
static gboolean read_files (Look *look, GPtrArray *drivers, GPtrArray *entries, GCancellable *cancellable,
                            GError **error)
{
  g_autoptr (GHashTable) contents = embark_driver_tree_read (look->tree, entries, cancellable, error);
  guint n = 0;

  for (guint i = 0; contents && i < drivers->len; i++)
    {
      EmbarkDriver *driver = g_ptr_array_index (drivers, i);
      for (guint j = 0; j < driver->files->len; j++)
        {
          EmbarkDriverFile *file = g_ptr_array_index (driver->files, j);
          file->bytes = g_bytes_ref (g_hash_table_lookup (contents, g_ptr_array_index (entries, n++)));
        }
    }
  return contents != NULL;
}

static GPtrArray *make_drivers (Look *look, GHashTable *chosen, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) drivers = g_ptr_array_new_with_free_func ((GDestroyNotify) embark_driver_free);
  g_autoptr (GPtrArray) entries = g_ptr_array_new ();
  g_autoptr (GList) names = NULL;

  /* Two drivers for one device; virtio-win dropped the older name. */
  if (g_hash_table_contains (chosen, "fwcfg"))
    g_hash_table_remove (chosen, "qemufwcfg");
  names = g_list_sort (g_hash_table_get_keys (chosen), (GCompareFunc) strcmp);
  for (GList *l = names; l; l = l->next)
    g_ptr_array_add (drivers, make_driver (look, g_hash_table_lookup (chosen, l->data), entries));
  return read_files (look, drivers, entries, cancellable, error) ? g_steal_pointer (&drivers) : NULL;
}

GPtrArray *embark_driver_source_load (const char *path, const EmbarkWindowsVersion *windows, GCancellable *cancellable,
                                      GError **error)
{
  g_autoptr (EmbarkDriverTree) tree = embark_driver_tree_open (path, cancellable, error);
  g_autoptr (Look) look = g_new0 (Look, 1);
  g_autoptr (GHashTable) chosen = NULL;

  look->tree = tree;
  look->windows = windows;
  look->candidates = g_ptr_array_new_with_free_func (free_candidate);
  look->places = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  if (tree == NULL || !embark_driver_tree_visit (tree, found_file_cb, look, cancellable, error))
    return NULL;
  chosen = choose (look, cancellable, error);
  if (chosen == NULL || !check_enough (look, path, chosen, error))
    return NULL;
  return make_drivers (look, chosen, cancellable, error);
}
