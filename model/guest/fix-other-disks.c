/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Disks that will not be there: what /etc/fstab wants of them becomes
 * optional, and nothing waits for a sleeping system on them.
 */
#include <string.h>

#include "model/guest/fix-boot-entries.h"
#include "model/guest/fix-disks.h"

typedef struct
{
  /* borrowed */
  EmbarkFixSession *session;
  EmbarkDeviceMap *map;
  EmbarkDiskNames *names;
  /* owned */
  GError *failure;
  /* */
  gboolean has_systemd;
  gboolean has_dropped;   /* resume= of the entry at hand */
  gboolean has_forgotten; /* the initramfs may still know what was dropped */
} Others;

/* TRUE when @line names what is certainly not on this disk. */
static gboolean is_absent (const Others *others, const EmbarkFstabLine *line)
{
  guint part = 0;
  const char *match = embark_fstab_match (line, others->names);
  EmbarkDeviceKind kind;

  if (g_strcmp0 (match, "absent") == 0)
    return TRUE;
  if (g_strcmp0 (match, "name") != 0)
    return FALSE;
  kind = embark_device_map_find (others->map, line->device, &part);
  if (kind == EMBARK_DEVICE_ABSENT)
    return TRUE;
  /* A partition that was swap on another disk of that name. */
  return kind == EMBARK_DEVICE_THIS && strcmp (line->type, "swap") == 0
         && g_strcmp0 (embark_device_map_get_type (others->map, part), "swap") != 0;
}

/* The entry without which the system starts: by systemd's options, else by not being there. */
static char *make_optional (const Others *others, const char *text, const EmbarkFstabLine *line)
{
  static const char *const wanted[] = { "nofail", "x-systemd.device-timeout=5s", NULL };
  g_auto (GStrv) fields = embark_table_split (text);
  g_autofree char *options = NULL;

  if (!others->has_systemd || g_strv_length (fields) < 3)
    return g_strconcat ("# ", text, NULL);
  options = embark_mount_options_add (g_strv_length (fields) > 3 ? fields[3] : "defaults", wanted);
  embark_fix_log (others->session, "%s: %s is not on this disk", EMBARK_FSTAB, line->device);
  return embark_table_replace (text, 3, options);
}

static char *map_mount_line (const char *text, guint number, gpointer data)
{
  static const char *const vital[] = { "/", "/usr", "/boot", NULL };
  Others *others = data;
  g_autoptr (GPtrArray) lines = embark_fstab_read (text);
  const EmbarkFstabLine *line = lines->len > 0 ? g_ptr_array_index (lines, 0) : NULL;

  (void) number;
  if (!line || strcmp (line->type, "swap") == 0 || g_strv_contains (vital, line->mount_point)
      || embark_fix_is_optional (line->options) || !is_absent (others, line))
    return NULL;
  return make_optional (others, text, line);
}

/* "UUID=…" of swap on this disk that is named by the kernel's name; NULL when it is not. */
static char *name_swap (Others *others, const char *device)
{
  guint part = 0;
  g_autoptr (GError) error = NULL;
  char *name;

  if (embark_device_map_find (others->map, device, &part) != EMBARK_DEVICE_THIS
      || g_strcmp0 (embark_device_map_get_type (others->map, part), "swap") != 0)
    return NULL;
  name = embark_device_map_name (others->map, part, &error);
  if (!name && !others->failure)
    others->failure = g_steal_pointer (&error);
  return name;
}

static char *map_swap_line (const char *text, guint number, gpointer data)
{
  Others *others = data;
  g_autoptr (GPtrArray) lines = embark_fstab_read (text);
  const EmbarkFstabLine *line = lines->len > 0 ? g_ptr_array_index (lines, 0) : NULL;
  g_autofree char *name = NULL;

  (void) number;
  if (!line || strcmp (line->type, "swap") != 0)
    return NULL;
  name = name_swap (others, line->device);
  if (name)
    return embark_table_replace (text, 0, name);
  if (embark_fix_is_optional (line->options) || !is_absent (others, line))
    return NULL;
  return make_optional (others, text, line);
}

