/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What could be saved of what is stored, from facts alone. */
#include "model/disk-look.h"

#define GIB (G_GUINT64_CONSTANT (1) << 30)

static void add_partition (EmbarkFacts *facts, guint64 size, guint mbr_type)
{
  JsonObject *object = embark_facts_append (facts, "disk.partitions");

  json_object_set_int_member (object, "size", (gint64) size);
  json_object_set_int_member (object, "mbrType", mbr_type);
}

static void add_filesystem (EmbarkFacts *facts, const char *device, const char *uuid, guint64 size, guint64 n_free)
{
  JsonObject *object = embark_facts_append (facts, "disk.filesystems");

  json_object_set_string_member (object, "device", device);
  if (uuid != NULL)
    json_object_set_string_member (object, "uuid", uuid);
  if (size == 0)
    return;
  json_object_set_int_member (object, "size", (gint64) size);
  json_object_set_int_member (object, "free", (gint64) n_free);
}

static EmbarkFacts *make_facts (guint64 allocated)
{
  EmbarkFacts *facts = embark_facts_new ();

  embark_facts_set_uint (facts, "image.virtualSize", 60 * GIB);
  embark_facts_set_uint (facts, "stream.allocated", allocated);
  return facts;
}

static void check (EmbarkFacts *facts, guint64 expected)
{
  guint64 value = G_MAXUINT64;

  embark_look_add_reclaimable (facts);
  g_assert_true (embark_facts_get_uint (facts, "disk.reclaimable", &value));
  g_assert_cmpuint (value, ==, expected);
}

/* 1 GiB of swap counts as used, 21 of 59 are: 22 of the 50 that are stored. */
static void test_partitions (void)
{
  g_autoptr (EmbarkFacts) facts = make_facts (50 * GIB);

  add_partition (facts, 59 * GIB, 0x83);
  add_partition (facts, 1 * GIB, 0x82);
  add_filesystem (facts, "/dev/sda1", "a", 59 * GIB, 38 * GIB);
  add_filesystem (facts, "/dev/sda2", "b", 0, 0);
  check (facts, 28 * GIB);
}

static void test_sparse (void)
{
  g_autoptr (EmbarkFacts) facts = make_facts (10 * GIB);

  add_partition (facts, 60 * GIB, 0x83);
  add_filesystem (facts, "/dev/sda1", NULL, 60 * GIB, 20 * GIB);
  check (facts, 0);
}

/* The logical partition lies in the extended one, the subvolumes in one file system. */
static void test_counted_once (void)
{
  g_autoptr (EmbarkFacts) facts = make_facts (40 * GIB);

  add_partition (facts, 40 * GIB, 0x05);
  add_partition (facts, 40 * GIB, 0x83);
  add_filesystem (facts, "btrfsvol:/dev/sda5/root", "a", 40 * GIB, 10 * GIB);
  add_filesystem (facts, "btrfsvol:/dev/sda5/home", "a", 40 * GIB, 10 * GIB);
  check (facts, 10 * GIB);
}

static void test_without_partitions (void)
{
  g_autoptr (EmbarkFacts) facts = make_facts (60 * GIB);

  add_filesystem (facts, "/dev/sda", NULL, 60 * GIB, 60 * GIB);
  check (facts, 60 * GIB);
}

/* A guest may say anything of its file systems. */
static void test_nonsense (void)
{
  g_autoptr (EmbarkFacts) facts = make_facts (5 * GIB);

  add_partition (facts, 1 * GIB, 0x83);
  add_filesystem (facts, "/dev/sda1", NULL, 1 * GIB, G_MAXINT64);
  check (facts, 5 * GIB);
}

static void test_not_known (void)
{
  g_autoptr (EmbarkFacts) locked = make_facts (5 * GIB), unmeasured = embark_facts_new ();

  add_partition (locked, 1 * GIB, 0x83);
  add_filesystem (locked, "/dev/sda1", NULL, 0, 0);
  embark_look_add_reclaimable (locked);
  g_assert_false (embark_facts_has (locked, "disk.reclaimable"));
  add_filesystem (unmeasured, "/dev/sda1", NULL, GIB, GIB);
  embark_look_add_reclaimable (unmeasured);
  g_assert_false (embark_facts_has (unmeasured, "disk.reclaimable"));
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/reclaimable/partitions", test_partitions);
  g_test_add_func ("/reclaimable/sparse", test_sparse);
  g_test_add_func ("/reclaimable/counted-once", test_counted_once);
  g_test_add_func ("/reclaimable/without-partitions", test_without_partitions);
  g_test_add_func ("/reclaimable/nonsense", test_nonsense);
  g_test_add_func ("/reclaimable/not-known", test_not_known);
  return g_test_run ();
}
