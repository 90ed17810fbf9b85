/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small logs made by hand, noise, and one of mkfs.xfs. */
#include "model/guest/xfs-log.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define BLOCK 512
#define FS_BLOCK 4096
#define GROUP_BLOCKS 1000 /* not a power of two: the address of the log has gaps, its place has none */
#define GROUP_SHIFT 10
#define LOG_GROUP 1
#define LOG_BLOCK 4
#define LOG_AT ((LOG_GROUP * GROUP_BLOCKS + LOG_BLOCK) * FS_BLOCK)
#define LOG_FS_BLOCKS 64
#define LOG_BLOCKS (LOG_FS_BLOCKS * FS_BLOCK / BLOCK)
#define VERSION_5 0xB4A5
#define OLDER 6
#define NEWER 7

typedef struct
{
  guint8 *bytes;
  gsize size;
  guint n_reads;
} Device;

static void put_16 (guint8 *p, guint value)
{
  p[0] = (guint8) (value >> 8);
  p[1] = (guint8) value;
}

static void put_32 (guint8 *p, guint32 value)
{
  put_16 (p, value >> 16);
  put_16 (p + 2, value & 0xFFFF);
}

static guint8 *get_block (Device *device, guint block)
{
  return device->bytes + LOG_AT + (gsize) (block % LOG_BLOCKS) * BLOCK;
}

static void stamp (Device *device, guint first, guint count, guint32 cycle)
{
  for (guint i = 0; i < count; i++)
    put_32 (get_block (device, first + i), cycle);
}

static void make_device (Device *device)
{
  guint8 *sb;

  device->size = LOG_AT + LOG_BLOCKS * BLOCK + FS_BLOCK;
  device->bytes = sb = g_malloc0 (device->size);
  device->n_reads = 0;
  memcpy (sb, "XFSB", 4);
  put_32 (sb + 4, FS_BLOCK);
  memset (sb + 32, 0x5A, 16);
  put_32 (sb + 52, LOG_GROUP << GROUP_SHIFT | LOG_BLOCK);
  put_32 (sb + 84, GROUP_BLOCKS);
  put_32 (sb + 88, 4);
  put_32 (sb + 96, LOG_FS_BLOCKS);
  put_16 (sb + 100, VERSION_5);
  sb[120] = 12;
  sb[124] = GROUP_SHIFT;
}

/* A header and @n_blocks after it, at @first of the ring; stamped as the blocks after its end are with @cycle + 1. */
static void put_record (Device *device, guint first, guint n_blocks, guint32 cycle, gboolean is_unmount)
{
  guint8 *header = get_block (device, first);

  for (guint i = 0; i <= n_blocks; i++)
    stamp (device, first + i, 1, cycle + (first + i >= LOG_BLOCKS ? 1 : 0));
  put_32 (header, 0xFEEDBABE);
  put_32 (header + 4, cycle);
  put_32 (header + 8, 2);
  put_32 (header + 12, n_blocks * BLOCK);
  put_32 (header + 40, is_unmount ? 1 : 5);
  memset (header + 304, 0x5A, 16);
  put_32 (header + 320, 32 * 1024);
  get_block (device, first + 1)[9] = is_unmount ? 0x20 : 0x01;
}

static gboolean read_bytes (gpointer user_data, guint64 offset, guint8 *buffer, gsize size)
{
  Device *device = user_data;

  device->n_reads++;
  g_assert_cmpuint (size, <=, EMBARK_XFS_READ_MAX);
  g_assert_cmpuint (offset, <=, G_MAXINT64);
  if (offset > device->size || size > device->size - offset)
    return FALSE;
  memcpy (buffer, device->bytes + offset, size);
  return TRUE;
}

static void check (Device *device, EmbarkFilesystemState expected)
{
  const char *reason = NULL;

  device->n_reads = 0;
  g_assert_cmpint (embark_xfs_get_state (read_bytes, device, &reason), ==, expected);
  g_assert_cmpuint (device->n_reads, <, 40);
  g_assert_true ((expected == EMBARK_FILESYSTEM_STATE_UNKNOWN) == (reason != NULL));
}

