/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What was installed into a Windows: guest tools, packages of drivers,
 * cloudbase-init, the licence.
 */
#include <glib/gi18n-lib.h>
#include <string.h>

#include "model/guest/guest-files.h"
#include "model/guest/guest-registry.h"
#include "model/guest/inspect-windows.h"
#include "model/guest/registry-value.h"
#include "model/guest/windows-words.h"

#define PROGRAMS_MAX 512
#define START_DISABLED 4
#define CONFIG_SIZE_MAX (1024 * 1024)
#define CLOUDBASE_CONFIG "conf/cloudbase-init.conf"
#define CLOUDBASE_FOLDER "/Program Files/Cloudbase Solutions/Cloudbase-Init"
#define CURRENT_VERSION "Microsoft\\Windows NT\\CurrentVersion"

static void add_tools (EmbarkWindows *self, const char *name, const char *evidence)
{
  JsonArray *list = embark_facts_get_list (self->facts, "os.guestTools");
  JsonObject *object;

  for (guint i = 0; list && i < json_array_get_length (list); i++)
    if (strcmp (json_object_get_string_member (json_array_get_object_element (list, i), "name"), name) == 0)
      return;
  object = embark_facts_append (self->facts, "os.guestTools");
  json_object_set_string_member (object, "name", name);
  json_object_set_string_member (object, "evidence", evidence);
}

static void add_program (EmbarkWindows *self, gint64 node)
{
  g_autofree char *name = embark_guest_registry_get_string (self->g, node, "DisplayName");
  g_autofree char *publisher = NULL;
  g_autofree char *version = NULL;
  const char *tools = name ? embark_windows_get_tools (name) : NULL;

  if (!name)
    return;
  if (tools)
    {
      g_autofree char *evidence = g_strdup_printf ("Uninstall: %s", name);
      add_tools (self, tools, evidence);
      return;
    }
  publisher = embark_guest_registry_get_string (self->g, node, "Publisher");
  if (!embark_windows_is_virtio_package (name, publisher))
    return;
  version = embark_guest_registry_get_string (self->g, node, "DisplayVersion");
  embark_facts_set_string (self->facts, "windows.virtioPackage.name", name);
  embark_facts_set_string (self->facts, "windows.virtioPackage.publisher", publisher);
  embark_facts_set_string (self->facts, "windows.virtioPackage.version", version);
}

void embark_windows_add_programs (EmbarkWindows *self)
{
  static const char *const lists[] = { "Microsoft\\Windows\\CurrentVersion\\Uninstall",
                                       "Wow6432Node\\Microsoft\\Windows\\CurrentVersion\\Uninstall" };

  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      gint64 node = embark_guest_registry_find (self->g, lists[i]);
      g_autoptr (GArray) programs = embark_guest_registry_list (self->g, node, PROGRAMS_MAX);

      for (guint k = 0; k < programs->len; k++)
        add_program (self, g_array_index (programs, gint64, k));
    }
}

void embark_windows_add_activation (EmbarkWindows *self)
{
  gint64 node = embark_guest_registry_find (self->g, CURRENT_VERSION);
  gint64 protection = embark_guest_registry_find_below (self->g, node, "SoftwareProtectionPlatform");
  g_autofree char *edition = embark_guest_registry_get_string (self->g, node, "EditionID");
  g_autofree char *server = embark_guest_registry_get_string (self->g, protection, "KeyManagementServiceName");
  g_autofree char *product_id = embark_guest_registry_get_string (self->g, node, "ProductId");
  g_autoptr (GBytes) digital = embark_guest_registry_get_bytes (self->g, node, "DigitalProductId4");
  gsize length = 0;
  const guint8 *bytes = digital ? g_bytes_get_data (digital, &length) : NULL;
  g_autofree char *channel = bytes ? embark_registry_get_channel (bytes, length) : NULL;
  g_autofree char *evidence = NULL;
  const char *kind = embark_windows_get_activation (edition, server, channel, product_id, &evidence);

  if (!kind)
    {
      embark_facts_set_unknown (self->facts, "windows.activation",
                                _ ("the registry does not tell the kind of licence"));
      return;
    }
  embark_facts_set_string (self->facts, "windows.activation", kind);
  embark_facts_set_string (self->facts, "windows.activationEvidence", evidence);
}

