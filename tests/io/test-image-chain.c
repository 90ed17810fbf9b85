/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Chains of real images, and everything that is not one.
 */
#include "model/source/image-chain.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "model/base/errors.h"
#include "tests/support/image-folder.h"

#define MIB (1024 * 1024)

static EmbarkImageChain *open_image (ImageFolder *folder, const char *name, const char *format,
                                     const char *const *allowed)
{
  g_autofree char *path = image_folder_get_path (folder, name);
  g_autoptr (GError) error = NULL;
  EmbarkImageChain *chain = embark_image_chain_open (path, format, allowed, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (chain);
  return chain;
}

/* The sentence names the file and ends as a sentence does. */
static void refuse (ImageFolder *folder, const char *name, const char *format, const char *const *allowed, int code)
{
  g_autofree char *path = image_folder_get_path (folder, name);
  g_autofree char *display = g_filename_display_name (path);
  g_autoptr (GError) error = NULL;

  g_assert_null (embark_image_chain_open (path, format, allowed, NULL, &error));
  g_test_message ("%s", error->message);
  g_assert_error (error, EMBARK_ERROR, code);
  g_assert_nonnull (strstr (error->message, display));
}

static void test_formats (void)
{
  g_autoptr (ImageFolder) folder = image_folder_new ();
  static const struct
  {
    const char *format, *options, *probed;
  } cases[] = {
    { "qcow2", "compat=1.1", "qcow2" },
    { "qcow2", "compat=0.10", "qcow2" },
    { "qcow2", "cluster_size=512", "qcow2" },
    { "qcow2", "extended_l2=on,cluster_size=128k", "qcow2" },
    { "qcow2", "refcount_bits=1", "qcow2" },
    { "qcow2", "refcount_bits=64,lazy_refcounts=on", "qcow2" },
    { "qcow2", "preallocation=metadata", "qcow2" },
    { "vmdk", "subformat=monolithicSparse", "vmdk" },
    { "vmdk", "subformat=streamOptimized", "vmdk" },
    { "vpc", "subformat=dynamic,force_size=on", "vpc" },
    { "vpc", "subformat=fixed,force_size=on", "vpc" },
  };

  image_folder_make_raw (folder, "base.raw", 20 * MIB);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("%s %s", cases[i].format, cases[i].options);
      image_folder_run (folder, "qemu-img", "convert", "-f", "raw", "-O", cases[i].format, "-o", cases[i].options,
                        "base.raw", "image", NULL);
      g_autoptr (EmbarkImageChain) chain = open_image (folder, "image", NULL, NULL);
      const EmbarkImageFile *file = embark_image_chain_get_file (chain, 0);
      g_assert_cmpstr (embark_image_format_to_string (file->probe->format), ==, cases[i].probed);
      g_assert_cmpuint (embark_image_chain_get_virtual_size (chain), ==, 20 * MIB);
    }
  g_autoptr (EmbarkImageChain) raw = open_image (folder, "base.raw", NULL, NULL);
  g_assert_cmpuint (embark_image_chain_get_virtual_size (raw), ==, 20 * MIB);
}

static void test_truncated (void)
{
  g_autoptr (ImageFolder) folder = image_folder_new ();
  const char *const formats[] = { "qcow2", "vmdk", "vpc" };

  image_folder_make_raw (folder, "base.raw", 20 * MIB);
  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      struct stat st;
      g_autofree char *path = image_folder_get_path (folder, formats[i]);
      image_folder_run (folder, "qemu-img", "convert", "-f", "raw", "-O", formats[i], "base.raw", formats[i], NULL);
      g_assert_cmpint (stat (path, &st), ==, 0);
      for (guint part = 1; part < 8; part++)
        {
          image_folder_run (folder, "cp", formats[i], "cut", NULL);
          g_autofree char *cut = image_folder_get_path (folder, "cut");
          g_assert_cmpint (truncate (cut, st.st_size * part / 10), ==, 0);
          refuse (folder, "cut", NULL, NULL, EMBARK_ERROR_DAMAGED_IMAGE);
        }
    }
}

