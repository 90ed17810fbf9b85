/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/guest/initramfs.h"

#include <string.h>

#include <archive.h>
#include <archive_entry.h>

#include "model/base/errors.h"

#define VERSION "6.1.0-9-amd64"
#define MODULES "usr/lib/modules/" VERSION "/kernel/drivers/"

static void add_cpio_entry (GByteArray *bytes, const char *name, guint mode, const char *content)
{
  static const guint8 zeros[4] = { 0 };
  guint name_size = strlen (name) + 1;
  guint size = strlen (content);
  g_autofree char *header = g_strdup_printf ("070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X", 1u, mode, 0u,
                                             0u, 1u, 0u, size, 0u, 0u, 0u, 0u, name_size, 0u);

  g_byte_array_append (bytes, (const guint8 *) header, 110);
  g_byte_array_append (bytes, (const guint8 *) name, name_size);
  g_byte_array_append (bytes, zeros, (4 - (110 + name_size) % 4) % 4);
  g_byte_array_append (bytes, (const guint8 *) content, size);
  g_byte_array_append (bytes, zeros, (4 - size % 4) % 4);
}

/* A cpio archive with these files, padded with zeros to a multiple of 512 as cpio does. */
static GByteArray *make_cpio (const char *const *names)
{
  GByteArray *bytes = g_byte_array_new ();

  add_cpio_entry (bytes, "usr", 0040755, "");
  for (guint i = 0; names[i]; i++)
    add_cpio_entry (bytes, names[i], 0100644, "odd");
  add_cpio_entry (bytes, "TRAILER!!!", 0, "");
  while (bytes->len % 512)
    g_byte_array_append (bytes, (const guint8 *) "", 1);
  return bytes;
}

static GByteArray *compress_bytes (GByteArray *plain, const char *filter)
{
  struct archive *archive = archive_write_new ();
  struct archive_entry *entry = archive_entry_new ();
  gsize used = 0;
  GByteArray *bytes = g_byte_array_sized_new (plain->len + 65536);

  g_byte_array_set_size (bytes, plain->len + 65536);
  g_assert_cmpint (archive_write_add_filter_by_name (archive, filter), ==, ARCHIVE_OK);
  g_assert_cmpint (archive_write_set_format_raw (archive), ==, ARCHIVE_OK);
  g_assert_cmpint (archive_write_set_bytes_in_last_block (archive, 1), ==, ARCHIVE_OK);
  g_assert_cmpint (archive_write_open_memory (archive, bytes->data, bytes->len, &used), ==, ARCHIVE_OK);
  archive_entry_set_filetype (entry, AE_IFREG);
  g_assert_cmpint (archive_write_header (archive, entry), ==, ARCHIVE_OK);
  g_assert_cmpint (archive_write_data (archive, plain->data, plain->len), ==, plain->len);
  g_assert_cmpint (archive_write_close (archive), ==, ARCHIVE_OK);
  archive_entry_free (entry);
  archive_write_free (archive);
  g_byte_array_set_size (bytes, used);
  return bytes;
}

static EmbarkInitramfs *read_bytes (const GByteArray *bytes, GError **error)
{
  g_autoptr (GBytes) file = g_bytes_new (bytes->data, bytes->len);

  return embark_initramfs_read (file, error);
}

static const char *const virtio_names[] = { MODULES "block/virtio_blk.ko", MODULES "virtio/virtio_pci.ko.xz",
                                            MODULES "net/virtio-net.ko.zst", "init", NULL };
static const char *const microcode_names[] = { "kernel/x86/microcode/GenuineIntel.bin", NULL };

static void check_virtio (const GByteArray *bytes, guint n_archives)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EmbarkInitramfs) initramfs = read_bytes (bytes, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (embark_initramfs_get_n_archives (initramfs), ==, n_archives);
  g_assert_cmpuint (embark_initramfs_get_n_modules (initramfs), ==, 3);
  g_assert_true (embark_initramfs_has_module (initramfs, VERSION, "virtio_blk"));
  g_assert_true (embark_initramfs_has_module (initramfs, VERSION, "virtio-pci"));
  g_assert_true (embark_initramfs_has_module (initramfs, VERSION, "virtio_net"));
  g_assert_false (embark_initramfs_has_module (initramfs, VERSION, "virtio"));
  g_assert_false (embark_initramfs_has_module (initramfs, "5.10.0-1", "virtio_blk"));
}

static void test_plain (void)
{
  g_autoptr (GByteArray) bytes = make_cpio (virtio_names);

  check_virtio (bytes, 1);
}

static void test_compressed (gconstpointer filter)
{
  g_autoptr (GByteArray) plain = make_cpio (virtio_names);
  g_autoptr (GByteArray) bytes = compress_bytes (plain, filter);

  g_assert_cmpint (memcmp (bytes->data, "070701", 6), !=, 0);
  check_virtio (bytes, 1);
}

