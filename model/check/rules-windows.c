/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The limits of a Windows system: version, disk layout, how it starts and how
 * it was shut down. Drivers and services have files of their own.
 */
#include "model/check/rules.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* "Microsoft® Windows Server® 2008 Standard" and "Windows Server (R) 2008 Standard" → "Windows Server 2008 Standard".
 */
static char *clean_product (const char *product)
{
  g_autoptr (GString) text = g_string_new (product);

  g_string_replace (text, "®", "", 0);
  g_string_replace (text, "(R)", "", 0);
  g_string_replace (text, "Microsoft ", "", 1);
  g_string_replace (text, "  ", " ", 0);
  return g_strstrip (g_string_free (g_steal_pointer (&text), FALSE));
}

/* The words after @prefix, or NULL when @product is another one ("Windows Server 2012" is not "… 20"). */
static const char *skip_product (const char *product, const char *prefix)
{
  gsize length = strlen (prefix);

  if (g_ascii_strncasecmp (product, prefix, length) != 0 || (product[length] != '\0' && product[length] != ' '))
    return NULL;
  return product[length] == ' ' ? product + length + 1 : product + length;
}

static gboolean allows_system (const EmbarkLimitSystem *allowed, const char *product)
{
  const char *edition = skip_product (product, allowed->product);

  if (edition == NULL)
    return FALSE;
  for (guint i = 0; allowed->editions != NULL && allowed->editions[i] != NULL; i++)
    if (skip_product (edition, allowed->editions[i]) != NULL)
      return TRUE;
  return allowed->editions == NULL;
}

/* "Windows 7 Professional, build 7601, for workstations". */
static char *describe_version (EmbarkFacts *facts, const char *product)
{
  const char *build = embark_facts_get_string (facts, "windows.build");
  gboolean is_client = g_strcmp0 (embark_facts_get_string (facts, "os.variant"), "Client") == 0;

  if (build == NULL)
    return g_strdup (product);
  if (is_client)
    /* Translators: a product and a number. */
    return g_strdup_printf (_ ("%s, build %s, not a server"), product, build);
  /* Translators: a product and a number. */
  return g_strdup_printf (_ ("%s, build %s"), product, build);
}

EmbarkDecision embark_decide_windows_version (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  const char *fact = embark_facts_get_string (context->facts, "os.product");
  g_autofree char *product = fact != NULL ? clean_product (fact) : NULL;
  EmbarkDecision decision = {
    .outcome = limit->severity,
    .title = _ ("Windows version not on the list"),
    .summary = _ ("The cloud may refuse this version or edition of Windows"),
    .advice = _ ("Check in the cloud’s console whether your region lists this version for imports. Otherwise upgrade "
                 "Windows to a listed Server version first."),
  };

  if (product == NULL)
    return embark_decide_unknown (context, "os.product");
  for (guint i = 0; limit->systems != NULL && i < limit->systems->len; i++)
    if (allows_system (g_ptr_array_index (limit->systems, i), product))
      return embark_decide_pass (describe_version (context->facts, fact));
  for (guint i = 0; limit->refused != NULL && limit->refused[i] != NULL; i++)
    if (skip_product (product, limit->refused[i]) != NULL)
      decision.outcome = EMBARK_OUTCOME_BLOCKER;
  decision.evidence = describe_version (context->facts, fact);
  return decision;
}

EmbarkDecision embark_decide_windows_mbr (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  const char *table = embark_facts_get_string (context->facts, "disk.partitionTable");

  if (table == NULL)
    return embark_decide_unknown (context, "disk.partitionTable");
  if (embark_limit_allows (limit, table))
    return embark_decide_pass (g_strdup ("MBR"));
  if (strcmp (table, "gpt") != 0)
    return embark_decide_not_applicable (_ ("There is neither an MBR nor a GPT"));
  return (EmbarkDecision){
    .outcome = limit->severity,
    .title = _ ("Partitioned with GPT"),
    .summary = _ ("The cloud takes Windows only from a disk with an MBR"),
    .evidence = g_strdup (_ ("The disk has a GPT")),
    .advice =
        _ ("Windows on GPT starts with UEFI and cannot simply be changed to MBR: reinstall it on a disk with an MBR "
           "(a machine with BIOS) and move your data there."),
  };
}

