/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The structures are read by libcrypto. The signature is compared here, without
 * telling libcrypto of the digest behind it: some distributions forbid it to
 * verify what was signed with SHA-1, which the drivers of old Windows are.
 */
#include "model/guest/driver-signature.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pkcs7.h>
#include <openssl/x509.h>

#include "model/guest/pe-image.h"
#include "model/guest/text-clean.h"

#define INDIRECT_DATA_OID "1.3.6.1.4.1.311.2.1.4"
#define NESTED_OID "1.3.6.1.4.1.311.2.4.1"
#define OID_SIZE 64
#define SIGNATURES_MAX 32
#define DEPTH_MAX 4
#define SHA2_LENGTH 32

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PKCS7, PKCS7_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509_SIG, X509_SIG_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_MD_CTX, EVP_MD_CTX_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_PKEY_CTX, EVP_PKEY_CTX_free)

typedef struct
{
  EmbarkPeImage image;
  EmbarkDriverSignature result;
  guint count; /* of signatures that were read */
} Reader;

/* What a signature is of: SpcIndirectDataContent without its head, and the digest in it. */
typedef struct
{
  const guint8 *content; /* borrowed from the PKCS #7 */
  long length;
  X509_SIG *digest; /* owned */
} IndirectData;

static gboolean is_object (const ASN1_OBJECT *object, const char *oid)
{
  char text[OID_SIZE];
  int length = OBJ_obj2txt (text, sizeof text, object, 1);

  return length > 0 && length < (int) sizeof text && strcmp (text, oid) == 0;
}

static const EVP_MD *get_digest (const X509_ALGOR *algorithm)
{
  const ASN1_OBJECT *object = NULL;

  X509_ALGOR_get0 (&object, NULL, NULL, algorithm);
  return object != NULL ? EVP_get_digestbyobj (object) : NULL;
}

/* Steps into the SEQUENCE at *@at, of which *@length bytes are there; then *@length is what it holds. */
static gboolean enter_sequence (const guint8 **at, long *length)
{
  long inner = 0;
  int tag = 0, class = 0;
  int flags = ASN1_get_object (at, &inner, &tag, &class, *length);

  if ((flags & 0x81) != 0 || tag != V_ASN1_SEQUENCE || class != V_ASN1_UNIVERSAL)
    return FALSE;
  *length = inner;
  return TRUE;
}

/* A SEQUENCE of what kind of file this is, which may hold page hashes and is signed with the rest, and a DigestInfo. */
static gboolean read_indirect_data (PKCS7 *p7, IndirectData *ret)
{
  PKCS7 *inner = PKCS7_type_is_signed (p7) && p7->d.sign != NULL ? p7->d.sign->contents : NULL;
  const ASN1_TYPE *value = inner != NULL && is_object (inner->type, INDIRECT_DATA_OID) ? inner->d.other : NULL;
  const guint8 *at, *end;
  long length;

  if (value == NULL || value->type != V_ASN1_SEQUENCE)
    return FALSE;
  at = value->value.sequence->data;
  length = value->value.sequence->length;
  if (!enter_sequence (&at, &length))
    return FALSE;
  ret->content = at;
  ret->length = length;
  end = at + length;
  if (!enter_sequence (&at, &length))
    return FALSE;
  at += length;
  ret->digest = d2i_X509_SIG (NULL, &at, end - at);
  return ret->digest != NULL;
}

static void add_bytes_cb (const guint8 *bytes, gsize length, gpointer user_data)
{
  EVP_DigestUpdate (user_data, bytes, length);
}

/* The file has the digest that was signed. */
static gboolean has_digest (const EmbarkPeImage *image, const X509_SIG *wanted)
{
  g_autoptr (EVP_MD_CTX) context = EVP_MD_CTX_new ();
  const X509_ALGOR *algorithm = NULL;
  const ASN1_OCTET_STRING *octets = NULL;
  guint8 digest[EVP_MAX_MD_SIZE];
  guint length = 0;
  const EVP_MD *md;

  X509_SIG_get0 (wanted, &algorithm, &octets);
  md = get_digest (algorithm);
  if (md == NULL || context == NULL || EVP_DigestInit_ex (context, md, NULL) != 1)
    return FALSE;
  embark_pe_image_foreach_signed (image, add_bytes_cb, context);
  return EVP_DigestFinal_ex (context, digest, &length) == 1 && length == (guint) ASN1_STRING_length (octets)
         && memcmp (digest, ASN1_STRING_get0_data (octets), length) == 0;
}

