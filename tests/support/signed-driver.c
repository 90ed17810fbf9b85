/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Signatures are made of the bare numbers, without telling libcrypto of the
 * digest behind them: some distributions forbid it to sign with SHA-1.
 */
#include "tests/support/signed-driver.h"

#include <stdio.h>
#include <string.h>

#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/pkcs7.h>

#define INDIRECT_DATA_OID "1.3.6.1.4.1.311.2.1.4"
#define NESTED_OID "1.3.6.1.4.1.311.2.4.1"
#define OPTIONAL_SIZE_64 240
#define OPTIONAL_SIZE_32 224
#define SEQUENCE 0x30

SigningKey *signing_key_new (const char *type, const char *organisation, gssize length, const char *name,
                             const SigningKey *issuer)
{
  static long serial = 1;
  SigningKey *self = g_new0 (SigningKey, 1);
  X509_NAME *subject = X509_NAME_new ();

  self->key = strcmp (type, "EC") == 0 ? EVP_EC_gen ("P-256") : EVP_RSA_gen (2048);
  g_assert_nonnull (self->key);
  self->certificate = X509_new ();
  if (organisation != NULL)
    g_assert_cmpint (X509_NAME_add_entry_by_NID (subject, NID_organizationName, MBSTRING_UTF8,
                                                 (const guchar *) organisation, (int) length, -1, 0),
                     ==, 1);
  if (name != NULL)
    g_assert_cmpint (
        X509_NAME_add_entry_by_NID (subject, NID_commonName, MBSTRING_UTF8, (const guchar *) name, -1, -1, 0), ==, 1);
  X509_set_version (self->certificate, X509_VERSION_3);
  ASN1_INTEGER_set (X509_get_serialNumber (self->certificate), serial++);
  X509_set_subject_name (self->certificate, subject);
  X509_set_issuer_name (self->certificate, issuer != NULL ? X509_get_subject_name (issuer->certificate) : subject);
  ASN1_TIME_set_string_X509 (X509_getm_notBefore (self->certificate), "20120101000000Z");
  ASN1_TIME_set_string_X509 (X509_getm_notAfter (self->certificate), "20420101000000Z");
  X509_set_pubkey (self->certificate, self->key);
  g_assert_cmpint (X509_sign (self->certificate, issuer != NULL ? issuer->key : self->key, EVP_sha256 ()), >, 0);
  X509_NAME_free (subject);
  return self;
}

void signing_key_free (SigningKey *self)
{
  EVP_PKEY_free (self->key);
  X509_free (self->certificate);
  g_free (self);
}

void signing_key_save (const SigningKey *self, const char *key_path, const char *certificate_path)
{
  FILE *key = fopen (key_path, "w"), *certificate = fopen (certificate_path, "w");

  g_assert_cmpint (PEM_write_PrivateKey (key, self->key, NULL, NULL, 0, NULL, NULL), ==, 1);
  g_assert_cmpint (PEM_write_X509 (certificate, self->certificate), ==, 1);
  g_assert_cmpint (fclose (key), ==, 0);
  g_assert_cmpint (fclose (certificate), ==, 0);
}

void signed_driver_put_le32 (GByteArray *file, gsize at, guint32 value)
{
  guint32 little = GUINT32_TO_LE (value);

  g_assert_cmpuint (at + 4, <=, file->len);
  memcpy (file->data + at, &little, 4);
}

static guint32 get_le32 (const GByteArray *file, gsize at)
{
  guint32 little;

  memcpy (&little, file->data + at, 4);
  return GUINT32_FROM_LE (little);
}

static gboolean is_64_bit (const GByteArray *file)
{
  return file->data[SIGNED_DRIVER_OPTIONAL_AT + 1] == 2;
}

gsize signed_driver_security_at (const GByteArray *file)
{
  return SIGNED_DRIVER_OPTIONAL_AT + (is_64_bit (file) ? 112 : 96) + 4 * 8;
}

