/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The limits of what is on the disk, whichever system it is. One defect has one
 * owner: a disk without partitions breaks partition-table and not also
 * root-file-system, an encrypted one encryption, a dynamic one windows-ldm, an
 * installation medium iso.
 */
#include "model/check/rules.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* What is wrong with the table, or NULL. */
static char *find_table_defect (const EmbarkRuleContext *context, const char *table)
{
  JsonArray *partitions = embark_facts_get_list (context->facts, "disk.partitions");
  gboolean is_protective = FALSE;
  /* Decided from the entries of the table, so where it is known an absent list is an empty one. */
  gboolean was_read = embark_facts_get_boolean (context->facts, "disk.protectiveOnly", &is_protective)
                      && embark_facts_get_unknown (context->facts, "disk.partitions") == NULL;

  if (strcmp (table, "none") == 0)
    return g_strdup (_ ("There is no partition table at the start of the disk"));
  if (strcmp (table, "mbr") != 0 && strcmp (table, "gpt") != 0)
    /* Translators: %s is a kind of partition table: "bsd", "sun". */
    return g_strdup_printf (_ ("The partition table is of the kind “%s”, neither MBR nor GPT"), table);
  if (is_protective)
    return g_strdup (_ ("There is a protective MBR, but the GPT behind it cannot be read"));
  if (embark_rule_count (partitions) == 0 && (partitions != NULL || was_read))
    return g_strdup (_ ("The partition table is empty"));
  return NULL;
}

static gboolean is_medium (const EmbarkRuleContext *context)
{
  return g_strcmp0 (embark_facts_get_string (context->facts, "image.format"), "iso") == 0;
}

static EmbarkDecision decide_cut (const EmbarkRuleContext *context, const EmbarkLimit *limit, guint64 end)
{
  g_autofree char *end_text = embark_rule_format_size (end);
  g_autofree char *size_text = NULL;
  gboolean is_found = FALSE;
  guint64 size = 0;

  embark_facts_get_uint (context->facts, "image.virtualSize", &size);
  embark_facts_get_boolean (context->facts, "os.found", &is_found);
  size_text = embark_rule_format_size (size);
  return (EmbarkDecision){
    /* A system that was found all the same may be whole: some tools write a disk a little shorter than its table. So
     * headers alone do not decide it. */
    .outcome = context->is_partial ? EMBARK_OUTCOME_UNKNOWN
               : is_found          ? EMBARK_OUTCOME_WARNING
                                   : limit->severity,
    .title = _ ("The image is cut off"),
    .summary = _ ("The cloud would take the image for damaged"),
    /* Translators: two sizes. */
    .evidence = g_strdup_printf (_ ("The partitions end at %s, but the disk ends at %s"), end_text, size_text),
    .advice = _ ("Copy the disk again, and compare the size of the copy with the original."),
  };
}

EmbarkDecision embark_decide_partition_table (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  const char *table = embark_facts_get_string (context->facts, "disk.partitionTable");
  JsonArray *partitions = embark_facts_get_list (context->facts, "disk.partitions");
  guint n = embark_rule_count (partitions);
  char *defect;
  guint64 end;

  if (is_medium (context))
    return embark_decide_not_applicable (_ ("An installation medium has a limit of its own"));
  if (table == NULL)
    return embark_decide_unknown (context, "disk.partitionTable");
  defect = find_table_defect (context, table);
  if (defect != NULL)
    return (EmbarkDecision){
      .outcome = limit->severity,
      .title = _ ("No partitions"),
      .summary = _ ("The cloud would take the image for damaged"),
      .evidence = defect,
      .advice = _ ("Take the whole disk of the machine, with its boot sector, not a single partition of it."),
    };
  if (partitions == NULL)
    return embark_decide_unknown (context, "disk.partitions");
  if (embark_rule_find_cut (context, &end))
    return decide_cut (context, limit, end);
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
  const char *table = embark_facts_get_string (context->facts, "disk.partitionTable");
  const char *type = embark_rule_find_root_type (context);
  g_autofree char *defect = table != NULL ? find_table_defect (context, table) : NULL;
  gboolean is_found;

  if (is_medium (context))
    return embark_decide_not_applicable (_ ("An installation medium has a limit of its own"));
  if (!embark_facts_get_boolean (context->facts, "os.found", &is_found))
    return embark_decide_unknown (context, "os.found");
  if (is_found && root != NULL && type != NULL)
    return embark_decide_pass (g_strdup_printf (_ ("%s on %s"), type, root));
  if (is_found)
    return embark_decide_pass (g_strdup (root != NULL ? root : _ ("A system was found")));
  if (defect != NULL)
    return embark_decide_not_applicable (_ ("There are no partitions in which it could be"));
  if (embark_rule_find_cover (context) != NULL)
    return embark_decide_unknown (context, "os.found");
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

/* "crypto_LUKS on /dev/sda2"; NULL when no device is known. */
static char *find_encrypted_device (const EmbarkRuleContext *context, const char *type)
{
  static const char *const lists[] = { "disk.filesystems", "disk.partitions" };
  static const char *const members[] = { "type", "filesystem" };

  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      JsonArray *list = embark_facts_get_list (context->facts, lists[i]);

      for (guint j = 0; j < embark_rule_count (list); j++)
        {
          JsonObject *entry = embark_rule_get_object_at (list, j);
          const char *device = embark_rule_get_string (entry, "device");

          if (device != NULL && g_strcmp0 (embark_rule_get_string (entry, members[i]), type) == 0)
            return g_strdup_printf (_ ("%s on %s"), type, device);
        }
    }
  return NULL;
}