static void test_microcode_first (gconstpointer filter)
{
  g_autoptr (GByteArray) bytes = make_cpio (microcode_names);
  g_autoptr (GByteArray) plain = make_cpio (virtio_names);
  g_autoptr (GByteArray) packed = compress_bytes (plain, filter);

  g_byte_array_append (bytes, packed->data, packed->len);
  check_virtio (bytes, 2);
}

/* Ubuntu since 23.10: microcode, an uncompressed archive of modules, a compressed one of the rest. */
static void test_modules_before_compressed (void)
{
  static const char *const rest_names[] = { "init", "usr/bin/busybox", NULL };
  g_autoptr (GByteArray) bytes = make_cpio (microcode_names);
  g_autoptr (GByteArray) modules = make_cpio (virtio_names);
  g_autoptr (GByteArray) rest = make_cpio (rest_names);
  g_autoptr (GByteArray) packed = compress_bytes (rest, "zstd");

  g_byte_array_append (bytes, modules->data, modules->len);
  g_byte_array_append (bytes, packed->data, packed->len);
  check_virtio (bytes, 3);
}

static void test_several_in_compressed (void)
{
  g_autoptr (GByteArray) plain = make_cpio (microcode_names);
  g_autoptr (GByteArray) second = make_cpio (virtio_names);
  g_autoptr (GByteArray) packed = NULL;

  g_byte_array_append (plain, second->data, second->len);
  packed = compress_bytes (plain, "gzip");
  check_virtio (packed, 2);
}

/* Before udev, modules lay flat and without their kernel's version. */
static void test_flat_modules (void)
{
  static const char *const names[] = { "lib/virtio_blk.ko", NULL };
  g_autoptr (GByteArray) bytes = make_cpio (names);
  g_autoptr (EmbarkInitramfs) initramfs = read_bytes (bytes, NULL);

  g_assert_nonnull (initramfs);
  g_assert_true (embark_initramfs_has_module (initramfs, "2.6.18-128.el5", "virtio_blk"));
}

static void test_without_virtio (void)
{
  static const char *const names[] = { MODULES "block/nvme.ko", "etc/virtio_blk.conf", NULL };
  g_autoptr (GByteArray) bytes = make_cpio (names);
  g_autoptr (EmbarkInitramfs) initramfs = read_bytes (bytes, NULL);

  g_assert_nonnull (initramfs);
  g_assert_false (embark_initramfs_has_module (initramfs, VERSION, "virtio_blk"));
}

static void check_refused (const GByteArray *bytes)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EmbarkInitramfs) initramfs = read_bytes (bytes, &error);

  g_assert_null (initramfs);
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED);
}

static void test_cut_off (void)
{
  g_autoptr (GByteArray) plain = make_cpio (virtio_names);
  g_autoptr (GByteArray) packed = compress_bytes (plain, "xz");

  g_byte_array_set_size (plain, 300);
  check_refused (plain);
  g_byte_array_set_size (packed, packed->len / 2);
  check_refused (packed);
}

static void test_nonsense (void)
{
  g_autoptr (GByteArray) text = g_byte_array_new ();
  g_autoptr (GByteArray) huge_name = make_cpio (virtio_names);
  g_autoptr (GByteArray) zeros = g_byte_array_new ();

  g_byte_array_append (text, (const guint8 *) "this is not an initramfs at all", 31);
  check_refused (text);
  memcpy (huge_name->data + 94, "FFFFFFFF", 8);
  check_refused (huge_name);
  g_byte_array_set_size (zeros, 4096);
  memset (zeros->data, 0, zeros->len);
  check_refused (zeros);
}

int main (int argc, char **argv)
{
  static const char *const filters[] = { "gzip", "xz", "zstd", "lz4", "bzip2", "lzma" };

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/initramfs/plain", test_plain);
  for (guint i = 0; i < G_N_ELEMENTS (filters); i++)
    {
      g_autofree char *plain = g_strconcat ("/initramfs/compressed/", filters[i], NULL);
      g_autofree char *behind = g_strconcat ("/initramfs/microcode-first/", filters[i], NULL);

      g_test_add_data_func (plain, filters[i], test_compressed);
      g_test_add_data_func (behind, filters[i], test_microcode_first);
    }
  g_test_add_func ("/initramfs/modules-before-compressed", test_modules_before_compressed);
  g_test_add_func ("/initramfs/several-in-compressed", test_several_in_compressed);
  g_test_add_func ("/initramfs/flat-modules", test_flat_modules);
  g_test_add_func ("/initramfs/without-virtio", test_without_virtio);
  g_test_add_func ("/initramfs/cut-off", test_cut_off);
  g_test_add_func ("/initramfs/nonsense", test_nonsense);
  return g_test_run ();
}