/* What an RSA signature holds: a digest with its name. */
static int encode_digest_info (const EVP_MD *md, const guint8 *digest, guint length, guint8 **ret)
{
  g_autoptr (X509_SIG) info = X509_SIG_new ();
  X509_ALGOR *algorithm = NULL;
  ASN1_OCTET_STRING *octets = NULL;

  if (info == NULL)
    return -1;
  X509_SIG_getm (info, &algorithm, &octets);
  if (X509_ALGOR_set0 (algorithm, OBJ_nid2obj (EVP_MD_get_type (md)), V_ASN1_NULL, NULL) != 1
      || ASN1_OCTET_STRING_set (octets, digest, (int) length) != 1)
    return -1;
  return i2d_X509_SIG (info, ret);
}

static gboolean check_key (X509 *certificate, const EVP_MD *md, const guint8 *digest, guint length,
                           const ASN1_OCTET_STRING *signature)
{
  EVP_PKEY *key = X509_get0_pubkey (certificate);
  g_autoptr (EVP_PKEY_CTX) context = key != NULL ? EVP_PKEY_CTX_new (key, NULL) : NULL;
  guint8 *info = NULL;
  int info_length;
  gboolean holds;

  if (context == NULL || EVP_PKEY_verify_init (context) != 1)
    return FALSE;
  if (!EVP_PKEY_is_a (key, "RSA"))
    return EVP_PKEY_verify (context, ASN1_STRING_get0_data (signature), (gsize) ASN1_STRING_length (signature), digest,
                            length)
           == 1;
  info_length = encode_digest_info (md, digest, length, &info);
  holds = info_length > 0
          && EVP_PKEY_verify (context, ASN1_STRING_get0_data (signature), (gsize) ASN1_STRING_length (signature), info,
                              (gsize) info_length)
                 == 1;
  OPENSSL_free (info);
  return holds;
}

/* The signed attributes hold the digest of the content, and the signature is of the attributes. */
static gboolean check_signer (PKCS7_SIGNER_INFO *info, X509 *certificate, const IndirectData *data)
{
  const EVP_MD *md = get_digest (info->digest_alg);
  const ASN1_TYPE *wanted = PKCS7_get_signed_attribute (info, NID_pkcs9_messageDigest);
  guint8 digest[EVP_MAX_MD_SIZE];
  guint length = 0;
  guint8 *attributes = NULL;
  int attributes_length;
  gboolean is_digested;

  if (md == NULL || wanted == NULL || wanted->type != V_ASN1_OCTET_STRING
      || EVP_Digest (data->content, (gsize) data->length, digest, &length, md, NULL) != 1
      || length != (guint) ASN1_STRING_length (wanted->value.octet_string)
      || memcmp (digest, ASN1_STRING_get0_data (wanted->value.octet_string), length) != 0)
    return FALSE;
  attributes_length =
      ASN1_item_i2d ((const ASN1_VALUE *) info->auth_attr, &attributes, ASN1_ITEM_rptr (PKCS7_ATTR_VERIFY));
  is_digested =
      attributes_length > 0 && EVP_Digest (attributes, (gsize) attributes_length, digest, &length, md, NULL) == 1;
  OPENSSL_free (attributes);
  return is_digested && check_key (certificate, md, digest, length, info->enc_digest);
}

static gboolean is_sha2 (const X509_ALGOR *algorithm)
{
  const EVP_MD *md = get_digest (algorithm);

  return md != NULL && EVP_MD_get_size (md) >= SHA2_LENGTH;
}

/* A zero within it must not hide what follows. */
static char *copy_text (const char *text, gsize length)
{
  char *copy = g_malloc (length + 1);

  for (gsize i = 0; i < length; i++)
    copy[i] = (char) (text[i] != '\0' ? text[i] : ' ');
  copy[length] = '\0';
  return copy;
}

/* Organisation, else common name. */
static char *copy_name (const X509_NAME *name)
{
  static const int nids[] = { NID_organizationName, NID_commonName };

  for (guint i = 0; i < G_N_ELEMENTS (nids); i++)
    {
      int index = X509_NAME_get_index_by_NID (name, nids[i], -1);
      const X509_NAME_ENTRY *entry = index >= 0 ? X509_NAME_get_entry (name, index) : NULL;
      guint8 *utf8 = NULL;
      int length = entry != NULL ? ASN1_STRING_to_UTF8 (&utf8, X509_NAME_ENTRY_get_data (entry)) : -1;
      g_autofree char *text = length > 0 ? copy_text ((const char *) utf8, (gsize) length) : NULL;
      g_autofree char *clean = text != NULL ? g_strstrip (embark_text_clean (text)) : NULL;

      OPENSSL_free (utf8);
      if (clean != NULL && *clean != '\0')
        return g_steal_pointer (&clean);
    }
  return NULL;
}

