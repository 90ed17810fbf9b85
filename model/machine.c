/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkMachine: a libvirt domain, or a loose disk file the user added.
 */
#include "model/machine-private.h"

#include <glib/gi18n-lib.h>

#include "model/disk-private.h"

struct _EmbarkMachine
{
  GObject parent_instance;

  /* owned */
  char *id;
  char *name;
  char *domain_name; /* (nullable) of libvirt, where "name" may be a title */
  char *disks_key;   /* tells whether an update changed the disks */
  char *system_id;
  GListStore *disks;

  /* borrowed */
  EmbarkContext *context;
  EmbarkDisk *boot_disk; /* an item of disks */

  EmbarkMachinePower power;
};

G_DEFINE_FINAL_TYPE (EmbarkMachine, embark_machine, G_TYPE_OBJECT)

enum
{
  PROP_NAME = 1,
  PROP_POWER,
  PROP_VERDICT,
  PROP_IS_CHECKING,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

static void embark_machine_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  EmbarkMachine *self = EMBARK_MACHINE (object);

  switch (prop_id)
    {
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_POWER:
      g_value_set_int (value, (int) self->power);
      break;
    case PROP_VERDICT:
      g_value_set_int (value, self->boot_disk != NULL ? (int) embark_disk_get_verdict (self->boot_disk)
                                                      : (int) EMBARK_VERDICT_UNKNOWN);
      break;
    case PROP_IS_CHECKING:
      g_value_set_boolean (value, self->boot_disk != NULL && embark_disk_get_job (self->boot_disk) != NULL);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void embark_machine_finalize (GObject *object)
{
  EmbarkMachine *self = EMBARK_MACHINE (object);

  g_free (self->id);
  g_free (self->name);
  g_free (self->domain_name);
  g_free (self->disks_key);
  g_free (self->system_id);
  g_clear_object (&self->disks);
  G_OBJECT_CLASS (embark_machine_parent_class)->finalize (object);
}

static void embark_machine_class_init (EmbarkMachineClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = embark_machine_get_property;
  object_class->finalize = embark_machine_finalize;
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  properties[PROP_POWER] = g_param_spec_int ("power", NULL, NULL, 0, EMBARK_MACHINE_FILE, 0, flags);
  properties[PROP_VERDICT] = g_param_spec_int ("verdict", NULL, NULL, 0, EMBARK_VERDICT_BLOCKED, 0, flags);
  properties[PROP_IS_CHECKING] = g_param_spec_boolean ("is-checking", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void embark_machine_init (EmbarkMachine *self)
{
  self->disks = g_list_store_new (EMBARK_TYPE_DISK);
}

static void boot_disk_changed_cb (EmbarkDisk *disk, GParamSpec *pspec, EmbarkMachine *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_VERDICT]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_IS_CHECKING]);
}

static void set_boot_disk (EmbarkMachine *self, EmbarkDisk *disk)
{
  self->boot_disk = disk;
  if (disk == NULL)
    return;
  g_signal_connect_object (disk, "notify::verdict", G_CALLBACK (boot_disk_changed_cb), self, 0);
}

static EmbarkMachinePower translate_power (EmbarkPower power)
{
  switch (power)
    {
    case EMBARK_POWER_OFF:
      return EMBARK_MACHINE_OFF;
    case EMBARK_POWER_RUNNING:
      return EMBARK_MACHINE_RUNNING;
    case EMBARK_POWER_PAUSED:
      return EMBARK_MACHINE_PAUSED;
    case EMBARK_POWER_SAVED:
      return EMBARK_MACHINE_SAVED;
    case EMBARK_POWER_OTHER:
    default:
      return EMBARK_MACHINE_OTHER;
    }
}

static char *build_disks_key (const EmbarkMachineInfo *info)
{
  GString *key = g_string_new (NULL);

  for (guint i = 0; i < info->disks->len; i++)
    {
      const EmbarkDiskInfo *disk = g_ptr_array_index (info->disks, i);
      g_string_append_printf (key, "%s|%s|%s|%s|%d", disk->target, disk->bus, disk->path, disk->format, disk->is_boot);
      for (guint j = 0; disk->backing != NULL && disk->backing[j] != NULL; j++)
        g_string_append_printf (key, "|%s", disk->backing[j]);
      g_string_append_c (key, '\n');
    }
  return g_string_free (key, FALSE);
}

static void replace_disks (EmbarkMachine *self, const EmbarkMachineInfo *info)
{
  g_autofree char *key = build_disks_key (info);
  g_autoptr (GPtrArray) disks = g_ptr_array_new_with_free_func (g_object_unref);
  EmbarkDisk *boot_disk = NULL;

  if (g_strcmp0 (key, self->disks_key) == 0)
    return;
  g_free (self->disks_key);
  self->disks_key = g_steal_pointer (&key);
  for (guint i = 0; i < info->disks->len; i++)
    {
      const EmbarkDiskInfo *disk_info = g_ptr_array_index (info->disks, i);
      EmbarkDiskSource *source = g_new0 (EmbarkDiskSource, 1);
      EmbarkDisk *disk;

      source->path = g_strdup (disk_info->path);
      source->format = g_strdup (disk_info->format);
      source->allowed = g_strdupv (disk_info->backing);
      disk = embark_disk_new (self->context, source, disk_info->target, disk_info->bus);
      g_ptr_array_add (disks, disk);
      if (boot_disk == NULL || disk_info->is_boot)
        boot_disk = disk;
    }
  set_boot_disk (self, boot_disk);
  g_list_store_splice (self->disks, 0, g_list_model_get_n_items (G_LIST_MODEL (self->disks)), disks->pdata, disks->len);
  boot_disk_changed_cb (boot_disk, NULL, self);
}

void embark_machine_update (EmbarkMachine *self, const EmbarkMachineInfo *info)
{
  const char *name = info->title != NULL && *info->title != '\0' ? info->title : info->name;
  const char *holder = info->power == EMBARK_POWER_OFF ? NULL : info->name;
  guint n_disks;

  replace_disks (self, info);
  n_disks = g_list_model_get_n_items (G_LIST_MODEL (self->disks));
  for (guint i = 0; i < n_disks; i++)
    {
      g_autoptr (EmbarkDisk) disk = g_list_model_get_item (G_LIST_MODEL (self->disks), i);
      embark_disk_set_holder (disk, holder);
    }
  self->power = translate_power (info->power);
  g_free (self->name);
  self->name = g_utf8_make_valid (name, -1);
  g_free (self->domain_name);
  self->domain_name = g_strdup (info->name);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_NAME]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_POWER]);
}

