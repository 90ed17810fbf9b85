/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How a Linux system starts: its default kernel alone decides, the others are
 * only mentioned. A boot entry that names a disk wrongly is linux-root-device,
 * whatever else names it wrongly too.
 */
#include "model/check/rules.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* What a kernel says of one driver. */
typedef struct
{
  const char *name;             /* virtio_blk */
  const char *kernel_member;    /* builtin, module, absent */
  const char *initramfs_member; /* (nullable) whether the initramfs must hold it, if it is a module */
} Driver;

static const Driver drivers[] = {
  { "virtio_blk", "virtioBlk", "initramfsVirtioBlk" },
  { "virtio_pci", "virtioPci", "initramfsVirtioPci" },
  { "virtio_net", "virtioNet", NULL }, /* loaded when the root file system is there */
};

/* Not needed: system disks of the cloud are virtio_blk. */
static const Driver scsi_driver = { "virtio_scsi", "virtioScsi", "initramfsVirtioScsi" };

typedef enum
{
  DRIVER_BUILTIN,
  DRIVER_LOADED, /* a module that is found where it is needed */
  DRIVER_ABSENT,
  DRIVER_NOT_IN_INITRAMFS,
  DRIVER_UNKNOWN,
} DriverState;

JsonObject *embark_rule_find_default_kernel (EmbarkFacts *facts)
{
  JsonArray *kernels = embark_facts_get_list (facts, "linux.kernels");

  for (guint i = 0; i < embark_rule_count (kernels); i++)
    {
      JsonObject *kernel = embark_rule_get_object_at (kernels, i);
      gboolean is_default = FALSE;

      if (embark_rule_get_boolean (kernel, "default", &is_default) && is_default)
        return kernel;
    }
  return NULL;
}

EmbarkDecision embark_decide_linux_architecture (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  JsonObject *kernel = embark_rule_find_default_kernel (context->facts);
  const char *machine = embark_rule_get_string (kernel, "machine");
  const char *programs = embark_facts_get_string (context->facts, "os.architecture");
  const char *judged = machine != NULL ? machine : programs;
  char *evidence;

  if (judged == NULL)
    return embark_decide_unknown (context, "os.architecture");
  if (machine != NULL && programs != NULL && strcmp (machine, programs) != 0)
    /* Translators: two architectures: "x86_64", "i386". */
    evidence = g_strdup_printf (_ ("The kernel is for %s, the programs are for %s"), machine, programs);
  else
    evidence = g_strdup (judged);
  if (embark_limit_allows (limit, judged))
    return embark_decide_pass (evidence);
  return (EmbarkDecision){
    .outcome = limit->severity,
    .title = _ ("Processor architecture not supported"),
    .summary = _ ("The cloud does not import systems for this kind of processor"),
    .evidence = evidence,
    .advice = _ ("Reinstall the system for 64-bit processors (x86_64) and move your data there."),
  };
}

static DriverState judge_driver (JsonObject *kernel, const Driver *driver)
{
  const char *state = embark_rule_get_string (kernel, driver->kernel_member);
  gboolean is_inside;

  if (g_strcmp0 (state, "builtin") == 0)
    return DRIVER_BUILTIN;
  if (g_strcmp0 (state, "absent") == 0)
    return DRIVER_ABSENT;
  if (g_strcmp0 (state, "module") != 0)
    return DRIVER_UNKNOWN;
  if (driver->initramfs_member == NULL)
    return DRIVER_LOADED;
  if (!embark_rule_get_boolean (kernel, driver->initramfs_member, &is_inside))
    return DRIVER_UNKNOWN;
  return is_inside ? DRIVER_LOADED : DRIVER_NOT_IN_INITRAMFS;
}

/* The first driver that keeps the kernel from starting in the cloud, or NULL. */
static const Driver *find_missing_driver (JsonObject *kernel, DriverState *ret_state)
{
  for (guint i = 0; i < G_N_ELEMENTS (drivers); i++)
    {
      DriverState state = judge_driver (kernel, &drivers[i]);

      if (state != DRIVER_ABSENT && state != DRIVER_NOT_IN_INITRAMFS)
        continue;
      *ret_state = state;
      return &drivers[i];
    }
  return NULL;
}

