/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The only card of the new machine becomes eth0: by the kernel's arguments,
 * without what remembers cards of the old machine, and with the files of the
 * one card that there was.
 */
#include <string.h>

#include "model/guest/fix-boot-entries.h"
#include "model/guest/linux-files.h"
#include "model/guest/network-edit.h"
#include "model/guest/network-naming.h"

#define CARD "eth0"
#define RULES "/etc/udev/rules.d"
#define FILES_MAX 64

/* Names of virtual devices, which sit on top of a card. */
#define VIRTUAL_NAMES "^(lo|br|virbr|bond|team|docker|veth|vnet|vlan|wg|tun|tap|dummy|ppp|sit|ip6tnl)"

static gboolean add_arguments (EmbarkFixSession *session, GError **error)
{
  static const char *const words[] = { "net.ifnames=0", "biosdevname=0", NULL };
  const EmbarkCmdlineEdit edit = { .add = words };

  /* Where nothing renames cards, the kernel's name is eth0 already. */
  if (g_strcmp0 (embark_facts_get_string (embark_fix_get_facts (session), "linux.network.naming"), "kernel") == 0)
    return TRUE;
  return embark_fix_boot_entries (session, &edit, error);
}

/* A file made for nothing else goes; of others only the lines that name a card. */
static gboolean drop_rules (EmbarkFixSession *session, GError **error)
{
  g_auto (GStrv) found = embark_linux_glob (embark_fix_get_guest (session), RULES "/*.rules");

  for (guint i = 0; found[i] && i < FILES_MAX; i++)
    {
      g_autofree char *text = embark_fix_read (session, found[i]);
      g_autofree char *rule = text ? embark_network_find_persistent_rule (text, found[i]) : NULL;
      g_autofree char *changed = NULL;
      gboolean is_only_for_it = strstr (found[i], "persistent-net") && !strstr (found[i], "generator");

      /* A disk has names too: only rules for network cards. */
      if (!rule || (!is_only_for_it && !strstr (text, "net")))
        continue;
      changed = is_only_for_it ? NULL : embark_network_edit_rules (text, found[i]);
      if (is_only_for_it ? !embark_fix_remove (session, found[i], error)
                         : !embark_fix_write (session, found[i], changed, -1, 0644, error))
        return FALSE;
    }
  return TRUE;
}

/* Debian 8, EL 6 and their time write the rules anew at each start, and the image is started on more than one card. */
static gboolean silence_generator (EmbarkFixSession *session, GError **error)
{
  static const char *const names[] = { "/lib/udev/rules.d/75-persistent-net-generator.rules",
                                       "/usr/lib/udev/rules.d/75-persistent-net-generator.rules", NULL };
  g_auto (GStrv) found = embark_linux_find (embark_fix_get_guest (session), names);

  if (!found[0])
    return TRUE;
  return embark_fix_link (session, RULES "/75-persistent-net-generator.rules", "/dev/null", error);
}

static gboolean drop_links (EmbarkFixSession *session, GError **error)
{
  g_auto (GStrv) found = embark_linux_glob (embark_fix_get_guest (session), "/etc/systemd/network/*.link");

  for (guint i = 0; found[i] && i < FILES_MAX; i++)
    {
      g_autofree char *text = embark_fix_read (session, found[i]);
      if (text && embark_network_link_renames (text) && !embark_fix_remove (session, found[i], error))
        return FALSE;
    }
  return TRUE;
}

static const char *get_member (JsonObject *object, const char *name)
{
  return json_object_get_string_member_with_default (object, name, NULL);
}

static gboolean is_card (JsonObject *interface)
{
  const char *name = get_member (interface, "name");

  return name && get_member (interface, "file") && get_member (interface, "file")[0] == '/' && !strchr (name, '.')
         && !g_regex_match_simple (VIRTUAL_NAMES, name, 0, 0);
}