/* Tools whose installer left no entry, or that were copied there. A service that is switched off does nothing. */
static void add_tools_by_service (EmbarkWindows *self)
{
  static const struct
  {
    const char *service;
    const char *tools;
  } known[] = {
    { "VMTools", "vmware" },      { "VBoxService", "virtualbox" },
    { "xenagent", "xen" },        { "xensvc", "xen" },
    { "XenBus", "xen" },          { "QEMU-GA", "qemu" },
    { "prl_tools", "parallels" }, { "Parallels Tools Service", "parallels" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    {
      g_autofree char *key = g_strconcat ("Services\\", known[i].service, NULL);
      gint64 node = embark_windows_find (self, key);
      g_autofree char *evidence = NULL;
      guint32 start = START_DISABLED;

      if (node <= 0 || !embark_guest_registry_get_dword (self->g, node, "Start", &start) || start == START_DISABLED)
        continue;
      evidence = g_strdup_printf ("%s\\%s: Start=%u", self->control_set, key, start);
      add_tools (self, known[i].tools, evidence);
    }
}

/* Beside the program of the service, wherever that was installed; else where its installer puts it. */
static char *find_cloudbase_config (EmbarkWindows *self, const char *image)
{
  g_autofree char *program = image ? embark_windows_make_path (image, self->system_root) : NULL;
  g_autofree char *bin = program ? g_path_get_dirname (program) : NULL;
  g_autofree char *folder = bin ? g_path_get_dirname (bin) : NULL;
  g_autofree char *beside = folder ? g_build_filename (folder, CLOUDBASE_CONFIG, NULL) : NULL;
  char *found = beside ? embark_windows_resolve (self->g, beside) : NULL;

  return found ? found : embark_windows_resolve (self->g, CLOUDBASE_FOLDER "/" CLOUDBASE_CONFIG);
}

/* NULL when it is well. */
static char *describe_cloudbase (EmbarkWindows *self, const char *image)
{
  g_autofree char *path = find_cloudbase_config (self, image);
  g_autofree char *config = NULL;

  if (self->sysprep_pending)
    return g_strdup (_ ("Sysprep would run at the next start"));
  if (!path)
    return g_strdup (_ ("its settings file cloudbase-init.conf is missing"));
  config = guestfs_filesize (self->g, path) <= CONFIG_SIZE_MAX ? embark_guest_read_text (self->g, path) : NULL;
  if (!config)
    /* Translators: %s is the path of a file in the machine. */
    return g_strdup_printf (_ ("its settings file “%s” cannot be read"), path);
  return embark_windows_check_cloudbase (config);
}

static void add_cloudbase (EmbarkWindows *self)
{
  gint64 node = embark_windows_find (self, "Services\\cloudbase-init");
  g_autofree char *image = embark_guest_registry_get_string (self->g, node, "ImagePath");
  g_autofree char *trouble = NULL;
  guint32 start = 0;

  embark_facts_set_boolean (self->facts, "windows.cloudbaseInit", node > 0);
  if (node <= 0)
    return;
  if (embark_guest_registry_get_dword (self->g, node, "Start", &start))
    embark_facts_set_uint (self->facts, "windows.cloudbaseInitStart", start);
  trouble = describe_cloudbase (self, image);
  embark_facts_set_string (self->facts, "windows.cloudbaseInitConfig", trouble ? trouble : "ok");
}

void embark_windows_add_services (EmbarkWindows *self)
{
  add_tools_by_service (self);
  add_cloudbase (self);
}