static void check_unknown (Device *device, const char *expected)
{
  const char *reason = NULL;

  g_assert_cmpint (embark_xfs_get_state (read_bytes, device, &reason), ==, EMBARK_FILESYSTEM_STATE_UNKNOWN);
  g_assert_cmpstr (reason, ==, expected);
}

static void test_first_turn (void)
{
  Device device;

  make_device (&device);
  put_record (&device, 0, 1, 1, TRUE);
  check (&device, EMBARK_FILESYSTEM_STATE_CLEAN);
  put_record (&device, 2, 60, 1, FALSE);
  check (&device, EMBARK_FILESYSTEM_STATE_UNCLEAN);
  put_record (&device, 63, 1, 1, TRUE);
  check (&device, EMBARK_FILESYSTEM_STATE_CLEAN);
  put_record (&device, 65, 1, 1, FALSE); /* mounted again */
  check (&device, EMBARK_FILESYSTEM_STATE_UNCLEAN);
  g_free (device.bytes);
}

/* A whole turn of records, and the next one written up to @end. */
static void make_turn (Device *device, guint end, gboolean is_unmount)
{
  make_device (device);
  for (guint i = 0; i < LOG_BLOCKS; i += 32)
    put_record (device, i, 31, OLDER, FALSE);
  for (guint i = 0; i + 32 <= end - 2; i += 32)
    put_record (device, i, 31, NEWER, FALSE);
  stamp (device, (end - 2) / 32 * 32, (end - 2) % 32, NEWER);
  if ((end - 2) % 32 > 0)
    put_record (device, (end - 2) / 32 * 32, (end - 2) % 32 - 1, NEWER, FALSE);
  put_record (device, end - 2, 1, NEWER, is_unmount);
}

static void test_second_turn (void)
{
  for (guint end = 2; end <= LOG_BLOCKS; end += 2)
    {
      Device device;

      make_turn (&device, end, TRUE);
      check (&device, EMBARK_FILESYSTEM_STATE_CLEAN);
      g_free (device.bytes);
      make_turn (&device, end, FALSE);
      check (&device, EMBARK_FILESYSTEM_STATE_UNCLEAN);
      g_free (device.bytes);
    }
}

/* The unmount record itself lies over the end of the ring. */
static void test_wrapped (void)
{
  for (int is_unmount = 0; is_unmount <= 1; is_unmount++)
    for (guint before = 1; before <= 8; before++)
      {
        Device device;

        make_device (&device);
        for (guint i = 0; i < LOG_BLOCKS; i += 32)
          put_record (&device, i, 31, OLDER, FALSE);
        put_record (&device, LOG_BLOCKS - before, 7, OLDER, is_unmount);
        check (&device, is_unmount ? EMBARK_FILESYSTEM_STATE_CLEAN : EMBARK_FILESYSTEM_STATE_UNCLEAN);
        g_free (device.bytes);
      }
}

/* What was being written when the power went: of records after the unmount the first is torn, so it never was. */
static void test_cut_off (void)
{
  Device device;

  make_turn (&device, 100, TRUE);
  put_record (&device, 100, 20, NEWER, FALSE);
  stamp (&device, 110, 11, OLDER);
  check (&device, EMBARK_FILESYSTEM_STATE_CLEAN);
  put_record (&device, 121, 7, NEWER, FALSE); /* one that came before it to the disk */
  check (&device, EMBARK_FILESYSTEM_STATE_CLEAN);
  stamp (&device, 110, 11, NEWER); /* not torn at all */
  check (&device, EMBARK_FILESYSTEM_STATE_UNCLEAN);
  g_free (device.bytes);

  make_turn (&device, 100, FALSE);
  put_record (&device, 100, 20, NEWER, TRUE);
  stamp (&device, 110, 11, OLDER);
  check (&device, EMBARK_FILESYSTEM_STATE_UNCLEAN);
  g_free (device.bytes);
}