EmbarkDecision embark_decide_encryption (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  gboolean has_luks = FALSE, has_bitlocker = FALSE, is_found = FALSE;
  gboolean knows_luks = embark_facts_get_boolean (context->facts, "disk.luks", &has_luks);
  gboolean knows_bitlocker = embark_facts_get_boolean (context->facts, "disk.bitlocker", &has_bitlocker);
  char *device;

  embark_facts_get_boolean (context->facts, "os.found", &is_found);
  if (!has_luks && !has_bitlocker && !knows_luks)
    return embark_decide_unknown (context, "disk.luks");
  if (!has_luks && !has_bitlocker && !knows_bitlocker)
    return embark_decide_unknown (context, "disk.bitlocker");
  if (!has_luks && !has_bitlocker)
    return embark_decide_pass (g_strdup (_ ("Neither LUKS nor BitLocker")));
  device = find_encrypted_device (context, has_bitlocker ? "BitLocker" : "crypto_LUKS");
  if (device == NULL)
    device = g_strdup (has_bitlocker ? _ ("There is a BitLocker volume") : _ ("There is a LUKS volume"));
  return (EmbarkDecision){
    /* A second, encrypted partition beside a readable system stops nothing. */
    .outcome = is_found ? EMBARK_OUTCOME_WARNING : limit->severity,
    .title = _ ("The disk is encrypted"),
    .summary = is_found ? _ ("An encrypted part stays locked in the cloud") : _ ("The cloud could not find the system"),
    .evidence = device,
    .advice = has_bitlocker
                  ? _ ("Turn BitLocker off in Windows, wait until it has decrypted the drive, and check again.")
                  : _ ("Move the system to a disk without encryption and check that one."),
  };
}

/* FALSE only when it was seen that nothing starts it. */
static gboolean is_started (JsonObject *tool)
{
  return json_object_get_boolean_member_with_default (tool, "enabled", TRUE);
}

/* @foreign: those that start; @idle: those that were told not to. */
static EmbarkDecision decide_foreign_tools (const EmbarkLimit *limit, GString *foreign, GString *idle)
{
  if (foreign->len == 0)
    return (EmbarkDecision){
      .outcome = EMBARK_OUTCOME_INFO,
      .title = _ ("Tools of another hypervisor"),
      .summary = _ ("They are installed, but nothing starts them"),
      .evidence = g_strdup (idle->str),
      .advice = _ ("Nothing has to be done. They can be uninstalled in the machine when there is time."),
    };
  return (EmbarkDecision){
    .outcome = limit->severity,
    .title = _ ("Tools of another hypervisor"),
    .summary = _ ("They may disturb the machine in the cloud"),
    .evidence = g_strdup (foreign->str),
    .advice = _ ("Uninstall them in the machine (open-vm-tools, VMware Tools, VirtualBox Guest Additions, Xen tools), "
                 "shut it down and check again."),
    .is_later = TRUE,
  };
}

EmbarkDecision embark_decide_guest_tools (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  JsonArray *list = embark_facts_get_list (context->facts, "os.guestTools");
  g_autoptr (GString) foreign = g_string_new (NULL);
  g_autoptr (GString) idle = g_string_new (NULL);
  g_autoptr (GString) fine = g_string_new (NULL);

  if (context->system == EMBARK_SYSTEM_NONE)
    return embark_decide_not_applicable (_ ("There is no system on the disk"));
  if (context->system == EMBARK_SYSTEM_UNKNOWN)
    return embark_decide_unknown (context, "os.type");
  /* A list nobody had anything to add to is absent. */
  if (list == NULL && embark_facts_get_unknown (context->facts, "os.guestTools") != NULL)
    return embark_decide_unknown (context, "os.guestTools");
  for (guint i = 0; i < embark_rule_count (list) && i < 16; i++)
    {
      JsonObject *tool = embark_rule_get_object_at (list, i);
      const char *name = embark_rule_get_string (tool, "name");
      const char *seen = embark_rule_get_string (tool, "evidence");

      if (name != NULL)
        embark_rule_append_item (embark_limit_allows (limit, name) ? fine
                                 : is_started (tool)               ? foreign
                                                                   : idle,
                                 seen != NULL ? seen : name);
    }
  if (foreign->len > 0 || idle->len > 0)
    return decide_foreign_tools (limit, foreign, idle);
  if (fine->len == 0)
    return embark_decide_pass (g_strdup (_ ("No tools of another hypervisor")));
  return embark_decide_pass (g_string_free (g_steal_pointer (&fine), FALSE));
}
