/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The keyring is asked in a worker, which also hands what it got to the
 * requests: nothing of it comes to the main thread.
 */
#include "model/proxy-login.h"

#include <glib/gi18n-lib.h>

#include "model/cloud/http.h"
#include "model/context-private.h"
#include "model/store/secrets.h"

typedef struct
{
  EmbarkHttp *http;
  EmbarkKeys *login; /* (nullable) */
} Request;

static void free_request (gpointer data)
{
  Request *request = data;

  embark_http_unref (request->http);
  embark_keys_free (request->login);
  g_free (request);
}

static void use_login (EmbarkHttp *http, const EmbarkKeys *login)
{
  embark_http_set_proxy_password (http, login != NULL ? login->secret_id : NULL,
                                  login != NULL ? login->secret_key : NULL);
}

/* In the worker. */
static gpointer load_cb (EmbarkJob *job, gpointer data, GCancellable *cancellable, GError **error)
{
  Request *request = data;
  g_autoptr (GError) local = NULL;
  g_autoptr (EmbarkKeys) login = embark_secrets_load (EMBARK_SECRET_PROXY, cancellable, &local);

  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  use_login (request->http, login);
  return GINT_TO_POINTER (TRUE);
}

static gpointer set_cb (EmbarkJob *job, gpointer data, GCancellable *cancellable, GError **error)
{
  Request *request = data;
  gboolean is_kept;

  use_login (request->http, request->login);
  is_kept = request->login != NULL ? embark_secrets_save (EMBARK_SECRET_PROXY, request->login, cancellable, error)
                                   : embark_secrets_clear (EMBARK_SECRET_PROXY, cancellable, error);
  return is_kept ? GINT_TO_POINTER (TRUE) : NULL;
}

static EmbarkJob *start (EmbarkContext *self, const char *title, EmbarkJobFunc func, EmbarkKeys *login)
{
  EmbarkJob *job = embark_job_new (title);
  Request *request = g_new0 (Request, 1);

  request->http = embark_http_ref (embark_context_get_http (self));
  request->login = login;
  embark_job_list_start (embark_context_get_housekeeping (self), job, func, request, free_request, NULL);
  return job;
}

EmbarkJob *embark_context_load_proxy_login (EmbarkContext *self)
{
  g_return_val_if_fail (EMBARK_IS_CONTEXT (self), NULL);
  return start (self, _ ("Reading the password of the proxy"), load_cb, NULL);
}

EmbarkJob *embark_context_set_proxy_login (EmbarkContext *self, const char *user, const char *password)
{
  const EmbarkKeys given = { (char *) user, (char *) password, NULL };

  g_return_val_if_fail (EMBARK_IS_CONTEXT (self) && user != NULL && password != NULL, NULL);
  return start (self, _ ("Keeping the password of the proxy"), set_cb,
                *user != '\0' ? embark_keys_copy (&given) : NULL);
}

char *embark_proxy_address_normalize (const char *text, GError **error)
{
  g_return_val_if_fail (text != NULL, NULL);
  return embark_http_normalize_proxy (text, error);
}