static char *describe_missing_driver (JsonObject *kernel, const Driver *driver, DriverState state)
{
  const char *version = embark_rule_get_string (kernel, "version");
  const char *initramfs = embark_rule_get_string (kernel, "initramfs");

  if (version == NULL)
    version = "?";
  if (state == DRIVER_ABSENT)
    /* Translators: a kernel version and a driver name. */
    return g_strdup_printf (_ ("Kernel %s has no %s, built in or as a module"), version, driver->name);
  if (initramfs != NULL)
    /* Translators: a driver name and a file. */
    return g_strdup_printf (_ ("%s is a module, but not in %s"), driver->name, initramfs);
  /* Translators: a driver name and a kernel version. */
  return g_strdup_printf (_ ("%s is a module, but kernel %s has no initramfs"), driver->name, version);
}

/* What is said of the kernels that do not start by themselves, or NULL: chosen by hand they would not start. */
static char *describe_other_kernels (EmbarkFacts *facts, JsonObject *default_kernel)
{
  JsonArray *kernels = embark_facts_get_list (facts, "linux.kernels");
  g_autoptr (GString) versions = g_string_new (NULL);

  for (guint i = 0; i < embark_rule_count (kernels) && i < 8; i++)
    {
      JsonObject *kernel = embark_rule_get_object_at (kernels, i);
      const char *version = embark_rule_get_string (kernel, "version");
      DriverState state;

      if (kernel != default_kernel && version != NULL && find_missing_driver (kernel, &state) != NULL)
        embark_rule_append_item (versions, version);
    }
  /* Translators: %s is a list of kernel versions. */
  return versions->len > 0 ? g_strdup_printf (_ ("without them: %s"), versions->str) : NULL;
}

static EmbarkDecision decide_driver_missing (const EmbarkLimit *limit, JsonObject *kernel, const Driver *driver,
                                             DriverState state)
{
  EmbarkDecision decision = { .outcome = limit->severity, .evidence = describe_missing_driver (kernel, driver, state) };

  if (state == DRIVER_ABSENT)
    {
      decision.title = _ ("No virtio driver in the kernel");
      decision.summary = _ ("Linux could not use the disk or network of the cloud");
      decision.advice = _ ("Install the distribution’s own kernel, make it the default, and check again.");
      return decision;
    }
  decision.title = _ ("virtio drivers are not loaded at start");
  decision.summary = _ ("Linux could not find its disk in the cloud");
  decision.advice =
      _ ("In the machine, add virtio_blk and virtio_pci to the initramfs: on Debian and Ubuntu write them "
         "into /etc/initramfs-tools/modules and run update-initramfs -u, elsewhere run dracut -f "
         "--add-drivers \"virtio_blk virtio_pci virtio_net\".");
  return decision;
}

