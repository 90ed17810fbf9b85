/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/guest/driver-signature.h"

#include <string.h>

#include <glib/gstdio.h>

#include "model/base/errors.h"
#include "model/guest/pe-image.h"
#include "tests/support/signed-driver.h"

#define PKCS7_TYPE EMBARK_PE_CERTIFICATE_PKCS7
#define X509_TYPE 1

/* Made once: keys take time. */
static SigningKey *root, *maker, *own, *curve;

static gboolean read_file (const GByteArray *file, gsize length, EmbarkDriverSignature *ret, GError **error)
{
  g_autoptr (GBytes) exact = g_bytes_new (file->data, length); /* so that one byte too far is seen */

  return embark_driver_signature_read (exact, ret, error);
}

/* @expected: letters of what is so: s(igned) i(ntact) o(wn) 2. */
static void check (const GByteArray *file, const char *expected)
{
  g_auto (EmbarkDriverSignature) signature = { 0 };
  g_autoptr (GError) error = NULL;
  g_autofree char *found = NULL;

  read_file (file, file->len, &signature, &error);
  g_assert_no_error (error);
  found = g_strdup_printf ("%s%s%s%s", signature.is_signed ? "s" : "", signature.is_intact ? "i" : "",
                           signature.is_self_signed ? "o" : "", signature.is_sha2 ? "2" : "");
  g_assert_cmpstr (found, ==, expected);
}

static void check_damaged (const GByteArray *file, gsize length)
{
  EmbarkDriverSignature signature = { .arch = "untouched" };
  g_autoptr (GError) error = NULL;

  g_assert_false (read_file (file, length, &signature, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED);
  g_assert_cmpstr (signature.arch, ==, "untouched");
}

static GBytes *sign (const GByteArray *file, const SigningKey *key, const EVP_MD *digest)
{
  return signed_driver_sign (file, &(SigningOptions){ .key = key, .digest = digest });
}

static GByteArray *make_signed (guint16 machine, const SigningKey *key, const EVP_MD *digest)
{
  GByteArray *file = signed_driver_new (machine);
  g_autoptr (GBytes) certificate = sign (file, key, digest);

  signed_driver_add (file, PKCS7_TYPE, certificate);
  return file;
}

/* Signed as @options say. */
static void check_options (const SigningOptions *options, const char *expected)
{
  g_autoptr (GByteArray) file = signed_driver_new (SIGNED_DRIVER_AMD64);
  g_autoptr (GBytes) certificate = signed_driver_sign (file, options);

  signed_driver_add (file, PKCS7_TYPE, certificate);
  check (file, expected);
}

static void test_good (void)
{
  g_autoptr (GByteArray) amd64 = make_signed (SIGNED_DRIVER_AMD64, maker, EVP_sha256 ());
  g_autoptr (GByteArray) x86 = make_signed (SIGNED_DRIVER_I386, maker, EVP_sha256 ());
  g_auto (EmbarkDriverSignature) signature = { 0 }, signature_x86 = { 0 };

  check (amd64, "si2");
  check (x86, "si2");
  g_assert_true (read_file (amd64, amd64->len, &signature, NULL));
  g_assert_cmpstr (signature.signer, ==, "Good Drivers Ltd");
  g_assert_cmpstr (signature.issuer, ==, "Root of tests");
  g_assert_cmpstr (signature.arch, ==, "x86_64");
  g_assert_true (read_file (x86, x86->len, &signature_x86, NULL));
  g_assert_cmpstr (signature_x86.arch, ==, "i386");
}

static void test_digests (void)
{
  check_options (&(SigningOptions){ .key = maker, .digest = EVP_sha1 () }, "si");
  check_options (&(SigningOptions){ .key = maker, .digest = EVP_sha384 () }, "si2");
  check_options (&(SigningOptions){ .key = maker, .digest = EVP_sha512 () }, "si2");
  check_options (&(SigningOptions){ .key = curve, .digest = EVP_sha256 () }, "si2");
}

static void test_self_signed (void)
{
  check_options (&(SigningOptions){ .key = own, .digest = EVP_sha256 () }, "sio2");
  check_options (&(SigningOptions){ .key = own, .digest = EVP_sha1 () }, "sio");
}

static void test_changed_file (void)
{
  static const gsize places[] = { 2,
                                  SIGNED_DRIVER_PE_AT + 8,
                                  SIGNED_DRIVER_CHECKSUM_AT - 4, /* the size of the headers */
                                  SIGNED_DRIVER_CHECKSUM_AT + 4,
                                  SIGNED_DRIVER_OPTIONAL_AT + 112 + 4 * 8 - 1, /* around the directory entry */
                                  SIGNED_DRIVER_OPTIONAL_AT + 112 + 5 * 8,
                                  SIGNED_DRIVER_CODE_AT,
                                  SIGNED_DRIVER_SIZE - 1 };
  g_autoptr (GByteArray) file = make_signed (SIGNED_DRIVER_AMD64, maker, EVP_sha256 ());

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      file->data[places[i]] ^= 0x01;
      check (file, "s2");
      file->data[places[i]] ^= 0x01;
    }
  /* The checksum is written after the signature. */
  memset (file->data + SIGNED_DRIVER_CHECKSUM_AT, 0xA5, 4);
  check (file, "si2");
}