/* The name that the files of the only card have; NULL when there are files for more than one, or one is right. */
static const char *find_only_name (JsonArray *list)
{
  const char *only = NULL;

  for (guint i = 0; list && i < json_array_get_length (list); i++)
    {
      JsonObject *interface = json_array_get_object_element (list, i);
      const char *name = get_member (interface, "name");

      if (!is_card (interface) || strcmp (name, "*") == 0)
        continue;
      if (strcmp (name, CARD) == 0 || (only && strcmp (only, name) != 0))
        return NULL;
      only = name;
    }
  return only;
}

/* "…/ifcfg-eth0" of "…/ifcfg-ens3": these files are known by their names. NULL: @file keeps its own. */
static char *make_new_path (const char *file, const char *old)
{
  static const char *const starts[] = { "ifcfg-", "route-", "route6-", "rule-", "rule6-", "ifroute-" };
  g_autofree char *folder = g_path_get_dirname (file);
  g_autofree char *base = g_path_get_basename (file);

  for (guint i = 0; i < G_N_ELEMENTS (starts); i++)
    {
      const char *rest = base + strlen (starts[i]);

      if (!g_str_has_prefix (base, starts[i]))
        continue;
      /* SUSE up to 10: "ifcfg-eth-id-00:16:3e:00:00:01". */
      if (strcmp (rest, old) == 0 || g_str_has_prefix (rest, "eth-id-"))
        return g_strconcat (folder, "/", starts[i], CARD, NULL);
    }
  return NULL;
}

static gboolean change_file (EmbarkFixSession *session, const char *file, const char *old, GError **error)
{
  g_autofree char *text = embark_fix_read (session, file);
  g_autofree char *renamed = NULL;
  g_autofree char *changed = NULL;
  g_autofree char *path = NULL;

  if (!text)
    return TRUE;
  renamed = embark_network_edit_rename (text, old, CARD);
  changed = embark_network_edit_untie (renamed, file, CARD);
  path = make_new_path (file, old);
  if (path && strcmp (path, file) != 0)
    return embark_fix_write (session, path, changed, -1, 0644, error) && embark_fix_remove (session, file, error);
  return strcmp (text, changed) == 0 || embark_fix_write (session, file, changed, -1, 0644, error);
}

/* Routes and rules of the card, in files of their own. */
static gboolean change_companions (EmbarkFixSession *session, const char *old, GError **error)
{
  static const char *const patterns[] = { "/etc/sysconfig/network-scripts/route-",
                                          "/etc/sysconfig/network-scripts/route6-",
                                          "/etc/sysconfig/network-scripts/rule-",
                                          "/etc/sysconfig/network-scripts/rule6-", "/etc/sysconfig/network/ifroute-" };

  for (guint i = 0; i < G_N_ELEMENTS (patterns); i++)
    {
      g_autofree char *path = g_strconcat (patterns[i], old, NULL);
      if (!change_file (session, path, old, error))
        return FALSE;
    }
  return TRUE;
}

/* The one card's files become eth0's; files of eth0 and of no card by name lose the address of the old one. */
static gboolean change_files (EmbarkFixSession *session, GError **error)
{
  JsonArray *list = embark_facts_get_list (embark_fix_get_facts (session), "linux.network.interfaces");
  const char *only = find_only_name (list);

  for (guint i = 0; list && i < json_array_get_length (list); i++)
    {
      JsonObject *interface = json_array_get_object_element (list, i);
      const char *name = get_member (interface, "name");
      gboolean is_tied = get_member (interface, "mac") != NULL;

      if (!is_card (interface))
        continue;
      if (strcmp (name, CARD) != 0 && strcmp (name, "*") != 0 && g_strcmp0 (name, only) != 0)
        {
          embark_fix_log (session, "%s: %s is one of several cards and keeps its name", get_member (interface, "file"),
                          name);
          continue;
        }
      if (!is_tied && g_strcmp0 (name, only) != 0)
        continue;
      if (!change_file (session, get_member (interface, "file"), only ? only : CARD, error))
        return FALSE;
    }
  return !only || strcmp (only, "*") == 0 || change_companions (session, only, error);
}

gboolean embark_fix_linux_eth0 (EmbarkFixSession *session, GError **error)
{
  return add_arguments (session, error) && drop_rules (session, error) && silence_generator (session, error)
         && drop_links (session, error) && change_files (session, error);
}
