/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The address of a proxy as users type it. Pure.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* "proxy.example.com:3128" → "http://proxy.example.com:3128". Free; NULL with @error BAD_NAME, whose message says what
 * an address looks like. A user name or a password in it is refused: the address is kept in the settings. */
char *embark_proxy_address_normalize (const char *text, GError **error);

G_END_DECLS
