/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables as disks have them, and as somebody could have written them. */
#include <isa-l/crc.h>
#include <string.h>

#include "model/base/errors.h"
#include "model/stream/partition-table.h"

#define SECTOR 512
#define MIB (1024 * 1024)
#define ESP "\x28\x73\x2a\xc1\x1f\xf8\xd2\x11\xba\x4b\x00\xa0\xc9\x3e\xc9\x3b"
#define BIOS_BOOT "\x48\x61\x68\x21\x49\x64\x6f\x6e\x74\x4e\x65\x65\x64\x45\x46\x49"
#define LINUX "\xaf\x3d\xc6\x0f\x83\x84\x72\x47\x8e\x79\x3d\x69\xd8\x47\x7d\xe4"
#define LDM_DATA "\xa0\x60\x9b\xaf\x31\x14\x62\x4f\xbc\x68\x33\x11\x71\x4a\x69\xad"

typedef struct
{
  guint8 *bytes;
  guint64 size;
  guint n_reads;
} Disk;

static Disk *disk_new (guint64 size)
{
  Disk *disk = g_new0 (Disk, 1);

  disk->bytes = g_malloc0 (size);
  disk->size = size;
  return disk;
}

static void disk_free (Disk *disk)
{
  g_free (disk->bytes);
  g_free (disk);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Disk, disk_free)

static gboolean read_cb (guint64 offset, guint8 *buffer, gsize length, gpointer user_data, GError **error)
{
  Disk *disk = user_data;

  g_assert_cmpuint (offset % SECTOR, ==, 0);
  g_assert_cmpuint (length % SECTOR, ==, 0);
  g_assert_cmpuint (offset, <, disk->size);
  g_assert_cmpuint (length, <=, disk->size - offset);
  g_assert_cmpuint (++disk->n_reads, <, 200);
  memcpy (buffer, disk->bytes + offset, length);
  return TRUE;
}

static gboolean fail_cb (guint64 offset, guint8 *buffer, gsize length, gpointer user_data, GError **error)
{
  g_set_error_literal (error, EMBARK_ERROR, EMBARK_ERROR_FAILED, "no");
  return FALSE;
}

static EmbarkPartitionTable *parse (Disk *disk)
{
  g_autoptr (GError) error = NULL;
  EmbarkPartitionTable *table = embark_partition_table_parse (disk->size, read_cb, disk, &error);

  g_assert_no_error (error);
  return table;
}

static EmbarkFacts *get_facts (Disk *disk)
{
  g_autoptr (EmbarkPartitionTable) table = parse (disk);
  EmbarkFacts *facts = embark_facts_new ();

  embark_partition_table_add_facts (table, facts);
  return facts;
}

static void put_le32 (guint8 *to, guint32 value)
{
  value = GUINT32_TO_LE (value);
  memcpy (to, &value, 4);
}

static void put_le64 (guint8 *to, guint64 value)
{
  value = GUINT64_TO_LE (value);
  memcpy (to, &value, 8);
}

/* In sectors. */
static void put_entry (Disk *disk, guint64 sector, guint index, guint8 flags, guint8 type, guint32 start, guint32 size)
{
  guint8 *record = disk->bytes + sector * SECTOR, *entry = record + 446 + index * 16;

  entry[0] = flags;
  entry[4] = type;
  put_le32 (entry + 8, start);
  put_le32 (entry + 12, size);
  record[510] = 0x55;
  record[511] = 0xAA;
}

static void put_gpt_entry (Disk *disk, guint64 list, guint index, const char *type, guint64 first, guint64 last,
                           const char *name)
{
  guint8 *entry = disk->bytes + list * SECTOR + index * 128;

  memcpy (entry, type, 16);
  put_le64 (entry + 32, first);
  put_le64 (entry + 40, last);
  for (guint i = 0; name != NULL && name[i] != '\0'; i++)
    entry[56 + 2 * i] = (guint8) name[i];
}

static void sum_header (Disk *disk, guint64 place)
{
  guint8 *header = disk->bytes + place * SECTOR;

  put_le32 (header + 16, 0);
  put_le32 (header + 16, crc32_gzip_refl (0, header, 92));
}

