/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From "INF Manufacturer Section", "INF Models Section", "INF DDInstall
 * Section" and their sisters in Microsoft's driver reference. Sections are
 * read once each, so that the work stays within the size of the file.
 */
#include "model/guest/driver-inf.h"

#include <string.h>

#include "model/guest/driver-inf-text.h"

#define PCI "PCI\\"
#define IDS_MAX 256
#define ID_CHARS_MAX 200
#define FILES_MAX 64
#define INSTALLS_MAX 16
#define NAME_CHARS_MAX 64
#define SERVICE_IS_MINE 2 /* SPSVCINST_ASSOCSERVICE */

/* In the order they were found, each once. */
typedef struct
{
  GPtrArray *names; /* owned */
  GHashTable *seen; /* owned; borrows the names */
  guint max;
} NameSet;

typedef struct
{
  EmbarkInfText *text;                 /* borrowed */
  const EmbarkWindowsVersion *windows; /* borrowed */
  NameSet models, installs, ids, lists, copied, listed;
  guint64 rank;
  gboolean has_device;
} Reader;

static void init_set (NameSet *set, guint max)
{
  set->names = g_ptr_array_new_with_free_func (g_free);
  set->seen = g_hash_table_new (g_str_hash, g_str_equal);
  set->max = max;
}

static void clear_set (NameSet *set)
{
  g_clear_pointer (&set->seen, g_hash_table_unref);
  g_clear_pointer (&set->names, g_ptr_array_unref);
}

/* Takes @name. */
static void add_name (NameSet *set, char *name)
{
  if (set->names->len >= set->max || g_hash_table_contains (set->seen, name))
    {
      g_free (name);
      return;
    }
  g_hash_table_add (set->seen, name);
  g_ptr_array_add (set->names, name);
}

static char **steal_names (NameSet *set)
{
  g_ptr_array_add (set->names, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&set->names), FALSE);
}

gboolean embark_driver_name_is_plain (const char *name)
{
  gsize n = strlen (name);

  if (n == 0 || n > NAME_CHARS_MAX || name[0] == '.' || name[n - 1] == '.')
    return FALSE;
  for (const char *p = name; *p; p++)
    if (!g_ascii_isgraph (*p) || strchr ("\\/:*?\"<>|%;,=[]'`$", *p))
      return FALSE;
  return TRUE;
}

/* Lower case, when it is the name of a file; takes @name. */
static char *take_file_name (char *name)
{
  g_autofree char *owned = name;

  return name && embark_driver_name_is_plain (name) ? g_ascii_strdown (name, -1) : NULL;
}

static void add_file (NameSet *set, char *name)
{
  char *plain = take_file_name (name);

  if (plain)
    add_name (set, plain);
}

static gboolean parse_number (const char *text, guint *ret_number)
{
  guint64 number;
  gboolean is_hex = g_ascii_strncasecmp (text, "0x", 2) == 0;

  if (!g_ascii_string_to_unsigned (is_hex ? text + 2 : text, is_hex ? 16 : 10, 0, G_MAXUINT32, &number, NULL))
    return FALSE;
  *ret_number = (guint) number;
  return TRUE;
}

static gboolean is_architecture (const char *word, const EmbarkWindowsVersion *windows)
{
  if (g_ascii_strcasecmp (word, windows->is_64_bit ? "ntamd64" : "ntx86") == 0)
    return TRUE;
  return !windows->is_64_bit && g_ascii_strcasecmp (word, "nt") == 0;
}

/* nt[architecture][.major[.minor[.product[.suites[.build]]]]]; 0: not for this Windows. What says more ranks higher. */
static guint64 rank_decoration (const char *decoration, const EmbarkWindowsVersion *windows)
{
  enum
  {
    MAJOR = 1,
    MINOR,
    PRODUCT,
    SUITES,
    BUILD,
    N_PARTS
  };
  g_auto (GStrv) parts = g_strsplit (decoration, ".", N_PARTS);
  guint n = g_strv_length (parts);
  guint numbers[N_PARTS] = { 0 };
  guint mine = windows->major << 8 | windows->minor;

  if (n == 0 || !is_architecture (parts[0], windows))
    return 0;
  for (guint i = MAJOR; i < n; i++)
    if (*parts[i] && !parse_number (parts[i], &numbers[i]))
      return 0;
  if (numbers[MAJOR] > 0xFF || numbers[MINOR] > 0xFF || (numbers[MAJOR] << 8 | numbers[MINOR]) > mine)
    return 0;
  /* 1: workstation; 2: domain controller; 3: server. */
  if (numbers[PRODUCT] && (numbers[PRODUCT] == 1) == (windows->is_server != FALSE))
    return 0;
  if (numbers[BUILD] > windows->build)
    return 0;
  return 1
         + ((guint64) numbers[MAJOR] << 42 | (guint64) numbers[MINOR] << 34 | (guint64) numbers[BUILD] << 2
            | (numbers[PRODUCT] ? 2 : 0));
}

