/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * User and password of a proxy that was set by hand: kept in the keyring, like
 * the keys.
 */
#pragma once

#include "model/context.h"

G_BEGIN_DECLS

/* Reads them from the keyring and uses them from then on; nothing stored is success. A started job (new reference). */
EmbarkJob *embark_context_load_proxy_login (EmbarkContext *self);
/* Uses and keeps them; an empty @user forgets them. A started job (new reference); NO_KEYRING when they could not be
 * kept: then they hold until the program ends. */
EmbarkJob *embark_context_set_proxy_login (EmbarkContext *self, const char *user, const char *password);

G_END_DECLS
