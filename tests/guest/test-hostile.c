/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "model/guest/ntfs-volume.h"
#include "tests/guest/guest-fixture.h"

#define MIB (G_GUINT64_CONSTANT (1) << 20)
#define TIB (G_GUINT64_CONSTANT (1) << 40)
#define DISK_SIZE (512 * MIB)
#define PARTITION_START MIB
#define KERNELS 5000 /* more than are ever looked at; mke2fs takes the square of it */

/* Runs the program to its end; an argument may hold spaces. */
static void run (const char *first, ...)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autofree char *complaint = NULL;
  g_autoptr (GError) error = NULL;
  int status = 0;
  va_list arguments;

  va_start (arguments, first);
  for (const char *argument = first; argument; argument = va_arg (arguments, const char *))
    g_ptr_array_add (argv, (char *) argument);
  va_end (arguments);
  g_ptr_array_add (argv, NULL);
  g_spawn_sync (NULL, (char **) argv->pdata, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, &complaint, &status, &error);
  g_assert_no_error (error);
  if (!g_spawn_check_wait_status (status, &error))
    g_error ("%s: %s: %s", first, error->message, complaint);
}

static EmbarkFacts *inspect (const char *image)
{
  GuestFixture *fixture = guest_fixture_open (image, "raw");
  EmbarkGuestRequest request = guest_fixture_make_request (fixture);
  g_autoptr (GError) error = NULL;
  EmbarkFacts *facts = embark_guest_inspect (&request, NULL, NULL, NULL, NULL, &error);
  g_autofree char *text = NULL;

  g_assert_no_error (error);
  g_assert_true (guest_fixture_wait_gone (fixture));
  guest_fixture_close (fixture);
  text = embark_facts_to_json (facts, TRUE);
  g_assert_cmpuint (strlen (text), <, MIB);
  g_test_message ("%s", text);
  return facts;
}

static char *make_folder (const char *tree, const char *name)
{
  char *path = g_build_filename (tree, name, NULL);

  g_assert_cmpint (g_mkdir_with_parents (path, 0755), ==, 0);
  return path;
}

static void write_file (const char *tree, const char *name, const char *content)
{
  g_autofree char *path = g_build_filename (tree, name, NULL);
  g_autofree char *folder = g_path_get_dirname (name);
  g_autofree char *made = make_folder (tree, folder);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, content, -1, &error);
  g_assert_no_error (error);
}

/* A file of a terabyte that takes no space. */
static void write_endless (const char *tree, const char *name)
{
  g_autofree char *path = g_build_filename (tree, name, NULL);

  write_file (tree, name, "");
  g_assert_cmpint (truncate (path, TIB), ==, 0);
}

static void write_loop (const char *tree, const char *name)
{
  g_autofree char *path = g_build_filename (tree, name, NULL);
  g_autofree char *target = g_path_get_basename (name);

  g_assert_cmpint (symlink (target, path), ==, 0);
}

