/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is set by hand of a proxy: its address, and its user and password, which
 * are kept in the keyring, like the keys.
 */
#pragma once

#include "model/context.h"

G_BEGIN_DECLS

/* "proxy.example:3128" → "http://proxy.example:3128": an address that embark_context_set_proxy() takes. Free; NULL with
 * BAD_NAME, whose message says what an address looks like. */
char *embark_proxy_address_normalize (const char *text, GError **error);

/* Reads them from the keyring and uses them from then on; nothing stored is success. A started job (new reference). */
EmbarkJob *embark_context_load_proxy_login (EmbarkContext *self);
/* Uses and keeps them; an empty @user forgets them. A started job (new reference); NO_KEYRING when they could not be
 * kept: then they hold until the program ends. */
EmbarkJob *embark_context_set_proxy_login (EmbarkContext *self, const char *user, const char *password);

G_END_DECLS
