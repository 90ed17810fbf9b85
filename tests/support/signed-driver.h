/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * For tests: a driver of Windows made on the spot, and Authenticode signatures
 * of every kind, the good and the bad, made with libcrypto.
 */
#pragma once

#include <glib.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#define SIGNED_DRIVER_AMD64 0x8664
#define SIGNED_DRIVER_I386 0x014C

/* Where things stand in a file of signed_driver_new(). */
#define SIGNED_DRIVER_PE_AT 0x80
#define SIGNED_DRIVER_OPTIONAL_AT (SIGNED_DRIVER_PE_AT + 24)
#define SIGNED_DRIVER_CHECKSUM_AT (SIGNED_DRIVER_OPTIONAL_AT + 64)
#define SIGNED_DRIVER_CODE_AT 0x200
#define SIGNED_DRIVER_SIZE 0x600 /* without certificates */

typedef struct
{
  EVP_PKEY *key;
  X509 *certificate;
} SigningKey;

/* @type: "RSA" or "EC". @name: (nullable) length -1: a C string. @issuer: (nullable) itself. */
SigningKey *signing_key_new (const char *type, const char *organisation, gssize length, const char *name,
                             const SigningKey *issuer);
void signing_key_free (SigningKey *self);
/* Writes both as PEM. */
void signing_key_save (const SigningKey *self, const char *key_path, const char *certificate_path);

typedef struct
{
  const SigningKey *key;
  const EVP_MD *digest;
  GBytes *nested;                  /* (nullable) a signature within this one */
  const SigningKey *shown;         /* (nullable) whose certificate is in it; else that of @key */
  const GByteArray *attributes_of; /* (nullable) the signed attributes are those of another file */
  gboolean is_bare;                /* without any certificate */
} SigningOptions;

GByteArray *signed_driver_new (guint16 machine);
/* Where the directory entry of the certificates stands. */
gsize signed_driver_security_at (const GByteArray *file);
void signed_driver_put_le32 (GByteArray *file, gsize at, guint32 value);
/* A PKCS #7 of the file as it is without certificates. */
GBytes *signed_driver_sign (const GByteArray *file, const SigningOptions *options);
/* Behind the other certificates. @type: 2 is PKCS #7. */
void signed_driver_add (GByteArray *file, guint16 type, GBytes *certificate);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SigningKey, signing_key_free)