static void test_changed_signature (void)
{
  g_autoptr (GByteArray) file = signed_driver_new (SIGNED_DRIVER_AMD64);
  g_autoptr (GByteArray) other = signed_driver_new (SIGNED_DRIVER_AMD64);
  g_autoptr (GBytes) certificate = sign (file, maker, EVP_sha256 ());
  gsize last = file->len + 8 + g_bytes_get_size (certificate) - 1;

  signed_driver_add (file, PKCS7_TYPE, certificate);
  /* Its last byte belongs to the number that the key made. */
  file->data[last] ^= 0x01;
  check (file, "s2");
  file->data[last] ^= 0x01;
  check (file, "si2");
  /* The right digest of the file, with attributes that were signed for another. */
  other->data[SIGNED_DRIVER_CODE_AT] ^= 0x01;
  check_options (&(SigningOptions){ .key = maker, .digest = EVP_sha256 (), .attributes_of = other }, "s2");
  /* Somebody else's certificate. */
  check_options (&(SigningOptions){ .key = own, .digest = EVP_sha256 (), .shown = maker }, "s2");
  check_options (&(SigningOptions){ .key = curve, .digest = EVP_sha256 (), .shown = maker }, "s2");
  check_options (&(SigningOptions){ .key = maker, .digest = EVP_sha256 (), .shown = curve }, "s2");
  check_options (&(SigningOptions){ .key = maker, .digest = EVP_sha256 (), .is_bare = TRUE }, "s2");
}

static void test_unsigned (void)
{
  static const char rubbish[] = "\x30\x82\x10\x00 and no PKCS #7 behind it, just words that go on for a while";
  g_autoptr (GByteArray) file = signed_driver_new (SIGNED_DRIVER_AMD64);
  g_autoptr (GByteArray) by_kind = signed_driver_new (SIGNED_DRIVER_AMD64);
  g_autoptr (GBytes) junk = g_bytes_new_static (rubbish, sizeof rubbish);
  g_autoptr (GBytes) good = sign (file, maker, EVP_sha256 ());
  guint32 few = SIGNED_DRIVER_OPTIONAL_AT + 108;

  check (file, "");
  signed_driver_put_le32 (file, few, 4); /* so the directory has no place for certificates */
  check (file, "");
  signed_driver_put_le32 (file, few, 16);
  signed_driver_add (by_kind, X509_TYPE, good);
  check (by_kind, "");
  signed_driver_add (file, PKCS7_TYPE, junk);
  check (file, "");
  /* Windows stops at the first one. */
  signed_driver_add (file, PKCS7_TYPE, good);
  check (file, "");
}