EmbarkMachine *embark_machine_new_domain (EmbarkContext *context, const EmbarkMachineInfo *info)
{
  EmbarkMachine *self = g_object_new (EMBARK_TYPE_MACHINE, NULL);

  self->context = context;
  self->id = g_strdup_printf ("%s#%s", info->uri, info->uuid);
  embark_machine_update (self, info);
  return self;
}

EmbarkMachine *embark_machine_new_file (EmbarkContext *context, const char *path)
{
  EmbarkMachine *self = g_object_new (EMBARK_TYPE_MACHINE, NULL);
  EmbarkDiskSource *source = g_new0 (EmbarkDiskSource, 1);
  g_autoptr (EmbarkDisk) disk = NULL;

  self->context = context;
  self->id = g_filename_to_uri (path, NULL, NULL);
  self->name = g_filename_display_basename (path);
  self->power = EMBARK_MACHINE_FILE;
  source->path = g_strdup (path);
  disk = embark_disk_new (context, source, NULL, NULL);
  g_list_store_append (self->disks, disk);
  set_boot_disk (self, disk);
  return self;
}

const char *embark_machine_get_name (EmbarkMachine *self)
{
  g_return_val_if_fail (EMBARK_IS_MACHINE (self), NULL);
  return self->name;
}

const char *embark_machine_get_id (EmbarkMachine *self)
{
  g_return_val_if_fail (EMBARK_IS_MACHINE (self), NULL);
  return self->id;
}

const char *embark_machine_get_domain_name (EmbarkMachine *self)
{
  return self->domain_name;
}

EmbarkMachinePower embark_machine_get_power (EmbarkMachine *self)
{
  g_return_val_if_fail (EMBARK_IS_MACHINE (self), EMBARK_MACHINE_OTHER);
  return self->power;
}