/* "virtio_blk built in, virtio_net as a module". */
static char *describe_drivers (JsonObject *kernel)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i <= G_N_ELEMENTS (drivers); i++)
    {
      const Driver *driver = i < G_N_ELEMENTS (drivers) ? &drivers[i] : &scsi_driver;
      DriverState state = judge_driver (kernel, driver);
      g_autofree char *item = NULL;

      if (state == DRIVER_BUILTIN)
        /* Translators: %s is a driver name. */
        item = g_strdup_printf (_ ("%s built in"), driver->name);
      else if (state == DRIVER_LOADED && driver->initramfs_member != NULL)
        /* Translators: %s is a driver name. */
        item = g_strdup_printf (_ ("%s in the initramfs"), driver->name);
      else if (state == DRIVER_LOADED)
        /* Translators: %s is a driver name. */
        item = g_strdup_printf (_ ("%s as a module"), driver->name);
      if (item != NULL)
        embark_rule_append_item (text, item);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static EmbarkDecision decide_drivers_present (const EmbarkRuleContext *context, JsonObject *kernel)
{
  const char *version = embark_rule_get_string (kernel, "version");
  g_autofree char *present = describe_drivers (kernel);
  g_autofree char *others = describe_other_kernels (context->facts, kernel);

  if (others == NULL)
    /* Translators: a kernel version, then a list of drivers and where they are. */
    return embark_decide_pass (g_strdup_printf (_ ("Kernel %s: %s"), version != NULL ? version : "?", present));
  /* Translators: a kernel version, a list of drivers and where they are, then other kernels. */
  return embark_decide_pass (
      g_strdup_printf (_ ("Kernel %s: %s; other kernels %s"), version != NULL ? version : "?", present, others));
}

/* The reason noted for the kernels, or at least what was seen of this one. */
static EmbarkDecision decide_drivers_unknown (const EmbarkRuleContext *context, JsonObject *kernel)
{
  EmbarkDecision decision = embark_decide_unknown (context, "linux.kernels");
  const char *seen = embark_rule_get_string (kernel, "evidence");

  if (embark_facts_get_unknown (context->facts, "linux.kernels") != NULL || seen == NULL)
    return decision;
  g_free (decision.evidence);
  decision.evidence = g_strdup (seen);
  return decision;
}

/* A boot entry whose kernel is not on the disk. Only the file of a boot loader can say so: where the newest kernel of
 * /boot is taken for want of one, nothing is missing. */
static gboolean lacks_boot_kernel (EmbarkFacts *facts)
{
  const char *from = embark_facts_get_string (facts, "linux.bootKernelFrom");
  const char *cmdline = embark_facts_get_string (facts, "linux.cmdline");

  /* ostree keeps its kernels in folders of its own. */
  if (cmdline != NULL && strstr (cmdline, "ostree=") != NULL)
    return FALSE;
  return embark_facts_has (facts, "linux.bootKernel") && from != NULL && strcmp (from, "/boot") != 0
         && embark_rule_count (embark_facts_get_list (facts, "linux.kernels")) > 0
         && embark_facts_get_unknown (facts, "linux.kernels") == NULL;
}

EmbarkDecision embark_decide_linux_virtio (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  JsonObject *kernel = embark_rule_find_default_kernel (context->facts);
  const Driver *missing;
  DriverState state;

  if (kernel == NULL && lacks_boot_kernel (context->facts))
    return (EmbarkDecision){
      .outcome = limit->severity,
      .title = _ ("The kernel to start is not there"),
      .summary = _ ("The boot entry names a kernel that is not on the disk"),
      /* Translators: a kernel version and the file that names it. */
      .evidence = g_strdup_printf (_ ("%s in %s"), embark_facts_get_string (context->facts, "linux.bootKernel"),
                                   embark_facts_get_string (context->facts, "linux.bootKernelFrom")),
      .advice = _ ("In the machine, run update-grub or grub2-mkconfig, see that it starts, shut it down and check "
                   "again."),
    };
  if (kernel == NULL)
    return embark_decide_unknown (context, "linux.kernels");
  missing = find_missing_driver (kernel, &state);
  if (missing != NULL)
    return decide_driver_missing (limit, kernel, missing, state);
  for (guint i = 0; i < G_N_ELEMENTS (drivers); i++)
    if (judge_driver (kernel, &drivers[i]) == DRIVER_UNKNOWN)
      return decide_drivers_unknown (context, kernel);
  return decide_drivers_present (context, kernel);
}

EmbarkDecision embark_decide_linux_kernel (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  JsonObject *kernel = embark_rule_find_default_kernel (context->facts);
  const char *version = embark_rule_get_string (kernel, "version");
  const char *seen = embark_rule_get_string (kernel, "packageEvidence");
  gboolean is_from_package;
  g_autofree char *words = NULL;

  if (kernel == NULL || version == NULL || !embark_rule_get_boolean (kernel, "fromPackage", &is_from_package))
    return embark_decide_unknown (context, "linux.kernels");
  words = g_strdup_printf (is_from_package
                               /* Translators: %s is a kernel version. */
                               ? _ ("Kernel %s is from a package of the distribution")
                               /* Translators: %s is a kernel version. */
                               : _ ("Kernel %s belongs to no package of the distribution"),
                           version);
  if (seen != NULL)
    {
      /* Translators: a sentence about a kernel, and what was seen of its package: "linux-image-6.1.0-28-amd64". */
      char *longer = g_strdup_printf (_ ("%s (%s)"), words, seen);

      g_free (words);
      words = longer;
    }
  if (is_from_package)
    return embark_decide_pass (g_steal_pointer (&words));
  return (EmbarkDecision){
    .outcome = limit->severity,
    .title = _ ("Not the distribution’s kernel"),
    .summary = _ ("With a changed kernel the import may fail"),
    .evidence = g_steal_pointer (&words),
    .advice = _ ("If the import fails, install the distribution’s own kernel and make it the default."),
  };
}

/* TRUE when the UUID is known not to be on the disk: the file systems were seen with theirs, and none has it. */
static gboolean is_foreign_uuid (EmbarkFacts *facts, const char *uuid)
{
  static const char *const lists[] = { "disk.filesystems", "disk.partitions" };
  gboolean has_any = FALSE;

  /* What is inside an encrypted part cannot be seen. */
  if (embark_facts_is (facts, "disk.luks"))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      JsonArray *list = embark_facts_get_list (facts, lists[i]);

      for (guint j = 0; j < embark_rule_count (list); j++)
        {
          const char *found = embark_rule_get_string (embark_rule_get_object_at (list, j), "uuid");

          if (found != NULL && g_ascii_strcasecmp (found, uuid) == 0)
            return FALSE;
          has_any |= found != NULL && i == 0;
        }
    }
  return has_any;
}