/* A PKCS #7 of something that is no program. */
static void test_other_content (void)
{
  static const guint8 data_oid[] = { 0x06, 0x0A, 0x2B, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x02, 0x01, 0x04 };
  g_autoptr (GByteArray) file = signed_driver_new (SIGNED_DRIVER_AMD64);
  g_autoptr (GBytes) good = sign (file, maker, EVP_sha256 ());
  gsize length;
  g_autofree guint8 *changed = g_memdup2 (g_bytes_get_data (good, NULL), g_bytes_get_size (good));
  guint8 *found = memmem (changed, g_bytes_get_size (good), data_oid, sizeof data_oid);
  g_autoptr (GBytes) other = NULL;

  g_assert_nonnull (found);
  found[sizeof data_oid - 1] = 0x05;
  length = g_bytes_get_size (good);
  other = g_bytes_new (changed, length);
  signed_driver_add (file, PKCS7_TYPE, other);
  check (file, "");
}

static void test_several (void)
{
  g_autoptr (GByteArray) sha1_first = make_signed (SIGNED_DRIVER_AMD64, maker, EVP_sha1 ());
  g_autoptr (GByteArray) sha256_first = make_signed (SIGNED_DRIVER_AMD64, maker, EVP_sha256 ());
  g_autoptr (GByteArray) own_behind = make_signed (SIGNED_DRIVER_AMD64, maker, EVP_sha256 ());
  g_autoptr (GByteArray) other_first = signed_driver_new (SIGNED_DRIVER_AMD64);
  g_autoptr (GBytes) sha1 = sign (other_first, maker, EVP_sha1 ());
  g_autoptr (GBytes) sha256 = sign (other_first, maker, EVP_sha256 ());
  g_autoptr (GBytes) self_made = sign (other_first, own, EVP_sha256 ());

  signed_driver_add (sha1_first, PKCS7_TYPE, sha256);
  check (sha1_first, "si");
  signed_driver_add (sha256_first, PKCS7_TYPE, sha1);
  check (sha256_first, "si");
  signed_driver_add (own_behind, PKCS7_TYPE, self_made);
  check (own_behind, "si2");
  signed_driver_add (other_first, X509_TYPE, sha1);
  signed_driver_add (other_first, PKCS7_TYPE, sha256);
  check (other_first, "si2");
}

static GBytes *nest (GBytes *inner, const EVP_MD *digest)
{
  g_autoptr (GByteArray) file = signed_driver_new (SIGNED_DRIVER_AMD64);

  return signed_driver_sign (file, &(SigningOptions){ .key = maker, .digest = digest, .nested = inner });
}

static void test_nested (void)
{
  g_autoptr (GBytes) sha1 = nest (NULL, EVP_sha1 ()), sha256 = nest (NULL, EVP_sha256 ());
  g_autoptr (GBytes) deeper = nest (sha1, EVP_sha256 ());
  g_autoptr (GBytes) junk = g_bytes_new_static ("\x30\x03\x02\x01\x07", 5);
  GBytes *endless = nest (NULL, EVP_sha1 ());

  check_options (&(SigningOptions){ .key = maker, .digest = EVP_sha256 (), .nested = sha1 }, "si");
  check_options (&(SigningOptions){ .key = maker, .digest = EVP_sha1 (), .nested = sha256 }, "si");
  check_options (&(SigningOptions){ .key = maker, .digest = EVP_sha256 (), .nested = sha256 }, "si2");
  check_options (&(SigningOptions){ .key = maker, .digest = EVP_sha256 (), .nested = deeper }, "si");
  check_options (&(SigningOptions){ .key = maker, .digest = EVP_sha256 (), .nested = junk }, "si2");
  /* It stops somewhere: what lies deeper is not looked at. */
  for (guint i = 0; i < 12; i++)
    {
      GBytes *next = nest (endless, EVP_sha256 ());
      g_bytes_unref (endless);
      endless = next;
    }
  check_options (&(SigningOptions){ .key = maker, .digest = EVP_sha256 (), .nested = endless }, "si2");
  g_bytes_unref (endless);
}

