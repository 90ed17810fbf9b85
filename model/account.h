/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkAccount: the keys (never their secret part) and what they give access
 * to. The keys come from the environment, else the keyring, else memory.
 */
#pragma once

#include "model/base/job.h"
#include "model/destination.h"

G_BEGIN_DECLS

typedef enum
{
  EMBARK_KEYS_NOT_LOADED,
  EMBARK_KEYS_NONE,
  EMBARK_KEYS_IN_KEYRING,
  EMBARK_KEYS_IN_MEMORY,      /* no keyring: gone when the program ends */
  EMBARK_KEYS_IN_ENVIRONMENT, /* TENCENTCLOUD_SECRET_ID, _KEY, TENCENTCLOUD_TOKEN */
} EmbarkKeysPlace;

#define EMBARK_TYPE_ACCOUNT (embark_account_get_type ())
G_DECLARE_FINAL_TYPE (EmbarkAccount, embark_account, EMBARK, ACCOUNT, GObject)

/* Properties: "keys-place" (int), "key-hint" (string: "AKID…0000"), "identity" (string: account number once tested),
 * "error" (pointer, const GError of the last load or test). */
EmbarkKeysPlace embark_account_get_keys_place (EmbarkAccount *self);
const char *embark_account_get_key_hint (EmbarkAccount *self); /* (nullable) */
const char *embark_account_get_identity (EmbarkAccount *self); /* (nullable) */
/* A warning for people after saving when there was no keyring; (nullable). */
const GError *embark_account_get_keyring_error (EmbarkAccount *self);
gboolean embark_account_has_keys (EmbarkAccount *self);

/* Each returns a started job (new reference); on "finished" the properties are set already. */
EmbarkJob *embark_account_load (EmbarkAccount *self);
/* Asks the cloud who the keys belong to; if it knows them, they are saved. */
EmbarkJob *embark_account_set_keys (EmbarkAccount *self, const char *secret_id, const char *secret_key,
                                    const char *token);
EmbarkJob *embark_account_test (EmbarkAccount *self);
EmbarkJob *embark_account_clear (EmbarkAccount *self);
/* Fills get_buckets(). */
EmbarkJob *embark_account_list_buckets (EmbarkAccount *self);
/* Of EmbarkDestination, borrowed; empty until listed. */
GListModel *embark_account_get_buckets (EmbarkAccount *self);
/* @bucket with or without "-APPID" (the account's own is added when known from a bucket); appears in get_buckets(). */
EmbarkJob *embark_account_create_bucket (EmbarkAccount *self, const char *region, const char *bucket);

G_END_DECLS
