/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The network of a Linux system in the cloud, where one new card is called eth0
 * or what the kernel makes of it. One defect has one owner: nothing that brings
 * up any card linux-network; files for a card of another name or MAC
 * linux-interface-name; udev's memory linux-persistent-net; a written address
 * linux-static-address, or ipv6.
 */
#include "model/check/rules.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Names that virtual devices have, which sit on top of a card. */
#define VIRTUAL_NAMES "^(lo|br|virbr|bond|team|docker|veth|vnet|vlan|wg|tun|tap|dummy|ppp|sit|ip6tnl)"

/* What predictable naming may make of the cloud's card; which of them depends on where the cloud plugs it. */
static const char *const predictable_names[] = { "ens5", "enp0s5" };

/* Where the files were read, which the facts about IPv6 prove, an absent list is an empty one. */
static gboolean is_list_unknown (const EmbarkRuleContext *context)
{
  return embark_facts_get_list (context->facts, "linux.network.interfaces") == NULL
         && !embark_facts_has (context->facts, "linux.network.ipv6");
}

/* A network card by name or pattern, or a file for any card; not a bridge or the like. */
static gboolean is_card (JsonObject *interface)
{
  const char *name = embark_rule_get_string (interface, "name");

  if (interface == NULL)
    return FALSE;
  return name == NULL || (!g_regex_match_simple (VIRTUAL_NAMES, name, 0, 0) && strchr (name, '.') == NULL);
}

/* "ens3 in /etc/network/interfaces". */
static char *describe_interface (JsonObject *interface)
{
  const char *name = embark_rule_get_string (interface, "name");
  const char *file = embark_rule_get_string (interface, "file");
  const char *mac = embark_rule_get_string (interface, "mac");

  if (name == NULL)
    name = "*";
  if (mac != NULL && file != NULL)
    /* Translators: an interface name, a hardware address, a file. */
    return g_strdup_printf (_ ("%s with the hardware address %s in %s"), name, mac, file);
  /* Translators: an interface name and a file. */
  return file != NULL ? g_strdup_printf (_ ("%s in %s"), name, file) : g_strdup (name);
}

EmbarkDecision embark_decide_linux_network (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  JsonArray *list = embark_facts_get_list (context->facts, "linux.network.interfaces");
  g_autofree char *first = NULL;
  guint n = 0;

  for (guint i = 0; i < embark_rule_count (list); i++)
    {
      JsonObject *interface = embark_rule_get_object_at (list, i);
      const char *name = embark_rule_get_string (interface, "name");
      const char *method = embark_rule_get_string (interface, "method");

      /* A bridge or bond with DHCP brings up the card below it. */
      if (interface == NULL || g_strcmp0 (name, "lo") == 0 || g_strcmp0 (method, "other") == 0)
        continue;
      if (n++ == 0)
        first = describe_interface (interface);
    }
  if (n > 0)
    return embark_decide_pass (g_steal_pointer (&first));
  if (embark_rule_has_network_by_cloud_init (context->facts))
    return embark_decide_pass (g_strdup (_ ("No interface is configured; cloud-init does it")));
  if (is_list_unknown (context))
    return embark_decide_unknown (context, "linux.network.interfaces");
  return (EmbarkDecision){
    .outcome = limit->severity,
    .title = _ ("No network interface is configured"),
    .summary = _ ("The machine would have no network in the cloud"),
    .evidence = g_strdup (_ ("No configuration of an interface was found")),
    .advice = _ ("Configure eth0 with DHCP, for example in /etc/network/interfaces."),
    .is_later = TRUE,
  };
}

/* TRUE when the file takes the card whatever the cloud's is called. @is_predictable: its name is not known. */
static gboolean fits_card (const EmbarkLimit *limit, JsonObject *interface, gboolean is_predictable)
{
  const char *name = embark_rule_get_string (interface, "name");

  if (embark_rule_get_string (interface, "mac") != NULL)
    return FALSE;
  if (name == NULL)
    return TRUE;
  if (is_predictable)
    {
      for (guint i = 0; strchr (name, '*') != NULL && i < G_N_ELEMENTS (predictable_names); i++)
        if (g_pattern_match_simple (name, predictable_names[i]))
          return TRUE;
      return FALSE;
    }
  for (guint i = 0; limit->allowed != NULL && limit->allowed[i] != NULL; i++)
    if (g_pattern_match_simple (name, limit->allowed[i]))
      return TRUE;
  return FALSE;
}

/* The first file for a card, and whether one of them takes the cloud's. */
static JsonObject *find_card_file (const EmbarkRuleContext *context, const EmbarkLimit *limit, gboolean is_predictable,
                                   gboolean *ret_fits)
{
  JsonArray *list = embark_facts_get_list (context->facts, "linux.network.interfaces");
  JsonObject *first = NULL;

  *ret_fits = FALSE;
  for (guint i = 0; i < embark_rule_count (list); i++)
    {
      JsonObject *interface = embark_rule_get_object_at (list, i);

      if (!is_card (interface))
        continue;
      *ret_fits = fits_card (limit, interface, is_predictable);
      if (*ret_fits)
        return interface;
      if (first == NULL)
        first = interface;
    }
  return first;
}

