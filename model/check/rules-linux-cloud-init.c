/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cloud-init: without it the import is refused, unless it is forced. Installed
 * but switched off, it is found by the cloud and then does nothing, so what
 * would happen in the cloud is what the finding says.
 */
#include "model/check/rules.h"

#include <glib/gi18n-lib.h>
#include <string.h>

static gboolean has_word (JsonArray *list, const char *word)
{
  for (guint i = 0; i < embark_rule_count (list); i++)
    if (g_strcmp0 (embark_rule_get_string_at (list, i), word) == 0)
      return TRUE;
  return FALSE;
}

/* No list at all: cloud-init's own, which has every source. */
static gboolean reads_config_drive (EmbarkFacts *facts)
{
  JsonArray *list = embark_facts_get_list (facts, "linux.cloudInit.datasources");

  return embark_rule_count (list) == 0 || has_word (list, "ConfigDrive");
}

static gboolean is_switched_off (EmbarkFacts *facts)
{
  gboolean is_enabled = TRUE;

  embark_facts_get_boolean (facts, "linux.cloudInit.enabled", &is_enabled);
  return !is_enabled || embark_facts_has (facts, "linux.cloudInit.disabledBy");
}

gboolean embark_rule_has_network_by_cloud_init (EmbarkFacts *facts)
{
  return embark_facts_is (facts, "linux.cloudInit.installed") && !is_switched_off (facts)
         && !embark_facts_has (facts, "linux.cloudInit.networkDisabledBy") && reads_config_drive (facts)
         && embark_rule_count (embark_facts_get_list (facts, "linux.cloudInit.missingServices")) == 0;
}

static char *join_words (JsonArray *list)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < embark_rule_count (list) && i < 16; i++)
    if (embark_rule_get_string_at (list, i) != NULL)
      embark_rule_append_item (text, embark_rule_get_string_at (list, i));
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static EmbarkDecision decide_switched_off (EmbarkFacts *facts)
{
  const char *disabled_by = embark_facts_get_string (facts, "linux.cloudInit.disabledBy");

  return (EmbarkDecision){
    .outcome = EMBARK_OUTCOME_WARNING,
    .title = _ ("cloud-init is turned off"),
    .summary = _ ("The machine would start without the password, keys and network the cloud gives it"),
    /* Translators: %s is a file or kernel parameter. */
    .evidence = disabled_by != NULL ? g_strdup_printf (_ ("Turned off by %s"), disabled_by)
                                    : g_strdup (_ ("Its services are not enabled")),
    .advice = _ ("Enable the services cloud-init-local, cloud-init, cloud-config and cloud-final, and remove what "
                 "turns them off."),
  };
}

static EmbarkDecision decide_missing_services (JsonArray *missing)
{
  g_autofree char *names = join_words (missing);

  return (EmbarkDecision){
    .outcome = EMBARK_OUTCOME_WARNING,
    .title = _ ("cloud-init runs only in part"),
    .summary = _ ("Some of what the cloud sets up would be left out"),
    /* Translators: %s is a list of services. */
    .evidence = g_strdup_printf (_ ("Not enabled: %s"), names),
    .advice = _ ("Enable all four services in the machine: cloud-init-local, cloud-init, cloud-config and "
                 "cloud-final."),
  };
}

static EmbarkDecision decide_other_source (JsonArray *datasources)
{
  g_autofree char *names = join_words (datasources);

  return (EmbarkDecision){
    .outcome = EMBARK_OUTCOME_WARNING,
    .title = _ ("cloud-init looks for its settings elsewhere"),
    .summary = _ ("The cloud offers its settings on a config drive, which cloud-init would not read"),
    /* Translators: %s is a list of words of a configuration file. */
    .evidence = g_strdup_printf (_ ("datasource_list has %s, not ConfigDrive"), names),
    .advice = _ ("Write “datasource_list: [ConfigDrive, None]” into a new file in /etc/cloud/cloud.cfg.d."),
  };
}

static EmbarkDecision judge_installed (EmbarkFacts *facts)
{
  const char *version = embark_facts_get_string (facts, "linux.cloudInit.version");
  const char *evidence = embark_facts_get_string (facts, "linux.cloudInit.evidence");
  const char *no_network = embark_facts_get_string (facts, "linux.cloudInit.networkDisabledBy");
  JsonArray *missing = embark_facts_get_list (facts, "linux.cloudInit.missingServices");

  if (is_switched_off (facts))
    return decide_switched_off (facts);
  if (embark_rule_count (missing) > 0)
    return decide_missing_services (missing);
  if (!reads_config_drive (facts))
    return decide_other_source (embark_facts_get_list (facts, "linux.cloudInit.datasources"));
  if (no_network != NULL)
    return (EmbarkDecision){
      .outcome = EMBARK_OUTCOME_WARNING,
      .title = _ ("cloud-init leaves the network alone"),
      .summary = _ ("The machine keeps its own network settings in the cloud"),
      /* Translators: %s is a file. */
      .evidence = g_strdup_printf (_ ("Turned off by %s"), no_network),
      .advice = _ ("Remove that setting in the machine, or make sure that eth0 comes up by DHCP without it."),
      .is_later = TRUE,
    };
  if (version != NULL)
    /* Translators: %s is a version. */
    return embark_decide_pass (g_strdup_printf (_ ("cloud-init %s"), version));
  return embark_decide_pass (g_strdup (evidence != NULL ? evidence : _ ("cloud-init is installed")));
}

EmbarkDecision embark_decide_linux_cloud_init (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  const char *evidence = embark_facts_get_string (context->facts, "linux.cloudInit.evidence");
  gboolean is_installed;

  if (!embark_facts_get_boolean (context->facts, "linux.cloudInit.installed", &is_installed))
    return embark_decide_unknown (context, "linux.cloudInit.installed");
  if (is_installed)
    return judge_installed (context->facts);
  if (context->is_forced && embark_facts_is (context->facts, "linux.agent"))
    return (EmbarkDecision){
      .outcome = EMBARK_OUTCOME_INFO,
      .title = _ ("Forced import without cloud-init"),
      .summary = _ ("Embark’s agent sets up password and network at each start"),
      .evidence = g_strdup ("/usr/sbin/embark-agent"),
      .advice = _ ("Change the password right after the first start. The system partition must not be full, and the "
                   "machine must have no hole that can be used from outside."),
    };
  if (context->is_forced)
    return (EmbarkDecision){
      .outcome = EMBARK_OUTCOME_WARNING,
      .title = _ ("Forced import without cloud-init"),
      .summary = _ ("The machine must set up its password and network by itself"),
      .evidence = g_strdup (evidence != NULL ? evidence : _ ("Neither the package nor /usr/bin/cloud-init is there")),
      .advice =
          _ ("At every start the machine must mount the config drive (label config-2), read qcloud_action/os.conf "
             "from it and set host name, password and the network of eth0. All other limits still hold, the system "
             "partition must not be full, and the machine must have no hole that can be used from outside. Change "
             "the password right after the first start. The fix “linux-agent” sets that up."),
    };
  return (EmbarkDecision){
    .outcome = limit->severity,
    .title = _ ("cloud-init is not installed"),
    .summary = _ ("The cloud could not set up password and network"),
    .evidence = g_strdup (evidence != NULL ? evidence : _ ("Neither the package nor /usr/bin/cloud-init is there")),
    .advice = _ ("In the machine, install the package cloud-init (and cloud-guest-utils or cloud-utils-growpart), shut "
                 "it down and check again. If that cannot be done, use the forced import."),
  };
}
