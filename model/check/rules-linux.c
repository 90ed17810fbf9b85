/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The limits of a Linux system: what it is, what its default kernel can do,
 * and how it starts. Network rules are in rules-linux-network.c.
 */
#include "model/check/rules.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* What the default kernel says of one driver. */
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

typedef enum
{
  DRIVER_FINE,
  DRIVER_ABSENT,
  DRIVER_NOT_IN_INITRAMFS,
  DRIVER_UNKNOWN,
} DriverState;

static const char *describe_system (EmbarkFacts *facts)
{
  const char *product = embark_facts_get_string (facts, "os.product");

  return product != NULL ? product : embark_facts_get_string (facts, "os.distribution");
}

EmbarkDecision embark_decide_linux_distribution (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  const char *distribution = embark_facts_get_string (context->facts, "os.distribution");

  if (context->system == EMBARK_SYSTEM_WINDOWS)
    return embark_decide_not_applicable (_ ("The system is Windows"));
  if (context->system == EMBARK_SYSTEM_NONE)
    return embark_decide_not_applicable (_ ("There is no system on the disk"));
  if (distribution == NULL || strcmp (distribution, "unknown") == 0)
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

/* The kernel that starts by itself, or NULL. */
static JsonObject *find_default_kernel (EmbarkFacts *facts)
{
  JsonArray *kernels = embark_facts_get_list (facts, "linux.kernels");

  for (guint i = 0; kernels != NULL && i < json_array_get_length (kernels); i++)
    {
      JsonNode *node = json_array_get_element (kernels, i);
      JsonObject *kernel = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
      gboolean is_default = FALSE;

      if (embark_rule_get_boolean (kernel, "default", &is_default) && is_default)
        return kernel;
    }
  return NULL;
}

static DriverState judge_driver (JsonObject *kernel, const Driver *driver)
{
  const char *state = embark_rule_get_string (kernel, driver->kernel_member);
  gboolean is_inside;

  if (g_strcmp0 (state, "builtin") == 0)
    return DRIVER_FINE;
  if (g_strcmp0 (state, "absent") == 0)
    return DRIVER_ABSENT;
  if (g_strcmp0 (state, "module") != 0)
    return DRIVER_UNKNOWN;
  if (driver->initramfs_member == NULL)
    return DRIVER_FINE;
  if (!embark_rule_get_boolean (kernel, driver->initramfs_member, &is_inside))
    return DRIVER_UNKNOWN;
  return is_inside ? DRIVER_FINE : DRIVER_NOT_IN_INITRAMFS;
}

static EmbarkDecision decide_driver_missing (const EmbarkLimit *limit, JsonObject *kernel, const Driver *driver,
                                             DriverState state)
{
  const char *version = embark_rule_get_string (kernel, "version");
  const char *initramfs = embark_rule_get_string (kernel, "initramfs");
  EmbarkDecision decision = { .outcome = limit->severity };

  if (version == NULL)
    version = "?";
  if (state == DRIVER_ABSENT)
    {
      decision.title = _ ("No virtio driver in the kernel");
      decision.summary = _ ("Linux could not use the disk or network of the cloud");
      /* Translators: a kernel version and a driver name. */
      decision.evidence = g_strdup_printf (_ ("Kernel %s has no %s, built in or as a module"), version, driver->name);
      decision.advice = _ ("Install the distribution’s own kernel, make it the default, and check again.");
      return decision;
    }
  decision.title = _ ("virtio drivers are not loaded at start");
  decision.summary = _ ("Linux could not find its disk in the cloud");
  if (initramfs != NULL)
    /* Translators: a driver name and a file. */
    decision.evidence = g_strdup_printf (_ ("%s is a module, but not in %s"), driver->name, initramfs);
  else
    /* Translators: a driver name and a kernel version. */
    decision.evidence = g_strdup_printf (_ ("%s is a module, but kernel %s has no initramfs"), driver->name, version);
  decision.advice =
      _ ("In the machine, add virtio_blk and virtio_pci to the initramfs: on Debian and Ubuntu write them "
         "into /etc/initramfs-tools/modules and run update-initramfs -u, elsewhere run dracut -f "
         "--add-drivers \"virtio_blk virtio_pci virtio_net\".");
  return decision;
}

EmbarkDecision embark_decide_linux_virtio (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  JsonObject *kernel = find_default_kernel (context->facts);
  const char *version = embark_rule_get_string (kernel, "version");
  gboolean is_unknown = FALSE;

  if (kernel == NULL)
    return embark_decide_unknown (context, "linux.kernels");
  for (guint i = 0; i < G_N_ELEMENTS (drivers); i++)
    {
      DriverState state = judge_driver (kernel, &drivers[i]);

      if (state == DRIVER_ABSENT || state == DRIVER_NOT_IN_INITRAMFS)
        return decide_driver_missing (limit, kernel, &drivers[i], state);
      is_unknown |= state == DRIVER_UNKNOWN;
    }
  if (is_unknown)
    return embark_decide_unknown (context, "linux.kernels");
  /* Translators: %s is a kernel version. */
  return embark_decide_pass (g_strdup_printf (_ ("Kernel %s has virtio_blk, virtio_pci and virtio_net where it needs "
                                                 "them"),
                                              version != NULL ? version : "?"));
}

static gboolean has_datasource (EmbarkFacts *facts, const char *name)
{
  JsonArray *list = embark_facts_get_list (facts, "linux.cloudInit.datasources");

  for (guint i = 0; i < json_array_get_length (list); i++)
    {
      JsonNode *node = json_array_get_element (list, i);

      if (json_node_get_value_type (node) == G_TYPE_STRING && strcmp (json_node_get_string (node), name) == 0)
        return TRUE;
    }
  return FALSE;
}

static EmbarkDecision judge_installed_cloud_init (EmbarkFacts *facts)
{
  const char *version = embark_facts_get_string (facts, "linux.cloudInit.version");
  const char *evidence = embark_facts_get_string (facts, "linux.cloudInit.evidence");
  const char *disabled_by = embark_facts_get_string (facts, "linux.cloudInit.disabledBy");
  JsonArray *datasources = embark_facts_get_list (facts, "linux.cloudInit.datasources");
  gboolean is_enabled = TRUE;

  embark_facts_get_boolean (facts, "linux.cloudInit.enabled", &is_enabled);
  if (!is_enabled || disabled_by != NULL)
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
  if (datasources != NULL && json_array_get_length (datasources) > 0 && !has_datasource (facts, "ConfigDrive"))
    return (EmbarkDecision){
      .outcome = EMBARK_OUTCOME_WARNING,
      .title = _ ("cloud-init looks for its settings elsewhere"),
      .summary = _ ("The cloud offers its settings on a config drive, which cloud-init would not read"),
      .evidence = g_strdup (_ ("datasource_list does not name ConfigDrive")),
      .advice = _ ("Write “datasource_list: [ConfigDrive, None]” into a new file in /etc/cloud/cloud.cfg.d."),
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
    return judge_installed_cloud_init (context->facts);
  if (context->is_forced)
    return (EmbarkDecision){
      .outcome = EMBARK_OUTCOME_WARNING,
      .title = _ ("Forced import without cloud-init"),
      .summary = _ ("The machine must set up its password and network by itself"),
      .evidence = g_strdup (evidence != NULL ? evidence : _ ("Neither the package nor /usr/bin/cloud-init is there")),
      .advice =
          _ ("At every start the machine must mount the config drive (label config-2), read qcloud_action/os.conf "
             "from it and set host name, password and the network of eth0. Change the password right after the "
             "first start."),
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

EmbarkDecision embark_decide_linux_kernel (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  JsonObject *kernel = find_default_kernel (context->facts);
  const char *version = embark_rule_get_string (kernel, "version");
  gboolean is_from_package;

  if (kernel == NULL || version == NULL || !embark_rule_get_boolean (kernel, "fromPackage", &is_from_package))
    return embark_decide_unknown (context, "linux.kernels");
  if (is_from_package)
    /* Translators: %s is a kernel version. */
    return embark_decide_pass (g_strdup_printf (_ ("Kernel %s is from a package of the distribution"), version));
  return (EmbarkDecision){
    .outcome = limit->severity,
    .title = _ ("Not the distribution’s kernel"),
    .summary = _ ("With a changed kernel the import may fail"),
    /* Translators: %s is a kernel version. */
    .evidence = g_strdup_printf (_ ("Kernel %s belongs to no package of the distribution"), version),
    .advice = _ ("If the import fails, install the distribution’s own kernel and make it the default."),
  };
}

/* Names that depend on the kind of the controller; /dev/vda is what the disk is called in the cloud. */
static gboolean is_unstable_name (const char *device)
{
  return g_regex_match_simple ("^/dev/(sd|hd|xvd)[a-z]+[0-9]*$", device, 0, 0);
}

EmbarkDecision embark_decide_linux_root_device (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  const char *device = embark_facts_get_string (context->facts, "linux.rootDevice");

  if (device == NULL)
    return embark_decide_unknown (context, "linux.rootDevice");
  if (!is_unstable_name (device))
    return embark_decide_pass (g_strdup_printf ("root=%s", device));
  return (EmbarkDecision){
    .outcome = limit->severity,
    .title = _ ("The boot entry names the old disk"),
    .summary = _ ("Linux would look for its root file system on a disk that is not there"),
    .evidence = g_strdup_printf ("root=%s", device),
    .advice =
        _ ("In the machine, name the root file system by UUID in the boot loader’s configuration (blkid shows it), "
           "run update-grub or grub2-mkconfig if it has one, and check again."),
  };
}

EmbarkDecision embark_decide_linux_fstab (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  const char *device = embark_facts_get_string (context->facts, "linux.fstabRoot");

  if (device == NULL)
    return embark_decide_unknown (context, "linux.fstabRoot");
  if (!is_unstable_name (device))
    return embark_decide_pass (g_strdup (device));
  return (EmbarkDecision){
    .outcome = limit->severity,
    .title = _ ("/etc/fstab names the old disk"),
    .summary = _ ("Linux would look for its root file system on a disk that is not there"),
    .evidence = g_strdup (device),
    .advice = _ ("In the machine, replace the device in /etc/fstab by UUID=…, as blkid shows it, and check again."),
  };
}

EmbarkDecision embark_decide_linux_lvm (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  const char *root = embark_facts_get_string (context->facts, "os.root");
  gboolean has_lvm;

  if (!embark_facts_get_boolean (context->facts, "disk.lvm", &has_lvm))
    return embark_decide_unknown (context, "disk.lvm");
  if (!has_lvm)
    return embark_decide_pass (g_strdup (_ ("No logical volumes")));
  return (EmbarkDecision){
    .outcome = limit->severity,
    .title = _ ("Logical volumes"),
    .summary = _ ("The cloud may not find the root file system on them"),
    .evidence = g_strdup (root != NULL ? root : _ ("The disk has logical volumes")),
    .advice = _ ("If the import fails with RootPartitionNotFound, move the system to plain partitions."),
  };
}