static void test_backing (void)
{
  g_autoptr (ImageFolder) folder = image_folder_new ();
  g_autoptr (EmbarkFacts) facts = embark_facts_new ();
  guint64 number = 0;

  image_folder_make_raw (folder, "base.raw", 4 * MIB);
  image_folder_run (folder, "qemu-img", "create", "-q", "-f", "qcow2", "-b", "base.raw", "-F", "raw", "mid", NULL);
  image_folder_run (folder, "qemu-img", "create", "-q", "-f", "qcow2", "-b", "mid", "-F", "qcow2", "top", NULL);
  g_autoptr (EmbarkImageChain) chain = open_image (folder, "top", NULL, NULL);
  g_assert_cmpuint (embark_image_chain_get_length (chain), ==, 3);
  embark_image_chain_add_facts (chain, facts);
  g_assert_cmpstr (embark_facts_get_string (facts, "image.format"), ==, "qcow2");
  g_assert_true (embark_facts_get_uint (facts, "image.chainLength", &number));
  g_assert_cmpuint (number, ==, 3);
  g_assert_true (embark_facts_get_uint (facts, "image.virtualSize", &number));
  g_assert_cmpuint (number, ==, 4 * MIB);
  g_assert_cmpuint (json_array_get_length (embark_facts_get_list (facts, "image.files")), ==, 3);

  image_folder_run (folder, "qemu-img", "rebase", "-u", "-f", "qcow2", "-b", "top", "-F", "qcow2", "mid", NULL);
  refuse (folder, "top", NULL, NULL, EMBARK_ERROR_DAMAGED_IMAGE);
  image_folder_run (folder, "rm", "mid", NULL);
  g_autofree char *top = image_folder_get_path (folder, "top");
  g_autoptr (GError) error = NULL;
  g_assert_null (embark_image_chain_open (top, NULL, NULL, NULL, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "mid"));
}

static void make_top (ImageFolder *folder, const char *backing, const char *format)
{
  image_folder_run (folder, "qemu-img", "create", "-q", "-f", "qcow2", "top", "4M", NULL);
  if (format != NULL)
    image_folder_run (folder, "qemu-img", "rebase", "-q", "-u", "-f", "qcow2", "-b", backing, "-F", format, "top",
                      NULL);
}

static void test_backing_elsewhere (void)
{
  g_autoptr (ImageFolder) folder = image_folder_new ();
  g_autoptr (ImageFolder) other = image_folder_new ();
  g_autofree char *outside = image_folder_get_path (other, "base");
  g_autofree char *relative = g_strdup_printf ("../%s/base", strrchr (other->path, '/') + 1);
  const char *allowed[] = { outside, NULL };

  image_folder_make_raw (other, "base", 4 * MIB);
  make_top (folder, outside, "raw");
  refuse (folder, "top", NULL, NULL, EMBARK_ERROR_UNSAFE_IMAGE);
  g_autoptr (EmbarkImageChain) named = open_image (folder, "top", "qcow2", allowed);
  g_assert_cmpuint (embark_image_chain_get_length (named), ==, 2);
  make_top (folder, relative, "raw");
  refuse (folder, "top", NULL, NULL, EMBARK_ERROR_UNSAFE_IMAGE);
  make_top (folder, "/etc/passwd", "raw");
  refuse (folder, "top", NULL, NULL, EMBARK_ERROR_UNSAFE_IMAGE);

  image_folder_run (folder, "ln", "-s", outside, "link", NULL);
  make_top (folder, "link", "raw");
  refuse (folder, "top", NULL, NULL, EMBARK_ERROR_UNSAFE_IMAGE);
}

static void test_backing_format (void)
{
  g_autoptr (ImageFolder) folder = image_folder_new ();
  g_autofree char *base = image_folder_get_path (folder, "base");
  const char *allowed[] = { base, NULL };

  image_folder_run (folder, "qemu-img", "create", "-q", "-f", "qcow2", "base", "4M", NULL);
  make_top (folder, "base", "raw");
  refuse (folder, "top", NULL, NULL, EMBARK_ERROR_UNSAFE_IMAGE);
  /* What a guest wrote into a raw disk does not make it another format. */
  g_autoptr (EmbarkImageChain) named = open_image (folder, "top", NULL, allowed);
  g_assert_cmpint (embark_image_chain_get_file (named, 1)->probe->format, ==, EMBARK_IMAGE_RAW);

  image_folder_write (folder, "secret", "root:x:0:0\n", 11);
  make_top (folder, "secret", "raw");
  g_autofree char *top = image_folder_get_path (folder, "top");
  g_assert_null (embark_image_chain_open (top, NULL, NULL, NULL, NULL));
}