static void test_around (void)
{
  g_autoptr (GByteArray) before = signed_driver_new (SIGNED_DRIVER_AMD64);
  g_autoptr (GByteArray) behind = make_signed (SIGNED_DRIVER_AMD64, maker, EVP_sha256 ());
  g_autoptr (GBytes) certificate = NULL;

  /* Symbols behind the last section are signed with the rest. */
  g_byte_array_append (before, (const guint8 *) "symbols!symbols!", 16);
  certificate = sign (before, maker, EVP_sha256 ());
  signed_driver_add (before, PKCS7_TYPE, certificate);
  check (before, "si2");
  before->data[SIGNED_DRIVER_SIZE + 3] ^= 0x20;
  check (before, "s2");
  /* Nothing may follow the certificates. */
  g_byte_array_append (behind, (const guint8 *) "payload!", 8);
  check (behind, "s2");
}

static void test_lies (void)
{
  g_autoptr (GByteArray) file = make_signed (SIGNED_DRIVER_AMD64, maker, EVP_sha256 ());
  gsize entry = signed_driver_security_at (file);
  guint32 length = file->len - SIGNED_DRIVER_SIZE;
  static const guint32 lies[][2] = {
    { SIGNED_DRIVER_SIZE, 0xFFFFFFF8 }, { 0xFFFFFFF8, 16 }, { 0x7FFFFFF0, 0x7FFFFFF0 },
    { SIGNED_DRIVER_CODE_AT, 0x100 },   { 8, 64 },          { SIGNED_DRIVER_SIZE, 4 }
  };

  check_damaged (file, file->len - 1);
  check_damaged (file, SIGNED_DRIVER_SIZE + 4);
  for (guint i = 0; i < G_N_ELEMENTS (lies); i++)
    {
      signed_driver_put_le32 (file, entry, lies[i][0]);
      signed_driver_put_le32 (file, entry + 4, lies[i][1]);
      check_damaged (file, file->len);
    }
  signed_driver_put_le32 (file, entry, file->len);
  signed_driver_put_le32 (file, entry + 4, 0);
  check (file, "");
  signed_driver_put_le32 (file, entry, SIGNED_DRIVER_SIZE);
  signed_driver_put_le32 (file, entry + 4, length);
  check (file, "si2");
  /* A section that reaches over it. */
  signed_driver_put_le32 (file, SIGNED_DRIVER_OPTIONAL_AT + 240 + 16, file->len - SIGNED_DRIVER_CODE_AT);
  check_damaged (file, file->len);
  signed_driver_put_le32 (file, SIGNED_DRIVER_OPTIONAL_AT + 240 + 16, SIGNED_DRIVER_SIZE - SIGNED_DRIVER_CODE_AT);
  /* The length of the certificate itself. */
  signed_driver_put_le32 (file, SIGNED_DRIVER_SIZE, length + 1);
  check_damaged (file, file->len);
  signed_driver_put_le32 (file, SIGNED_DRIVER_SIZE, 7);
  check_damaged (file, file->len);
  signed_driver_put_le32 (file, SIGNED_DRIVER_SIZE, 0);
  check_damaged (file, file->len);
  signed_driver_put_le32 (file, SIGNED_DRIVER_SIZE, 8);
  check_damaged (file, file->len);
}

static void test_headers (void)
{
  static const struct
  {
    gsize at;
    guint32 value;
  } lies[] = { { 0x3C, 0xFFFFFFFF },
               { 0x3C, SIGNED_DRIVER_SIZE - 8 },
               { SIGNED_DRIVER_PE_AT, 0x00004550 + 1 },
               { SIGNED_DRIVER_PE_AT + 4, 0xFFFF8664 },     /* sections */
               { SIGNED_DRIVER_PE_AT + 20, 0xFFFF },        /* size of the optional header */
               { SIGNED_DRIVER_PE_AT + 20, 1 },             /* too small for anything */
               { SIGNED_DRIVER_PE_AT + 20, 120 },           /* without the directory that it counts */
               { SIGNED_DRIVER_OPTIONAL_AT, 0x107 },        /* a ROM */
               { SIGNED_DRIVER_OPTIONAL_AT + 60, 0x10000 }, /* size of all headers */
               { SIGNED_DRIVER_OPTIONAL_AT + 240 + 16, 1024 * 1024 },
               { SIGNED_DRIVER_OPTIONAL_AT + 240 + 20, 0xFFFFFF00 } };

  for (guint i = 0; i < G_N_ELEMENTS (lies); i++)
    {
      g_autoptr (GByteArray) file = signed_driver_new (SIGNED_DRIVER_AMD64);
      signed_driver_put_le32 (file, lies[i].at, lies[i].value);
      check_damaged (file, file->len);
    }
}