static EmbarkDecision decide_other_name (const EmbarkRuleContext *context, const EmbarkLimit *limit,
                                         JsonObject *interface, gboolean is_predictable)
{
  const char *seen = embark_facts_get_string (context->facts, "linux.network.namingEvidence");
  gboolean is_handled = embark_rule_has_network_by_cloud_init (context->facts);
  g_autofree char *file = describe_interface (interface);

  return (EmbarkDecision){
    .outcome = is_handled ? EMBARK_OUTCOME_INFO : limit->severity,
    .title = embark_rule_get_string (interface, "mac") != NULL ? _ ("The interface is tied to the old card")
                                                               : _ ("The interface has another name"),
    .summary =
        is_handled ? _ ("cloud-init sets up the one of the cloud") : _ ("The machine may have no network in the cloud"),
    /* Translators: an interface name and its file, and why the card gets the name it gets: "net.ifnames=0". */
    .evidence = seen != NULL ? g_strdup_printf (_ ("%s; names: %s"), file, seen) : g_steal_pointer (&file),
    .advice = is_predictable
                  ? _ ("Configure eth0 with DHCP, and add net.ifnames=0 to the kernel parameters so that the card is "
                       "called eth0.")
                  : _ ("Configure eth0 with DHCP, without a hardware address: that is what the card is called."),
    .is_later = TRUE,
  };
}

EmbarkDecision embark_decide_linux_interface_name (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  const char *naming = embark_facts_get_string (context->facts, "linux.network.naming");
  /* biosdevname leaves cards of virtual machines alone. */
  gboolean is_predictable = g_strcmp0 (naming, "predictable") == 0;
  JsonObject *interface;
  gboolean fits;

  if (is_list_unknown (context) && !embark_rule_has_network_by_cloud_init (context->facts))
    return embark_decide_unknown (context, "linux.network.interfaces");
  if (embark_facts_get_list (context->facts, "linux.network.interfaces") != NULL && naming == NULL)
    return embark_decide_unknown (context, "linux.network.naming");
  interface = find_card_file (context, limit, is_predictable, &fits);
  if (interface == NULL)
    return embark_decide_pass (g_strdup (_ ("No file is tied to a network card")));
  if (fits)
    return embark_decide_pass (describe_interface (interface));
  return decide_other_name (context, limit, interface, is_predictable);
}

EmbarkDecision embark_decide_linux_persistent_net (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  const char *seen = embark_facts_get_string (context->facts, "linux.network.persistentRulesEvidence");
  gboolean has_rules;

  if (!embark_facts_get_boolean (context->facts, "linux.network.persistentRules", &has_rules))
    return embark_decide_unknown (context, "linux.network.persistentRules");
  if (!has_rules)
    return embark_decide_pass (g_strdup (_ ("No 70-persistent-net.rules")));
  return (EmbarkDecision){
    .outcome = limit->severity,
    .title = _ ("eth0 is tied to the old card"),
    .summary = _ ("The card of the cloud would get another name"),
    .evidence = g_strdup (seen != NULL ? seen : "/etc/udev/rules.d/70-persistent-net.rules"),
    .advice = _ ("Delete that file in the machine, shut it down and check again."),
    .is_later = TRUE,
  };
}

EmbarkDecision embark_decide_linux_static_address (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  JsonArray *list = embark_facts_get_list (context->facts, "linux.network.interfaces");

  if (is_list_unknown (context))
    return embark_decide_unknown (context, "linux.network.interfaces");
  for (guint i = 0; i < embark_rule_count (list); i++)
    {
      JsonObject *interface = embark_rule_get_object_at (list, i);
      const char *name = embark_rule_get_string (interface, "name");
      const char *file = embark_rule_get_string (interface, "file");

      if (g_strcmp0 (name, "lo") == 0 || g_strcmp0 (embark_rule_get_string (interface, "method"), "static") != 0)
        continue;
      return (EmbarkDecision){
        .outcome = limit->severity,
        .title = _ ("The network address is static"),
        .summary = _ ("The cloud assigns another one, so the machine could not be reached"),
        .evidence = g_strdup_printf (_ ("%s in %s"), name != NULL ? name : "?", file != NULL ? file : "?"),
        .advice = _ ("Change the interface to DHCP in the machine, shut it down and check again."),
        .is_later = TRUE,
      };
    }
  return embark_decide_pass (g_strdup (_ ("No static address")));
}

static char *describe_ipv6 (const EmbarkRuleContext *context)
{
  const char *evidence = embark_facts_get_string (context->facts, "linux.network.ipv6Evidence");

  return g_strdup (evidence != NULL ? evidence : _ ("The network configuration has an IPv6 address"));
}

EmbarkDecision embark_decide_ipv6 (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  gboolean has_ipv6;

  if (context->system == EMBARK_SYSTEM_NONE)
    return embark_decide_not_applicable (_ ("There is no system on the disk"));
  if (context->system == EMBARK_SYSTEM_WINDOWS)
    return (EmbarkDecision){
      .outcome = EMBARK_OUTCOME_INFO,
      .title = _ ("IPv6 in Windows"),
      .summary = _ ("Windows turns IPv6 on by itself, which does no harm"),
      .evidence = g_strdup (_ ("Windows uses IPv6 only where the network offers it")),
      .advice = _ ("Remove IPv6 addresses that were set by hand before the import."),
    };
  if (context->system == EMBARK_SYSTEM_OTHER)
    return embark_decide_not_applicable (_ ("Neither Linux nor Windows"));
  if (!embark_facts_get_boolean (context->facts, "linux.network.ipv6", &has_ipv6))
    return embark_decide_unknown (context, "linux.network.ipv6");
  if (!has_ipv6)
    return embark_decide_pass (g_strdup (_ ("No IPv6 address is configured")));
  return (EmbarkDecision){
    .outcome = limit->severity,
    .title = _ ("IPv6 is configured"),
    .summary = _ ("The original edition excludes it"),
    .evidence = describe_ipv6 (context),
    .advice = _ ("If nothing in the machine needs it, remove the IPv6 address from its network configuration."),
  };
}