static char *skip_uuid (const char *device)
{
  g_autofree char *text = NULL;

  if (g_str_has_prefix (device, "UUID="))
    text = g_strdup (device + strlen ("UUID="));
  else if (g_str_has_prefix (device, "/dev/disk/by-uuid/"))
    text = g_strdup (device + strlen ("/dev/disk/by-uuid/"));
  if (text == NULL)
    return NULL;
  g_strdelimit (text, "\"'", ' ');
  return g_strdup (g_strstrip (text));
}

EmbarkDecision embark_decide_linux_root_device (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  const char *device = embark_facts_get_string (context->facts, "linux.rootDevice");
  g_autofree char *uuid = device != NULL ? skip_uuid (device) : NULL;
  EmbarkDecision decision = {
    .outcome = limit->severity,
    .title = _ ("The boot entry names the old disk"),
    .summary = _ ("Linux would look for its root file system on a disk that is not there"),
    .advice =
        _ ("In the machine, name the root file system by UUID in the boot loader’s configuration (blkid shows it), "
           "run update-grub or grub2-mkconfig if it has one, and check again."),
  };

  if (device == NULL && embark_facts_get_unknown (context->facts, "linux.rootDevice") == NULL
      && embark_facts_has (context->facts, "linux.cmdline"))
    return embark_decide_pass (g_strdup (_ ("The boot entry leaves it to the initramfs to find the root file system")));
  if (device == NULL)
    return embark_decide_unknown (context, embark_facts_get_unknown (context->facts, "linux.cmdline") != NULL
                                               ? "linux.cmdline"
                                               : "linux.rootDevice");
  if (uuid != NULL && is_foreign_uuid (context->facts, uuid))
    {
      decision.title = _ ("The boot entry names another disk");
      /* Translators: %s is part of a boot entry: "root=UUID=…". */
      decision.evidence = g_strdup_printf (_ ("%s, but no file system of the disk has that UUID"), device);
      return decision;
    }
  if (!embark_rule_is_unstable_device (device))
    return embark_decide_pass (g_strdup_printf ("root=%s", device));
  decision.evidence = g_strdup_printf ("root=%s", device);
  return decision;
}
