/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The desktop is asked for each address, in the thread of the caller, and its
 * answer is kept for a few seconds: parts follow each other to one host.
 */
#include "model/cloud/proxy.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "model/base/errors.h"

#define KEEP_US (5 * G_USEC_PER_SEC)
#define URI_MAX 1024

struct _EmbarkProxy
{
  GMutex mutex;
  EmbarkProxyMode mode;
  char *uri;               /* (nullable) of MANUAL */
  EmbarkCredentials *user; /* (nullable) */

  char *asked_host; /* (nullable) of the desktop's last answer */
  char *answer;     /* (nullable) */
  gint64 answered_us;
};

EmbarkProxy *embark_proxy_new (void)
{
  EmbarkProxy *self = g_new0 (EmbarkProxy, 1);

  g_mutex_init (&self->mutex);
  return self;
}

void embark_proxy_free (EmbarkProxy *self)
{
  if (self == NULL)
    return;
  g_free (self->uri);
  embark_credentials_unref (self->user);
  g_free (self->asked_host);
  g_free (self->answer);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

void embark_proxy_choice_clear (EmbarkProxyChoice *choice)
{
  g_clear_pointer (&choice->uri, g_free);
  g_clear_pointer (&choice->user, embark_credentials_unref);
}

static gboolean set_bad_proxy (GError **error, const char *uri)
{
  const char *at = strrchr (uri, '@');
  /* What stands before an @ is most likely a password. */
  g_autofree char *shown = g_utf8_make_valid (at != NULL ? at + 1 : uri, -1);

  g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_BAD_NAME,
               /* Translators: what was given as a proxy. The addresses are not translated. */
               _ ("“%s” is not the address of a proxy. It looks like http://proxy.example:3128 or "
                  "socks5://proxy.example:1080, with a port and nothing after it."),
               shown);
  return FALSE;
}

char *embark_http_normalize_proxy (const char *text, GError **error)
{
  static const char *const schemes[] = { "http", "https", "socks5", "socks5h", NULL };
  g_autofree char *stripped = g_strstrip (g_strndup (text, URI_MAX + 1));
  g_autofree char *uri = g_strconcat (strstr (stripped, "//") != NULL ? "" : "http://", stripped, NULL);
  g_autoptr (GUri) parsed = strlen (uri) <= URI_MAX ? g_uri_parse (uri, G_URI_FLAGS_NONE, NULL) : NULL;
  const char *host = parsed != NULL ? g_uri_get_host (parsed) : NULL;

  if (parsed != NULL && g_uri_get_userinfo (parsed) != NULL)
    {
      g_set_error_literal (error, EMBARK_ERROR, EMBARK_ERROR_BAD_NAME,
                           _ ("The address of a proxy must not hold a user name or a password. Enter them in their own "
                              "places, so that they are kept in the keyring."));
      return NULL;
    }
  if (host == NULL || *host == '\0' || !g_strv_contains (schemes, g_uri_get_scheme (parsed))
      || g_uri_get_port (parsed) < 1 || g_uri_get_port (parsed) > 65535 || g_uri_get_query (parsed) != NULL
      || g_uri_get_fragment (parsed) != NULL
      || (*g_uri_get_path (parsed) != '\0' && !g_str_equal (g_uri_get_path (parsed), "/")) || !g_str_is_ascii (host)
      || strpbrk (host, " %\\\"'<>") != NULL)
    {
      set_bad_proxy (error, stripped);
      return NULL;
    }
  return g_strdup_printf (strchr (host, ':') != NULL ? "%s://[%s]:%d" : "%s://%s:%d", g_uri_get_scheme (parsed), host,
                          g_uri_get_port (parsed));
}

gboolean embark_proxy_set (EmbarkProxy *self, EmbarkProxyMode mode, const char *uri, GError **error)
{
  g_autofree char *checked = NULL;

  if (mode == EMBARK_PROXY_MANUAL)
    {
      checked = embark_http_normalize_proxy (uri != NULL ? uri : "", error);
      if (checked == NULL)
        return FALSE;
    }
  g_mutex_lock (&self->mutex);
  self->mode = mode;
  g_free (self->uri);
  self->uri = g_steal_pointer (&checked);
  g_clear_pointer (&self->asked_host, g_free);
  g_mutex_unlock (&self->mutex);
  return TRUE;
}

