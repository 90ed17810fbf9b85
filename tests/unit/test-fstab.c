/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/guest/fstab.h"

#include <string.h>

static void add (GHashTable *set, const char *value)
{
  g_hash_table_add (set, g_strdup (value));
}

static EmbarkDiskNames *make_names (void)
{
  EmbarkDiskNames *names = embark_disk_names_new ();

  add (names->uuids, "6d7a1c00-98fc-4c14-9afb-f4c8996fb924");
  add (names->uuids, "abcd-1234");
  add (names->labels, "root");
  add (names->labels, "my data");
  add (names->volumes, "/dev/vg-a/home");
  return names;
}

static void check_match (EmbarkDiskNames *names, const char *text, const char *expected)
{
  g_autoptr (GPtrArray) lines = embark_fstab_read (text);

  g_test_message ("%s", text);
  g_assert_cmpuint (lines->len, ==, 1);
  g_assert_cmpstr (embark_fstab_match (g_ptr_array_index (lines, 0), names), ==, expected);
}

static void test_read (void)
{
  g_autoptr (GPtrArray) lines =
      embark_fstab_read ("# /dev/sda9 / x\n\nUUID=ab\t/\text4 errors=remount-ro 0 1\n  /dev/sdb1   /mnt/my\\040data  "
                         "xfs\nproc\n/dev/sdc1 none swap sw # swap\r\n");
  const EmbarkFstabLine *line;

  g_assert_cmpuint (lines->len, ==, 3);
  line = g_ptr_array_index (lines, 0);
  g_assert_cmpuint (line->line, ==, 3);
  g_assert_cmpstr (line->device, ==, "UUID=ab");
  g_assert_cmpstr (line->mount_point, ==, "/");
  g_assert_cmpstr (line->type, ==, "ext4");
  g_assert_cmpstr (line->options, ==, "errors=remount-ro");
  line = g_ptr_array_index (lines, 1);
  g_assert_cmpstr (line->mount_point, ==, "/mnt/my data");
  g_assert_cmpstr (line->options, ==, "defaults");
  g_assert_cmpstr (line->text, ==, "/dev/sdb1   /mnt/my\\040data  xfs");
  line = g_ptr_array_index (lines, 2);
  g_assert_cmpuint (line->line, ==, 6);
  g_assert_cmpstr (line->type, ==, "swap");
}

static void test_tags (void)
{
  g_autoptr (EmbarkDiskNames) names = make_names ();

  check_match (names, "UUID=6D7A1C00-98fc-4c14-9afb-f4c8996fb924 / ext4", "present");
  check_match (names, "UUID=\"ABCD-1234\" /boot/efi vfat", "present");
  check_match (names, "UUID=11111111-98fc-4c14-9afb-f4c8996fb924 /data ext4", "absent");
  check_match (names, "LABEL=root / ext4", "present");
  check_match (names, "LABEL=Root / ext4", "absent");
  check_match (names, "LABEL=my\\040data /data ext4", "present");
  check_match (names, "/dev/disk/by-label/my\\x20data /data ext4", "present");
  check_match (names, "/dev/disk/by-uuid/ABCD-1234 /data ext4", "present");
  check_match (names, "PARTUUID=0badcafe-01 / ext4", NULL);
  names->has_closed = TRUE;
  check_match (names, "UUID=11111111-98fc-4c14-9afb-f4c8996fb924 /data ext4", NULL);
  check_match (names, "LABEL=root / ext4", "present");
}

static void test_devices (void)
{
  g_autoptr (EmbarkDiskNames) names = make_names ();

  check_match (names, "/dev/sda1 / ext4", "name");
  check_match (names, "/dev/vda1 / ext4", "name");
  check_match (names, "/dev/xvdb none swap", "name");
  check_match (names, "/dev/disk/by-path/pci-0000:00:10.0-scsi-0:0:0:0-part1 / ext4", "name");
  check_match (names, "/dev/mapper/vg--a-home /home ext4", "present");
  check_match (names, "/dev/vg-a/home /home ext4", "present");
  check_match (names, "/dev/vg-a/gone /srv ext4", "absent");
  check_match (names, "/dev/mapper/vg-root / ext4", "absent");
  check_match (names, "/dev/mapper/crypt /home ext4", "absent");
  check_match (names, "/dev/md0 / ext4", NULL);
  check_match (names, "/dev/odd / ext4", NULL);
  names->has_closed = TRUE;
  check_match (names, "/dev/mapper/crypt /home ext4", NULL);
  check_match (names, "/dev/mapper/vg-root / ext4", NULL);
}