static void put_header (Disk *disk, guint64 place, guint64 other, guint64 list)
{
  guint8 *header = disk->bytes + place * SECTOR;
  guint64 n_sectors = disk->size / SECTOR;

  memcpy (header, "EFI PART\0\0\1\0", 12);
  put_le32 (header + 12, 92);
  put_le64 (header + 24, place);
  put_le64 (header + 32, other);
  put_le64 (header + 40, 34);
  put_le64 (header + 48, n_sectors - 34);
  put_le64 (header + 72, list);
  put_le32 (header + 80, 128);
  put_le32 (header + 84, 128);
  put_le32 (header + 88, crc32_gzip_refl (0, disk->bytes + list * SECTOR, 128 * 128));
  sum_header (disk, place);
}

/* A GPT with both headers: an ESP, a system. */
static Disk *make_gpt (const char *first_type)
{
  Disk *disk = disk_new (8 * MIB);
  guint64 n_sectors = disk->size / SECTOR;

  put_entry (disk, 0, 0, 0, 0xEE, 1, (guint32) (n_sectors - 1));
  for (guint i = 0; i < 2; i++)
    {
      guint64 list = i == 0 ? 2 : n_sectors - 33;
      put_gpt_entry (disk, list, 0, first_type, 2048, 4095, "EFI\x01System");
      put_gpt_entry (disk, list, 4, LINUX, 4096, n_sectors - 34, NULL);
    }
  put_header (disk, 1, n_sectors - 1, 2);
  put_header (disk, n_sectors - 1, 1, n_sectors - 33);
  return disk;
}

static const EmbarkPartition *get (EmbarkPartitionTable *table, guint index)
{
  g_assert_cmpuint (index, <, table->partitions->len);
  return g_ptr_array_index (table->partitions, index);
}

static void test_nothing (void)
{
  g_autoptr (Disk) empty = disk_new (MIB), tiny = disk_new (SECTOR - 1);
  g_autoptr (EmbarkFacts) facts = get_facts (empty);
  g_autoptr (EmbarkPartitionTable) table = parse (tiny);
  gboolean value = TRUE;

  g_assert_cmpstr (embark_facts_get_string (facts, "disk.partitionTable"), ==, "none");
  g_assert_true (embark_facts_get_boolean (facts, "disk.protectiveOnly", &value) && !value);
  value = TRUE;
  g_assert_true (embark_facts_get_boolean (facts, "disk.ldm", &value) && !value);
  g_assert_false (embark_facts_has (facts, "disk.partitions"));
  g_assert_nonnull (embark_facts_get_unknown (facts, "boot.firmware"));
  g_assert_cmpint (table->kind, ==, EMBARK_TABLE_NONE);
}

/* Both end as a boot record does. */
static void test_file_systems (void)
{
  g_autoptr (Disk) ntfs = disk_new (MIB), fat = disk_new (MIB), text = disk_new (MIB);
  g_autoptr (EmbarkPartitionTable) a = NULL, b = NULL, c = NULL;

  put_entry (ntfs, 0, 3, 0, 0, 0, 0);
  memcpy (ntfs->bytes, "\xEB\x52\x90NTFS    ", 11);
  put_entry (fat, 0, 3, 0, 0, 0, 0);
  memcpy (fat->bytes, "\xEB\x3C\x90mkfs.fat", 11);
  memcpy (fat->bytes + 0x36, "FAT16   ", 8);
  put_entry (text, 0, 1, 'r', 'x', 17, 4);
  a = parse (ntfs);
  b = parse (fat);
  c = parse (text);
  g_assert_cmpint (a->kind, ==, EMBARK_TABLE_NONE);
  g_assert_cmpint (b->kind, ==, EMBARK_TABLE_NONE);
  g_assert_cmpint (c->kind, ==, EMBARK_TABLE_NONE);
}

