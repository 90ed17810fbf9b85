/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The address of a proxy as users type it.
 */
#include "gui/proxy-address.h"

#include <glib/gi18n.h>

#include "model/base/errors.h"

#define ADDRESS_MAX_BYTES 300

static gboolean is_scheme_known (const char *scheme)
{
  static const char *const schemes[] = { "http", "https", "socks4", "socks4a", "socks5", "socks5h", NULL };

  return g_strv_contains (schemes, scheme);
}

char *embark_proxy_address_normalize (const char *text, GError **error)
{
  g_autofree char *stripped = g_strstrip (g_strdup (text));
  g_autofree char *full =
      strstr (stripped, "://") != NULL ? g_strdup (stripped) : g_strconcat ("http://", stripped, NULL);
  g_autoptr (GUri) uri = strlen (full) <= ADDRESS_MAX_BYTES ? g_uri_parse (full, G_URI_FLAGS_HAS_PASSWORD, NULL) : NULL;

  if (uri != NULL && g_uri_get_userinfo (uri) != NULL)
    {
      g_set_error_literal (error, EMBARK_ERROR, EMBARK_ERROR_BAD_NAME,
                           _ ("Leave user name and password out of the address: they have fields of their own."));
      return NULL;
    }
  if (uri == NULL || !is_scheme_known (g_uri_get_scheme (uri)) || g_uri_get_host (uri) == NULL
      || g_uri_get_host (uri)[0] == '\0' || strpbrk (g_uri_get_host (uri), " \t\r\n") != NULL
      || g_uri_get_query (uri) != NULL || g_uri_get_fragment (uri) != NULL
      || (g_uri_get_path (uri)[0] != '\0' && !g_str_equal (g_uri_get_path (uri), "/")))
    {
      g_set_error_literal (error, EMBARK_ERROR, EMBARK_ERROR_BAD_NAME,
                           _ ("This is not the address of a proxy. It looks like proxy.example.com:3128, or "
                              "socks5://localhost:1080 for a proxy that is not of the kind HTTP."));
      return NULL;
    }
  return g_uri_join (G_URI_FLAGS_NONE, g_uri_get_scheme (uri), NULL, g_uri_get_host (uri), g_uri_get_port (uri), "",
                     NULL, NULL);
}