static void describe_first (Reader *self, PKCS7 *p7, PKCS7_SIGNER_INFO *info, const IndirectData *data)
{
  EmbarkDriverSignature *result = &self->result;
  X509 *certificate = PKCS7_cert_from_signer_info (p7, info);

  result->is_signed = TRUE;
  result->is_sha2 = TRUE;
  if (certificate == NULL)
    return;
  result->signer = copy_name (X509_get_subject_name (certificate));
  result->issuer = copy_name (X509_get_issuer_name (certificate));
  result->is_self_signed = X509_NAME_cmp (X509_get_subject_name (certificate), X509_get_issuer_name (certificate)) == 0;
  result->is_intact = embark_pe_image_ends_with_table (&self->image) && has_digest (&self->image, data->digest)
                      && check_signer (info, certificate, data);
}

static gboolean read_signature (Reader *self, const guint8 *bytes, gsize length, guint depth);

static void read_nested (Reader *self, PKCS7_SIGNER_INFO *info, guint depth)
{
  for (int i = 0; i < sk_X509_ATTRIBUTE_num (info->unauth_attr); i++)
    {
      X509_ATTRIBUTE *attribute = sk_X509_ATTRIBUTE_value (info->unauth_attr, i);

      if (!is_object (X509_ATTRIBUTE_get0_object (attribute), NESTED_OID))
        continue;
      for (int j = 0; j < X509_ATTRIBUTE_count (attribute); j++)
        {
          const ASN1_TYPE *value = X509_ATTRIBUTE_get0_type (attribute, j);

          if (value != NULL && value->type == V_ASN1_SEQUENCE)
            read_signature (self, value->value.sequence->data, (gsize) value->value.sequence->length, depth + 1);
        }
    }
}

/* FALSE: this is no signature of a program. */
static gboolean read_signature (Reader *self, const guint8 *bytes, gsize length, guint depth)
{
  const guint8 *at = bytes;
  g_autoptr (PKCS7) p7 = NULL;
  g_autoptr (X509_SIG) digest = NULL;
  IndirectData data = { 0 };
  STACK_OF (PKCS7_SIGNER_INFO) * infos;
  PKCS7_SIGNER_INFO *info;
  const X509_ALGOR *algorithm = NULL;

  if (depth > DEPTH_MAX || self->count >= SIGNATURES_MAX)
    return FALSE;
  p7 = d2i_PKCS7 (NULL, &at, (long) length);
  infos = p7 != NULL ? PKCS7_get_signer_info (p7) : NULL;
  if (sk_PKCS7_SIGNER_INFO_num (infos) != 1 || !read_indirect_data (p7, &data))
    return FALSE;
  digest = data.digest;
  info = sk_PKCS7_SIGNER_INFO_value (infos, 0);
  if (self->count++ == 0)
    describe_first (self, p7, info, &data);
  X509_SIG_get0 (digest, &algorithm, NULL);
  if (!is_sha2 (algorithm) || !is_sha2 (info->digest_alg))
    self->result.is_sha2 = FALSE;
  read_nested (self, info, depth);
  return TRUE;
}

gboolean embark_driver_signature_read (GBytes *bytes, EmbarkDriverSignature *ret, GError **error)
{
  Reader self = { 0 };
  EmbarkPeCertificate certificate;
  gsize length, at = 0;
  const guint8 *data = g_bytes_get_data (bytes, &length);

  if (!embark_pe_image_read (data, length, &self.image, error))
    return FALSE;
  self.result.arch = embark_pe_image_get_arch (&self.image);
  while (embark_pe_image_next_certificate (&self.image, &at, &certificate))
    if (certificate.type == EMBARK_PE_CERTIFICATE_PKCS7
        && !read_signature (&self, certificate.bytes, certificate.length, 0) && self.count == 0)
      break; /* Windows looks at the first one, whatever comes then. */
  ERR_clear_error ();
  *ret = self.result;
  return TRUE;
}

void embark_driver_signature_clear (EmbarkDriverSignature *self)
{
  g_clear_pointer (&self->signer, g_free);
  g_clear_pointer (&self->issuer, g_free);
}
