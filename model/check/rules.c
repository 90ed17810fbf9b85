/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The table of the rules and what several of them need. The order of the
 * table is the order on the screen among findings of the same outcome.
 */
#include "model/check/rules.h"

#include <glib/gi18n-lib.h>

static const EmbarkRule rules[] = {
  { "image-format", embark_decide_image_format, N_ ("Image format"),
    N_ ("The cloud takes RAW, VHD, QCOW2 and VMDK. Embark makes a fresh QCOW2 of every disk on the way.") },
  { "vhdx", embark_decide_vhdx, N_ ("VHDX"), N_ ("The cloud refuses VHDX files; what is sent is a QCOW2.") },
  { "vmdk-snapshot", embark_decide_vmdk_snapshot, N_ ("VMDK snapshots"),
    N_ ("The cloud refuses the VMDK file of a snapshot, because it holds only what changed.") },
  { "iso", embark_decide_iso, N_ ("Installation medium"),
    N_ ("The cloud imports disks with an installed system, not the medium it is installed from.") },
  { "actual-size", embark_decide_actual_size, N_ ("Size of the file"),
    N_ ("The cloud measures the disk as a QCOW2 file and refuses a larger one.") },
  { "virtual-size", embark_decide_virtual_size, N_ ("Virtual size"),
    N_ ("The cloud refuses a larger virtual size, however little of it is used.") },
  { "partition-table", embark_decide_partition_table, N_ ("Partition table"),
    N_ ("The cloud looks for the partitions of the disk first; without them it takes the image for damaged.") },
  { "root-file-system", embark_decide_root_file_system, N_ ("System on the disk"),
    N_ ("The cloud must find the root file system of the installed system, to set it up and to start it.") },
  { "one-system", embark_decide_one_system, N_ ("One system"),
    N_ ("With several systems on the disk it is not known which of them the cloud sets up.") },
  { "encryption", embark_decide_encryption, N_ ("Encryption"),
    N_ ("The cloud cannot open an encrypted disk, and nobody is there to type the password when it starts.") },
  { "linux-distribution", embark_decide_linux_distribution, N_ ("Distribution"),
    N_ ("The cloud sets up the systems it knows; others are not on its list.") },
  { "linux-architecture", embark_decide_architecture, N_ ("Processor architecture"),
    N_ ("The cloud must have a machine type that runs the system.") },
  { "linux-gpt", embark_decide_linux_gpt, N_ ("MBR partition table"),
    N_ ("The documents exclude disks partitioned with GPT; the API has a UEFI boot mode all the same.") },
  { "linux-virtio", embark_decide_linux_virtio, N_ ("virtio drivers"),
    N_ ("Disk and network of a cloud machine are virtio devices. Without the drivers the kernel does not find its "
        "disk.") },
  { "linux-cloud-init", embark_decide_linux_cloud_init, N_ ("cloud-init"),
    N_ ("cloud-init sets password, host name, keys and network when the machine starts for the first time.") },
  { "linux-kernel", embark_decide_linux_kernel, N_ ("Kernel of the distribution"),
    N_ ("The cloud advises the distribution’s own kernel; with a changed one the import may fail.") },
  { "linux-network", embark_decide_linux_network, N_ ("Network interface"),
    N_ ("The cloud gives the machine one network interface, eth0.") },
  { "linux-persistent-net", embark_decide_linux_persistent_net, N_ ("Remembered interface names"),
    N_ ("A rule that ties eth0 to the old network card gives the card of the cloud another name.") },
  { "linux-static-address", embark_decide_linux_static_address, N_ ("Network addresses"),
    N_ ("The cloud assigns the machine its address; with a static one it is not reached.") },
  { "ipv6", embark_decide_ipv6, N_ ("IPv6"), N_ ("The original edition says that the cloud has no IPv6.") },
  { "linux-root-device", embark_decide_linux_root_device, N_ ("Root in the boot entry"),
    N_ ("The disk has another device name in the cloud, /dev/vda. A UUID stays the same.") },
  { "linux-fstab", embark_decide_linux_fstab, N_ ("Root in /etc/fstab"),
    N_ ("The disk has another device name in the cloud, /dev/vda. A UUID stays the same.") },
  { "linux-lvm", embark_decide_linux_lvm, N_ ("Logical volumes"),
    N_ ("No document says whether the cloud finds a root file system on a logical volume.") },
  { "windows-version", embark_decide_windows_version, N_ ("Windows version"),
    N_ ("The cloud sets up the Windows versions it knows; others are not on its list.") },
  { "windows-architecture", embark_decide_architecture, N_ ("Processor architecture"),
    N_ ("The cloud must have a machine type that runs the system.") },
  { "windows-mbr", embark_decide_windows_mbr, N_ ("MBR partition table"),
    N_ ("The cloud takes Windows only from a disk partitioned with MBR, not with GPT.") },
  { "windows-ntfs", embark_decide_windows_ntfs, N_ ("NTFS"), N_ ("The cloud takes Windows only from NTFS.") },
  { "windows-ldm", embark_decide_windows_ldm, N_ ("Dynamic disk"),
    N_ ("The cloud does not read the logical volumes of a dynamic disk.") },
  { "windows-virtio", embark_decide_windows_virtio, N_ ("virtio disk driver"),
    N_ ("Cloud disks are virtio disks. Without a boot driver Windows stops with 0x7B.") },
  { "windows-virtio-net", embark_decide_windows_virtio_net, N_ ("virtio network driver"),
    N_ ("The network card of a cloud machine is a virtio device.") },
  { "windows-hibernated", embark_decide_windows_hibernated, N_ ("Shut down"),
    N_ ("The file system of a hibernated Windows must not be changed, neither here nor in the cloud.") },
  { "windows-cloudbase-init", embark_decide_windows_cloudbase_init, N_ ("cloudbase-init"),
    N_ ("cloudbase-init sets password, host name and network when the machine starts for the first time.") },
  { "windows-network", embark_decide_windows_network, N_ ("Network interface"),
    N_ ("The cloud gives the machine one network interface.") },
  { "windows-activation", embark_decide_windows_activation, N_ ("Activation"),
    N_ ("The cloud does not activate an imported Windows.") },
  { "permission", embark_decide_permission, N_ ("Permission"),
    N_ ("The original edition says that an account must first be allowed to import images.") },
  { NULL, NULL, NULL, NULL },
};

