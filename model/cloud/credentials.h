/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkCredentials: SecretId, SecretKey and an optional token, in memory that
 * is locked where possible and wiped when freed. Reference counted; the values
 * never change, only what follows them. Any thread. Never printed.
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

/* Temporary keys run out while work that holds them goes on: whoever renews them says so here, and each request is
 * signed with the latest. @self itself stays as it is; an earlier successor of it is followed by @newer too. */
void embark_credentials_replace (EmbarkCredentials *self, EmbarkCredentials *newer);
/* A new reference to the last successor, or to @self. */
EmbarkCredentials *embark_credentials_dup_latest (EmbarkCredentials *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkCredentials, embark_credentials_unref)

G_END_DECLS