/* One line of [Manufacturer]: name = models[, decoration]… */
static void choose_models (Reader *reader, const EmbarkInfLine *line)
{
  g_autofree char *base = NULL;
  g_autofree char *best = NULL;
  guint64 best_rank = 0;

  base = embark_inf_text_get_field (reader->text, line, 0);
  if (base == NULL)
    return;
  for (guint i = 1; i < line->n_fields; i++)
    {
      g_autofree char *decoration = embark_inf_text_get_field (reader->text, line, i);
      guint64 rank = decoration ? rank_decoration (decoration, reader->windows) : 0;
      if (rank > best_rank)
        {
          g_free (best);
          best = g_strconcat (base, ".", decoration, NULL);
          best_rank = rank;
        }
    }
  /* Without a decoration a section is for 32 bits. */
  if (best == NULL && reader->windows->is_64_bit)
    return;
  reader->rank = MAX (reader->rank, best_rank);
  add_name (&reader->models, g_ascii_strdown (best ? best : base, -1));
}

/* Ids become names of registry keys. */
static gboolean is_pci_id (const char *id)
{
  gsize n = strlen (id);

  if (g_ascii_strncasecmp (id, PCI, strlen (PCI)) != 0 || n == strlen (PCI) || n > ID_CHARS_MAX)
    return FALSE;
  for (const char *p = id + strlen (PCI); *p; p++)
    if (!g_ascii_isgraph (*p) || strchr ("\\/%\"", *p))
      return FALSE;
  return TRUE;
}

/* One line of a models section: description = install section, id… */
static void read_model (Reader *reader, const EmbarkInfLine *line)
{
  char *install = line->n_fields > 1 ? embark_inf_text_get_field (reader->text, line, 0) : NULL;

  if (install == NULL)
    return;
  reader->has_device = TRUE;
  add_name (&reader->installs, install);
  for (guint i = 1; i < line->n_fields && reader->ids.names->len < IDS_MAX; i++)
    {
      g_autofree char *id = embark_inf_text_get_field (reader->text, line, i);
      if (id && is_pci_id (id))
        add_name (&reader->ids, g_ascii_strup (id, -1));
    }
}

static void read_models (Reader *reader)
{
  GPtrArray *makers = embark_inf_text_get_section (reader->text, "manufacturer");

  for (guint i = 0; makers && i < makers->len; i++)
    choose_models (reader, g_ptr_array_index (makers, i));
  for (guint i = 0; i < reader->models.names->len; i++)
    {
      GPtrArray *models = embark_inf_text_get_section (reader->text, g_ptr_array_index (reader->models.names, i));
      for (guint j = 0; models && j < models->len; j++)
        read_model (reader, g_ptr_array_index (models, j));
    }
}

/* @base with the best decoration that is there, as Windows picks it; NULL when there is no such section. Free. */
static char *find_install (Reader *reader, const char *base)
{
  const char *decorations[] = { reader->windows->is_64_bit ? ".ntamd64" : ".ntx86", ".nt", "" };

  for (guint i = 0; i < G_N_ELEMENTS (decorations); i++)
    {
      g_autofree char *name = g_strconcat (base, decorations[i], NULL);
      if (embark_inf_text_get_section (reader->text, name))
        return g_steal_pointer (&name);
    }
  return NULL;
}

