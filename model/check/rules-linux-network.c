/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The limits of a Linux system's network: the name of the interface, rules
 * that remember old cards, addresses written down.
 */
#include "model/check/rules.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* cloud-init writes the configuration of the cloud's card anew when the machine starts. */
static gboolean has_working_cloud_init (EmbarkFacts *facts)
{
  gboolean is_enabled = TRUE;

  embark_facts_get_boolean (facts, "linux.cloudInit.enabled", &is_enabled);
  return embark_facts_is (facts, "linux.cloudInit.installed") && is_enabled
         && !embark_facts_has (facts, "linux.cloudInit.disabledBy");
}

static JsonObject *get_interface (JsonArray *list, guint index)
{
  JsonNode *node = json_array_get_element (list, index);

  return JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

/* A pattern ("en*", "eth*", "*") or a name; NULL when a file is not bound to a name. */
static gboolean matches_allowed_name (const EmbarkLimit *limit, const char *name)
{
  for (guint i = 0; limit->allowed != NULL && limit->allowed[i] != NULL; i++)
    if (g_pattern_match_simple (name, limit->allowed[i]))
      return TRUE;
  return strchr (name, '*') != NULL;
}

static EmbarkDecision decide_no_interface (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  if (has_working_cloud_init (context->facts))
    return embark_decide_pass (g_strdup (_ ("No interface is configured; cloud-init does it")));
  return (EmbarkDecision){
    .outcome = limit->severity,
    .title = _ ("No network interface is configured"),
    .summary = _ ("The machine would have no network in the cloud"),
    .evidence = g_strdup (_ ("No configuration of an interface was found")),
    .advice = _ ("Configure eth0 with DHCP, for example in /etc/network/interfaces."),
  };
}

EmbarkDecision embark_decide_linux_network (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  JsonArray *list = embark_facts_get_list (context->facts, "linux.network.interfaces");
  const char *other = NULL, *file = NULL, *fitting = NULL;

  if (list == NULL)
    return embark_decide_unknown (context, "linux.network.interfaces");
  for (guint i = 0; i < json_array_get_length (list); i++)
    {
      JsonObject *interface = get_interface (list, i);
      const char *name = embark_rule_get_string (interface, "name");

      if (name == NULL || strcmp (name, "lo") == 0)
        continue;
      if (matches_allowed_name (limit, name))
        fitting = name;
      else if (other == NULL)
        {
          other = name;
          file = embark_rule_get_string (interface, "file");
        }
    }
  if (fitting != NULL)
    return embark_decide_pass (g_strdup (fitting));
  if (other == NULL)
    return decide_no_interface (context, limit);
  return (EmbarkDecision){
    .outcome = has_working_cloud_init (context->facts) ? EMBARK_OUTCOME_INFO : limit->severity,
    .title = _ ("The interface has another name"),
    .summary = has_working_cloud_init (context->facts) ? _ ("cloud-init sets up the one of the cloud")
                                                       : _ ("The machine may have no network in the cloud"),
    /* Translators: an interface name and a file. */
    .evidence = file != NULL ? g_strdup_printf (_ ("%s in %s"), other, file) : g_strdup (other),
    .advice = _ ("Configure eth0 with DHCP, and add net.ifnames=0 to the kernel parameters so that the card is called "
                 "eth0."),
  };
}

EmbarkDecision embark_decide_linux_persistent_net (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  gboolean has_rules;

  if (!embark_facts_get_boolean (context->facts, "linux.network.persistentRules", &has_rules))
    return embark_decide_unknown (context, "linux.network.persistentRules");
  if (!has_rules)
    return embark_decide_pass (g_strdup (_ ("No 70-persistent-net.rules")));
  return (EmbarkDecision){
    .outcome = limit->severity,
    .title = _ ("eth0 is tied to the old card"),
    .summary = _ ("The card of the cloud would get another name"),
    .evidence = g_strdup ("/etc/udev/rules.d/70-persistent-net.rules"),
    .advice = _ ("Delete that file in the machine, shut it down and check again."),
  };
}

EmbarkDecision embark_decide_linux_static_address (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  JsonArray *list = embark_facts_get_list (context->facts, "linux.network.interfaces");

  if (list == NULL)
    return embark_decide_unknown (context, "linux.network.interfaces");
  for (guint i = 0; i < json_array_get_length (list); i++)
    {
      JsonObject *interface = get_interface (list, i);
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
      };
    }
  return embark_decide_pass (g_strdup (_ ("No static address")));
}