static void test_mbr (void)
{
  g_autoptr (Disk) disk = disk_new (8 * MIB);
  g_autoptr (EmbarkPartitionTable) table = NULL;
  g_autoptr (EmbarkFacts) facts = NULL;
  JsonObject *second;

  put_entry (disk, 0, 0, 0x80, 0x83, 2048, 2048);
  put_entry (disk, 0, 2, 0, 0x82, 4096, 1024);
  table = parse (disk);
  g_assert_cmpint (table->kind, ==, EMBARK_TABLE_MBR);
  g_assert_false (table->has_nonsense);
  g_assert_cmpuint (table->partitions->len, ==, 2);
  g_assert_cmpuint (get (table, 0)->number, ==, 1);
  g_assert_cmpuint (get (table, 0)->start, ==, MIB);
  g_assert_cmpuint (get (table, 0)->size, ==, MIB);
  g_assert_true (get (table, 0)->is_bootable);
  facts = get_facts (disk);
  g_assert_cmpstr (embark_facts_get_string (facts, "disk.partitionTable"), ==, "mbr");
  g_assert_cmpstr (embark_facts_get_string (facts, "boot.firmware"), ==, "bios");
  second = json_array_get_object_element (embark_facts_get_list (facts, "disk.partitions"), 1);
  g_assert_cmpint (json_object_get_int_member (second, "number"), ==, 3);
  g_assert_cmpint (json_object_get_int_member (second, "mbrType"), ==, 0x82);
  g_assert_cmpint (json_object_get_int_member (second, "start"), ==, 4096 * SECTOR);
  g_assert_false (json_object_get_boolean_member (second, "bootable"));
  g_assert_false (json_object_has_member (second, "gptType"));
}

static void test_mbr_firmware (void)
{
  g_autoptr (Disk) esp = disk_new (8 * MIB), ldm = disk_new (8 * MIB), bare = disk_new (8 * MIB);
  g_autoptr (EmbarkFacts) a = NULL, b = NULL, c = NULL;

  put_entry (esp, 0, 0, 0, 0xEF, 2048, 2048);
  put_entry (ldm, 0, 0, 0, 0x42, 63, 2048);
  put_entry (bare, 0, 0, 0, 0, 0, 0);
  a = get_facts (esp);
  b = get_facts (ldm);
  c = get_facts (bare);
  g_assert_cmpstr (embark_facts_get_string (a, "boot.firmware"), ==, "both");
  g_assert_true (embark_facts_is (b, "disk.ldm"));
  g_assert_cmpstr (embark_facts_get_string (c, "disk.partitionTable"), ==, "mbr");
  g_assert_nonnull (embark_facts_get_unknown (c, "boot.firmware"));
}

static void test_logical (void)
{
  g_autoptr (Disk) disk = disk_new (16 * MIB);
  g_autoptr (EmbarkPartitionTable) table = NULL;

  put_entry (disk, 0, 0, 0x80, 0x83, 2048, 2048);
  put_entry (disk, 0, 1, 0, 0x05, 4096, 16384);
  put_entry (disk, 4096, 0, 0, 0x83, 2048, 2048);
  put_entry (disk, 4096, 1, 0, 0x05, 4096, 4096);
  put_entry (disk, 8192, 0, 0, 0x8E, 2048, 2048);
  table = parse (disk);
  g_assert_false (table->has_nonsense);
  g_assert_cmpuint (table->partitions->len, ==, 4);
  g_assert_cmpuint (get (table, 1)->mbr_type, ==, 0x05);
  g_assert_cmpuint (get (table, 2)->number, ==, 5);
  g_assert_cmpuint (get (table, 2)->start, ==, 6144 * SECTOR);
  g_assert_cmpuint (get (table, 3)->number, ==, 6);
  g_assert_cmpuint (get (table, 3)->start, ==, 10240 * SECTOR);
}

/* The second logical partition names the first as the next. */
static void test_logical_circle (void)
{
  g_autoptr (Disk) disk = disk_new (16 * MIB);
  g_autoptr (EmbarkPartitionTable) table = NULL;

  put_entry (disk, 0, 0, 0, 0x0F, 4096, 16384);
  put_entry (disk, 4096, 1, 0, 0x05, 4096, 4096);
  put_entry (disk, 8192, 0, 0, 0x83, 16, 16);
  put_entry (disk, 8192, 1, 0, 0x05, 8192, 4096);
  put_entry (disk, 12288, 1, 0, 0x05, 4096, 4096);
  table = parse (disk);
  g_assert_true (table->has_nonsense);
  g_assert_cmpuint (table->partitions->len, ==, 2);
  g_assert_cmpuint (disk->n_reads, <=, EMBARK_PARTITIONS_MAX + 1);
}

