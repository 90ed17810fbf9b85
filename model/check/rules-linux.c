/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The limits of a Linux system as a whole. How it starts is in
 * rules-linux-boot.c, cloud-init, network and storage have files of their own.
 */
#include "model/check/rules.h"

#include <glib/gi18n-lib.h>
#include <string.h>

static const char *describe_system (EmbarkFacts *facts)
{
  const char *product = embark_facts_get_string (facts, "os.product");
  const char *distribution = embark_facts_get_string (facts, "os.distribution");

  if (product != NULL)
    return product;
  return g_strcmp0 (distribution, "unknown") != 0 ? distribution : _ ("A Linux that does not say its name");
}

EmbarkDecision embark_decide_linux_distribution (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  const char *distribution = embark_facts_get_string (context->facts, "os.distribution");

  if (context->system == EMBARK_SYSTEM_WINDOWS)
    return embark_decide_not_applicable (_ ("The system is Windows"));
  if (context->system == EMBARK_SYSTEM_NONE)
    return embark_decide_not_applicable (_ ("There is no system on the disk"));
  /* “unknown” is an answer: the system was read, and it is none of those that are known by name. */
  if (distribution == NULL || context->system == EMBARK_SYSTEM_UNKNOWN
      || embark_facts_get_unknown (context->facts, "os.distribution") != NULL)
    return embark_decide_unknown (context, "os.distribution");
  if (embark_limit_allows (limit, distribution))
    return embark_decide_pass (g_strdup (describe_system (context->facts)));
  return (EmbarkDecision){
    .outcome = limit->severity,
    .title = _ ("Distribution not on the list"),
    .summary = _ ("The cloud may import it as “Other Linux” or refuse it"),
    .evidence = g_strdup (describe_system (context->facts)),
    .advice = _ (
        "Embark names it “Other Linux” to the cloud where the region takes that. Such a system is set up less fully, "
        "so make sure that you can log in and that the network comes up by DHCP."),
  };
}

EmbarkDecision embark_decide_linux_gpt (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  const char *table = embark_facts_get_string (context->facts, "disk.partitionTable");
  const char *firmware = embark_facts_get_string (context->facts, "boot.firmware");

  if (table == NULL)
    return embark_decide_unknown (context, "disk.partitionTable");
  if (embark_limit_allows (limit, table))
    return embark_decide_pass (g_strdup ("MBR"));
  if (strcmp (table, "gpt") != 0)
    return embark_decide_not_applicable (_ ("There is neither an MBR nor a GPT"));
  if (firmware == NULL)
    return embark_decide_unknown (context, "boot.firmware");
  if (strcmp (firmware, "bios") == 0)
    return (EmbarkDecision){
      .outcome = limit->severity,
      .title = _ ("Partitioned with GPT"),
      .summary = _ ("The documents exclude GPT for a system that starts with BIOS"),
      .evidence = g_strdup (_ ("GPT, and the system starts with BIOS")),
      .advice = _ ("Move the system to a disk with an MBR, for example by reinstalling it and copying the files."),
    };
  return (EmbarkDecision){
    .outcome = EMBARK_OUTCOME_WARNING,
    .title = _ ("Partitioned with GPT"),
    .summary = _ ("The documents exclude GPT, but the API takes UEFI as boot mode"),
    .evidence = g_strdup (strcmp (firmware, "both") == 0 ? _ ("GPT, and the system starts with BIOS or UEFI")
                                                         : _ ("GPT, and the system starts with UEFI")),
    .advice = _ ("Embark imports it with UEFI as boot mode. If the cloud refuses it, ask its support."),
  };
}

EmbarkDecision embark_decide_linux_shadow (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  const char *state = embark_facts_get_string (context->facts, "linux.shadow");
  EmbarkDecision decision = {
    .outcome = limit->severity,
    .title = _ ("Passwords cannot be set"),
    .summary = _ ("The cloud could not set the password of the machine"),
  };

  if (state == NULL)
    return embark_decide_unknown (context, "linux.shadow");
  if (strcmp (state, "ok") == 0)
    return embark_decide_pass (g_strdup (_ ("/etc/shadow can be read and written")));
  if (strcmp (state, "missing") == 0)
    {
      decision.evidence = g_strdup (_ ("There is no /etc/shadow"));
      decision.advice = _ ("Run pwconv in the machine, which makes it, shut the machine down and check again.");
      return decision;
    }
  if (strcmp (state, "immutable") == 0)
    {
      decision.evidence = g_strdup (_ ("/etc/shadow has the attribute “immutable”"));
      decision.advice = _ ("Run chattr -i /etc/shadow in the machine, shut it down and check again.");
      return decision;
    }
  return (EmbarkDecision){
    .outcome = EMBARK_OUTCOME_UNKNOWN,
    .summary = _ ("This could not be decided"),
    .evidence = g_strdup (_ ("/etc/shadow could not be read, or is no list of passwords")),
  };
}

EmbarkDecision embark_decide_linux_hardware (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  return (EmbarkDecision){
    .outcome = limit->severity,
    .title = _ ("The machine gets other hardware"),
    .summary = _ ("In the cloud the disk is /dev/vda and the network card is eth0"),
    .evidence = g_strdup (_ ("The cloud has virtio disks, one virtio network card and a Cirrus graphics card")),
    .advice = _ ("Change scripts and settings in the machine that name its present disk, network or graphics card."),
  };
}

EmbarkDecision embark_decide_linux_selinux (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  const char *mode = embark_facts_get_string (context->facts, "linux.selinux");
  EmbarkDecision decision = { .outcome = limit->severity, .title = _ ("SELinux") };

  if (mode == NULL)
    return embark_decide_unknown (context, "linux.selinux");
  if (embark_facts_is (context->facts, "linux.selinuxRelabel") && strcmp (mode, "disabled") != 0)
    {
      decision.summary = _ ("The first start takes longer, and the machine restarts by itself");
      decision.evidence = g_strdup (_ ("/.autorelabel is there: all files are labelled afresh at the next start"));
      decision.advice = _ ("Start the machine once before the import if it should be ready sooner in the cloud.");
      return decision;
    }
  if (strcmp (mode, "enforcing") != 0)
    /* Translators: %s is "permissive" or "disabled", as SELinux calls it. */
    return embark_decide_pass (g_strdup_printf (_ ("SELinux is %s"), mode));
  decision.summary = _ ("Files that the cloud changes may lack their label");
  decision.evidence = g_strdup (_ ("/etc/selinux/config says “enforcing”"));
  decision.advice = _ ("If you cannot log in after the import, set SELinux to permissive in the machine, or create "
                       "/.autorelabel, and import it again.");
  return decision;
}