static void test_virtual (void)
{
  g_autoptr (EmbarkDiskNames) names = make_names ();

  check_match (names, "proc /proc proc", "virtual");
  check_match (names, "tmpfs /tmp tmpfs size=1g", "virtual");
  check_match (names, "nas:/export /mnt nfs", "virtual");
  check_match (names, "//nas/share /mnt cifs", "virtual");
  check_match (names, "/swapfile none swap", "virtual");
  check_match (names, "/srv/a /srv/b none ro,bind", "virtual");
  check_match (names, "/dev/sr0 /media/cdrom0 udf,iso9660 user,noauto", "virtual");
  check_match (names, "/dev/fd0 /media/floppy auto rw", "virtual");
  check_match (names, "rpool/ROOT / zfs", NULL);
}

/* A file of a guest can be as long as it likes, and hold anything. */
static void test_bound (void)
{
  g_autoptr (GString) text = g_string_new ("\001\002 \003\n\\777 \\04 ext4\n");
  g_autoptr (GPtrArray) lines = NULL;

  for (guint i = 0; i < 1000; i++)
    g_string_append_printf (text, "/dev/sd%u /m ext4\n", i);
  g_string_append (text, "/dev/long ");
  for (guint i = 0; i < 100000; i++)
    g_string_append_c (text, 'x');
  lines = embark_fstab_read (text->str);
  g_assert_cmpuint (lines->len, ==, 256);
}

static void test_long_line (void)
{
  g_autofree char *dots = g_strnfill (100000, '.');
  g_autofree char *text = g_strconcat ("/dev/sda1 /", dots, " ext4", NULL);
  g_autoptr (GPtrArray) lines = embark_fstab_read (text);
  const EmbarkFstabLine *line = g_ptr_array_index (lines, 0);

  g_assert_cmpuint (strlen (line->text), ==, 512);
}

static void test_mbr (void)
{
  g_autoptr (EmbarkDiskNames) names = make_names ();
  static const guint numbers[] = { 1, 5, 0 };
  guint8 head[512] = { 0 };

  g_assert_false (embark_disk_names_read_table (names, head, sizeof head, numbers));
  head[510] = 0x55;
  head[511] = 0xAA;
  memcpy (head + 440, "\xFE\xCA\xAD\x0B", 4);
  g_assert_false (embark_disk_names_read_table (names, head, 511, numbers));
  g_assert_true (embark_disk_names_read_table (names, head, sizeof head, numbers));
  check_match (names, "PARTUUID=0BADCAFE-01 / ext4", "present");
  check_match (names, "PARTUUID=0badcafe-05 / ext4", "present");
  check_match (names, "/dev/disk/by-partuuid/0badcafe-02 / ext4", "absent");
}

static void test_gpt (void)
{
  static const guint8 guid[16] = { 0x78, 0x56, 0x34, 0x12, 0xBC, 0x9A, 0xF0, 0xDE, 1, 2, 3, 4, 5, 6, 7, 8 };
  g_autoptr (EmbarkDiskNames) names = make_names ();
  guint8 head[1024 + 256] = { 0 };
  guint8 *entry = head + 1024 + 128;
  static const guint numbers[] = { 0 };

  head[450] = 0xEE;
  head[510] = 0x55;
  head[511] = 0xAA;
  g_assert_false (embark_disk_names_read_table (names, head, sizeof head, numbers));
  memcpy (head + 512, "EFI PART", 8);
  head[512 + 72] = 2;
  head[512 + 84] = 128;
  entry[0] = 1;
  memcpy (entry + 16, guid, sizeof guid);
  memcpy (entry + 56, "r\0o\0o\0t\0", 8);
  g_assert_true (embark_disk_names_read_table (names, head, sizeof head, numbers));
  check_match (names, "PARTUUID=12345678-9abc-def0-0102-030405060708 / ext4", "present");
  check_match (names, "PARTLABEL=root / ext4", "present");
  check_match (names, "PARTLABEL=boot / ext4", "absent");
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fstab/read", test_read);
  g_test_add_func ("/fstab/tags", test_tags);
  g_test_add_func ("/fstab/devices", test_devices);
  g_test_add_func ("/fstab/virtual", test_virtual);
  g_test_add_func ("/fstab/bound", test_bound);
  g_test_add_func ("/fstab/long-line", test_long_line);
  g_test_add_func ("/fstab/mbr", test_mbr);
  g_test_add_func ("/fstab/gpt", test_gpt);
  return g_test_run ();
}