/* Names that another program would take for a protocol. */
static void test_backing_protocols (void)
{
  const char *const names[] = { "nbd:localhost:1", "json:{\"driver\":\"file\",\"filename\":\"/etc/passwd\"}",
                                "ssh://host/x", "fat:rw:/etc" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (ImageFolder) folder = image_folder_new ();
      g_autofree char *top = image_folder_get_path (folder, "top");
      guint8 header[20] = { 0 };
      make_top (folder, "a", "raw");
      int fd = open (top, O_RDWR | O_CLOEXEC);
      g_assert_cmpint (pread (fd, header, sizeof header, 0), ==, sizeof header);
      header[18] = (guint8) (strlen (names[i]) >> 8);
      header[19] = (guint8) strlen (names[i]);
      g_assert_cmpint (pwrite (fd, header, sizeof header, 0), ==, sizeof header);
      off_t at = header[14] << 8 | header[15];
      g_assert_cmpint (pwrite (fd, names[i], strlen (names[i]), at), ==, (gssize) strlen (names[i]));
      close (fd);
      refuse (folder, "top", NULL, NULL, EMBARK_ERROR_UNSAFE_IMAGE);
    }
}

static void test_data_file (void)
{
  g_autoptr (ImageFolder) folder = image_folder_new ();

  image_folder_run (folder, "qemu-img", "create", "-q", "-f", "qcow2", "-o", "data_file=data", "image", "4M", NULL);
  refuse (folder, "image", NULL, NULL, EMBARK_ERROR_UNSAFE_IMAGE);
  image_folder_run (folder, "qemu-img", "create", "-q", "-f", "vmdk", "-o", "subformat=monolithicFlat", "flat.vmdk",
                    "4M", NULL);
  refuse (folder, "flat.vmdk", NULL, NULL, EMBARK_ERROR_UNSAFE_IMAGE);
}

static void test_not_an_image (void)
{
  g_autoptr (ImageFolder) folder = image_folder_new ();
  g_autofree char *fifo = image_folder_get_path (folder, "fifo");
  g_autofree guint8 *zeros = g_malloc0 (2 * MIB);

  image_folder_run (folder, "mkdir", "folder", NULL);
  image_folder_write (folder, "empty", "", 0);
  image_folder_write (folder, "text", "hello\n", 6);
  image_folder_run (folder, "gzip", "-k", "text", NULL);
  image_folder_write (folder, "zeros", zeros, 2 * MIB);
  image_folder_make_raw (folder, "small", 512 * 1024);
  image_folder_run (folder, "truncate", "-s", "2097153", "small", NULL);
  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
  refuse (folder, "missing", NULL, NULL, EMBARK_ERROR_NOT_FOUND);
  refuse (folder, "text/missing", NULL, NULL, EMBARK_ERROR_NOT_FOUND);
  refuse (folder, "folder", NULL, NULL, EMBARK_ERROR_NOT_AN_IMAGE);
  refuse (folder, "empty", NULL, NULL, EMBARK_ERROR_NOT_AN_IMAGE);
  refuse (folder, "empty", "raw", NULL, EMBARK_ERROR_NOT_AN_IMAGE);
  refuse (folder, "text", NULL, NULL, EMBARK_ERROR_NOT_AN_IMAGE);
  refuse (folder, "text.gz", NULL, NULL, EMBARK_ERROR_NOT_AN_IMAGE);
  refuse (folder, "zeros", NULL, NULL, EMBARK_ERROR_NOT_AN_IMAGE);
  refuse (folder, "small", NULL, NULL, EMBARK_ERROR_NOT_AN_IMAGE);
  refuse (folder, "fifo", NULL, NULL, EMBARK_ERROR_NOT_AN_IMAGE);
  g_autoptr (GError) error = NULL;
  g_assert_null (embark_image_chain_open ("/dev/null", NULL, NULL, NULL, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_NOT_AN_IMAGE);
  g_autoptr (EmbarkImageChain) named = open_image (folder, "zeros", "raw", NULL);
  g_assert_cmpuint (embark_image_chain_get_length (named), ==, 1);
}

static void test_unsupported (void)
{
  g_autoptr (ImageFolder) folder = image_folder_new ();
  const char *const formats[] = { "vdi", "vhdx", "qed", "qcow" };

  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      image_folder_run (folder, "qemu-img", "create", "-q", "-f", formats[i], formats[i], "4M", NULL);
      refuse (folder, formats[i], NULL, NULL, EMBARK_ERROR_UNSUPPORTED_IMAGE);
    }
}

