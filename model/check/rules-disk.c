/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The limits of what is on the disk, whichever system it is: partitions, root
 * file system, encryption, architecture, IPv6.
 */
#include "model/check/rules.h"

#include <glib/gi18n-lib.h>
#include <string.h>

EmbarkDecision embark_decide_partition_table (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  const char *table = embark_facts_get_string (context->facts, "disk.partitionTable");
  JsonArray *partitions = embark_facts_get_list (context->facts, "disk.partitions");
  guint n = partitions != NULL ? json_array_get_length (partitions) : 0;
  gboolean is_protective = FALSE;
  /* Decided from the entries of the table, so where it is known an absent list is an empty one. */
  gboolean was_read = embark_facts_get_boolean (context->facts, "disk.protectiveOnly", &is_protective)
                      && embark_facts_get_unknown (context->facts, "disk.partitions") == NULL;
  EmbarkDecision decision = {
    .outcome = limit->severity,
    .title = _ ("No partitions"),
    .summary = _ ("The cloud would take the image for damaged"),
    .advice = _ ("Take the whole disk of the machine, with its boot sector, not a single partition of it."),
  };

  if (table == NULL)
    return embark_decide_unknown (context, "disk.partitionTable");
  if (strcmp (table, "none") == 0)
    decision.evidence = g_strdup (_ ("There is no partition table at the start of the disk"));
  else if (strcmp (table, "mbr") != 0 && strcmp (table, "gpt") != 0)
    /* Translators: %s is a kind of partition table: "bsd", "sun". */
    decision.evidence = g_strdup_printf (_ ("The partition table is of the kind “%s”, neither MBR nor GPT"), table);
  else if (is_protective)
    decision.evidence = g_strdup (_ ("There is a protective MBR, but the GPT behind it cannot be read"));
  else if (n == 0 && (partitions != NULL || was_read))
    decision.evidence = g_strdup (_ ("The partition table is empty"));
  if (decision.evidence != NULL)
    return decision;
  if (partitions == NULL)
    return embark_decide_unknown (context, "disk.partitions");
  return embark_decide_pass (g_strdup_printf (
      /* Translators: %1$s is MBR or GPT. */
      g_dngettext (GETTEXT_PACKAGE, "%1$s with %2$u partition", "%1$s with %2$u partitions", n),
      strcmp (table, "gpt") == 0 ? "GPT" : "MBR", n));
}

/* Why nothing was found, as far as that was noted, and what is there instead. */
static char *describe_no_system (const EmbarkRuleContext *context)
{
  g_autofree char *seen = embark_rule_describe_file_systems (context);
  const char *reason = embark_facts_get_unknown (context->facts, "os.root");

  if (reason != NULL && seen != NULL)
    /* Translators: why no system was found, and a list: "ext4 on /dev/sda1". */
    return g_strdup_printf (_ ("%s; seen: %s"), reason, seen);
  if (reason != NULL)
    return g_strdup (reason);
  return seen != NULL ? g_steal_pointer (&seen) : g_strdup (_ ("No file system was found"));
}

EmbarkDecision embark_decide_root_file_system (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  const char *root = embark_facts_get_string (context->facts, "os.root");
  const char *type = embark_rule_find_root_type (context);
  gboolean is_found;

  if (!embark_facts_get_boolean (context->facts, "os.found", &is_found))
    return embark_decide_unknown (context, "os.found");
  if (is_found && root != NULL && type != NULL)
    return embark_decide_pass (g_strdup_printf (_ ("%s on %s"), type, root));
  if (is_found)
    return embark_decide_pass (g_strdup (root != NULL ? root : _ ("A system was found")));
  return (EmbarkDecision){
    .outcome = limit->severity,
    .title = _ ("No system on the disk"),
    .summary = _ ("The cloud would not find a root file system"),
    .evidence = describe_no_system (context),
    .advice =
        _ ("Choose the disk the machine starts from. Data disks, boot partitions and installation media cannot be "
           "imported as a system."),
  };
}

EmbarkDecision embark_decide_one_system (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  guint64 count;

  if (context->system == EMBARK_SYSTEM_NONE)
    return embark_decide_not_applicable (_ ("There is no system on the disk"));
  if (!embark_facts_get_uint (context->facts, "os.count", &count))
    return embark_decide_unknown (context, "os.count");
  if (count <= 1)
    return embark_decide_pass (g_strdup (_ ("One system on the disk")));
  return (EmbarkDecision){
    .outcome = limit->severity,
    .title = _ ("Several systems on the disk"),
    .summary = _ ("It is not known which of them the cloud sets up"),
    .evidence = g_strdup_printf (
        g_dngettext (GETTEXT_PACKAGE, "%u system was found", "%u systems were found", (gulong) count), (guint) count),
    .advice = _ ("Make sure that the boot menu starts the right one by itself, or remove the others."),
  };
}

EmbarkDecision embark_decide_encryption (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  gboolean has_luks = FALSE, has_bitlocker = FALSE, is_found = FALSE;
  gboolean knows_luks = embark_facts_get_boolean (context->facts, "disk.luks", &has_luks);
  gboolean knows_bitlocker = embark_facts_get_boolean (context->facts, "disk.bitlocker", &has_bitlocker);

  embark_facts_get_boolean (context->facts, "os.found", &is_found);
  if (has_luks || has_bitlocker)
    return (EmbarkDecision){
      /* A second, encrypted partition beside a readable system stops nothing. */
      .outcome = is_found ? EMBARK_OUTCOME_WARNING : limit->severity,
      .title = _ ("The disk is encrypted"),
      .summary =
          is_found ? _ ("An encrypted part stays locked in the cloud") : _ ("The cloud could not find the system"),
      .evidence = g_strdup (has_bitlocker ? _ ("There is a BitLocker volume") : _ ("There is a LUKS volume")),
      .advice = has_bitlocker
                    ? _ ("Turn BitLocker off in Windows, wait until it has decrypted the drive, and check again.")
                    : _ ("Move the system to a disk without encryption and check that one."),
    };
  if (!knows_luks)
    return embark_decide_unknown (context, "disk.luks");
  if (!knows_bitlocker)
    return embark_decide_unknown (context, "disk.bitlocker");
  return embark_decide_pass (g_strdup (_ ("Neither LUKS nor BitLocker")));
}

/* NULL when no interface has it. */
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

EmbarkDecision embark_decide_architecture (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  const char *architecture = embark_facts_get_string (context->facts, "os.architecture");

  if (architecture == NULL)
    return embark_decide_unknown (context, "os.architecture");
  if (embark_limit_allows (limit, architecture))
    return embark_decide_pass (g_strdup (architecture));
  return (EmbarkDecision){
    .outcome = limit->severity,
    .title = _ ("Processor architecture not supported"),
    .summary = _ ("The cloud does not import systems for this kind of processor"),
    .evidence = g_strdup (architecture),
    .advice = _ ("Reinstall the system for 64-bit processors (x86_64) and move your data there."),
  };
}
