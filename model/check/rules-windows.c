/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The limits of a Windows system: version, disk layout, drivers, how it was
 * shut down.
 */
#include "model/check/rules.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define SERVICES_KEY "HKLM\\SYSTEM\\…\\Services\\"
#define START_BOOT 0 /* SERVICE_BOOT_START: loaded by the boot loader */

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
      return embark_decide_pass (g_strdup (fact));
  for (guint i = 0; limit->refused != NULL && limit->refused[i] != NULL; i++)
    if (skip_product (product, limit->refused[i]) != NULL)
      decision.outcome = EMBARK_OUTCOME_BLOCKER;
  decision.evidence = g_strdup (fact);
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

typedef struct
{
  gboolean knows_registered, is_registered;
  gboolean knows_file, is_file;
  gboolean knows_start;
  guint64 start;
  const char *file_path;
} DriverFacts;

static DriverFacts read_driver (EmbarkFacts *facts, const char *name)
{
  g_autofree char *registered = g_strdup_printf ("windows.drivers.%s.registered", name);
  g_autofree char *file = g_strdup_printf ("windows.drivers.%s.file", name);
  g_autofree char *file_path = g_strdup_printf ("windows.drivers.%s.filePath", name);
  g_autofree char *start = g_strdup_printf ("windows.drivers.%s.start", name);
  DriverFacts driver = { 0 };

  driver.knows_registered = embark_facts_get_boolean (facts, registered, &driver.is_registered);
  driver.knows_file = embark_facts_get_boolean (facts, file, &driver.is_file);
  driver.knows_start = embark_facts_get_uint (facts, start, &driver.start);
  driver.file_path = embark_facts_get_string (facts, file_path);
  return driver;
}

/* What is missing, or NULL. */
static char *describe_missing_driver (const DriverFacts *driver, const char *name, gboolean must_start_at_boot)
{
  gboolean lacks_key = driver->knows_registered && !driver->is_registered;
  gboolean lacks_file = driver->knows_file && !driver->is_file;

  if (lacks_key && lacks_file)
    /* Translators: a registry key, a driver file. */
    return g_strdup_printf (_ ("%s%s is missing; no %s.sys in System32\\drivers"), SERVICES_KEY, name, name);
  if (lacks_key)
    return g_strdup_printf (_ ("%s%s is missing"), SERVICES_KEY, name);
  if (lacks_file)
    return g_strdup_printf (_ ("No %s.sys in System32\\drivers"), name);
  if (must_start_at_boot && driver->knows_start && driver->start != START_BOOT)
    /* Translators: a registry key and a number. */
    return g_strdup_printf (_ ("%s%s has Start=%u, not 0"), SERVICES_KEY, name, (guint) driver->start);
  return NULL;
}

static char *describe_present_driver (const DriverFacts *driver, const char *name)
{
  const char *file = driver->file_path != NULL ? driver->file_path : name;

  /* The file and its key of the registry, which need no words. */
  return driver->knows_start ? g_strdup_printf ("%s, Start=%u", file, (guint) driver->start) : g_strdup (file);
}

EmbarkDecision embark_decide_windows_virtio (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  DriverFacts driver = read_driver (context->facts, "viostor");
  char *missing = describe_missing_driver (&driver, "viostor", TRUE);

  if (missing != NULL)
    return (EmbarkDecision){
      .outcome = limit->severity,
      .title = _ ("No virtio disk driver"),
      .summary = _ ("Windows could not find its disk in the cloud"),
      .evidence = missing,
      .advice = _ ("Start Windows, install the cloud’s virtio package or the virtio-win drivers so that viostor starts "
                   "with the system, shut it down fully and check again."),
    };
  if (!driver.knows_registered)
    return embark_decide_unknown (context, "windows.drivers.viostor.registered");
  if (!driver.knows_file)
    return embark_decide_unknown (context, "windows.drivers.viostor.file");
  if (!driver.knows_start)
    return embark_decide_unknown (context, "windows.drivers.viostor.start");
  return embark_decide_pass (describe_present_driver (&driver, "viostor"));
}

EmbarkDecision embark_decide_windows_virtio_net (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  DriverFacts driver = read_driver (context->facts, "netkvm");
  char *missing = describe_missing_driver (&driver, "netkvm", FALSE);

  if (missing != NULL)
    return (EmbarkDecision){
      .outcome = limit->severity,
      .title = _ ("No virtio network driver"),
      .summary = _ ("Windows would have no network in the cloud"),
      .evidence = missing,
      .advice =
          _ ("Start Windows, install the cloud’s virtio package or the virtio-win drivers, shut it down fully and "
             "check again."),
    };
  if (!driver.knows_registered)
    return embark_decide_unknown (context, "windows.drivers.netkvm.registered");
  if (!driver.knows_file)
    return embark_decide_unknown (context, "windows.drivers.netkvm.file");
  return embark_decide_pass (describe_present_driver (&driver, "netkvm"));
}

EmbarkDecision embark_decide_windows_hibernated (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  gboolean is_hibernated;

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

EmbarkDecision embark_decide_windows_cloudbase_init (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  gboolean is_installed;

  if (!embark_facts_get_boolean (context->facts, "windows.cloudbaseInit", &is_installed))
    return embark_decide_unknown (context, "windows.cloudbaseInit");
  if (is_installed)
    return embark_decide_pass (g_strdup (_ ("The service cloudbase-init is there")));
  return (EmbarkDecision){
    .outcome = limit->severity,
    .title = _ ("cloudbase-init is not installed"),
    .summary = _ ("The cloud could not set the password; you log in with the present one"),
    .evidence = g_strdup_printf (_ ("%s%s is missing"), SERVICES_KEY, "cloudbase-init"),
    .advice =
        _ ("Start Windows, install cloudbase-init as a service of the local system, without Sysprep at the end, and "
           "shut it down."),
  };
}

EmbarkDecision embark_decide_windows_network (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  return (EmbarkDecision){
    .outcome = limit->severity,
    .title = _ ("Network settings start afresh"),
    .summary = _ ("The network card of the cloud is a new one to Windows"),
    .evidence = g_strdup (_ ("In the cloud it is called “Local Area Connection”")),
    .advice =
        _ ("Addresses set by hand stay with the old card. If the machine has no network after the import, set the "
           "address that C:\\qcloud-network-config.ini names."),
  };
}

EmbarkDecision embark_decide_windows_activation (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  const char *product = embark_facts_get_string (context->facts, "os.product");

  return (EmbarkDecision){
    .outcome = limit->severity,
    .title = _ ("Windows is not activated by the cloud"),
    .summary = _ ("You need a licence of your own"),
    .evidence = g_strdup (product != NULL ? product : "Windows"),
    .advice = _ ("Have a product key or a licence server ready that may be used in the cloud."),
  };
}
