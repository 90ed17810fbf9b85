/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The virtio drivers of Windows. A driver works only when all of its traces are
 * there: the file, the service that starts it in time, and the entry that ties
 * it to the device. System disks of the cloud are virtio_blk, so viostor
 * decides; vioscsi does not help.
 */
#include "model/check/rules.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define SERVICES_KEY "HKLM\\SYSTEM\\…\\Services\\"
#define START_BOOT 0     /* SERVICE_BOOT_START: loaded by the boot loader */
#define START_DISABLED 4 /* SERVICE_DISABLED */

typedef struct
{
  gboolean knows_registered, is_registered;
  gboolean knows_file, is_file;
  gboolean has_start, knows_start; /* known and absent: there is no such service */
  guint64 start;
  const char *file_path, *database, *key;
} DriverFacts;

/* What one driver needs. */
typedef struct
{
  const char *name;
  const char *device; /* as the device database names it */
  gboolean is_boot_driver;
} DriverNeed;

static const DriverNeed disk_need = { "viostor", "VEN_1AF4&DEV_1001", TRUE };
static const DriverNeed network_need = { "netkvm", "VEN_1AF4&DEV_1000", FALSE };

static const char *get_member (EmbarkFacts *facts, const char *name, const char *member)
{
  g_autofree char *path = g_strdup_printf ("windows.drivers.%s.%s", name, member);

  return embark_facts_get_string (facts, path);
}

static DriverFacts read_driver (EmbarkFacts *facts, const char *name)
{
  g_autofree char *registered = g_strdup_printf ("windows.drivers.%s.registered", name);
  g_autofree char *file = g_strdup_printf ("windows.drivers.%s.file", name);
  g_autofree char *start = g_strdup_printf ("windows.drivers.%s.start", name);
  DriverFacts driver = { 0 };

  driver.knows_registered = embark_facts_get_boolean (facts, registered, &driver.is_registered);
  driver.knows_file = embark_facts_get_boolean (facts, file, &driver.is_file);
  driver.has_start = embark_facts_get_uint (facts, start, &driver.start);
  driver.knows_start =
      driver.has_start
      || (driver.knows_registered && driver.knows_file && embark_facts_get_unknown (facts, start) == NULL);
  driver.file_path = get_member (facts, name, "filePath");
  driver.database = get_member (facts, name, "database");
  driver.key = get_member (facts, name, "key");
  return driver;
}

static char *describe_key (const DriverFacts *driver, const char *name)
{
  return driver->key != NULL ? g_strdup (driver->key) : g_strdup_printf ("%s%s", SERVICES_KEY, name);
}

/* What is missing, or NULL. */
static char *describe_missing_driver (const DriverFacts *driver, const DriverNeed *need)
{
  g_autofree char *key = describe_key (driver, need->name);
  gboolean lacks_service = driver->knows_start && !driver->has_start;
  gboolean lacks_file = driver->knows_file && !driver->is_file;

  if (lacks_service && lacks_file)
    /* Translators: a registry key, a driver file. */
    return g_strdup_printf (_ ("%s is missing; no %s.sys in System32\\drivers"), key, need->name);
  if (lacks_service)
    /* Translators: %s is a registry key. */
    return g_strdup_printf (_ ("%s is missing"), key);
  if (lacks_file)
    return g_strdup_printf (_ ("No %s.sys in System32\\drivers"), need->name);
  if (driver->has_start && need->is_boot_driver && driver->start != START_BOOT)
    /* Translators: a registry key and a number. */
    return g_strdup_printf (_ ("%s has Start=%u, not 0"), key, (guint) driver->start);
  if (driver->has_start && driver->start == START_DISABLED)
    /* Translators: a registry key and a number. */
    return g_strdup_printf (_ ("%s has Start=%u: it is disabled"), key, (guint) driver->start);
  if (driver->knows_registered && !driver->is_registered)
    /* Translators: a driver, a device as the registry names it. */
    return g_strdup_printf (_ ("%s is installed, but the registry ties it to no device (%s)"), need->name,
                            need->device);
  return NULL;
}