EmbarkDecision embark_decide_windows_architecture (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  const char *architecture = embark_facts_get_string (context->facts, "os.architecture");

  if (architecture == NULL)
    return embark_decide_unknown (context, "os.architecture");
  if (embark_limit_allows (limit, architecture))
    return embark_decide_pass (g_strdup (architecture));
  return (EmbarkDecision){
    .outcome = limit->severity,
    .title = _ ("Processor architecture not supported"),
    .summary = _ ("The cloud does not import Windows for this kind of processor"),
    .evidence = g_strdup (architecture),
    .advice = _ ("Install a 64-bit edition of Windows Server and move your data there."),
  };
}

/* Where the disk has a GPT, that is the defect, and windows-mbr has it. */
EmbarkDecision embark_decide_windows_boot_loader (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  const char *path = embark_facts_get_string (context->facts, "windows.bootLoader");
  const char *store = embark_facts_get_string (context->facts, "windows.bootStore");
  const char *table = embark_facts_get_string (context->facts, "disk.partitionTable");
  char *evidence;
  guint64 major;

  if (g_strcmp0 (table, "gpt") == 0)
    return embark_decide_not_applicable (_ ("A disk with a GPT has a limit of its own"));
  if (embark_facts_get_uint (context->facts, "os.major", &major) && major < 6)
    return embark_decide_not_applicable (_ ("This Windows starts without a boot store"));
  if (path == NULL)
    return embark_decide_unknown (context, "windows.bootLoader");
  /* Translators: a path in Windows, and the file that names it. */
  evidence = store != NULL ? g_strdup_printf (_ ("%s, by %s"), path, store) : g_strdup (path);
  if (g_ascii_strcasecmp (strlen (path) > 4 ? path + strlen (path) - 4 : path, ".efi") != 0)
    return embark_decide_pass (evidence);
  return (EmbarkDecision){
    .outcome = limit->severity,
    .title = _ ("Windows is set up for UEFI"),
    .summary = _ ("A disk with an MBR is started by BIOS, which cannot run this loader"),
    .evidence = evidence,
    .advice =
        _ ("In Windows, at a command prompt, run bcdboot C:\\Windows /f BIOS, see that a machine with BIOS starts "
           "from the disk, and check again."),
  };
}

EmbarkDecision embark_decide_windows_ntfs (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  const char *type = embark_rule_find_root_type (context);

  if (type == NULL)
    return embark_decide_unknown (context, "disk.filesystems");
  if (embark_limit_allows (limit, type))
    return embark_decide_pass (g_strdup ("NTFS"));
  return (EmbarkDecision){
    .outcome = limit->severity,
    .title = _ ("Windows is not on NTFS"),
    .summary = _ ("The cloud takes Windows only from NTFS"),
    .evidence = embark_rule_describe_file_systems (context),
    .advice = _ ("Install Windows on an NTFS file system."),
  };
}

EmbarkDecision embark_decide_windows_ldm (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  gboolean has_ldm;

  if (context->system == EMBARK_SYSTEM_LINUX || context->system == EMBARK_SYSTEM_OTHER)
    return embark_decide_not_applicable (_ ("The system is not Windows"));
  if (!embark_facts_get_boolean (context->facts, "disk.ldm", &has_ldm))
    return embark_decide_unknown (context, "disk.ldm");
  if (!has_ldm)
    return embark_decide_pass (g_strdup (_ ("A basic disk")));
  return (EmbarkDecision){
    .outcome = limit->severity,
    .title = _ ("This is a dynamic disk"),
    .summary = _ ("The cloud does not take logical volumes"),
    .evidence = g_strdup (_ ("There are partitions of a dynamic disk (LDM)")),
    .advice = _ ("Copy the system to a basic disk, for example with a backup and restore of the whole system."),
  };
}

/* Another file system has no saved session and no mark; that it is another one is a limit of its own. */
static gboolean is_not_ntfs (const EmbarkRuleContext *context)
{
  const char *type = embark_rule_find_root_type (context);

  return type != NULL && strcmp (type, "ntfs") != 0;
}