/* The turn was almost full: later records came to the disk, one before them did not. */
static void test_cut_off_at_the_end (void)
{
  Device device;

  make_turn (&device, LOG_BLOCKS, FALSE);
  put_record (&device, LOG_BLOCKS - 96, 1, NEWER, TRUE);
  put_record (&device, LOG_BLOCKS - 94, 29, NEWER, FALSE);
  stamp (&device, LOG_BLOCKS - 94, 30, OLDER);
  check (&device, EMBARK_FILESYSTEM_STATE_CLEAN);
  stamp (&device, LOG_BLOCKS - 96, 1, OLDER); /* nor the one that unmounts */
  check (&device, EMBARK_FILESYSTEM_STATE_UNCLEAN);
  g_free (device.bytes);
}

static void test_other_operations (void)
{
  Device device;

  make_turn (&device, 100, TRUE);
  put_32 (get_block (&device, 98) + 40, 2);
  check (&device, EMBARK_FILESYSTEM_STATE_UNCLEAN);
  put_32 (get_block (&device, 98) + 40, 1);
  get_block (&device, 99)[9] = 0x1F;
  check (&device, EMBARK_FILESYSTEM_STATE_UNCLEAN);
  g_free (device.bytes);
}

/* A record of more than 32 KiB has more than one header. */
static void test_long_record (void)
{
  Device device;
  guint8 *header;

  make_turn (&device, 100, FALSE);
  put_record (&device, 100, 3, NEWER, TRUE);
  header = get_block (&device, 100);
  put_32 (header + 12, 2 * BLOCK);
  put_32 (header + 320, 64 * 1024);
  check (&device, EMBARK_FILESYSTEM_STATE_UNCLEAN); /* what was the operation is the second header */
  get_block (&device, 102)[9] = 0x20;
  check (&device, EMBARK_FILESYSTEM_STATE_CLEAN);
  put_32 (header + 320, G_MAXUINT32);
  check_unknown (&device, "its log is damaged");
  put_32 (header + 320, 64 * 1024);
  put_32 (header + 12, G_MAXUINT32);
  check_unknown (&device, "its log is damaged");
  g_free (device.bytes);
}

static void test_superblock (void)
{
  static const struct
  {
    guint offset;
    guint32 value;
    const char *reason;
  } damages[] = {
    { 0, 0x58465300, "its superblock is damaged" },
    { 4, 512, "its superblock is damaged" },
    { 52, 0, "its log is on another device" },
    { 48, 0x7FFFFFFF, "its superblock is damaged" },
    { 52, 5 << GROUP_SHIFT, "its superblock is damaged" },
    { 52, 1 << GROUP_SHIFT | 990, "its superblock is damaged" },
    { 84, 1025, "its superblock is damaged" },
    { 88, 1, "its superblock is damaged" },
    { 96, 0, "its superblock is damaged" },
    { 96, 8, "its superblock is damaged" },
    { 96, G_MAXUINT32, "its superblock is damaged" },
    { 100, 0xB4A60000, "its version is not known" },
    { 120, 0xFF000000, "its superblock is damaged" },
    { 124, 0xFF000000, "its superblock is damaged" },
    { 52, 3 << GROUP_SHIFT, "its log cannot be read" },
    { 32, 0x12345678, "its log is damaged" }, /* the log of another */
  };

  for (guint i = 0; i < G_N_ELEMENTS (damages); i++)
    {
      Device device;

      make_turn (&device, 100, TRUE);
      put_32 (device.bytes + damages[i].offset, damages[i].value);
      check_unknown (&device, damages[i].reason);
      g_free (device.bytes);
    }
}

