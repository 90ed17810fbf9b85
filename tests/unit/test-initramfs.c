/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/guest/initramfs.h"

#include <string.h>

#include <archive.h>
#include <archive_entry.h>
#include <lzo/lzo1x.h>

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

/* As lzop writes it: the header of version 1.04, blocks of 64 KiB, no checksums of the data. */
static GByteArray *compress_lzop (GByteArray *plain)
{
  static const guint8 header[] = { 0x89, 'L', 'Z', 'O', 0, '\r', '\n', 0x1A, '\n', 0x10, 0x40, 0x20, 0xA0, 0x09,
                                   0x40, 1,   5,   0,   0, 0,    0,    0,    0,    0x81, 0xA4, 0,    0,    0,
                                   0,    0,   0,   0,   0, 3,    'a',  'b',  'c',  0,    0,    0,    0 };
  g_autofree guint8 *memory = g_malloc (LZO1X_1_MEM_COMPRESS);
  GByteArray *bytes = g_byte_array_new ();

  g_assert_cmpint (lzo_init (), ==, LZO_E_OK);
  g_byte_array_append (bytes, header, sizeof header);
  for (guint at = 0; at < plain->len; at += 65536)
    {
      guint n = MIN (plain->len - at, 65536);
      guint8 block[65536 + 65536 / 16 + 67];
      lzo_uint packed = 0;
      guint32 sizes[2];

      g_assert_cmpint (lzo1x_1_compress (plain->data + at, n, block, &packed, memory), ==, LZO_E_OK);
      sizes[0] = GUINT32_TO_BE (n);
      sizes[1] = GUINT32_TO_BE (MIN (packed, n));
      g_byte_array_append (bytes, (const guint8 *) sizes, 8);
      g_byte_array_append (bytes, packed < n ? block : plain->data + at, MIN (packed, n));
    }
  g_byte_array_append (bytes, (const guint8 *) "\0\0\0", 4);
  return bytes;
}

/* "lz4 -l", which the kernel and Debian use: a magic, then blocks with their length, here of literals only. */
static GByteArray *compress_lz4_legacy (GByteArray *plain)
{
  GByteArray *bytes = g_byte_array_new ();
  GByteArray *block = g_byte_array_new ();
  guint rest = plain->len - 15;
  guint32 size;

  g_byte_array_append (block, (const guint8 *) "\xF0", 1);
  for (; rest >= 255; rest -= 255)
    g_byte_array_append (block, (const guint8 *) "\xFF", 1);
  g_byte_array_append (block, (const guint8[]){ (guint8) rest }, 1);
  g_byte_array_append (block, plain->data, plain->len);
  size = GUINT32_TO_LE (block->len);
  g_byte_array_append (bytes, (const guint8 *) "\x02\x21\x4C\x18", 4);
  g_byte_array_append (bytes, (const guint8 *) &size, 4);
  g_byte_array_append (bytes, block->data, block->len);
  g_byte_array_unref (block);
  return bytes;
}

