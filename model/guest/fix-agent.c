/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The agent for a guest that cannot have cloud-init: a script of ours that
 * reads the disc of the cloud at each start, and what starts it.
 */
#include <glib/gi18n-lib.h>
#include <string.h>

#include "model/guest/agent-paths.h"
#include "model/guest/fix.h"
#include "model/guest/guest-files.h"
#include "model/guest/linux-files.h"

#define RESOURCES "/org/embark/Embark/agent/"
/* Before the network of those who have it among the same links (EL: S10network), after what mounts the disks. */
#define START_LINK "S09embark-agent"
#define PROGRAM_MODE 0755

static gboolean is_systemd (EmbarkFixSession *session)
{
  return g_strcmp0 (embark_facts_get_string (embark_fix_get_facts (session), "linux.init"), "systemd") == 0;
}

gboolean embark_refuse_linux_agent (EmbarkFixSession *session, GError **error)
{
  EmbarkFacts *facts = embark_fix_get_facts (session);
  const char *init = embark_facts_get_string (facts, "linux.init");

  if (embark_facts_is (facts, "linux.cloudInit.installed") || embark_fix_is_chosen (session, "linux-cloud-init"))
    return embark_fix_refuse (
        error, _ ("The agent is for systems without cloud-init, and the two would set the machine up against "
                  "each other. Choose the fix “linux-cloud-init” alone."));
  if (is_systemd (session))
    return TRUE;
  if (g_strcmp0 (init, "openrc") != 0 && embark_guest_has_dir (embark_fix_get_guest (session), "/etc/init.d"))
    return TRUE;
  return embark_fix_refuse (
      error, _ ("This system starts its services neither with systemd nor with scripts in /etc/init.d, so "
                "nothing would start the agent. Install cloud-init instead."));
}

static gboolean put (EmbarkFixSession *session, const char *name, const char *path, guint mode, GError **error)
{
  g_autofree char *resource = g_strconcat (RESOURCES, name, NULL);
  g_autoptr (GBytes) bytes = g_resources_lookup_data (resource, G_RESOURCE_LOOKUP_FLAGS_NONE, error);
  gsize length = 0;
  const char *text = bytes != NULL ? g_bytes_get_data (bytes, &length) : NULL;

  return text != NULL && embark_fix_write (session, path, text, (gssize) length, mode, error);
}

/* Where a program keeps the order of the scripts itself, links alone would not be seen. */
static gboolean has_orderer (guestfs_h *g)
{
  g_auto (GStrv) found = embark_linux_glob (g, "/{sbin/insserv,usr/lib/insserv/insserv,etc/init.d/.depend.start}");

  return found[0] != NULL;
}

static gboolean link_levels (EmbarkFixSession *session, GError **error)
{
  guestfs_h *g = embark_fix_get_guest (session);
  const char *parent = embark_guest_has_dir (g, "/etc/rc.d/rc3.d") ? "/etc/rc.d" : "/etc";

  for (guint level = 2; level <= 5; level++)
    {
      g_autofree char *folder = g_strdup_printf ("%s/rc%u.d", parent, level);
      g_autofree char *path = g_build_filename (folder, START_LINK, NULL);

      if (embark_guest_has_dir (g, folder) && !embark_fix_link (session, path, "../init.d/embark-agent", error))
        return FALSE;
    }
  return TRUE;
}

static gboolean enable_job (EmbarkFixSession *session, GError **error)
{
  guestfs_h *g = embark_fix_get_guest (session);
  g_auto (GStrv) starts = NULL;

  if (!put (session, "embark-agent.init", EMBARK_AGENT_JOB, PROGRAM_MODE, error))
    return FALSE;
  starts = embark_linux_glob (g, EMBARK_AGENT_STARTS);
  if (starts[0] != NULL)
    return TRUE;
  if (!has_orderer (g))
    return link_levels (session, error);
  if (!embark_fix_run (session,
                       "if command -v update-rc.d >/dev/null; then update-rc.d embark-agent defaults; "
                       "else insserv embark-agent; fi",
                       NULL, error))
    return FALSE;
  embark_fix_note (session, "enable", "embark-agent");
  return TRUE;
}

gboolean embark_fix_linux_agent (EmbarkFixSession *session, GError **error)
{
  if (!put (session, "embark-agent", EMBARK_AGENT_PROGRAM, PROGRAM_MODE, error))
    return FALSE;
  if (!is_systemd (session))
    return enable_job (session, error);
  return put (session, "embark-agent.service", EMBARK_AGENT_UNIT, 0644, error)
         && embark_fix_link (session, EMBARK_AGENT_WANTS, EMBARK_AGENT_UNIT, error);
}