static void test_sizes (void)
{
  g_autoptr (GByteArray) file = make_signed (SIGNED_DRIVER_AMD64, maker, EVP_sha256 ());
  g_autoptr (GByteArray) large = signed_driver_new (SIGNED_DRIVER_AMD64);
  guint headers = SIGNED_DRIVER_OPTIONAL_AT + 240 + 40;

  for (guint length = 0; length < file->len; length += length < headers ? 1 : 61)
    check_damaged (file, length);
  g_byte_array_set_size (large, EMBARK_PE_SIZE_MAX + 1);
  check_damaged (large, large->len);
  check_damaged (large, 0);
  g_byte_array_set_size (large, EMBARK_PE_SIZE_MAX);
  check (large, "");
}

/* Nothing is asked of the result but that it is one. */
static void test_noise (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (20150901);
  g_autoptr (GByteArray) file = make_signed (SIGNED_DRIVER_AMD64, maker, EVP_sha256 ());
  g_autoptr (GByteArray) noise = g_byte_array_new ();
  guint reads = 0;

  g_byte_array_set_size (noise, 4096);
  for (guint round = 0; round < 200; round++)
    {
      for (guint i = 0; i < noise->len; i++)
        noise->data[i] = (guint8) g_rand_int (rand);
      memcpy (noise->data, "MZ", 2);
      signed_driver_put_le32 (noise, 0x3C, SIGNED_DRIVER_PE_AT);
      memcpy (noise->data + SIGNED_DRIVER_PE_AT, "PE\0\0", 4);
      check_damaged (noise, noise->len);
    }
  for (guint round = 0; round < 3000; round++)
    {
      guint start = round % 2 != 0 ? SIGNED_DRIVER_SIZE : 0x3C;
      g_auto (EmbarkDriverSignature) signature = { 0 };
      g_autoptr (GByteArray) copy = g_byte_array_new ();

      g_byte_array_append (copy, file->data, file->len);
      for (guint i = 0; i < 1 + round % 5; i++)
        copy->data[start + (guint) g_rand_int_range (rand, 0, 0x1E0)] = (guint8) g_rand_int (rand);
      if (read_file (copy, copy->len, &signature, NULL))
        reads++;
    }
  g_assert_cmpuint (reads, >, 100);
}

static void test_names (void)
{
  g_autofree char *long_name = g_strnfill (60, 'x');
  g_autoptr (SigningKey) hostile = signing_key_new ("EC",
                                                    "a\0\033[31m\xE2\x80\xAE"
                                                    "b\n",
                                                    13, NULL, root);
  g_autoptr (SigningKey) common = signing_key_new ("EC", NULL, 0, long_name, root);
  g_autoptr (SigningKey) blank = signing_key_new ("EC", " ", 1, "  ", root);
  const SigningKey *keys[] = { hostile, common, blank };
  const char *names[] = { "a  [31m b", long_name, NULL };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_autoptr (GByteArray) file = make_signed (SIGNED_DRIVER_AMD64, keys[i], EVP_sha256 ());
      g_auto (EmbarkDriverSignature) signature = { 0 };

      g_assert_true (read_file (file, file->len, &signature, NULL));
      g_assert_cmpstr (signature.signer, ==, names[i]);
      g_assert_true (signature.is_intact);
    }
}

static void test_machines (void)
{
  static const struct
  {
    guint16 machine;
    const char *arch;
  } cases[] = { { 0x8664, "x86_64" }, { 0x014C, "i386" }, { 0xAA64, "aarch64" }, { 0x01C4, "arm" }, { 0x0200, NULL } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GByteArray) file = signed_driver_new (cases[i].machine);
      EmbarkPeImage image;

      g_assert_true (embark_pe_image_read (file->data, file->len, &image, NULL));
      g_assert_cmpuint (image.machine, ==, cases[i].machine);
      g_assert_cmpstr (embark_pe_image_get_arch (&image), ==, cases[i].arch);
    }
}

