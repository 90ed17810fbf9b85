/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The card of the cloud gets its address by DHCP: fixed addresses go, and where
 * nothing sets up a card, the guest's own network system gets a setting for it.
 */
#include <glib/gi18n-lib.h>
#include <string.h>

#include "model/base/errors.h"
#include "model/guest/fix.h"
#include "model/guest/guest-files.h"
#include "model/guest/linux-files.h"
#include "model/guest/network-dhcp.h"

#define NETPLAN_FILE "/etc/netplan/60-embark.yaml"
#define NETPLAN_TEXT                                                                                                   \
  "# Written by Embark: whatever the network card is called, it asks for its address.\n"                               \
  "network:\n  version: 2\n  ethernets:\n    embark:\n      match:\n        name: \"e*\"\n      dhcp4: true\n"

#define IFUPDOWN "/etc/network/interfaces"
#define IFUPDOWN_FOLDER IFUPDOWN ".d"
#define IFUPDOWN_TEXT "allow-hotplug eth0\niface eth0 inet dhcp\n"
#define IFCFG_FOLDER "/etc/sysconfig/network-scripts"
#define KEYFILES "/etc/NetworkManager/system-connections"
/* Programs that read the files of that folder. */
#define IFCFG_READERS                                                                                                  \
  "/{etc/sysconfig/network-scripts/ifup-eth,usr/{lib,lib64}/NetworkManager/{,*/}libnm-settings-plugin-ifcfg-rh.so}"

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
  { IFUPDOWN_FOLDER, IFUPDOWN_FOLDER "/embark", IFUPDOWN_TEXT, 0644 },
  { IFCFG_FOLDER, IFCFG_FOLDER "/ifcfg-eth0", "DEVICE=eth0\nTYPE=Ethernet\nONBOOT=yes\nBOOTPROTO=dhcp\n", 0644 },
  { "/etc/sysconfig/network", "/etc/sysconfig/network/ifcfg-eth0", "BOOTPROTO='dhcp'\nSTARTMODE='auto'\n", 0644 },
  { KEYFILES, KEYFILES "/embark.nmconnection",
    "[connection]\nid=embark\ntype=ethernet\n\n[ipv4]\nmethod=auto\n\n[ipv6]\nmethod=ignore\n", 0600 },
  { "/etc/systemd/network", "/etc/systemd/network/80-embark.network", "[Match]\nName=e*\n\n[Network]\nDHCP=ipv4\n",
    0644 },
};

static const char *get_member (JsonObject *object, const char *name)
{
  return json_object_get_string_member_with_default (object, name, NULL);
}

/* A file of EL for one more address of a card: "ifcfg-eth0:1", "ifcfg-eth0-range0". */
static gboolean is_alias (const char *file)
{
  g_autofree char *name = g_path_get_basename (file);

  return g_regex_match_simple ("^ifcfg-.+(:\\d+|-range\\d+)$", name, G_REGEX_RAW, 0);
}

/* What is not edited is replaced: @ret_replaced then says that a card lost its setting. */
static gboolean ask_in_file (EmbarkFixSession *session, const char *file, gboolean *ret_replaced, GError **error)
{
  g_autofree char *text = embark_fix_read (session, file);
  g_autofree char *changed = text != NULL ? embark_network_make_dhcp (text, file) : NULL;

  if (text == NULL)
    return TRUE;
  if (is_alias (file))
    return embark_fix_remove (session, file, error);
  if (changed != NULL)
    return embark_fix_write (session, file, changed, -1, 0600, error);
  *ret_replaced = TRUE;
  return embark_fix_remove (session, file, error);
}

static gboolean is_read (guestfs_h *g, const Home *home)
{
  g_auto (GStrv) readers = NULL;

  if (strcmp (home->folder, IFUPDOWN_FOLDER) == 0 && embark_guest_has_file (g, IFUPDOWN))
    return TRUE;
  if (!embark_guest_has_dir (g, home->folder))
    return FALSE;
  if (strcmp (home->folder, IFCFG_FOLDER) != 0 || !embark_guest_has_dir (g, KEYFILES))
    return TRUE;
  /* Where NetworkManager does without the part for those files, it is its own that count. */
  readers = embark_linux_glob (g, IFCFG_READERS);
  return readers[0] != NULL;
}

/* A file in the folder counts only where the main one says so. */
static gboolean write_ifupdown (EmbarkFixSession *session, const Home *home, GError **error)
{
  g_autofree char *text = embark_fix_read (session, IFUPDOWN);
  g_autofree char *changed = NULL;

  if (text == NULL || embark_network_reads_folder (text))
    return embark_fix_write (session, home->file, home->text, -1, home->mode, error);
  changed = g_strconcat (text, *text == '\0' || g_str_has_suffix (text, "\n") ? "" : "\n", home->text, NULL);
  return embark_fix_write (session, IFUPDOWN, changed, -1, home->mode, error);
}

static gboolean write_setting (EmbarkFixSession *session, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (homes); i++)
    {
      const Home *home = &homes[i];

      if (!is_read (embark_fix_get_guest (session), home))
        continue;
      if (strcmp (home->folder, IFUPDOWN_FOLDER) == 0)
        return write_ifupdown (session, home, error);
      return embark_fix_write (session, home->file, home->text, -1, home->mode, error);
    }
  return TRUE;
}

static gboolean is_fixed (JsonObject *interface)
{
  const char *file = get_member (interface, "file");

  return g_strcmp0 (get_member (interface, "method"), "static") == 0 && file != NULL && file[0] == '/'
         && g_strcmp0 (get_member (interface, "name"), "lo") != 0;
}

/* A file of netplan goes whole, and what it sets up beside plain cards would go with it. */
gboolean embark_refuse_linux_dhcp (EmbarkFixSession *session, GError **error)
{
  JsonArray *list = embark_facts_get_list (embark_fix_get_facts (session), "linux.network.interfaces");

  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    {
      JsonObject *interface = json_array_get_object_element (list, i);
      const char *file = get_member (interface, "file");
      g_autofree char *text = NULL;

      if (!is_fixed (interface) || !g_str_has_suffix (file, ".yaml"))
        continue;
      text = embark_fix_read (session, file);
      if (text == NULL || !embark_netplan_has_devices (text))
        continue;
      g_set_error (
          error, EMBARK_ERROR, EMBARK_ERROR_BLOCKED,
          /* Translators: %s is the path of a file in the machine. */
          _ ("“%s” gives a fixed address and sets up bonds, bridges, VLANs or the like, which must not be lost. "
             "In the machine, give the card “dhcp4: true” in place of its addresses, and check again."),
          file);
      return FALSE;
    }
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
      if (is_fixed (interface) && !ask_in_file (session, file, &is_replaced, error))
        return FALSE;
    }
  return (is_set_up && !is_replaced) || write_setting (session, error);
}