/* One section, code that never ran. */
GByteArray *signed_driver_new (guint16 machine)
{
  gboolean is_64 = machine != SIGNED_DRIVER_I386;
  gsize optional = is_64 ? OPTIONAL_SIZE_64 : OPTIONAL_SIZE_32;
  gsize section = SIGNED_DRIVER_OPTIONAL_AT + optional;
  GByteArray *file = g_byte_array_new ();

  g_byte_array_set_size (file, SIGNED_DRIVER_SIZE);
  for (guint i = 0; i < file->len; i++)
    file->data[i] = i < SIGNED_DRIVER_CODE_AT ? 0 : (guint8) (i * 2654435761u >> 24);
  memcpy (file->data, "MZ", 2);
  signed_driver_put_le32 (file, 0x3C, SIGNED_DRIVER_PE_AT);
  memcpy (file->data + SIGNED_DRIVER_PE_AT, "PE\0\0", 4);
  signed_driver_put_le32 (file, SIGNED_DRIVER_PE_AT + 4, machine | 1u << 16);
  signed_driver_put_le32 (file, SIGNED_DRIVER_PE_AT + 20, (guint32) optional | 0x22u << 16);
  signed_driver_put_le32 (file, SIGNED_DRIVER_OPTIONAL_AT, is_64 ? 0x20B : 0x10B);
  signed_driver_put_le32 (file, SIGNED_DRIVER_OPTIONAL_AT + 32, 0x1000); /* alignment in memory and file */
  signed_driver_put_le32 (file, SIGNED_DRIVER_OPTIONAL_AT + 36, 0x200);
  signed_driver_put_le32 (file, SIGNED_DRIVER_OPTIONAL_AT + 56, 0x2000);
  signed_driver_put_le32 (file, SIGNED_DRIVER_OPTIONAL_AT + 60, SIGNED_DRIVER_CODE_AT);
  signed_driver_put_le32 (file, SIGNED_DRIVER_OPTIONAL_AT + 68, 1); /* a driver */
  signed_driver_put_le32 (file, SIGNED_DRIVER_OPTIONAL_AT + (is_64 ? 108 : 92), 16);
  memcpy (file->data + section, ".text", 5);
  signed_driver_put_le32 (file, section + 8, SIGNED_DRIVER_SIZE - SIGNED_DRIVER_CODE_AT);
  signed_driver_put_le32 (file, section + 12, 0x1000);
  signed_driver_put_le32 (file, section + 16, SIGNED_DRIVER_SIZE - SIGNED_DRIVER_CODE_AT);
  signed_driver_put_le32 (file, section + 20, SIGNED_DRIVER_CODE_AT);
  signed_driver_put_le32 (file, section + 36, 0x60000020);
  return file;
}

static void add_der (GByteArray *out, guint8 tag, const guint8 *data, gsize length)
{
  guint8 head[] = { tag, 0x82, (guint8) (length >> 8), (guint8) length };

  g_assert_cmpuint (length, <, 65536);
  if (length >= 256)
    g_byte_array_append (out, head, 4);
  else if (length >= 128)
    g_byte_array_append (out, (const guint8[]){ tag, 0x81, (guint8) length }, 3);
  else
    g_byte_array_append (out, (const guint8[]){ tag, (guint8) length }, 2);
  g_byte_array_append (out, data, (guint) length);
}

static GBytes *make_digest_info (const EVP_MD *md, const guint8 *digest, guint length)
{
  X509_SIG *info = X509_SIG_new ();
  X509_ALGOR *algorithm;
  ASN1_OCTET_STRING *octets;
  guint8 *der = NULL;
  int der_length;
  GBytes *bytes;

  X509_SIG_getm (info, &algorithm, &octets);
  X509_ALGOR_set0 (algorithm, OBJ_nid2obj (EVP_MD_get_type (md)), V_ASN1_NULL, NULL);
  ASN1_OCTET_STRING_set (octets, digest, (int) length);
  der_length = i2d_X509_SIG (info, &der);
  g_assert_cmpint (der_length, >, 0);
  bytes = g_bytes_new (der, (gsize) der_length);
  OPENSSL_free (der);
  X509_SIG_free (info);
  return bytes;
}

/* All but the checksum, the directory entry and the certificates. */
static GByteArray *copy_signed_bytes (const GByteArray *file)
{
  gsize security = signed_driver_security_at (file), after = SIGNED_DRIVER_CHECKSUM_AT + 4;
  guint32 table = get_le32 (file, security);
  GByteArray *copy = g_byte_array_new ();

  g_byte_array_append (copy, file->data, SIGNED_DRIVER_CHECKSUM_AT);
  g_byte_array_append (copy, file->data + after, (guint) (security - after));
  g_byte_array_append (copy, file->data + security + 8, (guint) ((table > 0 ? table : file->len) - security - 8));
  return copy;
}

/* SpcIndirectDataContent without its outer head. */
static GByteArray *make_content (const GByteArray *file, const EVP_MD *md)
{
  static const guint8 kind[] = { 0x06,     0x0A, 0x2B, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x02, 0x01, 0x0F,
                                 SEQUENCE, 0x09, 0x03, 0x01, 0x00, 0xA0, 0x04, 0xA2, 0x02, 0x80, 0x00 };
  g_autoptr (GByteArray) copy = copy_signed_bytes (file);
  g_autoptr (GBytes) info = NULL;
  GByteArray *content = g_byte_array_new ();
  guint8 digest[EVP_MAX_MD_SIZE];
  guint length;
  gsize info_length;

  g_assert_cmpint (EVP_Digest (copy->data, copy->len, digest, &length, md, NULL), ==, 1);
  info = make_digest_info (md, digest, length);
  add_der (content, SEQUENCE, kind, sizeof kind);
  g_byte_array_append (content, g_bytes_get_data (info, &info_length), (guint) g_bytes_get_size (info));
  return content;
}

static ASN1_TYPE *make_sequence (const guint8 *der, gsize length)
{
  ASN1_TYPE *type = ASN1_TYPE_new ();
  ASN1_STRING *string = ASN1_STRING_type_new (V_ASN1_SEQUENCE);

  ASN1_STRING_set (string, der, (int) length);
  ASN1_TYPE_set (type, V_ASN1_SEQUENCE, string);
  return type;
}