/* A section of files: target[, name in the package[, …]] */
static void read_file_list (Reader *reader, const char *name)
{
  GPtrArray *lines = embark_inf_text_get_section (reader->text, name);

  for (guint i = 0; lines && i < lines->len && reader->copied.names->len < FILES_MAX; i++)
    {
      const EmbarkInfLine *line = g_ptr_array_index (lines, i);
      char *source = embark_inf_text_get_field (reader->text, line, 1);
      add_file (&reader->copied, source ? source : embark_inf_text_get_field (reader->text, line, 0));
    }
}

/* CopyFiles = @file | section[, section]… */
static void read_copy_files (Reader *reader, const char *section)
{
  GPtrArray *lines = embark_inf_text_get_section (reader->text, section);

  for (guint i = 0; lines && i < lines->len; i++)
    {
      const EmbarkInfLine *line = g_ptr_array_index (lines, i);
      for (guint j = 0; line->key && g_ascii_strcasecmp (line->key, "copyfiles") == 0 && j < line->n_fields; j++)
        {
          g_autofree char *value = embark_inf_text_get_field (reader->text, line, j);
          if (value && *value == '@')
            add_file (&reader->copied, g_strdup (value + 1));
          else if (value)
            add_name (&reader->lists, g_ascii_strdown (value, -1));
        }
    }
}

static void read_binary (Reader *reader, const char *section, EmbarkDriverInf *inf)
{
  const EmbarkInfLine *line = section ? embark_inf_text_find (reader->text, section, "servicebinary") : NULL;
  g_autofree char *path = line ? embark_inf_text_get_field (reader->text, line, 0) : NULL;
  const char *slash = path ? strrchr (path, '\\') : NULL;

  g_clear_pointer (&inf->binary, g_free);
  if (path)
    inf->binary = take_file_name (g_strdup (slash ? slash + 1 : path));
}

/* AddService = name, flags, section…; the one with the flag that makes it the driver's own, else the first. */
static void read_service (Reader *reader, const char *section, EmbarkDriverInf *inf)
{
  GPtrArray *lines = embark_inf_text_get_section (reader->text, section);

  for (guint i = 0; lines && i < lines->len; i++)
    {
      const EmbarkInfLine *line = g_ptr_array_index (lines, i);
      g_autofree char *name = NULL;
      g_autofree char *flags = NULL;
      g_autofree char *install = NULL;
      guint bits = 0;
      gboolean is_mine;

      if (line->key == NULL || g_ascii_strcasecmp (line->key, "addservice") != 0)
        continue;
      name = embark_inf_text_get_field (reader->text, line, 0);
      flags = embark_inf_text_get_field (reader->text, line, 1);
      install = embark_inf_text_get_field (reader->text, line, 2);
      is_mine = flags && parse_number (flags, &bits) && bits & SERVICE_IS_MINE;
      if (name == NULL || !embark_driver_name_is_plain (name) || (inf->service && !is_mine))
        continue;
      g_free (inf->service);
      inf->service = g_steal_pointer (&name);
      read_binary (reader, install, inf);
      if (is_mine)
        break;
    }
}

static void read_install (Reader *reader, const char *base, EmbarkDriverInf *inf)
{
  g_autofree char *install = find_install (reader, base);
  g_autofree char *helpers = g_strconcat (install ? install : base, ".coinstallers", NULL);
  g_autofree char *services = g_strconcat (install ? install : base, ".services", NULL);
  g_autofree char *plain_services = g_strconcat (base, ".services", NULL);

  if (install)
    read_copy_files (reader, install);
  read_copy_files (reader, helpers);
  if (inf->service == NULL)
    read_service (reader, services, inf);
  if (inf->service == NULL)
    read_service (reader, plain_services, inf);
}

/* [SourceDisksFiles]: file = disk[, folder[, …]]; only files beside the INF are of use. */
static void read_listed (Reader *reader)
{
  const char *sections[] = { "sourcedisksfiles",
                             reader->windows->is_64_bit ? "sourcedisksfiles.amd64" : "sourcedisksfiles.x86" };

  for (guint i = 0; i < G_N_ELEMENTS (sections); i++)
    {
      GPtrArray *lines = embark_inf_text_get_section (reader->text, sections[i]);
      for (guint j = 0; lines && j < lines->len && reader->listed.names->len < FILES_MAX; j++)
        {
          const EmbarkInfLine *line = g_ptr_array_index (lines, j);
          if (line->key)
            add_file (&reader->listed, embark_inf_text_expand (reader->text, line->key));
        }
    }
}

