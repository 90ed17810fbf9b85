/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What Windows does for its user in the cloud: cloudbase-init, network, remote
 * desktop, activation.
 */
#include "model/check/rules.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define CLOUDBASE_KEY "HKLM\\SYSTEM\\…\\Services\\cloudbase-init"
#define START_AUTOMATIC 2

typedef struct
{
  const char *word;
  const char *name;
} ActivationKind;

static const ActivationKind activation_kinds[] = {
  { "kms", N_ ("By a licence server (KMS)") },
  { "mak", N_ ("By a multiple activation key (MAK)") },
  { "retail", N_ ("By a retail key") },
  { "oem", N_ ("By the maker of the computer (OEM)") },
  { "evaluation", N_ ("An evaluation that expires") },
};

EmbarkDecision embark_decide_windows_cloudbase_init (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  const char *config = embark_facts_get_string (context->facts, "windows.cloudbaseInitConfig");
  EmbarkDecision decision = { .outcome = limit->severity };
  gboolean is_installed;
  guint64 start;

  if (!embark_facts_get_boolean (context->facts, "windows.cloudbaseInit", &is_installed))
    return embark_decide_unknown (context, "windows.cloudbaseInit");
  if (!is_installed)
    {
      decision.title = _ ("cloudbase-init is not installed");
      decision.summary = _ ("The cloud could not set the password; you log in with the present one");
      decision.evidence = g_strdup_printf (_ ("%s is missing"), CLOUDBASE_KEY);
      decision.advice = _ ("Start Windows, install cloudbase-init as a service of the local system, without Sysprep at "
                           "the end, and shut it down.");
      return decision;
    }
  if (embark_facts_get_uint (context->facts, "windows.cloudbaseInitStart", &start) && start != START_AUTOMATIC)
    {
      decision.title = _ ("cloudbase-init does not start");
      decision.summary = _ ("The cloud could not set the password; you log in with the present one");
      /* Translators: a registry key and a number. */
      decision.evidence = g_strdup_printf (_ ("%s has Start=%u, not 2"), CLOUDBASE_KEY, (guint) start);
      decision.advice = _ ("Set the service cloudbase-init to start automatically, shut Windows down and check again.");
      return decision;
    }
  if (config == NULL && embark_facts_get_unknown (context->facts, "windows.cloudbaseInitConfig") != NULL)
    return embark_decide_unknown (context, "windows.cloudbaseInitConfig");
  if (config != NULL && strcmp (config, "ok") != 0)
    {
      decision.title = _ ("cloudbase-init is not set up for the cloud");
      decision.summary = _ ("It would not find the password and network that the cloud gives it");
      decision.evidence = g_strdup (config);
      decision.advice = _ ("In cloudbase-init.conf, let metadata_services name ConfigDriveService and the plugins set "
                           "password, host name and network; the cloud’s guide has the whole file.");
      return decision;
    }
  return embark_decide_pass (g_strdup (_ ("The service cloudbase-init is there")));
}

EmbarkDecision embark_decide_windows_network (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  return (EmbarkDecision){
    .outcome = limit->severity,
    .title = _ ("Network settings start afresh"),
    .summary = _ ("The network card of the cloud is a new one to Windows"),
    .evidence = g_strdup (_ ("In the cloud it is called “Local Area Connection”")),
    .advice = _ ("If the machine has no network after the import, set the address that C:\\qcloud-network-config.ini "
                 "names."),
  };
}

EmbarkDecision embark_decide_windows_static_address (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  JsonArray *list = embark_facts_get_list (context->facts, "windows.network.interfaces");
  g_autoptr (GString) found = g_string_new (NULL);

  /* Absent although the registry was read: there is no interface. */
  if (list == NULL
      && (embark_facts_get_unknown (context->facts, "windows.network.interfaces") != NULL
          || !embark_facts_has (context->facts, "windows.controlSet")))
    return embark_decide_unknown (context, "windows.network.interfaces");
  for (guint i = 0; i < embark_rule_count (list) && i < 16; i++)
    {
      JsonObject *interface = embark_rule_get_object_at (list, i);
      const char *name = embark_rule_get_string (interface, "name");
      const char *address = embark_rule_get_string (interface, "address");
      g_autofree char *item = NULL;

      if (g_strcmp0 (embark_rule_get_string (interface, "method"), "static") != 0)
        continue;
      /* A card and its address, which need no words. */
      item = address != NULL ? g_strdup_printf ("%s: %s", name != NULL ? name : "?", address)
                             : g_strdup (name != NULL ? name : "?");
      embark_rule_append_item (found, item);
    }
  if (found->len == 0)
    return embark_decide_pass (g_strdup (_ ("No static address")));
  return (EmbarkDecision){
    .outcome = limit->severity,
    .title = _ ("The network address is static"),
    .summary = _ ("It stays with the old card; the one of the cloud gets another address"),
    .evidence = g_string_free (g_steal_pointer (&found), FALSE),
    .advice = _ ("Change the card to DHCP in Windows, and tell what relies on the present address that it changes."),
    .is_later = TRUE,
  };
}

EmbarkDecision embark_decide_windows_remote_desktop (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  const char *seen = embark_facts_get_string (context->facts, "windows.remoteDesktopEvidence");
  gboolean is_on;

  if (!embark_facts_get_boolean (context->facts, "windows.remoteDesktop", &is_on))
    return embark_decide_unknown (context, "windows.remoteDesktop");
  if (is_on)
    return embark_decide_pass (g_strdup (seen != NULL ? seen : _ ("Remote desktop is allowed")));
  return (EmbarkDecision){
    .outcome = limit->severity,
    .title = _ ("Remote desktop is off"),
    .summary = _ ("In the cloud nobody could log in through the network"),
    .evidence = g_strdup (seen != NULL ? seen : _ ("Remote desktop is not allowed")),
    .advice = _ ("Allow remote desktop in the system settings of Windows, shut it down and check again. The cloud’s "
                 "console can show the screen all the same."),
    .is_later = TRUE,
  };
}

EmbarkDecision embark_decide_windows_activation (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  const char *kind = embark_facts_get_string (context->facts, "windows.activation");
  const char *seen = embark_facts_get_string (context->facts, "windows.activationEvidence");
  const char *product = embark_facts_get_string (context->facts, "os.product");
  EmbarkDecision decision = {
    .outcome = limit->severity,
    .title = _ ("Windows is not activated by the cloud"),
    .summary = _ ("You need a licence of your own"),
    .advice = _ ("Have a product key or a licence server ready that may be used in the cloud."),
  };

  for (guint i = 0; i < G_N_ELEMENTS (activation_kinds); i++)
    if (g_strcmp0 (activation_kinds[i].word, kind) == 0)
      {
        const char *name = _ (activation_kinds[i].name);

        /* Translators: a kind of activation, and where it was seen. */
        decision.evidence = seen != NULL ? g_strdup_printf (_ ("%s (%s)"), name, seen) : g_strdup (name);
        return decision;
      }
  decision.evidence = g_strdup (product != NULL ? product : "Windows");
  return decision;
}
