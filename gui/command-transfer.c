/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How fast and which way requests of the command line go.
 */
#include <glib/gi18n.h>

#include "gui/command.h"
#include "model/base/errors.h"

static gboolean apply_limit (EmbarkCommand *command, GError **error)
{
  EmbarkSendLimit limit = { 0 };

  if (command->limit == NULL)
    return TRUE;
  if (!embark_send_limit_parse (command->limit, &limit.bytes_per_second))
    {
      g_set_error_literal (error, EMBARK_ERROR, EMBARK_ERROR_BAD_NAME,
                           _ ("--limit is an amount a second, such as 800k or 5M, and at least 1k; or none."));
      return FALSE;
    }
  embark_context_set_send_limit (command->context, &limit);
  return TRUE;
}

static gboolean apply_proxy (EmbarkCommand *command, GError **error)
{
  if (command->proxy == NULL)
    return TRUE;
  if (g_str_equal (command->proxy, "none") || g_str_equal (command->proxy, "desktop"))
    return embark_context_set_proxy (command->context, command->proxy, NULL, error);
  return embark_context_set_proxy (command->context, "manual", command->proxy, error);
}

gboolean embark_command_apply_transfer (EmbarkCommand *command, GError **error)
{
  return apply_limit (command, error) && apply_proxy (command, error);
}