EmbarkDecision embark_decide_windows_hibernated (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  gboolean is_hibernated;

  if (is_not_ntfs (context))
    return embark_decide_not_applicable (_ ("Windows is not on NTFS"));
  if (!embark_facts_get_boolean (context->facts, "windows.hibernated", &is_hibernated))
    return embark_decide_unknown (context, "windows.hibernated");
  if (!is_hibernated)
    return embark_decide_pass (g_strdup (_ ("Windows was shut down")));
  return (EmbarkDecision){
    .outcome = limit->severity,
    .title = _ ("Windows is hibernated"),
    .summary = _ ("Its file system cannot be changed safely"),
    .evidence = g_strdup (_ ("The file system holds a saved session (hiberfil.sys)")),
    .advice =
        _ ("Start Windows once and shut it down fully, with “shutdown /s /t 0” at a command prompt: the usual menu "
           "may only put it to sleep."),
  };
}

EmbarkDecision embark_decide_windows_fast_startup (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  gboolean is_on;

  if (embark_facts_is (context->facts, "windows.hibernated"))
    return embark_decide_not_applicable (_ ("Windows is hibernated, which is worse"));
  if (!embark_facts_get_boolean (context->facts, "windows.fastStartup", &is_on))
    return embark_decide_unknown (context, "windows.fastStartup");
  if (!is_on)
    return embark_decide_pass (g_strdup (_ ("Fast startup is off")));
  return (EmbarkDecision){
    .outcome = limit->severity,
    .title = _ ("Fast startup is on"),
    .summary = _ ("The disk is fine now, but the next shutdown may leave it hibernated"),
    .evidence = g_strdup ("HKLM\\SYSTEM\\…\\Control\\Session Manager\\Power: HiberbootEnabled=1"),
    .advice = _ ("Turn fast startup off in the power options of Windows, or shut it down with “shutdown /s /t 0”."),
  };
}

EmbarkDecision embark_decide_windows_unclean (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  const char *root = embark_facts_get_string (context->facts, "os.root");
  gboolean is_dirty;

  if (is_not_ntfs (context))
    return embark_decide_not_applicable (_ ("Windows is not on NTFS"));
  if (!embark_facts_get_boolean (context->facts, "windows.dirty", &is_dirty))
    return embark_decide_unknown (context, "windows.dirty");
  if (!is_dirty)
    return embark_decide_pass (g_strdup (_ ("The file system was closed properly")));
  return (EmbarkDecision){
    .outcome = limit->severity,
    .title = _ ("Windows was not shut down"),
    .summary = _ ("What it wrote last may be missing or damaged in the image"),
    /* Translators: %s is a device. */
    .evidence = g_strdup_printf (_ ("NTFS on %s is marked as in need of a check"), root != NULL ? root : "?"),
    .advice = _ ("Start Windows, let it check the disk (chkdsk C: /f), shut it down fully and check again."),
  };
}

/* "D: (page file, HKLM\…)". */
static char *describe_drive (JsonObject *drive, const char *letter)
{
  const char *seen = embark_rule_get_string (drive, "evidence");

  return seen != NULL ? g_strdup_printf ("%s (%s)", letter, seen) : g_strdup (letter);
}

EmbarkDecision embark_decide_windows_other_drives (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  JsonArray *list = embark_facts_get_list (context->facts, "windows.drives");
  g_autoptr (GString) lost = g_string_new (NULL);

  if (list == NULL)
    return embark_decide_unknown (context, "windows.drives");
  for (guint i = 0; i < embark_rule_count (list); i++)
    {
      JsonObject *drive = embark_rule_get_object_at (list, i);
      const char *letter = embark_rule_get_string (drive, "letter");
      g_autofree char *item = NULL;

      if (letter == NULL || embark_rule_get_string (drive, "device") != NULL
          || embark_rule_get_string (drive, "use") == NULL)
        continue;
      item = describe_drive (drive, letter);
      embark_rule_append_item (lost, item);
    }
  if (lost->len == 0)
    return embark_decide_pass (g_strdup (_ ("All drives that Windows uses are on this disk")));
  return (EmbarkDecision){
    .outcome = limit->severity,
    .title = _ ("Windows uses another disk"),
    .summary = _ ("Only this disk becomes the image, so that drive is missing in the cloud"),
    .evidence = g_string_free (g_steal_pointer (&lost), FALSE),
    .advice = _ ("Move the page file and programs to C:, or import the other disk as a data disk of its own."),
    .is_later = TRUE,
  };
}
