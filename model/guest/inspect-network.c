/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The network of a Linux guest as its files set it up, whichever of the five
 * kinds of files it uses, and what the card will be called.
 */
#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <string.h>

#include "model/guest/guest-files.h"
#include "model/guest/inspect-linux.h"
#include "model/guest/linux-files.h"
#include "model/guest/network-config.h"
#include "model/guest/network-list.h"
#include "model/guest/network-naming.h"

#define FILES_MAX 128
#define RULES_DIR "/etc/udev/rules.d"
#define DEFAULT_LINK "/etc/systemd/network/99-default.link"

typedef void (*ReadFunc) (GPtrArray *list, const char *text, const char *file);

/* In the order of the pattern below. */
static const struct
{
  const char *start; /* of the path */
  const char *end;
  ReadFunc read;
} kinds[] = {
  { "/etc/network/interfaces", "", embark_network_read_ifupdown },
  { "/etc/sysconfig/network-scripts/ifcfg-", "", embark_network_read_ifcfg },
  { "/etc/sysconfig/network/ifcfg-", "", embark_network_read_ifcfg },
  { "/etc/netplan/", ".yaml", embark_network_read_netplan },
  { "/etc/NetworkManager/system-connections/", "", embark_network_read_keyfile },
  { "/usr/lib/NetworkManager/system-connections/", ".nmconnection", embark_network_read_keyfile },
  { "/etc/systemd/network/", ".network", embark_network_read_networkd },
};

#define FILES_PATTERN                                                                                                  \
  "/{etc/network/interfaces,etc/network/interfaces.d/*,etc/sysconfig/network-scripts/ifcfg-*,"                         \
  "etc/sysconfig/network/ifcfg-*,etc/netplan/*.yaml,etc/NetworkManager/system-connections/*,"                          \
  "usr/lib/NetworkManager/system-connections/*.nmconnection,etc/systemd/network/*.network}"

static gboolean is_left_over (const char *path)
{
  static const char *const ends[] = { "~", ".bak", ".orig", ".rpmsave", ".rpmnew", ".dpkg-old", ".dpkg-new", "/" };

  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    if (g_str_has_suffix (path, ends[i]))
      return TRUE;
  return FALSE;
}

/* FALSE when some file could not be read. */
static gboolean read_files (guestfs_h *g, GPtrArray *list)
{
  g_auto (GStrv) found = embark_linux_glob (g, FILES_PATTERN);
  gboolean ok = g_strv_length (found) <= FILES_MAX;

  for (guint i = 0; found[i] && i < FILES_MAX; i++)
    {
      g_autofree char *text = NULL;

      if (is_left_over (found[i]))
        continue;
      text = embark_guest_read_text (g, found[i]);
      ok = ok && text;
      for (guint k = 0; text && k < G_N_ELEMENTS (kinds); k++)
        if (g_str_has_prefix (found[i], kinds[k].start) && g_str_has_suffix (found[i], kinds[k].end))
          {
            kinds[k].read (list, text, found[i]);
            break;
          }
    }
  return ok;
}

static gboolean manager_needs_files (guestfs_h *g)
{
  g_auto (GStrv) configs =
      embark_linux_glob (g, "/{usr/lib/NetworkManager/conf.d/*.conf,etc/NetworkManager/conf.d/*.conf,"
                            "etc/NetworkManager/NetworkManager.conf}");

  for (guint i = 0; configs[i] && i < FILES_MAX; i++)
    {
      g_autofree char *text = embark_guest_read_text (g, configs[i]);
      if (text && embark_network_manager_needs_files (text))
        return TRUE;
    }
  return FALSE;
}

static void add_any (GPtrArray *list, const char *program)
{
  EmbarkInterface *interface = embark_interface_list_get (list, "*", program);

  if (interface)
    interface->method = "dhcp";
}

/* Services that bring up cards nobody wrote a file for. Their own files count only when they run. */
static void read_services (guestfs_h *g, GPtrArray *list)
{
  g_auto (GStrv) enabled = embark_linux_glob (g, "/etc/systemd/system/{multi-user,network-online,default}.target.wants/"
                                                 "{NetworkManager,dhcpcd,connman,systemd-networkd}.service");
  gboolean has_networkd = FALSE;

  for (guint i = 0; enabled[i]; i++)
    {
      g_autofree char *name = g_path_get_basename (enabled[i]);

      *strrchr (name, '.') = '\0';
      if (strcmp (name, "systemd-networkd") == 0)
        has_networkd = TRUE;
      else if (strcmp (name, "NetworkManager") != 0 || (list->len == 0 && !manager_needs_files (g)))
        add_any (list, name);
    }
  if (has_networkd)
    {
      g_auto (GStrv) found = embark_linux_glob (g, "/{usr/,}lib/systemd/network/*.network");
      for (guint i = 0; found[i] && i < FILES_MAX; i++)
        {
          g_autofree char *text = embark_guest_read_text (g, found[i]);
          if (text)
            embark_network_read_networkd (list, text, found[i]);
        }
    }
}

static void set_valid (JsonObject *object, const char *name, const char *value)
{
  g_autofree char *valid = g_utf8_make_valid (value, -1);

  json_object_set_string_member (object, name, valid);
}

