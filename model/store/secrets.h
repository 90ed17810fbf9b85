/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The keys, and the login of a proxy, in the Secret Service; in memory only
 * when there is none. Blocking with a bound of 20 s (never hangs on a locked
 * keyring); any thread.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  char *secret_id, *secret_key, *token; /* token (nullable) */
} EmbarkKeys;

typedef enum
{
  EMBARK_SECRET_KEYS,  /* of the account in the cloud */
  EMBARK_SECRET_PROXY, /* secret_id: the user, secret_key: the password */
} EmbarkSecretKind;

/* Wipes. */
void embark_keys_free (EmbarkKeys *self);
EmbarkKeys *embark_keys_copy (const EmbarkKeys *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkKeys, embark_keys_free)

/* NULL without @error: none stored. NO_KEYRING: no service, locked, or prompt dismissed. */
EmbarkKeys *embark_secrets_load (EmbarkSecretKind kind, GCancellable *cancellable, GError **error);
/* NO_KEYRING likewise: the caller keeps them in memory and says so. */
gboolean embark_secrets_save (EmbarkSecretKind kind, const EmbarkKeys *keys, GCancellable *cancellable, GError **error);
/* Nothing stored is success. */
gboolean embark_secrets_clear (EmbarkSecretKind kind, GCancellable *cancellable, GError **error);

G_END_DECLS
