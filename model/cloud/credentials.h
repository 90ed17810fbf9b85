/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkCredentials: SecretId, SecretKey and an optional token, in memory that
 * is locked where possible and wiped when freed. Reference counted, immutable,
 * any thread. Never printed.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _EmbarkCredentials EmbarkCredentials;

/* Copies. @token may be NULL. White space around the values is dropped. */
EmbarkCredentials *embark_credentials_new (const char *secret_id, const char *secret_key, const char *token);
EmbarkCredentials *embark_credentials_ref (EmbarkCredentials *self);
void embark_credentials_unref (EmbarkCredentials *self);
const char *embark_credentials_get_id (EmbarkCredentials *self);
const char *embark_credentials_get_key (EmbarkCredentials *self);
const char *embark_credentials_get_token (EmbarkCredentials *self); /* (nullable) */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkCredentials, embark_credentials_unref)

G_END_DECLS