static void test_mbr_nonsense (void)
{
  g_autoptr (Disk) disk = disk_new (8 * MIB), nothing = disk_new (8 * MIB);
  g_autoptr (EmbarkPartitionTable) table = NULL, none = NULL;
  g_autoptr (EmbarkFacts) facts = NULL, no_facts = NULL;

  put_entry (disk, 0, 0, 0x80, 0x83, 2048, 4096);
  put_entry (disk, 0, 1, 0, 0x83, 4096, 1024);               /* over the first */
  put_entry (disk, 0, 2, 0, 0x83, 8192, G_MAXUINT32);        /* ends behind the disk */
  put_entry (disk, 0, 3, 0, 0x05, G_MAXUINT32, G_MAXUINT32); /* is behind the disk */
  table = parse (disk);
  g_assert_true (table->has_nonsense);
  g_assert_cmpuint (table->partitions->len, ==, 2);
  g_assert_cmpuint (get (table, 1)->number, ==, 3);
  g_assert_cmpuint (get (table, 1)->size, ==, 4 * MIB);
  facts = get_facts (disk);
  g_assert_nonnull (embark_facts_get_unknown (facts, "disk.partitions"));

  put_entry (nothing, 0, 0, 0x80, 0x83, 0x10000, 4096);
  none = parse (nothing);
  g_assert_true (none->has_nonsense);
  g_assert_cmpuint (none->partitions->len, ==, 0);
  no_facts = get_facts (nothing);
  g_assert_null (embark_facts_get_unknown (no_facts, "disk.partitions"));
}

static void test_gpt (void)
{
  g_autoptr (Disk) disk = make_gpt (ESP), bios = make_gpt (BIOS_BOOT), ldm = make_gpt (LDM_DATA);
  g_autoptr (EmbarkPartitionTable) table = parse (disk);
  g_autoptr (EmbarkFacts) facts = get_facts (disk), other = get_facts (bios), dynamic = get_facts (ldm);
  JsonObject *first;

  g_assert_cmpint (table->kind, ==, EMBARK_TABLE_GPT);
  g_assert_false (table->is_from_backup || table->is_protective_only || table->has_nonsense);
  g_assert_cmpuint (table->partitions->len, ==, 2);
  g_assert_cmpuint (get (table, 1)->number, ==, 5);
  g_assert_cmpuint (get (table, 1)->start, ==, 2 * MIB);
  g_assert_cmpuint (get (table, 1)->size, ==, 6 * MIB - 33 * SECTOR);
  g_assert_cmpstr (embark_facts_get_string (facts, "disk.partitionTable"), ==, "gpt");
  g_assert_cmpstr (embark_facts_get_string (facts, "boot.firmware"), ==, "uefi");
  first = json_array_get_object_element (embark_facts_get_list (facts, "disk.partitions"), 0);
  g_assert_cmpstr (json_object_get_string_member (first, "gptType"), ==, "C12A7328-F81F-11D2-BA4B-00A0C93EC93B");
  g_assert_cmpstr (json_object_get_string_member (first, "label"), ==, "EFI System");
  g_assert_false (json_object_has_member (first, "mbrType"));
  g_assert_cmpstr (embark_facts_get_string (other, "boot.firmware"), ==, "bios");
  g_assert_true (embark_facts_is (dynamic, "disk.ldm"));
}

static void test_gpt_backup (void)
{
  g_autoptr (Disk) disk = make_gpt (ESP);
  g_autoptr (EmbarkPartitionTable) table = NULL, none = NULL;
  g_autoptr (EmbarkFacts) facts = NULL;

  disk->bytes[2 * SECTOR + 40] ^= 1; /* an entry, so that its sum is wrong */
  table = parse (disk);
  g_assert_true (table->is_from_backup);
  g_assert_cmpuint (table->partitions->len, ==, 2);

  disk->bytes[disk->size - SECTOR + 50] ^= 1; /* the last header, too */
  none = parse (disk);
  g_assert_true (none->is_protective_only);
  g_assert_cmpuint (none->partitions->len, ==, 0);
  facts = get_facts (disk);
  g_assert_cmpstr (embark_facts_get_string (facts, "disk.partitionTable"), ==, "gpt");
  g_assert_true (embark_facts_is (facts, "disk.protectiveOnly"));
}

