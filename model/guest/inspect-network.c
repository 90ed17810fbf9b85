/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The network of a Linux guest as its files set it up, whichever of the five
 * kinds of files it uses.
 */
#include <glib/gi18n-lib.h>
#include <string.h>

#include "model/guest/boot-config.h"
#include "model/guest/guest-files.h"
#include "model/guest/inspect.h"
#include "model/guest/network-config.h"

#define FILES_MAX 128

typedef void (*ReadFunc) (GPtrArray *list, const char *text, const char *file);

static const struct
{
  const char *folder;
  const char *prefix;
  const char *suffix;
  ReadFunc read;
} kinds[] = {
  { "/etc/network/interfaces.d", "", "", embark_network_read_ifupdown },
  { "/etc/sysconfig/network-scripts", "ifcfg-", "", embark_network_read_ifcfg },
  { "/etc/sysconfig/network", "ifcfg-", "", embark_network_read_ifcfg },
  { "/etc/netplan", "", ".yaml", embark_network_read_netplan },
  { "/etc/NetworkManager/system-connections", "", "", embark_network_read_keyfile },
  { "/etc/systemd/network", "", ".network", embark_network_read_networkd },
};

static void read_folder (guestfs_h *g, guint kind, GPtrArray *list)
{
  g_auto (GStrv) names = embark_guest_list_dir (g, kinds[kind].folder);
  guint n = 0;

  for (guint i = 0; names[i] && n < FILES_MAX; i++)
    {
      g_autofree char *path = g_build_filename (kinds[kind].folder, names[i], NULL);
      g_autofree char *text = NULL;

      if (!g_str_has_prefix (names[i], kinds[kind].prefix) || !g_str_has_suffix (names[i], kinds[kind].suffix)
          || g_str_has_suffix (names[i], "~") || g_str_has_suffix (names[i], ".bak"))
        continue;
      n++;
      text = embark_guest_read_text (g, path);
      if (text)
        kinds[kind].read (list, text, path);
    }
}

static void set_valid (JsonObject *object, const char *name, const char *value)
{
  g_autofree char *valid = g_utf8_make_valid (value, -1);

  json_object_set_string_member (object, name, valid);
}

static void add_interfaces (GPtrArray *list, EmbarkFacts *facts)
{
  g_autofree char *evidence = NULL;

  for (guint i = 0; i < list->len; i++)
    {
      const EmbarkInterface *interface = g_ptr_array_index (list, i);
      JsonObject *object = embark_facts_append (facts, "linux.network.interfaces");

      set_valid (object, "name", interface->name);
      set_valid (object, "file", interface->file);
      set_valid (object, "method", interface->method);
      if (interface->mac)
        set_valid (object, "mac", interface->mac);
      json_object_set_boolean_member (object, "ipv6", interface->has_ipv6);
      if (interface->has_ipv6 && !evidence)
        evidence = g_strdup_printf ("%s: %s", interface->file, interface->name);
    }
  embark_facts_set_boolean (facts, "linux.network.ipv6", evidence != NULL);
  embark_facts_set_string (facts, "linux.network.ipv6Evidence", evidence);
  if (list->len == 0)
    embark_facts_set_unknown (facts, "linux.network.interfaces", _ ("no file of a known kind sets up an interface"));
}

/* A rule that ties a name to one card, which the new machine will not have. */
static gboolean has_persistent_rules (guestfs_h *g)
{
  g_autofree char *text = embark_guest_read_text (g, "/etc/udev/rules.d/70-persistent-net.rules");
  g_auto (GStrv) lines = text ? g_strsplit (text, "\n", 1000) : NULL;

  for (guint i = 0; lines && lines[i]; i++)
    if (*g_strstrip (lines[i]) != '#' && strstr (lines[i], "NAME="))
      return TRUE;
  return FALSE;
}

void embark_inspect_network (guestfs_h *g, EmbarkFacts *facts)
{
  g_autoptr (GPtrArray) list = embark_interface_list_new ();
  g_autofree char *interfaces = embark_guest_read_text (g, "/etc/network/interfaces");

  if (interfaces)
    embark_network_read_ifupdown (list, interfaces, "/etc/network/interfaces");
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    read_folder (g, i, list);
  add_interfaces (list, facts);
  embark_facts_set_boolean (facts, "linux.network.persistentRules", has_persistent_rules (g));
}