/* A Linux as far as an inspection knows it, in which everything that is read is a trap. */
static void make_tree (const char *tree)
{
  g_autofree char *bin = make_folder (tree, "bin");
  g_autofree char *boot = make_folder (tree, "boot");
  g_autofree char *network = make_folder (tree, "etc/network");
  g_autofree char *bomb = g_build_filename (boot, "initrd.img-6.1.0-99999-amd64", NULL);
  g_autofree char *command = g_strdup_printf ("head -c 1200M /dev/zero | gzip -1 > '%s'", bomb);

  write_file (tree, "etc/fstab", "/dev/sda1 / ext4 defaults 0 1\n");
  write_file (tree, "etc/hostname", "a\x07\x1b[31mhost\n");
  write_file (tree, "etc/os-release",
              "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"Debian\x1b[2J <b>12</b> & \xe2\x80\xaegnp\"\n");
  write_file (tree, "usr/bin/cloud-init", "#!/bin/sh\n");
  write_endless (tree, "etc/cloud/cloud.cfg");
  write_endless (tree, "boot/grub/grub.cfg");
  write_loop (tree, "etc/network/interfaces");
  for (guint i = 0; i < KERNELS; i++)
    {
      g_autofree char *name = g_strdup_printf ("boot/vmlinuz-6.1.0-%05u-amd64", i + 95000);
      g_autofree char *path = g_build_filename (tree, name, NULL);
      int fd = g_creat (path, 0644);

      g_assert_cmpint (fd, >=, 0);
      close (fd);
    }
  run ("sh", "-c", command, NULL);
}

/* One Linux partition from 1 MiB on, that ends with the disk. */
static void make_disk (const char *path, const char *tree)
{
  static const guint8 entry[16] = { 0x80, 0, 0, 0, 0x83, 0, 0, 0, 0, 8, 0, 0, 0, 0xF8, 0x0F, 0 };
  int fd = g_open (path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (ftruncate (fd, DISK_SIZE), ==, 0);
  g_assert_cmpint (pwrite (fd, entry, sizeof entry, 446), ==, sizeof entry);
  g_assert_cmpint (pwrite (fd, "\x55\xaa", 2, 510), ==, 2);
  close (fd);
  run ("mke2fs", "-q", "-F", "-t", "ext4", "-b", "4096", "-N", "30000", "-E", "offset=1048576", "-d", tree, path,
       "120000", NULL);
}

static void check_reason (EmbarkFacts *facts, const char *path, const char *word)
{
  const char *reason = embark_facts_get_unknown (facts, path);

  g_assert_false (embark_facts_has (facts, path));
  g_assert_nonnull (reason);
  if (!strstr (reason, word))
    g_error ("%s: “%s” does not name %s", path, reason, word);
}

static void check_plain (const char *text)
{
  g_assert_nonnull (text);
  for (const char *p = text; *p; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      g_assert_false (g_unichar_iscntrl (c));
      g_assert_cmpuint (c, !=, 0x202E);
    }
}

static void test_linux (void)
{
  g_autofree char *dir = g_dir_make_tmp ("embark-hostile-XXXXXX", NULL);
  g_autofree char *tree = make_folder (dir, "tree");
  g_autofree char *image = g_build_filename (dir, "hostile.raw", NULL);
  g_autoptr (EmbarkFacts) facts = NULL;
  JsonArray *kernels;

  make_tree (tree);
  make_disk (image, tree);
  facts = inspect (image);
  g_assert_true (embark_facts_is (facts, "os.found"));
  g_assert_cmpstr (embark_facts_get_string (facts, "os.distribution"), ==, "debian");
  check_plain (embark_facts_get_string (facts, "os.product"));
  g_assert_nonnull (strstr (embark_facts_get_string (facts, "os.product"), "<b>12</b>"));
  if (embark_facts_has (facts, "os.hostname"))
    check_plain (embark_facts_get_string (facts, "os.hostname"));
  g_assert_nonnull (embark_facts_get_unknown (facts, "linux"));
  g_assert_nonnull (strstr (embark_facts_get_unknown (facts, "linux"), "too large"));
  check_reason (facts, "linux.cmdline", "boot entry");
  check_reason (facts, "linux.network.interfaces", "file");
  check_reason (facts, "linux.cloudInit.datasources", "/");
  kernels = embark_facts_get_list (facts, "linux.kernels");
  g_assert_true (!kernels || json_array_get_length (kernels) <= 32);
  run ("rm", "-rf", dir, NULL);
}

/* Calls @func for each cluster of @path that holds data and begins with @magic. */
static guint patch_clusters (const char *path, const char *magic, void (*func) (guint8 *cluster))
{
  int fd = g_open (path, O_RDWR | O_CLOEXEC, 0);
  off_t at = 0;
  guint n = 0;

  g_assert_cmpint (fd, >=, 0);
  while ((at = lseek (fd, at, SEEK_DATA)) >= 0)
    {
      off_t end = lseek (fd, at, SEEK_HOLE);
      guint8 cluster[4096];

      for (at -= at % 4096; at < end; at += 4096)
        if (pread (fd, cluster, sizeof cluster, at) == sizeof cluster && memcmp (cluster, magic, 4) == 0)
          {
            func (cluster);
            g_assert_cmpint (pwrite (fd, cluster, sizeof cluster, at), ==, sizeof cluster);
            n++;
          }
    }
  close (fd);
  return n;
}

static void spoil (guint8 *cluster)
{
  for (guint i = 0; i < 4096; i++)
    cluster[i] = (guint8) (i * 131 + 7);
}

static void set_dirty_flag (int fd, const guint8 *boot)
{
  guint8 record[EMBARK_NTFS_RECORD_MAX];
  guint64 offset = 0;
  gsize size = 0;
  gsize attribute;

  g_assert_true (embark_ntfs_find_volume_record (boot, &offset, &size));
  g_assert_cmpint (pread (fd, record, size, (off_t) (PARTITION_START + offset)), ==, (gssize) size);
  attribute = record[0x14];
  while (record[attribute] != 0x70)
    attribute += record[attribute + 4];
  record[attribute + record[attribute + 0x14] + 10] |= 1;
  g_assert_cmpint (pwrite (fd, record, size, (off_t) (PARTITION_START + offset)), ==, (gssize) size);
}

/* The flag that Windows sets while it has the volume open, in the MFT and in its mirror, which must agree. */
static void make_dirty (const char *path)
{
  int fd = g_open (path, O_RDWR | O_CLOEXEC, 0);
  guint8 boot[EMBARK_NTFS_BOOT_SIZE];

  g_assert_cmpint (pread (fd, boot, sizeof boot, PARTITION_START), ==, sizeof boot);
  set_dirty_flag (fd, boot);
  memcpy (boot + 0x30, boot + 0x38, 8);
  set_dirty_flag (fd, boot);
  close (fd);
}

static char *copy_windows (const char *dir)
{
  g_autofree char *guest = g_build_filename (guest_fixture_get_images (), "win2008r2.qcow2", NULL);
  char *image = g_build_filename (dir, "hostile.raw", NULL);

  run ("qemu-img", "convert", "-f", "qcow2", "-O", "raw", guest, image, NULL);
  return image;
}

/* Nothing is said of a system that is there and cannot be told, not even that there is none. */
static void test_windows_hives (void)
{
  g_autofree char *dir = g_dir_make_tmp ("embark-hostile-XXXXXX", NULL);
  g_autofree char *image = copy_windows (dir);
  g_autoptr (EmbarkFacts) facts = NULL;

  g_assert_cmpuint (patch_clusters (image, "regf", spoil), >=, 2);
  facts = inspect (image);
  check_reason (facts, "os.found", "the search for an operating system failed");
  check_reason (facts, "os.product", "failed");
  g_assert_true (embark_facts_has (facts, "disk.filesystems"));
  run ("rm", "-rf", dir, NULL);
}

static void test_windows_dirty (void)
{
  g_autofree char *dir = g_dir_make_tmp ("embark-hostile-XXXXXX", NULL);
  g_autofree char *image = copy_windows (dir);
  g_autoptr (EmbarkFacts) facts = NULL;

  make_dirty (image);
  facts = inspect (image);
  g_assert_cmpstr (embark_facts_get_string (facts, "os.type"), ==, "windows");
  g_assert_true (embark_facts_is (facts, "windows.dirty"));
  g_assert_cmpstr (embark_facts_get_string (facts, "windows.bootLoader"), ==, "\\Windows\\system32\\winload.exe");
  run ("rm", "-rf", dir, NULL);
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hostile/linux", test_linux);
  g_test_add_func ("/hostile/windows-hives", test_windows_hives);
  g_test_add_func ("/hostile/windows-dirty", test_windows_dirty);
  return g_test_run ();
}