/* Right sums over wrong words. */
static void test_gpt_nonsense (void)
{
  static const struct
  {
    guint at;
    guint64 value;
    gsize length;
  } lies[] = {
    { 12, 4096, 4 },        /* header longer than a sector */
    { 24, 77, 8 },          /* not where it says */
    { 48, G_MAXUINT64, 8 }, /* usable beyond the disk */
    { 72, G_MAXUINT64, 8 }, /* entries nowhere */
    { 80, 0, 4 },           /* no entries */
    { 80, G_MAXUINT32, 4 }, /* too many */
    { 84, 64, 4 },          /* too small */
    { 84, 200, 4 },         /* not a power of two */
    { 84, G_MAXUINT32, 4 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (lies); i++)
    {
      g_autoptr (Disk) disk = make_gpt (ESP);
      g_autoptr (EmbarkPartitionTable) table = NULL;
      guint8 *header = disk->bytes + SECTOR;

      if (lies[i].length == 4)
        put_le32 (header + lies[i].at, (guint32) lies[i].value);
      else
        put_le64 (header + lies[i].at, lies[i].value);
      sum_header (disk, 1);
      table = parse (disk);
      g_assert_true (table->is_from_backup);
    }
}

static void test_gpt_entries (void)
{
  g_autoptr (Disk) disk = make_gpt (ESP);
  g_autoptr (EmbarkPartitionTable) table = NULL;

  put_gpt_entry (disk, 2, 1, LINUX, 3000, 5000, NULL);         /* over two others */
  put_gpt_entry (disk, 2, 2, LINUX, 100, 99, NULL);            /* ends before it begins */
  put_gpt_entry (disk, 2, 3, LINUX, 100, G_MAXUINT64, NULL);   /* beyond the disk */
  put_gpt_entry (disk, 2, 5, LINUX, 0, G_MAXUINT64 / 4, NULL); /* overflows in bytes */
  put_header (disk, 1, disk->size / SECTOR - 1, 2);
  table = parse (disk);
  g_assert_false (table->is_from_backup);
  g_assert_true (table->has_nonsense);
  g_assert_cmpuint (get (table, 0)->number, ==, 1);
  for (guint i = 0; i < table->partitions->len; i++)
    g_assert_cmpuint (get (table, i)->start + get (table, i)->size, <=, disk->size);
}

static void test_read_fails (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (embark_partition_table_parse (MIB, fail_cb, NULL, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED);
}

/* Whatever the bytes are: it ends, and lists only what is within the disk. */
static void test_random (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);

  for (guint round = 0; round < 1000; round++)
    {
      g_autoptr (Disk) disk = round % 10 == 0 ? make_gpt (LINUX) : disk_new (256 * SECTOR);
      g_autoptr (EmbarkPartitionTable) table = NULL;

      for (guint i = 0; i < 64; i++)
        put_entry (disk, (guint64) g_rand_int_range (rand, 0, 200), i % 4, (guint8) (i % 3 == 0 ? 0x80 : 0),
                   (guint8) (i % 2 == 0 ? 0x05 : g_rand_int (rand)), g_rand_int (rand) % 250, g_rand_int (rand) % 250);
      if (round % 10 == 0)
        put_entry (disk, 0, 0, 0, 0xEE, 1, G_MAXUINT32);
      table = parse (disk);
      g_assert_cmpuint (table->partitions->len, <=, EMBARK_PARTITIONS_MAX);
      for (guint i = 0; i < table->partitions->len; i++)
        g_assert_cmpuint (get (table, i)->start + get (table, i)->size, <=, disk->size);
    }
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/partition-table/nothing", test_nothing);
  g_test_add_func ("/partition-table/file-systems", test_file_systems);
  g_test_add_func ("/partition-table/mbr", test_mbr);
  g_test_add_func ("/partition-table/mbr-firmware", test_mbr_firmware);
  g_test_add_func ("/partition-table/mbr-nonsense", test_mbr_nonsense);
  g_test_add_func ("/partition-table/logical", test_logical);
  g_test_add_func ("/partition-table/logical-circle", test_logical_circle);
  g_test_add_func ("/partition-table/gpt", test_gpt);
  g_test_add_func ("/partition-table/gpt-backup", test_gpt_backup);
  g_test_add_func ("/partition-table/gpt-nonsense", test_gpt_nonsense);
  g_test_add_func ("/partition-table/gpt-entries", test_gpt_entries);
  g_test_add_func ("/partition-table/read-fails", test_read_fails);
  g_test_add_func ("/partition-table/random", test_random);
  return g_test_run ();
}
