/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Switches of Windows, and when it must not be written to at all.
 */
#include <glib/gi18n-lib.h>

#include "model/guest/fix.h"
#include "model/guest/guest-registry.h"
#include "model/guest/windows-service.h"

#define DESKTOP_KEY "CurrentControlSet\\Control\\Terminal Server"
#define SERVICE_KEY EMBARK_WINDOWS_SERVICES "TermService"
#define FIREWALL_KEY "CurrentControlSet\\Services\\SharedAccess\\Parameters\\FirewallPolicy\\FirewallRules"
#define POLICY_KEY "Policies\\Microsoft\\Windows NT\\Terminal Services"
#define DENY_VALUE "fDenyTSConnections"
#define RULE_PREFIX "RemoteDesktop-"
#define RULE_OFF "|Active=FALSE|"
#define RULE_ON "|Active=TRUE|"
#define POWER_KEY "CurrentControlSet\\Control\\Session Manager\\Power"

gboolean embark_refuse_windows (EmbarkFixSession *session, GError **error)
{
  EmbarkFacts *facts = embark_fix_get_facts (session);

  if (embark_facts_is (facts, "windows.hibernated"))
    return embark_fix_refuse (
        error, _ ("Windows is hibernated, so its disk must not be written to. Start it, shut it down with "
                  "“shutdown /s /t 0”, and try again."));
  if (embark_facts_is (facts, "windows.dirty"))
    return embark_fix_refuse (
        error, _ ("Windows was not shut down properly. Start it, let it check its disk, shut it down, and "
                  "try again."));
  return embark_fix_registry_check (session, "SYSTEM", error) && embark_fix_registry_check (session, "SOFTWARE", error);
}

gboolean embark_fix_windows_fast_startup (EmbarkFixSession *session, GError **error)
{
  return embark_fix_registry_open (session, "SYSTEM", error)
         && embark_fix_registry_set_dword (session, POWER_KEY, "HiberbootEnabled", 0, error)
         && embark_fix_registry_close (session, error);
}

/* Rules of the firewall are lines such as "v2.10|Action=Allow|Active=FALSE|Dir=In|…". */
static gboolean open_firewall (EmbarkFixSession *session, GError **error)
{
  guestfs_h *g = embark_fix_get_guest (session);
  g_autofree char *key = embark_fix_registry_resolve (session, FIREWALL_KEY);
  gint64 node = embark_guest_registry_find (g, key);
  g_auto (GStrv) names = node != 0 ? embark_guest_registry_list_values (g, node) : NULL;

  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    {
      g_autofree char *rule =
          g_str_has_prefix (names[i], RULE_PREFIX) ? embark_guest_registry_get_string (g, node, names[i]) : NULL;
      g_auto (GStrv) parts = rule != NULL ? g_strsplit (rule, RULE_OFF, 2) : NULL;
      g_autofree char *open = NULL;

      if (parts == NULL || parts[1] == NULL)
        continue;
      open = g_strjoinv (RULE_ON, parts);
      if (!embark_fix_registry_set_string (session, FIREWALL_KEY, names[i], EMBARK_REG_SZ, open, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean allow_desktop (EmbarkFixSession *session, GError **error)
{
  guestfs_h *g = embark_fix_get_guest (session);
  g_autofree char *service = embark_fix_registry_resolve (session, SERVICE_KEY);
  guint32 start = 0;

  if (!embark_fix_registry_set_dword (session, DESKTOP_KEY, DENY_VALUE, 0, error))
    return FALSE;
  if (embark_guest_registry_get_dword (g, embark_guest_registry_find (g, service), "Start", &start)
      && start == EMBARK_SERVICE_DISABLED
      && !embark_fix_registry_set_dword (session, SERVICE_KEY, "Start", EMBARK_SERVICE_DEMAND_START, error))
    return FALSE;
  return open_firewall (session, error);
}

/* A policy that denies it wins over the setting: one that is there is changed, none is made. */
static gboolean allow_by_policy (EmbarkFixSession *session, GError **error)
{
  guestfs_h *g = embark_fix_get_guest (session);
  guint32 denied = 0;

  if (embark_guest_registry_get_dword (g, embark_guest_registry_find (g, POLICY_KEY), DENY_VALUE, &denied)
      && denied != 0)
    return embark_fix_registry_set_dword (session, POLICY_KEY, DENY_VALUE, 0, error);
  return TRUE;
}

gboolean embark_fix_windows_remote_desktop (EmbarkFixSession *session, GError **error)
{
  return embark_fix_registry_open (session, "SYSTEM", error) && allow_desktop (session, error)
         && embark_fix_registry_close (session, error) && embark_fix_registry_open (session, "SOFTWARE", error)
         && allow_by_policy (session, error) && embark_fix_registry_close (session, error);
}
