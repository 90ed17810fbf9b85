/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Settings of a Windows that decide what becomes of it elsewhere: fast
 * startup, remote desktop, addresses, drives other than that of the system.
 */
#include <glib/gi18n-lib.h>
#include <string.h>

#include "model/guest/guest-registry.h"
#include "model/guest/inspect-windows.h"
#include "model/guest/registry-value.h"
#include "model/guest/windows-words.h"

#define POLICY_KEY "Policies\\Microsoft\\Windows NT\\Terminal Services"
#define DESKTOP_VALUE "fDenyTSConnections"
#define NET_CLASS "{4D36E972-E325-11CE-BFC1-08002BE10318}"
#define INTERFACES_MAX 64
#define SERVICES_MAX 2048
#define START_DISABLED 4
#define LETTER_PREFIX "\\DosDevices\\"
#define IMAGE_GENERALIZED "IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE"

void embark_windows_add_power (EmbarkWindows *self)
{
  gint64 node = embark_windows_find (self, "Control\\Session Manager\\Power");
  guint32 enabled = 0;

  embark_guest_registry_get_dword (self->g, node, "HiberbootEnabled", &enabled);
  embark_facts_set_boolean (self->facts, "windows.fastStartup", enabled != 0);
}

static void set_desktop (EmbarkWindows *self, const char *key, guint32 denied)
{
  g_autofree char *evidence = g_strdup_printf ("%s: " DESKTOP_VALUE "=%u", key, denied);

  embark_facts_set_boolean (self->facts, "windows.remoteDesktop", denied == 0);
  embark_facts_set_string (self->facts, "windows.remoteDesktopEvidence", evidence);
}

/* What an administrator of the domain says, wins. */
void embark_windows_add_desktop_policy (EmbarkWindows *self)
{
  guint32 denied = 0;

  if (embark_guest_registry_get_dword (self->g, embark_guest_registry_find (self->g, POLICY_KEY), DESKTOP_VALUE,
                                       &denied))
    set_desktop (self, "SOFTWARE\\" POLICY_KEY, denied);
}

void embark_windows_add_desktop (EmbarkWindows *self)
{
  g_autofree char *key = g_strconcat (self->control_set, "\\Control\\Terminal Server", NULL);
  guint32 denied = 0;
  guint32 start = 0;

  if (!embark_facts_has (self->facts, "windows.remoteDesktop")
      && embark_guest_registry_get_dword (self->g, embark_guest_registry_find (self->g, key), DESKTOP_VALUE, &denied))
    set_desktop (self, key, denied);
  if (embark_guest_registry_get_dword (self->g, embark_windows_find (self, "Services\\TermService"), "Start", &start)
      && start == START_DISABLED)
    {
      g_autofree char *evidence = g_strconcat (self->control_set, "\\Services\\TermService: Start=4", NULL);
      embark_facts_set_boolean (self->facts, "windows.remoteDesktop", FALSE);
      embark_facts_set_string (self->facts, "windows.remoteDesktopEvidence", evidence);
    }
  if (!embark_facts_has (self->facts, "windows.remoteDesktop"))
    embark_facts_set_unknown (self->facts, "windows.remoteDesktop",
                              _ ("the registry does not tell whether remote desktop is allowed"));
}

static void add_interface (EmbarkWindows *self, gint64 node, gint64 connections)
{
  g_autofree char *guid = embark_guest_registry_get_name (self->g, node);
  g_auto (GStrv) addresses = embark_guest_registry_get_strings (self->g, node, "IPAddress");
  const char *address = addresses && addresses[0] && strcmp (addresses[0], "0.0.0.0") != 0 ? addresses[0] : NULL;
  g_autofree char *path = g_strconcat (guid ? guid : "", "\\Connection", NULL);
  gint64 connection = connections > 0 && guid ? embark_guest_registry_find_below (self->g, connections, path) : 0;
  g_autofree char *name = embark_guest_registry_get_string (self->g, connection, "Name");
  guint32 dhcp = 0;
  JsonObject *object;

  if (!guid || !embark_guest_registry_get_dword (self->g, node, "EnableDHCP", &dhcp))
    return;
  /* Tunnels have neither. */
  if (!dhcp && !address)
    return;
  object = embark_facts_append (self->facts, "windows.network.interfaces");
  json_object_set_string_member (object, "name", name ? name : guid);
  json_object_set_string_member (object, "method", dhcp ? "dhcp" : "static");
  if (!dhcp)
    json_object_set_string_member (object, "address", address);
}

void embark_windows_add_network (EmbarkWindows *self)
{
  gint64 node = embark_windows_find (self, "Services\\Tcpip\\Parameters\\Interfaces");
  gint64 connections = embark_windows_find (self, "Control\\Network\\" NET_CLASS);
  g_autoptr (GArray) children = embark_guest_registry_list (self->g, node, INTERFACES_MAX);

  for (guint i = 0; i < children->len; i++)
    add_interface (self, g_array_index (children, gint64, i), connections);
}

void embark_windows_note_drive (EmbarkWindows *self, const char *what, const char *path)
{
  gpointer letter = path ? GINT_TO_POINTER (embark_windows_get_drive (path)) : NULL;

  if (letter && !g_hash_table_contains (self->references, letter))
    g_hash_table_insert (self->references, letter, g_strdup_printf ("%s=%s", what, path));
}

