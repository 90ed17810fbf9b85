/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which proxy a request goes through: the desktop's, one set by hand, or none.
 * Any thread. Private to this folder; EmbarkHttp owns one.
 */
#pragma once

#include "model/cloud/credentials.h"
#include "model/cloud/http.h"

G_BEGIN_DECLS

typedef struct _EmbarkProxy EmbarkProxy;

/* For one request. */
typedef struct
{
  char *uri;               /* as curl takes it; "": none; NULL: what the environment says */
  EmbarkCredentials *user; /* (nullable) name and password, for uri */
  gboolean is_manual;      /* set by hand */
} EmbarkProxyChoice;

EmbarkProxy *embark_proxy_new (void);
void embark_proxy_free (EmbarkProxy *self);
/* As embark_http_set_proxy() and embark_http_set_proxy_password(). */
gboolean embark_proxy_set (EmbarkProxy *self, EmbarkProxyMode mode, const char *uri, GError **error);
void embark_proxy_set_password (EmbarkProxy *self, const char *user, const char *password);
/* May ask the desktop, so it can take a moment. FALSE with @error only when cancelled. */
gboolean embark_proxy_choose (EmbarkProxy *self, const char *url, EmbarkProxyChoice *ret_choice,
                              GCancellable *cancellable, GError **error);
void embark_proxy_choice_clear (EmbarkProxyChoice *choice);
/* Host and port of a proxy, without user name and password: for messages. */
char *embark_proxy_describe (const char *uri);
/* What curl calls the first usable one of what GProxyResolver lists: a URI, "" for a direct connection, NULL if none
 * is usable. */
char *embark_proxy_pick (const char *const *uris);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkProxy, embark_proxy_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (EmbarkProxyChoice, embark_proxy_choice_clear)

G_END_DECLS
