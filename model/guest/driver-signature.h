/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who signed a driver of Windows, and whether a version of Windows starts with
 * it: a driver of the system disk that is refused ends with a blue screen,
 * 0xC0000428 or 0x7B. Authenticode as Microsoft's paper of 2008 has it. Who
 * stands behind the signer's certificate is not looked at: the roots that the
 * kernel trusts are its own. Pure bytes; any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  gboolean is_signed;      /* there is a certificate table with a readable PKCS #7 */
  gboolean is_intact;      /* the Authenticode digest of the file is the signed one, and the signature of it holds */
  gboolean is_self_signed; /* issuer and subject of the signer's certificate are the same */
  gboolean is_sha2;        /* SHA-256 or longer in every signature of the file */
  char *signer;            /* (nullable) organisation, or common name; clean UTF-8 */
  char *issuer;            /* (nullable) of the signer's certificate, the same */
  const char *arch;        /* (nullable) "x86_64", "i386", "aarch64", "arm"; static, NULL for another machine */
} EmbarkDriverSignature;

/* @bytes: a .sys file as a whole. What is said of a signature is said of the first one, but for is_sha2, which counts
 * further and nested ones. FALSE (FAILED) only for what is no PE file, is larger than EMBARK_PE_SIZE_MAX or breaks its
 * bounds; the message does not name the file. */
gboolean embark_driver_signature_read (GBytes *bytes, EmbarkDriverSignature *ret, GError **error);
void embark_driver_signature_clear (EmbarkDriverSignature *self);

/* BLOCKED with the reason, and where to get a good one, when Windows NT @major.@minor would not start with it.
 * @file: its name, for the message. @has_sha2: of NT 6.0 and 6.1, the update that knows SHA-2 is installed (KB4474419
 * or KB3033929). Below NT 6.0, and on 32 bits, only a broken signature is refused. */
gboolean embark_driver_signature_judge (const EmbarkDriverSignature *self, const char *file, guint major, guint minor,
                                        gboolean is_64_bit, gboolean has_sha2, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (EmbarkDriverSignature, embark_driver_signature_clear)

G_END_DECLS