static char *describe_present_driver (EmbarkFacts *facts, const DriverFacts *driver, const DriverNeed *need)
{
  const char *package = embark_facts_get_string (facts, "windows.virtioPackage.name");
  g_autoptr (GString) text = g_string_new (driver->file_path != NULL ? driver->file_path : need->name);

  /* File, value and key need no words. */
  if (driver->has_start)
    g_string_append_printf (text, ", Start=%u", (guint) driver->start);
  if (driver->database != NULL)
    g_string_append_printf (text, ", %s", driver->database);
  if (package != NULL)
    g_string_append_printf (text, " (%s)", package);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* The cloud's own package may call its driver by another name, which no document tells. */
static gboolean has_package_of_cloud (EmbarkFacts *facts)
{
  static const char *const members[] = { "windows.virtioPackage.publisher", "windows.virtioPackage.name" };

  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    {
      const char *text = embark_facts_get_string (facts, members[i]);

      if (text != NULL && g_regex_match_simple ("tencent|qcloud", text, G_REGEX_CASELESS, 0))
        return TRUE;
    }
  return FALSE;
}

static EmbarkDecision decide_package_only (EmbarkFacts *facts, const DriverNeed *need)
{
  const char *package = embark_facts_get_string (facts, "windows.virtioPackage.name");

  return (EmbarkDecision){
    .outcome = EMBARK_OUTCOME_UNKNOWN,
    .summary = _ ("The cloud’s driver package is installed, but not a driver of the name that is known"),
    /* Translators: a program, a driver. */
    .evidence = g_strdup_printf (_ ("“%s” is installed; there is no service %s"), package != NULL ? package : "Tencent",
                                 need->name),
    .advice = _ ("If Windows shows a Tencent VirtIO device in its device manager, the import should work."),
  };
}

static EmbarkDecision decide_driver_unknown (const EmbarkRuleContext *context, const DriverFacts *driver,
                                             const char *name)
{
  const char *member = !driver->knows_registered ? "registered" : !driver->knows_file ? "file" : "start";
  g_autofree char *path = g_strdup_printf ("windows.drivers.%s.%s", name, member);

  return embark_decide_unknown (context, path);
}

/* What is missing of the driver goes to @ret_missing; then the decision has no outcome yet. */
static EmbarkDecision judge_driver (const EmbarkRuleContext *context, const DriverNeed *need, char **ret_missing)
{
  DriverFacts driver = read_driver (context->facts, need->name);

  *ret_missing = describe_missing_driver (&driver, need);
  if (*ret_missing != NULL && driver.knows_start && !driver.has_start && has_package_of_cloud (context->facts))
    {
      g_clear_pointer (ret_missing, g_free);
      return decide_package_only (context->facts, need);
    }
  if (*ret_missing != NULL)
    return (EmbarkDecision){ 0 };
  if (!driver.knows_registered || !driver.knows_file || !driver.knows_start)
    return decide_driver_unknown (context, &driver, need->name);
  return embark_decide_pass (describe_present_driver (context->facts, &driver, need));
}

EmbarkDecision embark_decide_windows_virtio (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  g_autofree char *missing = NULL;
  EmbarkDecision decision = judge_driver (context, &disk_need, &missing);
  DriverFacts scsi = read_driver (context->facts, "vioscsi");

  if (missing == NULL)
    return decision;
  decision.outcome = limit->severity;
  decision.title = _ ("No virtio disk driver");
  decision.summary = _ ("Windows could not find its disk in the cloud");
  decision.advice = _ ("Start Windows, install the cloud’s virtio package or the virtio-win drivers so that viostor "
                       "starts with the system, shut it down fully and check again.");
  if (scsi.is_file && scsi.has_start)
    /* Translators: what is missing of the driver viostor. */
    decision.evidence = g_strdup_printf (_ ("%s; vioscsi is there, but the disks of the cloud need viostor"), missing);
  else
    decision.evidence = g_steal_pointer (&missing);
  return decision;
}

EmbarkDecision embark_decide_windows_virtio_net (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  g_autofree char *missing = NULL;
  EmbarkDecision decision = judge_driver (context, &network_need, &missing);
  const char *waiting = get_member (context->facts, network_need.name, "waiting");

  if (missing == NULL)
    return decision;
  if (waiting != NULL)
    /* Translators: %s is the path of a file in the machine. */
    return embark_decide_pass (g_strdup_printf (_ ("%s, which is installed at the first start"), waiting));
  decision.outcome = limit->severity;
  decision.title = _ ("No virtio network driver");
  decision.summary = _ ("Windows would have no network in the cloud");
  decision.evidence = g_steal_pointer (&missing);
  decision.advice =
      _ ("Start Windows, install the cloud’s virtio package or the virtio-win drivers, shut it down fully "
         "and check again.");
  return decision;
}
