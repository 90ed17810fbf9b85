/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The card of the cloud gets its address by DHCP: fixed addresses go, and where
 * nothing sets up a card, the guest's own network system gets a setting for it.
 */
#include <string.h>

#include "model/guest/fix.h"
#include "model/guest/guest-files.h"
#include "model/guest/network-dhcp.h"

#define NETPLAN_FILE "/etc/netplan/60-embark.yaml"
#define NETPLAN_TEXT                                                                                                   \
  "# Written by Embark: whatever the network card is called, it asks for its address.\n"                               \
  "network:\n  version: 2\n  ethernets:\n    embark:\n      match:\n        name: \"e*\"\n      dhcp4: true\n"

/* Where a system keeps its network, and what is written there for a card that nothing sets up. */
typedef struct
{
  const char *folder;
  const char *file;
  const char *text;
  guint mode;
} Home;

static const Home homes[] = {
  { "/etc/netplan", NETPLAN_FILE, NETPLAN_TEXT, 0600 },
  { "/etc/network/interfaces.d", "/etc/network/interfaces.d/embark", "allow-hotplug eth0\niface eth0 inet dhcp\n",
    0644 },
  { "/etc/sysconfig/network-scripts", "/etc/sysconfig/network-scripts/ifcfg-eth0",
    "DEVICE=eth0\nTYPE=Ethernet\nONBOOT=yes\nBOOTPROTO=dhcp\n", 0644 },
  { "/etc/sysconfig/network", "/etc/sysconfig/network/ifcfg-eth0", "BOOTPROTO='dhcp'\nSTARTMODE='auto'\n", 0644 },
  { "/etc/NetworkManager/system-connections", "/etc/NetworkManager/system-connections/embark.nmconnection",
    "[connection]\nid=embark\ntype=ethernet\n\n[ipv4]\nmethod=auto\n\n[ipv6]\nmethod=ignore\n", 0600 },
  { "/etc/systemd/network", "/etc/systemd/network/80-embark.network", "[Match]\nName=e*\n\n[Network]\nDHCP=ipv4\n",
    0644 },
};

static const char *get_member (JsonObject *object, const char *name)
{
  return json_object_get_string_member_with_default (object, name, NULL);
}

/* What is not edited is replaced: @ret_replaced then says that a card lost its setting. */
static gboolean ask_in_file (EmbarkFixSession *session, const char *file, gboolean *ret_replaced, GError **error)
{
  g_autofree char *text = embark_fix_read (session, file);
  g_autofree char *changed = text != NULL ? embark_network_make_dhcp (text, file) : NULL;

  if (text == NULL)
    return TRUE;
  if (changed != NULL)
    return embark_fix_write (session, file, changed, -1, 0600, error);
  *ret_replaced = TRUE;
  return embark_fix_remove (session, file, error);
}

static gboolean write_setting (EmbarkFixSession *session, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (homes); i++)
    if (embark_guest_has_dir (embark_fix_get_guest (session), homes[i].folder))
      return embark_fix_write (session, homes[i].file, homes[i].text, -1, homes[i].mode, error);
  return TRUE;
}

gboolean embark_fix_linux_dhcp (EmbarkFixSession *session, GError **error)
{
  JsonArray *list = embark_facts_get_list (embark_fix_get_facts (session), "linux.network.interfaces");
  guint length = list != NULL ? json_array_get_length (list) : 0;
  gboolean is_replaced = FALSE, is_set_up = FALSE;

  for (guint i = 0; i < length; i++)
    {
      JsonObject *interface = json_array_get_object_element (list, i);
      const char *method = get_member (interface, "method");
      const char *file = get_member (interface, "file");

      if (g_strcmp0 (get_member (interface, "name"), "lo") == 0 || file == NULL || file[0] != '/')
        continue;
      is_set_up = is_set_up || g_strcmp0 (method, "other") != 0;
      if (g_strcmp0 (method, "static") == 0 && !ask_in_file (session, file, &is_replaced, error))
        return FALSE;
    }
  return (is_set_up && !is_replaced) || write_setting (session, error);
}
