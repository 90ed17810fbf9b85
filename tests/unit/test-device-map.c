/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/guest/device-map.h"

#include "model/base/errors.h"

#define PATH "/dev/disk/by-path/pci-0000:00:10.0-scsi-0:0:0:0"
#define OTHER_PATH "/dev/disk/by-path/pci-0000:00:10.0-scsi-0:0:1:0"

static void add_partition (EmbarkFacts *facts, guint number, const char *type, const char *uuid)
{
  JsonObject *object = embark_facts_append (facts, "disk.partitions");

  json_object_set_int_member (object, "number", number);
  json_object_set_string_member (object, "filesystem", type);
  if (uuid)
    json_object_set_string_member (object, "uuid", uuid);
}

static EmbarkFacts *make_facts (const char *fstab_root, const char *root_device)
{
  EmbarkFacts *facts = embark_facts_new ();

  embark_facts_set_string (facts, "os.root", "/dev/sda1");
  embark_facts_set_string (facts, "linux.fstabRoot", fstab_root);
  embark_facts_set_string (facts, "linux.rootDevice", root_device);
  add_partition (facts, 1, "ext4", "aaa");
  add_partition (facts, 5, "swap", "sss");
  return facts;
}

static void check_kind (EmbarkDeviceMap *map, const char *device, EmbarkDeviceKind expected)
{
  g_test_message ("%s", device);
  g_assert_cmpint (embark_device_map_find (map, device, NULL), ==, expected);
}

static EmbarkDeviceMap *make_map (EmbarkFacts *facts, const char *const *names)
{
  static const char *const none[] = { NULL };
  g_autoptr (GError) error = NULL;
  EmbarkDeviceMap *map = embark_device_map_new (facts, names ? names : none, &error);

  g_assert_no_error (error);
  return map;
}

/* The second disk of the old machine is imported: its name is what the root says. */
static void test_named_root (void)
{
  g_autoptr (EmbarkFacts) facts = make_facts ("UUID=aaa", "/dev/sdb1");
  g_autoptr (EmbarkDeviceMap) map = make_map (facts, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *name = NULL;
  guint number = 0;

  check_kind (map, "/dev/sdb1", EMBARK_DEVICE_THIS);
  check_kind (map, "/dev/sdb", EMBARK_DEVICE_WHOLE);
  check_kind (map, "/dev/sdb2", EMBARK_DEVICE_ABSENT);
  check_kind (map, "/dev/sda1", EMBARK_DEVICE_ABSENT);
  check_kind (map, "UUID=aaa", EMBARK_DEVICE_OTHER);
  check_kind (map, "/dev/mapper/vg-root", EMBARK_DEVICE_OTHER);
  check_kind (map, "/dev/sdb5", EMBARK_DEVICE_THIS);
  embark_device_map_find (map, "/dev/sdb5", &number);
  name = embark_device_map_name (map, number, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (name, ==, "UUID=sss");
  g_assert_cmpstr (embark_device_map_get_type (map, 5), ==, "swap");
  g_assert_true (embark_device_map_is_root (map, 1));
  g_assert_false (embark_device_map_is_root (map, 5));
}

static void test_first_disks (void)
{
  g_autoptr (EmbarkFacts) facts = make_facts ("UUID=aaa", "UUID=aaa");
  g_autoptr (EmbarkDeviceMap) map = make_map (facts, NULL);

  check_kind (map, "/dev/sda1", EMBARK_DEVICE_THIS);
  check_kind (map, "/dev/xvda5", EMBARK_DEVICE_THIS);
  check_kind (map, "/dev/nvme0n1p1", EMBARK_DEVICE_THIS);
  check_kind (map, "/dev/nvme0n1", EMBARK_DEVICE_WHOLE);
  check_kind (map, "/dev/cciss/c0d0p1", EMBARK_DEVICE_THIS);
  check_kind (map, "/dev/sdb1", EMBARK_DEVICE_ABSENT);
  check_kind (map, "/dev/sda7", EMBARK_DEVICE_ABSENT);
  check_kind (map, "/dev/sdaa1", EMBARK_DEVICE_ABSENT);
  check_kind (map, "/dev/sda1x", EMBARK_DEVICE_OTHER);
}

static void test_links (void)
{
  static const char *const one[] = { PATH "-part5", "/dev/sda1", NULL };
  static const char *const two[] = { PATH "-part5", OTHER_PATH "-part1", NULL };
  g_autoptr (EmbarkFacts) facts = make_facts ("UUID=aaa", "UUID=aaa");
  g_autoptr (EmbarkFacts) rooted_facts = make_facts (PATH "-part1", "UUID=aaa");
  g_autoptr (EmbarkDeviceMap) single = make_map (facts, one);
  g_autoptr (EmbarkDeviceMap) mixed = make_map (facts, two);
  g_autoptr (EmbarkDeviceMap) rooted = make_map (rooted_facts, two);

  check_kind (single, PATH "-part5", EMBARK_DEVICE_THIS);
  check_kind (mixed, PATH "-part5", EMBARK_DEVICE_UNCLEAR);
  check_kind (rooted, PATH "-part5", EMBARK_DEVICE_THIS);
  check_kind (rooted, OTHER_PATH "-part1", EMBARK_DEVICE_UNCLEAR);
  check_kind (rooted, "/dev/disk/by-id/dm-uuid-LVM-abc", EMBARK_DEVICE_OTHER);
}

static void test_contradiction (void)
{
  static const char *const none[] = { NULL };
  g_autoptr (EmbarkFacts) facts = make_facts ("UUID=aaa", "/dev/sda2");
  g_autoptr (GError) error = NULL;

  g_assert_null (embark_device_map_new (facts, none, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_BLOCKED);
}

static void test_no_name (void)
{
  g_autoptr (EmbarkFacts) facts = make_facts ("/dev/sda1", NULL);
  g_autoptr (EmbarkDeviceMap) map = NULL;
  g_autoptr (GError) error = NULL;

  add_partition (facts, 6, "ext4", "AAA");
  add_partition (facts, 7, "swap", NULL);
  map = make_map (facts, NULL);
  g_assert_null (embark_device_map_name (map, 1, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_BLOCKED);
  g_clear_error (&error);
  g_assert_null (embark_device_map_name (map, 7, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_BLOCKED);
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/device-map/named-root", test_named_root);
  g_test_add_func ("/device-map/first-disks", test_first_disks);
  g_test_add_func ("/device-map/links", test_links);
  g_test_add_func ("/device-map/contradiction", test_contradiction);
  g_test_add_func ("/device-map/no-name", test_no_name);
  return g_test_run ();
}