static void set_content (PKCS7 *p7, const GByteArray *content)
{
  g_autoptr (GByteArray) whole = g_byte_array_new ();
  PKCS7 *inner = PKCS7_new ();

  add_der (whole, SEQUENCE, content->data, content->len);
  inner->type = OBJ_txt2obj (INDIRECT_DATA_OID, 1);
  inner->d.other = make_sequence (whole->data, whole->len);
  g_assert_cmpint (PKCS7_set_content (p7, inner), ==, 1);
}

static void sign_attributes (PKCS7_SIGNER_INFO *info, EVP_PKEY *key, const EVP_MD *md)
{
  g_autoptr (GBytes) digest_info = NULL;
  guint8 *der = NULL, digest[EVP_MAX_MD_SIZE], signature[1024];
  gsize length = sizeof signature, digest_length;
  guint n;
  int der_length = ASN1_item_i2d ((ASN1_VALUE *) info->auth_attr, &der, ASN1_ITEM_rptr (PKCS7_ATTR_VERIFY));
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_new (key, NULL);
  const guint8 *text = digest;

  g_assert_cmpint (EVP_Digest (der, (gsize) der_length, digest, &n, md, NULL), ==, 1);
  digest_length = n;
  if (EVP_PKEY_is_a (key, "RSA"))
    {
      digest_info = make_digest_info (md, digest, n);
      text = g_bytes_get_data (digest_info, &digest_length);
    }
  g_assert_cmpint (EVP_PKEY_sign_init (context), ==, 1);
  g_assert_cmpint (EVP_PKEY_sign (context, signature, &length, text, digest_length), ==, 1);
  ASN1_OCTET_STRING_set (info->enc_digest, signature, (int) length);
  EVP_PKEY_CTX_free (context);
  OPENSSL_free (der);
}

static void add_nested (PKCS7_SIGNER_INFO *info, GBytes *nested)
{
  gsize length;
  const guint8 *der = g_bytes_get_data (nested, &length);
  int nid = OBJ_txt2nid (NESTED_OID);
  ASN1_STRING *string = ASN1_STRING_type_new (V_ASN1_SEQUENCE);

  if (nid == NID_undef)
    nid = OBJ_create (NESTED_OID, "msNestedSignature", "Nested signature");
  ASN1_STRING_set (string, der, (int) length);
  g_assert_cmpint (PKCS7_add_attribute (info, nid, V_ASN1_SEQUENCE, string), ==, 1);
}

GBytes *signed_driver_sign (const GByteArray *file, const SigningOptions *options)
{
  g_autoptr (GByteArray) content = make_content (file, options->digest);
  g_autoptr (GByteArray) digested =
      make_content (options->attributes_of != NULL ? options->attributes_of : file, options->digest);
  const SigningKey *shown = options->shown != NULL ? options->shown : options->key;
  PKCS7 *p7 = PKCS7_new ();
  PKCS7_SIGNER_INFO *info = PKCS7_SIGNER_INFO_new ();
  guint8 digest[EVP_MAX_MD_SIZE], *der = NULL;
  guint n;
  int length;
  GBytes *bytes;

  PKCS7_set_type (p7, NID_pkcs7_signed);
  set_content (p7, content);
  g_assert_cmpint (PKCS7_SIGNER_INFO_set (info, shown->certificate, shown->key, options->digest), ==, 1);
  PKCS7_add_signed_attribute (info, NID_pkcs9_contentType, V_ASN1_OBJECT, OBJ_txt2obj (INDIRECT_DATA_OID, 1));
  g_assert_cmpint (EVP_Digest (digested->data, digested->len, digest, &n, options->digest, NULL), ==, 1);
  g_assert_cmpint (PKCS7_add1_attrib_digest (info, digest, (int) n), ==, 1);
  sign_attributes (info, options->key->key, options->digest);
  if (options->nested != NULL)
    add_nested (info, options->nested);
  g_assert_cmpint (PKCS7_add_signer (p7, info), ==, 1);
  if (!options->is_bare)
    PKCS7_add_certificate (p7, shown->certificate);
  length = i2d_PKCS7 (p7, &der);
  g_assert_cmpint (length, >, 0);
  bytes = g_bytes_new (der, (gsize) length);
  OPENSSL_free (der);
  PKCS7_free (p7);
  return bytes;
}

void signed_driver_add (GByteArray *file, guint16 type, GBytes *certificate)
{
  gsize security = signed_driver_security_at (file), length;
  const guint8 *data = g_bytes_get_data (certificate, &length);
  guint at = file->len;

  g_assert_cmpuint (at % 8, ==, 0);
  g_byte_array_set_size (file, at + (guint) ((8 + length + 7) & ~(gsize) 7));
  memset (file->data + at, 0, file->len - at);
  signed_driver_put_le32 (file, at, (guint32) length + 8);
  signed_driver_put_le32 (file, at + 4, 0x0200 | (guint32) type << 16);
  memcpy (file->data + at + 8, data, length);
  if (get_le32 (file, security) == 0)
    signed_driver_put_le32 (file, security, at);
  signed_driver_put_le32 (file, security + 4, file->len - get_le32 (file, security));
}