static void add_interfaces (GPtrArray *list, gboolean is_complete, EmbarkFacts *facts)
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
  if (evidence || is_complete)
    embark_facts_set_boolean (facts, "linux.network.ipv6", evidence != NULL);
  embark_facts_set_string (facts, "linux.network.ipv6Evidence", evidence);
  if (!is_complete)
    embark_facts_set_unknown (facts, "linux.network", _ ("not every file that sets up the network could be read"));
  else if (list->len == 0)
    embark_facts_set_unknown (facts, "linux.network.interfaces", _ ("no file of a known kind sets up an interface"));
}

/* A rule that ties a name to one card, which the new machine will not have. A .link file of systemd that does so just
 * leaves the new card alone: whether its name then fits is asked of the interfaces. */
static void add_persistent_rules (EmbarkLinux *self, const EmbarkLinuxFolder *rules)
{
  g_autofree char *evidence = NULL;
  gboolean is_complete = TRUE;

  for (guint i = 0; rules->names[i] && !evidence; i++)
    {
      g_autofree char *path = g_build_filename (RULES_DIR, rules->names[i], NULL);
      g_autofree char *text = NULL;

      if (!strstr (rules->names[i], "net") || !g_str_has_suffix (rules->names[i], ".rules") || *rules->targets[i])
        continue;
      text = embark_guest_read_text (self->g, path);
      evidence = text ? embark_network_find_persistent_rule (text, path) : NULL;
      is_complete = is_complete && text;
    }
  if (evidence || is_complete)
    embark_facts_set_boolean (self->facts, "linux.network.persistentRules", evidence != NULL);
  else
    embark_facts_set_unknown (self->facts, "linux.network.persistentRules",
                              _ ("not every file of rules for udev could be read"));
  embark_facts_set_string (self->facts, "linux.network.persistentRulesEvidence", evidence);
}

/* A file of the same name in /etc replaces udev's own; one that is empty or leads to /dev/null switches it off. */
static char *find_override (guestfs_h *g, const EmbarkLinuxFolder *rules)
{
  static const char *const names[] = { "80-net-setup-link.rules", "80-net-name-slot.rules" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const char *target = embark_linux_folder_get_target (rules, names[i]);
      g_autofree char *path = g_build_filename (RULES_DIR, names[i], NULL);

      if (!target)
        continue;
      if (strcmp (target, "/dev/null") == 0 || guestfs_filesize (g, path) == 0)
        return g_steal_pointer (&path);
    }
  return NULL;
}

static void add_naming (EmbarkLinux *self, const EmbarkLinuxFolder *rules)
{
  g_auto (GStrv) found = embark_linux_glob (
      self->g, "/{{usr/lib,lib}/udev/rules.d/{80-net-setup-link,80-net-name-slot,50-udev-default,50-default}.rules,"
               "etc/systemd/network/99-default.link,sbin/biosdevname,usr/sbin/biosdevname}");
  g_autofree char *override = find_override (self->g, rules);
  g_autofree char *rule = NULL;
  g_autofree char *link = NULL;
  g_autofree char *evidence = NULL;
  EmbarkNamingInput input = { .override = override };
  guint64 number = 0;
  const char *naming;

  for (guint i = 0; found[i]; i++)
    {
      if (strstr (found[i], "/udev/rules.d/"))
        input.has_udev_rules = TRUE;
      if (strstr (found[i], "/80-net-") && !input.rule_path)
        input.rule_path = found[i];
      else if (strcmp (found[i], DEFAULT_LINK) == 0)
        input.link_path = found[i];
      else if (g_str_has_suffix (found[i], "biosdevname"))
        input.has_biosdevname = TRUE;
    }
  input.rule_text = rule = input.rule_path ? embark_guest_read_text (self->g, input.rule_path) : NULL;
  input.link_text = link = input.link_path ? embark_guest_read_text (self->g, input.link_path) : NULL;
  input.cmdline = embark_facts_get_string (self->facts, "linux.cmdline");
  input.distribution = embark_facts_get_string (self->facts, "os.distribution");
  if (embark_facts_get_uint (self->facts, "os.major", &number))
    input.major = (guint) MIN (number, G_MAXINT / 1000);
  if (embark_facts_get_uint (self->facts, "os.minor", &number))
    input.minor = (guint) MIN (number, 99);
  naming = embark_network_decide_naming (&input, &evidence);
  if (naming)
    {
      embark_facts_set_string (self->facts, "linux.network.naming", naming);
      embark_facts_set_string (self->facts, "linux.network.namingEvidence", evidence);
    }
  else
    embark_facts_set_unknown (self->facts, "linux.network.naming",
                              _ ("nothing in the system tells what network cards are called"));
}

void embark_inspect_network (EmbarkLinux *self)
{
  g_autoptr (GPtrArray) list = embark_interface_list_new ();
  g_autoptr (EmbarkLinuxFolder) rules = embark_linux_folder_read (self->g, RULES_DIR);
  gboolean is_complete;

  is_complete = read_files (self->g, list);
  read_services (self->g, list);
  add_interfaces (list, is_complete, self->facts);
  add_persistent_rules (self, rules);
  add_naming (self, rules);
}