static GByteArray *compress_bytes (GByteArray *plain, const char *filter)
{
  struct archive *archive;
  struct archive_entry *entry;
  gsize used = 0;
  GByteArray *bytes;

  if (strcmp (filter, "lzop") == 0)
    return compress_lzop (plain);
  if (strcmp (filter, "lz4-legacy") == 0)
    return compress_lz4_legacy (plain);
  archive = archive_write_new ();
  entry = archive_entry_new ();
  bytes = g_byte_array_sized_new (plain->len + 65536);
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
  guint64 budget = EMBARK_INITRAMFS_UNPACKED_MAX;

  return embark_initramfs_read (file, &budget, error);
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

/* Several compressed archives one behind the other, with padding between. */
static void test_compressed_twice (gconstpointer filter)
{
  static const char *const rest_names[] = { "init", "usr/bin/busybox", NULL };
  g_autoptr (GByteArray) modules = make_cpio (virtio_names);
  g_autoptr (GByteArray) rest = make_cpio (rest_names);
  g_autoptr (GByteArray) bytes = compress_bytes (rest, filter);
  g_autoptr (GByteArray) packed = compress_bytes (modules, filter);

  while (bytes->len % 4)
    g_byte_array_append (bytes, (const guint8 *) "", 1);
  g_byte_array_append (bytes, packed->data, packed->len);
  check_virtio (bytes, 2);
  g_byte_array_append (bytes, rest->data, rest->len);
  check_virtio (bytes, 3);
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

/* A few kilobytes that unpack to more than is allowed, in front of the archive or inside it. */
static void test_budget (void)
{
  g_autoptr (GByteArray) zeros = g_byte_array_new ();
  g_autoptr (GByteArray) plain = make_cpio (virtio_names);
  g_autoptr (GByteArray) packed = NULL;
  g_autoptr (GBytes) file = NULL;
  g_autoptr (GError) error = NULL;
  guint64 budget = 1024 * 1024;

  g_byte_array_set_size (zeros, 4 * 1024 * 1024);
  memset (zeros->data, 0, zeros->len);
  g_byte_array_append (plain, zeros->data, zeros->len);
  packed = compress_bytes (plain, "gzip");
  file = g_bytes_new (packed->data, packed->len);
  g_assert_null (embark_initramfs_read (file, &budget, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED);
  g_assert_cmpuint (budget, <, 65536);
}

/* No cut may be read past, none may be taken for the whole. */
static void test_cut_anywhere (gconstpointer filter)
{
  g_autoptr (GByteArray) plain = make_cpio (virtio_names);
  g_autoptr (GByteArray) packed = compress_bytes (plain, filter);

  for (guint length = 0; length < packed->len; length += 7)
    {
      g_autofree guint8 *exact = g_memdup2 (packed->data, length);
      g_autoptr (GBytes) file = g_bytes_new_take (g_steal_pointer (&exact), length);
      guint64 budget = EMBARK_INITRAMFS_UNPACKED_MAX;
      g_autoptr (EmbarkInitramfs) initramfs = embark_initramfs_read (file, &budget, NULL);

      if (initramfs)
        g_assert_true (embark_initramfs_has_module (initramfs, VERSION, "virtio_net"));
    }
}

int main (int argc, char **argv)
{
  static const char *const filters[] = { "gzip", "xz", "zstd", "lz4", "bzip2", "lzma", "lzop", "lz4-legacy" };

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/initramfs/plain", test_plain);
  for (guint i = 0; i < G_N_ELEMENTS (filters); i++)
    {
      g_autofree char *plain = g_strconcat ("/initramfs/compressed/", filters[i], NULL);
      g_autofree char *behind = g_strconcat ("/initramfs/microcode-first/", filters[i], NULL);

      g_test_add_data_func (plain, filters[i], test_compressed);
      g_autofree char *twice = g_strconcat ("/initramfs/compressed-twice/", filters[i], NULL);
      g_autofree char *cut = g_strconcat ("/initramfs/cut-anywhere/", filters[i], NULL);

      g_test_add_data_func (behind, filters[i], test_microcode_first);
      g_test_add_data_func (cut, filters[i], test_cut_anywhere);
      /* The old lzma does not say where it ends. */
      if (strcmp (filters[i], "lzma") != 0)
        g_test_add_data_func (twice, filters[i], test_compressed_twice);
    }
  g_test_add_func ("/initramfs/modules-before-compressed", test_modules_before_compressed);
  g_test_add_func ("/initramfs/several-in-compressed", test_several_in_compressed);
  g_test_add_func ("/initramfs/budget", test_budget);
  g_test_add_func ("/initramfs/flat-modules", test_flat_modules);
  g_test_add_func ("/initramfs/without-virtio", test_without_virtio);
  g_test_add_func ("/initramfs/cut-off", test_cut_off);
  g_test_add_func ("/initramfs/nonsense", test_nonsense);
  return g_test_run ();
}