void embark_windows_note_folders (EmbarkWindows *self)
{
  static const struct
  {
    const char *key;
    const char *value;
  } folders[] = {
    { "Microsoft\\Windows\\CurrentVersion", "ProgramFilesDir" },
    { "Microsoft\\Windows NT\\CurrentVersion\\ProfileList", "ProfilesDirectory" },
    { "Microsoft\\Windows NT\\CurrentVersion\\ProfileList", "ProgramData" },
  };
  gint64 state = embark_guest_registry_find (self->g, "Microsoft\\Windows\\CurrentVersion\\Setup\\State");
  g_autofree char *image = embark_guest_registry_get_string (self->g, state, "ImageState");

  self->sysprep_pending = g_strcmp0 (image, IMAGE_GENERALIZED) == 0;
  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      gint64 node = embark_guest_registry_find (self->g, folders[i].key);
      g_autofree char *path = embark_guest_registry_get_string (self->g, node, folders[i].value);

      embark_windows_note_drive (self, folders[i].value, path);
    }
}

/* "/dev/sda2" for a value of MountedDevices, from the partitions as they were found; NULL when on another disk. */
static const char *find_device (EmbarkWindows *self, const EmbarkRegistryMount *mount)
{
  JsonArray *list = embark_facts_get_list (self->facts, "disk.partitions");
  g_autofree char *disk = g_strdup_printf ("%08x-", mount->disk_id);

  for (guint i = 0; list && i < json_array_get_length (list); i++)
    {
      JsonObject *object = json_array_get_object_element (list, i);
      const char *uuid = json_object_get_string_member_with_default (object, "partUuid", "");
      gint64 start = json_object_get_int_member_with_default (object, "start", -1);

      if (mount->is_gpt ? g_ascii_strcasecmp (uuid, mount->guid) == 0
                        : g_str_has_prefix (uuid, disk) && start >= 0 && (guint64) start == mount->start)
        return json_object_get_string_member (object, "device");
    }
  return NULL;
}

static void add_drive (EmbarkWindows *self, char letter, const char *device, char system_letter, const char *pagefile)
{
  const char *data = g_hash_table_lookup (self->references, GINT_TO_POINTER (letter));
  JsonObject *object = embark_facts_append (self->facts, "windows.drives");
  char name[2] = { letter, '\0' };
  const char *use = letter == system_letter ? "system" : pagefile ? "pagefile" : data ? "data" : NULL;
  const char *evidence = letter == system_letter ? NULL : pagefile ? pagefile : data;

  json_object_set_string_member (object, "letter", name);
  if (device)
    json_object_set_string_member (object, "device", device);
  if (use)
    json_object_set_string_member (object, "use", use);
  if (evidence)
    json_object_set_string_member (object, "evidence", evidence);
}

/* Services of programs on other drives. Some hundred to look at, so only when there are other drives. */
static void note_services (EmbarkWindows *self)
{
  g_autoptr (GArray) services =
      embark_guest_registry_list (self->g, embark_windows_find (self, "Services"), SERVICES_MAX);

  for (guint i = 0; i < services->len; i++)
    {
      gint64 node = g_array_index (services, gint64, i);
      g_autofree char *image = embark_guest_registry_get_string (self->g, node, "ImagePath");
      g_autofree char *name = NULL;
      g_autofree char *what = NULL;

      if (!image || !embark_windows_get_drive (image))
        continue;
      name = embark_guest_registry_get_name (self->g, node);
      what = g_strdup_printf ("Services\\%s: ImagePath", name ? name : "?");
      embark_windows_note_drive (self, what, image);
    }
}

static char *find_pagefile (GStrv files, char letter)
{
  for (guint i = 0; files && files[i]; i++)
    if (embark_windows_get_drive (files[i]) == letter)
      return g_strdup_printf ("PagingFiles=%s", files[i]);
  return NULL;
}

typedef struct
{
  gboolean is_there;
  const char *device; /* borrowed from the facts */
} Letter;

static guint read_letters (EmbarkWindows *self, Letter *letters)
{
  gint64 node = embark_guest_registry_find (self->g, "MountedDevices");
  g_auto (GStrv) names = embark_guest_registry_list_values (self->g, node);
  guint n = 0;

  for (guint i = 0; names[i]; i++)
    {
      const char *letter = names[i] + strlen (LETTER_PREFIX);
      g_autoptr (GBytes) bytes = NULL;
      EmbarkRegistryMount mount;
      gsize length = 0;
      const guint8 *data;

      if (g_ascii_strncasecmp (names[i], LETTER_PREFIX, strlen (LETTER_PREFIX)) != 0 || !g_ascii_isalpha (letter[0])
          || strcmp (letter + 1, ":") != 0)
        continue;
      bytes = embark_guest_registry_get_bytes (self->g, node, names[i]);
      data = bytes ? g_bytes_get_data (bytes, &length) : NULL;
      if (!data || !embark_registry_parse_mount (data, length, &mount))
        continue;
      letters[g_ascii_toupper (letter[0]) - 'A'] = (Letter){ TRUE, find_device (self, &mount) };
      n++;
    }
  return n;
}

void embark_windows_add_drives (EmbarkWindows *self)
{
  Letter letters['Z' - 'A' + 1] = { 0 };
  gint64 memory = embark_windows_find (self, "Control\\Session Manager\\Memory Management");
  g_auto (GStrv) files = embark_guest_registry_get_strings (self->g, memory, "PagingFiles");
  char system_letter = 0;
  guint n = read_letters (self, letters);

  for (guint i = 0; i < G_N_ELEMENTS (letters); i++)
    if (letters[i].device && strcmp (letters[i].device, self->root) == 0)
      system_letter = (char) ('A' + i);
  if (!system_letter)
    system_letter = 'C';
  if (n > 1)
    note_services (self);
  for (guint i = 0; i < G_N_ELEMENTS (letters); i++)
    {
      char letter = (char) ('A' + i);
      g_autofree char *pagefile = find_pagefile (files, letter);

      if (letters[i].is_there || pagefile || g_hash_table_contains (self->references, GINT_TO_POINTER (letter)))
        add_drive (self, letter, letters[i].device, system_letter, pagefile);
    }
}