static void test_disagreement (void)
{
  g_autoptr (ImageFolder) folder = image_folder_new ();

  image_folder_run (folder, "qemu-img", "create", "-q", "-f", "qcow2", "image", "4M", NULL);
  refuse (folder, "image", "vmdk", NULL, EMBARK_ERROR_UNSAFE_IMAGE);
  g_autoptr (EmbarkImageChain) chain = open_image (folder, "image", "raw", NULL);
  g_assert_cmpint (embark_image_chain_get_file (chain, 0)->probe->format, ==, EMBARK_IMAGE_RAW);
}

static void test_no_permission (void)
{
  g_autoptr (ImageFolder) folder = image_folder_new ();
  g_autofree char *path = image_folder_get_path (folder, "secret");
  gboolean is_root = geteuid () == 0;

  image_folder_make_raw (folder, "secret", 2 * MIB);
  g_assert_cmpint (chmod (folder->path, 0755), ==, 0);
  g_assert_cmpint (chmod (path, 0), ==, 0);
  if (is_root)
    g_assert_cmpint (seteuid (65534), ==, 0);
  refuse (folder, "secret", NULL, NULL, EMBARK_ERROR_NOT_READABLE);
  if (is_root)
    g_assert_cmpint (seteuid (0), ==, 0);
}

static void test_names (void)
{
  g_autoptr (ImageFolder) folder = image_folder_new ();
  g_autofree char *longest = g_strnfill (200, 'n');
  const char *const names[] = { "-rf", "a,b,,c", "a\nb", "bad\xff\xfe", "json:{}", "nbd:x", "%s %n", longest };

  image_folder_make_raw (folder, "base", 2 * MIB);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = image_folder_get_path (folder, names[i]);
      image_folder_run (folder, "cp", "base", path, NULL);
      g_autoptr (EmbarkImageChain) chain = open_image (folder, names[i], NULL, NULL);
      g_assert_cmpstr (embark_image_chain_get_file (chain, 0)->path, ==, path);
    }
}

static void test_verify (void)
{
  g_autoptr (ImageFolder) folder = image_folder_new ();
  g_autofree char *path = image_folder_get_path (folder, "image");
  g_autoptr (GError) error = NULL;

  image_folder_make_raw (folder, "image", 2 * MIB);
  g_autoptr (EmbarkImageChain) chain = open_image (folder, "image", NULL, NULL);
  g_autofree char *before = embark_image_chain_get_fingerprint (chain);
  g_assert_true (embark_image_chain_verify (chain, &error));
  g_assert_no_error (error);
  g_assert_cmpint (truncate (path, 3 * MIB), ==, 0);
  g_assert_false (embark_image_chain_verify (chain, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_SOURCE_CHANGED);
  g_autoptr (EmbarkImageChain) after = open_image (folder, "image", NULL, NULL);
  g_autofree char *changed = embark_image_chain_get_fingerprint (after);
  g_assert_cmpstr (before, !=, changed);
}

static void test_cancelled (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_null (embark_image_chain_open ("/x", NULL, NULL, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/image-chain/formats", test_formats);
  g_test_add_func ("/image-chain/truncated", test_truncated);
  g_test_add_func ("/image-chain/backing", test_backing);
  g_test_add_func ("/image-chain/backing-elsewhere", test_backing_elsewhere);
  g_test_add_func ("/image-chain/backing-format", test_backing_format);
  g_test_add_func ("/image-chain/backing-protocols", test_backing_protocols);
  g_test_add_func ("/image-chain/data-file", test_data_file);
  g_test_add_func ("/image-chain/not-an-image", test_not_an_image);
  g_test_add_func ("/image-chain/unsupported", test_unsupported);
  g_test_add_func ("/image-chain/disagreement", test_disagreement);
  g_test_add_func ("/image-chain/no-permission", test_no_permission);
  g_test_add_func ("/image-chain/names", test_names);
  g_test_add_func ("/image-chain/verify", test_verify);
  g_test_add_func ("/image-chain/cancelled", test_cancelled);
  return g_test_run ();
}