const EmbarkRule *embark_rules_get (void)
{
  return rules;
}

EmbarkDecision embark_decide_unknown (const EmbarkRuleContext *context, const char *path)
{
  const char *reason = embark_facts_get_unknown (context->facts, path);

  if (reason == NULL && context->is_partial)
    return (EmbarkDecision){
      .outcome = EMBARK_OUTCOME_UNKNOWN,
      .summary = _ ("Not looked at yet"),
      .evidence = g_strdup (_ ("Nobody has looked inside the disk yet")),
    };
  return (EmbarkDecision){
    .outcome = EMBARK_OUTCOME_UNKNOWN,
    .summary = _ ("This could not be decided"),
    .evidence = g_strdup (reason != NULL ? reason : _ ("Nothing was found that says so")),
  };
}

EmbarkDecision embark_decide_pass (char *evidence)
{
  return (EmbarkDecision){ .outcome = EMBARK_OUTCOME_PASS, .evidence = evidence };
}

EmbarkDecision embark_decide_not_applicable (const char *evidence)
{
  return (EmbarkDecision){ .outcome = EMBARK_OUTCOME_NOT_APPLICABLE, .evidence = g_strdup (evidence) };
}

gboolean embark_limit_allows (const EmbarkLimit *limit, const char *word)
{
  return limit->allowed != NULL && word != NULL && g_strv_contains ((const char *const *) limit->allowed, word);
}

const char *embark_rule_get_string (JsonObject *object, const char *member)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, member) : NULL;

  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node) : NULL;
}

gboolean embark_rule_get_boolean (JsonObject *object, const char *member, gboolean *ret_value)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, member) : NULL;

  if (node == NULL || json_node_get_value_type (node) != G_TYPE_BOOLEAN)
    return FALSE;
  *ret_value = json_node_get_boolean (node);
  return TRUE;
}

static JsonObject *get_object_at (JsonArray *list, guint index)
{
  JsonNode *node = json_array_get_element (list, index);

  return JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

const char *embark_rule_find_root_type (const EmbarkRuleContext *context)
{
  JsonArray *list = embark_facts_get_list (context->facts, "disk.filesystems");
  const char *root = embark_facts_get_string (context->facts, "os.root");

  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    {
      JsonObject *entry = get_object_at (list, i);
      const char *device = embark_rule_get_string (entry, "device");
      const char *mount_point = embark_rule_get_string (entry, "mountPoint");

      if ((root != NULL && g_strcmp0 (device, root) == 0) || g_strcmp0 (mount_point, "/") == 0)
        return embark_rule_get_string (entry, "type");
    }
  return NULL;
}

char *embark_rule_describe_file_systems (const EmbarkRuleContext *context)
{
  JsonArray *list = embark_facts_get_list (context->facts, "disk.filesystems");
  g_autoptr (GString) text = g_string_new (NULL);

  if (list == NULL)
    return NULL;
  for (guint i = 0; i < json_array_get_length (list) && i < 16; i++)
    {
      JsonObject *entry = get_object_at (list, i);
      const char *device = embark_rule_get_string (entry, "device");
      const char *type = embark_rule_get_string (entry, "type");

      if (device == NULL)
        continue;
      if (text->len > 0)
        /* Translators: between the items of a list. */
        g_string_append (text, C_ ("list", ", "));
      /* Translators: a file system type and a device: "ext4 on /dev/sda1". */
      g_string_append_printf (text, _ ("%s on %s"), type != NULL ? type : _ ("no known file system"), device);
    }
  return text->len > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : g_strdup (_ ("No file system was found"));
}