const char *embark_machine_get_power_word (EmbarkMachine *self)
{
  g_return_val_if_fail (EMBARK_IS_MACHINE (self), "");

  switch (self->power)
    {
    case EMBARK_MACHINE_OFF:
      return _ ("Shut off");
    case EMBARK_MACHINE_RUNNING:
      return _ ("Running");
    case EMBARK_MACHINE_PAUSED:
      return _ ("Paused");
    case EMBARK_MACHINE_SAVED:
      return _ ("Saved");
    case EMBARK_MACHINE_FILE:
      return "";
    case EMBARK_MACHINE_OTHER:
    default:
      return _ ("Busy");
    }
}

gboolean embark_machine_is_file (EmbarkMachine *self)
{
  g_return_val_if_fail (EMBARK_IS_MACHINE (self), FALSE);
  return self->power == EMBARK_MACHINE_FILE;
}

GListModel *embark_machine_get_disks (EmbarkMachine *self)
{
  g_return_val_if_fail (EMBARK_IS_MACHINE (self), NULL);
  return G_LIST_MODEL (self->disks);
}

EmbarkDisk *embark_machine_get_boot_disk (EmbarkMachine *self)
{
  g_return_val_if_fail (EMBARK_IS_MACHINE (self), NULL);
  return self->boot_disk;
}

EmbarkDisk *embark_machine_find_disk (EmbarkMachine *self, const char *target)
{
  guint n_disks;

  g_return_val_if_fail (EMBARK_IS_MACHINE (self), NULL);
  n_disks = g_list_model_get_n_items (G_LIST_MODEL (self->disks));
  for (guint i = 0; i < n_disks; i++)
    {
      g_autoptr (EmbarkDisk) disk = g_list_model_get_item (G_LIST_MODEL (self->disks), i);
      if (g_strcmp0 (embark_disk_get_target (disk), target) == 0)
        return disk; /* the list holds it */
    }
  return NULL;
}

static void append_clause (GString *text, const char *clause)
{
  if (clause == NULL || *clause == '\0')
    return;
  if (text->len > 0)
    g_string_append (text, " · ");
  g_string_append (text, clause);
}

/* "Debian 12" of "Debian 12 · 64-bit": the row has no room for more. */
static char *build_short_system (EmbarkReport *report)
{
  g_autofree char *system = embark_report_describe_system (report);
  char *dot;

  if (system == NULL)
    return NULL;
  dot = strstr (system, " · ");
  if (dot != NULL)
    *dot = '\0';
  return g_steal_pointer (&system);
}

char *embark_machine_describe (EmbarkMachine *self)
{
  GString *text;
  EmbarkReport *report;
  gboolean is_seen;

  g_return_val_if_fail (EMBARK_IS_MACHINE (self), NULL);
  if (self->boot_disk == NULL)
    /* Translators: %s is a power state such as "Shut off". */
    return g_strdup_printf (_ ("%s · no disk"), embark_machine_get_power_word (self));
  if (embark_disk_get_job (self->boot_disk) != NULL)
    return g_strdup (_ ("Looking inside…"));

  text = g_string_new (NULL);
  append_clause (text, embark_machine_get_power_word (self));
  report = embark_disk_get_report (self->boot_disk);
  /* The layout alone says nothing of the system. */
  is_seen = report != NULL && embark_disk_get_fingerprint (self->boot_disk) != NULL;
  if (is_seen)
    {
      g_autofree char *system = build_short_system (report);
      append_clause (text, system != NULL ? system : _ ("no system found"));
    }
  if (embark_disk_get_virtual_size (self->boot_disk) > 0)
    {
      g_autofree char *size =
          g_format_size_full (embark_disk_get_virtual_size (self->boot_disk), G_FORMAT_SIZE_IEC_UNITS);
      append_clause (text, size);
    }
  if (!is_seen)
    append_clause (text, embark_disk_get_error (self->boot_disk) != NULL ? _ ("could not be checked")
                                                                         : _ ("not checked yet"));
  return g_string_free (text, FALSE);
}

const char *embark_machine_get_system_id (EmbarkMachine *self)
{
  EmbarkReport *report;

  g_return_val_if_fail (EMBARK_IS_MACHINE (self), NULL);
  report = self->boot_disk != NULL ? embark_disk_get_report (self->boot_disk) : NULL;
  g_clear_pointer (&self->system_id, g_free);
  if (report != NULL)
    self->system_id = embark_report_dup_system_id (report);
  return self->system_id;
}