static void test_flags (void)
{
  Device device;

  make_turn (&device, 100, TRUE);
  put_32 (device.bytes + 216, 0x10);
  check (&device, EMBARK_FILESYSTEM_STATE_UNCLEAN); /* needs a repair */
  put_16 (device.bytes + 100, 0xB4A4);
  check (&device, EMBARK_FILESYSTEM_STATE_CLEAN); /* version 4 has no such flag */
  put_16 (device.bytes + 100, 0x3084);
  check (&device, EMBARK_FILESYSTEM_STATE_CLEAN); /* and the first version of the log */
  memset (get_block (&device, 98) + 304, 0, 16);
  check (&device, EMBARK_FILESYSTEM_STATE_CLEAN); /* of IRIX */
  g_free (device.bytes);
}

static void test_noise (void)
{
  Device device = { 0 };
  g_autoptr (GRand) random = g_rand_new_with_seed (4);

  check_unknown (&device, "it cannot be read");
  make_device (&device);
  check_unknown (&device, "its log is empty");
  stamp (&device, 0, LOG_BLOCKS, 3); /* not a header in it */
  check_unknown (&device, "its log is damaged");
  for (guint turn = 0; turn < 300; turn++)
    {
      const char *reason;

      for (guint i = 0; i < 64; i++)
        put_32 (get_block (&device, g_rand_int (random)) + g_rand_int_range (random, 0, 84) * 4,
                g_rand_boolean (random) ? 0xFEEDBABE : g_rand_int (random) >> g_rand_int_range (random, 0, 32));
      put_32 (device.bytes + g_rand_int_range (random, 1, 32) * 4,
              g_rand_int (random) >> g_rand_int_range (random, 0, 32));
      device.n_reads = 0;
      embark_xfs_get_state (read_bytes, &device, &reason);
      g_assert_cmpuint (device.n_reads, <, 40);
      if (turn % 8 == 7)
        {
          g_free (device.bytes);
          make_turn (&device, 2 + turn, TRUE);
        }
    }
  g_free (device.bytes);
}

static gboolean read_file (gpointer user_data, guint64 offset, guint8 *buffer, gsize size)
{
  return pread (*(int *) user_data, buffer, size, (off_t) offset) == (gssize) size;
}

static void test_real (void)
{
  g_autofree char *found = g_find_program_in_path ("mkfs.xfs");
  g_autofree char *path = NULL;
  const char *argv[] = { found ? found : "/usr/sbin/mkfs.xfs", "-q", NULL, NULL };
  const char *reason = NULL;
  int fd, status;

  if (!g_file_test (argv[0], G_FILE_TEST_IS_EXECUTABLE))
    {
      g_test_skip ("without mkfs.xfs");
      return;
    }
  fd = g_file_open_tmp ("embark-xfs-XXXXXX", &path, NULL);
  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (ftruncate (fd, 512 * 1024 * 1024), ==, 0);
  argv[2] = path;
  g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, 0, NULL, NULL, NULL, NULL, &status, NULL));
  g_assert_cmpint (status, ==, 0);
  g_assert_cmpint (embark_xfs_get_state (read_file, &fd, &reason), ==, EMBARK_FILESYSTEM_STATE_CLEAN);
  g_assert_null (reason);
  g_assert_cmpint (g_unlink (path), ==, 0);
  close (fd);
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/xfs-log/first-turn", test_first_turn);
  g_test_add_func ("/xfs-log/second-turn", test_second_turn);
  g_test_add_func ("/xfs-log/wrapped", test_wrapped);
  g_test_add_func ("/xfs-log/cut-off", test_cut_off);
  g_test_add_func ("/xfs-log/cut-off-at-the-end", test_cut_off_at_the_end);
  g_test_add_func ("/xfs-log/other-operations", test_other_operations);
  g_test_add_func ("/xfs-log/long-record", test_long_record);
  g_test_add_func ("/xfs-log/superblock", test_superblock);
  g_test_add_func ("/xfs-log/flags", test_flags);
  g_test_add_func ("/xfs-log/noise", test_noise);
  g_test_add_func ("/xfs-log/real", test_real);
  return g_test_run ();
}
