/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "model/account.h"
#include "model/cloud/credentials.h"

G_BEGIN_DECLS

typedef struct _EmbarkContext EmbarkContext;

/* @context is borrowed and outlives the account. */
EmbarkAccount *embark_account_new (EmbarkContext *context);
/* New reference; NO_KEYS when there are none (or they were not loaded). */
EmbarkCredentials *embark_account_dup_credentials (EmbarkAccount *self, GError **error);

G_END_DECLS