static char *read_catalog (Reader *reader)
{
  const char *keys[] = { reader->windows->is_64_bit ? "catalogfile.ntamd64" : "catalogfile.ntx86", "catalogfile.nt",
                         "catalogfile" };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      const EmbarkInfLine *line = embark_inf_text_find (reader->text, "version", keys[i]);
      char *name = line ? take_file_name (embark_inf_text_get_field (reader->text, line, 0)) : NULL;
      if (name)
        return name;
    }
  return NULL;
}

static char *read_guid (Reader *reader)
{
  const EmbarkInfLine *line = embark_inf_text_find (reader->text, "version", "classguid");
  g_autofree char *guid = line ? embark_inf_text_get_field (reader->text, line, 0) : NULL;
  gsize n = guid ? strlen (guid) : 0;

  if (n != 38 || guid[0] != '{' || guid[n - 1] != '}')
    return NULL;
  guid[n - 1] = '\0';
  if (!g_uuid_string_is_valid (guid + 1))
    return NULL;
  guid[n - 1] = '}';
  return g_ascii_strup (guid, -1);
}

/* DriverVer = month/day/year[, version] */
static void read_driver_version (Reader *reader, EmbarkDriverInf *inf)
{
  const EmbarkInfLine *line = embark_inf_text_find (reader->text, "version", "driverver");
  g_autofree char *date = line ? embark_inf_text_get_field (reader->text, line, 0) : NULL;
  g_autofree char *version = line ? embark_inf_text_get_field (reader->text, line, 1) : NULL;
  g_auto (GStrv) parts = date ? g_strsplit_set (date, "/-", 3) : NULL;
  guint day, month, year;

  if (parts && g_strv_length (parts) == 3 && parse_number (parts[0], &month) && parse_number (parts[1], &day)
      && parse_number (parts[2], &year)
      && g_date_valid_dmy ((GDateDay) MIN (day, 99), MIN (month, 99), MIN (year, 9999)))
    inf->date = year * 10000 + month * 100 + day;
  if (version && strlen (version) <= NAME_CHARS_MAX && strspn (version, "0123456789.") == strlen (version))
    inf->version = g_steal_pointer (&version);
}

static void read_all (Reader *reader, EmbarkDriverInf *inf)
{
  for (guint i = 0; i < reader->installs.names->len; i++)
    read_install (reader, g_ptr_array_index (reader->installs.names, i), inf);
  for (guint i = 0; i < reader->lists.names->len; i++)
    read_file_list (reader, g_ptr_array_index (reader->lists.names, i));
  read_listed (reader);
  read_driver_version (reader, inf);
  inf->class_guid = read_guid (reader);
  inf->catalog = read_catalog (reader);
  inf->rank = reader->rank;
  inf->ids = steal_names (&reader->ids);
  inf->copied = steal_names (&reader->copied);
  inf->listed = steal_names (&reader->listed);
}

EmbarkDriverInf *embark_driver_inf_new (const guint8 *bytes, gsize length, const EmbarkWindowsVersion *windows)
{
  g_autoptr (EmbarkInfText) text = embark_inf_text_new (bytes, length);
  g_autoptr (EmbarkDriverInf) self = NULL;
  Reader reader = { .text = text, .windows = windows };
  NameSet *sets[] = { &reader.models, &reader.installs, &reader.ids, &reader.lists, &reader.copied, &reader.listed };
  static const guint limits[] = { INSTALLS_MAX, INSTALLS_MAX, IDS_MAX, FILES_MAX, FILES_MAX, FILES_MAX };

  if (text == NULL)
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (sets); i++)
    init_set (sets[i], limits[i]);
  read_models (&reader);
  if (reader.has_device)
    {
      self = g_new0 (EmbarkDriverInf, 1);
      read_all (&reader, self);
    }
  for (guint i = 0; i < G_N_ELEMENTS (sets); i++)
    clear_set (sets[i]);
  return g_steal_pointer (&self);
}

void embark_driver_inf_free (EmbarkDriverInf *self)
{
  g_free (self->version);
  g_free (self->class_guid);
  g_free (self->catalog);
  g_free (self->service);
  g_free (self->binary);
  g_strfreev (self->ids);
  g_strfreev (self->copied);
  g_strfreev (self->listed);
  g_free (self);
}