void embark_proxy_set_password (EmbarkProxy *self, const char *user, const char *password)
{
  EmbarkCredentials *next = user != NULL ? embark_credentials_new (user, password != NULL ? password : "", NULL) : NULL;

  g_mutex_lock (&self->mutex);
  embark_credentials_unref (self->user);
  self->user = next;
  g_mutex_unlock (&self->mutex);
}

char *embark_proxy_describe (const char *uri)
{
  g_autoptr (GUri) parsed = g_uri_parse (uri, G_URI_FLAGS_HAS_PASSWORD, NULL);

  if (parsed == NULL || g_uri_get_host (parsed) == NULL)
    return g_strdup ("?");
  if (g_uri_get_port (parsed) < 0)
    return g_strdup (g_uri_get_host (parsed));
  return g_strdup_printf ("%s:%d", g_uri_get_host (parsed), g_uri_get_port (parsed));
}

char *embark_proxy_pick (const char *const *uris)
{
  /* What GIO calls a scheme, and what curl does: names are looked up by the proxy where it can. */
  static const struct
  {
    const char *ours, *curls;
  } schemes[] = {
    { "http://", "http://" },      { "https://", "https://" },     { "socks://", "socks5h://" },
    { "socks5://", "socks5h://" }, { "socks4a://", "socks4a://" }, { "socks4://", "socks4://" },
  };

  for (gsize i = 0; uris != NULL && uris[i] != NULL; i++)
    {
      if (g_str_has_prefix (uris[i], "direct://"))
        return g_strdup ("");
      for (gsize k = 0; k < G_N_ELEMENTS (schemes); k++)
        if (g_str_has_prefix (uris[i], schemes[k].ours))
          return g_strconcat (schemes[k].curls, uris[i] + strlen (schemes[k].ours), NULL);
    }
  return NULL;
}

/* NULL: the desktop has no opinion, so the environment counts; with @error when it did not even answer. */
static char *ask_desktop (const char *url, GCancellable *cancellable, GError **error)
{
  GProxyResolver *resolver = g_proxy_resolver_get_default ();
  g_auto (GStrv) uris = NULL;

  /* The one GIO falls back to says "direct" to everything. */
  if (resolver == NULL || g_str_equal (G_OBJECT_TYPE_NAME (resolver), "GDummyProxyResolver"))
    return NULL;
  uris = g_proxy_resolver_lookup (resolver, url, cancellable, error);
  return embark_proxy_pick ((const char *const *) uris);
}

/* TRUE if the last answer will do. With the mutex held. */
static gboolean take_answer (EmbarkProxy *self, const char *host, EmbarkProxyChoice *ret_choice)
{
  if (g_strcmp0 (self->asked_host, host) != 0 || g_get_monotonic_time () - self->answered_us > KEEP_US)
    return FALSE;
  ret_choice->uri = g_strdup (self->answer);
  return TRUE;
}

gboolean embark_proxy_choose (EmbarkProxy *self, const char *url, EmbarkProxyChoice *ret_choice,
                              GCancellable *cancellable, GError **error)
{
  /* https://HOST/, without what follows: an object's name is nobody's business. */
  gsize start = strlen ("https://");
  g_autofree char *host = g_strdup_printf ("%.*s/", (int) (start + strcspn (url + start, "/?")), url);
  g_autoptr (GError) failure = NULL;
  gboolean is_known = TRUE;

  g_mutex_lock (&self->mutex);
  if (self->mode == EMBARK_PROXY_MANUAL)
    {
      ret_choice->is_manual = TRUE;
      ret_choice->uri = g_strdup (self->uri);
      ret_choice->user = self->user != NULL ? embark_credentials_ref (self->user) : NULL;
    }
  else if (self->mode == EMBARK_PROXY_NONE)
    ret_choice->uri = g_strdup ("");
  else
    is_known = take_answer (self, host, ret_choice);
  g_mutex_unlock (&self->mutex);
  if (is_known)
    return TRUE;

  ret_choice->uri = ask_desktop (host, cancellable, &failure);
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  if (failure != NULL)
    {
      g_info ("the desktop could not say which proxy to use: %s", failure->message);
      return TRUE;
    }
  g_mutex_lock (&self->mutex);
  g_free (self->asked_host);
  g_free (self->answer);
  self->asked_host = g_steal_pointer (&host);
  self->answer = g_strdup (ret_choice->uri);
  self->answered_us = g_get_monotonic_time ();
  g_mutex_unlock (&self->mutex);
  return TRUE;
}
