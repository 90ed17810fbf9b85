/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How requests of the command line go: as the options say, else as the
 * preferences of the window do.
 */
#include <glib/gi18n.h>

#include "gui/command.h"
#include "gui/settings.h"
#include "model/base/errors.h"
#include "model/proxy-login.h"

static gboolean apply_limit (EmbarkCommand *command, GSettings *settings, GError **error)
{
  EmbarkSendLimit limit = { 0 };

  if (command->limit == NULL && settings != NULL)
    embark_settings_get_send_limit (settings, &limit);
  if (command->limit != NULL && !embark_send_limit_parse (command->limit, &limit.bytes_per_second))
    {
      g_set_error_literal (error, EMBARK_ERROR, EMBARK_ERROR_BAD_NAME,
                           _ ("--limit is an amount a second, such as 800k or 5M, and at least 1k; or none."));
      return FALSE;
    }
  embark_context_set_send_limit (command->context, &limit);
  return TRUE;
}

/* Without a keyring the proxy may still let everybody through. */
static void load_login (EmbarkCommand *command)
{
  g_autoptr (EmbarkJob) job = embark_context_load_proxy_login (command->context);

  embark_command_wait (command, job);
  if (embark_job_get_error (job) != NULL)
    g_info ("no password for the proxy: %s", embark_job_get_error (job)->message);
}

static gboolean apply_proxy (EmbarkCommand *command, GSettings *settings, GError **error)
{
  g_autofree char *mode = settings != NULL ? g_settings_get_string (settings, "proxy-mode") : g_strdup ("desktop");
  g_autofree char *uri = settings != NULL ? g_settings_get_string (settings, "proxy-uri") : NULL;

  if (command->proxy != NULL)
    {
      gboolean is_word = g_str_equal (command->proxy, "none") || g_str_equal (command->proxy, "desktop");

      g_free (mode);
      g_free (uri);
      mode = g_strdup (is_word ? command->proxy : "manual");
      uri = is_word ? NULL : g_strdup (command->proxy);
    }
  /* Chosen in the window, but not typed yet. */
  if (command->proxy == NULL && g_str_equal (mode, "manual") && (uri == NULL || *uri == '\0'))
    return TRUE;
  if (!embark_context_set_proxy (command->context, mode, g_str_equal (mode, "manual") ? uri : NULL, error))
    return FALSE;
  if (g_str_equal (mode, "manual"))
    load_login (command);
  return TRUE;
}

gboolean embark_command_apply_transfer (EmbarkCommand *command, GError **error)
{
  g_autoptr (GSettings) settings = embark_settings_try_new ();

  if (command->level == NULL && settings != NULL)
    command->level = g_settings_get_string (settings, "compression");
  return apply_limit (command, settings, error) && apply_proxy (command, settings, error);
}