static void run (const char *const *argv)
{
  g_autofree char *output = NULL;
  g_autoptr (GError) error = NULL;
  int status;

  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &output, NULL, &status, &error);
  g_assert_no_error (error);
  if (status != 0)
    g_error ("%s: %s", argv[0], output);
}

static void check_path (const char *path, const char *expected)
{
  g_autoptr (GByteArray) file = NULL;
  char *contents;
  gsize length;

  g_assert_true (g_file_get_contents (path, &contents, &length, NULL));
  file = g_byte_array_new_take ((guint8 *) contents, length);
  check (file, expected);
  file->data[SIGNED_DRIVER_CODE_AT + 1] ^= 0x80;
  check (file, strcmp (expected, "si2") == 0 ? "s2" : "s");
}

/* What another program signs, with page hashes and a second signature. */
static void test_osslsigncode (void)
{
  g_autofree char *folder = g_dir_make_tmp ("embark-driver-XXXXXX", NULL);
  const char *names[] = { "key.pem", "certificate.pem", "plain.sys", "one.sys", "two.sys", "old.sys" };
  char *paths[G_N_ELEMENTS (names)];
  g_autoptr (GByteArray) file = signed_driver_new (SIGNED_DRIVER_AMD64);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    paths[i] = g_build_filename (folder, names[i], NULL);
  signing_key_save (maker, paths[0], paths[1]);
  g_assert_true (g_file_set_contents (paths[2], (const char *) file->data, file->len, NULL));
  run ((const char *[]){ "osslsigncode", "sign", "-h", "sha256", "-ph", "-key", paths[0], "-certs", paths[1], "-in",
                         paths[2], "-out", paths[3], NULL });
  run ((const char *[]){ "osslsigncode", "sign", "-h", "sha1", "-nest", "-key", paths[0], "-certs", paths[1], "-in",
                         paths[3], "-out", paths[4], NULL });
  run ((const char *[]){ "osslsigncode", "sign", "-h", "sha1", "-ph", "-key", paths[0], "-certs", paths[1], "-in",
                         paths[2], "-out", paths[5], NULL });
  check_path (paths[3], "si2");
  check_path (paths[4], "si");
  check_path (paths[5], "si");
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_assert_cmpint (g_unlink (paths[i]), ==, 0);
      g_free (paths[i]);
    }
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

int main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  root = signing_key_new ("RSA", NULL, 0, "Root of tests", NULL);
  maker = signing_key_new ("RSA", "Good Drivers Ltd", -1, "Driver signing", root);
  own = signing_key_new ("RSA", "virtio-win", -1, "Dev", NULL);
  curve = signing_key_new ("EC", "Curves", -1, NULL, root);
  g_test_add_func ("/driver-signature/good", test_good);
  g_test_add_func ("/driver-signature/digests", test_digests);
  g_test_add_func ("/driver-signature/self-signed", test_self_signed);
  g_test_add_func ("/driver-signature/changed-file", test_changed_file);
  g_test_add_func ("/driver-signature/changed-signature", test_changed_signature);
  g_test_add_func ("/driver-signature/unsigned", test_unsigned);
  g_test_add_func ("/driver-signature/other-content", test_other_content);
  g_test_add_func ("/driver-signature/several", test_several);
  g_test_add_func ("/driver-signature/nested", test_nested);
  g_test_add_func ("/driver-signature/around", test_around);
  g_test_add_func ("/driver-signature/lies", test_lies);
  g_test_add_func ("/driver-signature/headers", test_headers);
  g_test_add_func ("/driver-signature/sizes", test_sizes);
  g_test_add_func ("/driver-signature/noise", test_noise);
  g_test_add_func ("/driver-signature/names", test_names);
  g_test_add_func ("/driver-signature/machines", test_machines);
  g_test_add_func ("/driver-signature/osslsigncode", test_osslsigncode);
  status = g_test_run ();
  signing_key_free (curve);
  signing_key_free (own);
  signing_key_free (maker);
  signing_key_free (root);
  return status;
}