static gboolean is_absent_resume (const Others *others, const char *device)
{
  EmbarkFstabLine line = {
    .device = (char *) device, .mount_point = (char *) "none", .type = (char *) "swap", .options = (char *) ""
  };

  return is_absent (others, &line);
}

/* What becomes of the device that a resuming system would be read from: NULL: it stays, "": it goes. */
static char *change_resume (Others *others, const char *device)
{
  char *name = name_swap (others, device);

  if (name)
    return name;
  return is_absent_resume (others, device) ? g_strdup ("") : NULL;
}

static char *map_argument (const char *word, gpointer data)
{
  Others *others = data;
  g_autofree char *changed = NULL;

  if (g_str_has_prefix (word, "resume_offset="))
    return others->has_dropped ? g_strdup ("") : NULL;
  if (!g_str_has_prefix (word, "resume="))
    return NULL;
  changed = change_resume (others, word + strlen ("resume="));
  others->has_dropped = changed && !*changed;
  if (!changed || !*changed)
    return g_steal_pointer (&changed);
  return g_strconcat ("resume=", changed, NULL);
}

static char *map_resume_line (const char *text, guint number, gpointer data)
{
  Others *others = data;
  const char *value = g_str_has_prefix (text, "RESUME=") ? text + strlen ("RESUME=") : NULL;
  g_autofree char *device = value ? g_strndup (value, strcspn (value, " \t\r#")) : NULL;
  g_autofree char *changed = NULL;

  (void) number;
  if (!device || !*device || strcmp (device, "none") == 0 || strcmp (device, "auto") == 0)
    return NULL;
  changed = change_resume (others, device);
  if (!changed)
    return NULL;
  others->has_forgotten = others->has_forgotten || !*changed;
  return g_strconcat ("RESUME=", *changed ? changed : "none", value + strlen (device), NULL);
}

static gboolean begin (EmbarkFixSession *session, Others *others, GError **error)
{
  const char *init = embark_facts_get_string (embark_fix_get_facts (session), "linux.init");

  others->session = session;
  others->map = embark_fix_map_devices (session, error);
  if (!others->map)
    return FALSE;
  others->names = embark_fix_collect_names (session);
  others->has_systemd = g_strcmp0 (init, "systemd") == 0;
  return TRUE;
}

static void end (Others *others)
{
  g_clear_pointer (&others->map, embark_device_map_free);
  g_clear_pointer (&others->names, embark_disk_names_free);
  g_clear_error (&others->failure);
}

gboolean embark_fix_linux_other_disks (EmbarkFixSession *session, GError **error)
{
  Others others = { 0 };
  gboolean ok = begin (session, &others, error)
                && embark_fix_map_table (session, EMBARK_FSTAB, map_mount_line, &others, &others.failure, error);

  end (&others);
  return ok;
}

gboolean embark_fix_linux_swap (EmbarkFixSession *session, GError **error)
{
  /* The initramfs was built with the old setting and would wait half a minute; it listens to this. */
  static const char *const forget[] = { "noresume", NULL };
  EmbarkCmdlineEdit edit = { .map = map_argument };
  Others others = { 0 };
  gboolean ok = begin (session, &others, error)
                && embark_fix_map_table (session, EMBARK_FSTAB, map_swap_line, &others, &others.failure, error)
                && embark_fix_map_table (session, EMBARK_RESUME, map_resume_line, &others, &others.failure, error);

  edit.data = &others;
  if (others.has_forgotten)
    edit.add = forget;
  ok = ok && embark_fix_boot_entries (session, &edit, error);
  if (ok && others.failure)
    {
      g_propagate_error (error, g_steal_pointer (&others.failure));
      ok = FALSE;
    }
  end (&others);
  return ok;
}
