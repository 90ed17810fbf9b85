/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Switches of Windows, and when it must not be written to at all.
 */
#include <glib/gi18n-lib.h>

#include "model/base/errors.h"
#include "model/guest/fix.h"

#define POWER_KEY "CurrentControlSet\\Control\\Session Manager\\Power"

static gboolean refuse (GError **error, const char *message)
{
  g_set_error_literal (error, EMBARK_ERROR, EMBARK_ERROR_BLOCKED, message);
  return FALSE;
}

gboolean embark_refuse_windows (EmbarkFixSession *session, GError **error)
{
  EmbarkFacts *facts = embark_fix_get_facts (session);

  if (embark_facts_is (facts, "windows.hibernated"))
    return refuse (error, _ ("Windows is hibernated, so its disk must not be written to. Start it, shut it down with "
                             "“shutdown /s /t 0”, and try again."));
  if (embark_facts_is (facts, "windows.dirty"))
    return refuse (error, _ ("Windows was not shut down properly. Start it, let it check its disk, shut it down, and "
                             "try again."));
  return TRUE;
}

gboolean embark_fix_windows_fast_startup (EmbarkFixSession *session, GError **error)
{
  return embark_fix_registry_open (session, "SYSTEM", error)
         && embark_fix_registry_set_dword (session, POWER_KEY, "HiberbootEnabled", 0, error)
         && embark_fix_registry_close (session, error);
}
