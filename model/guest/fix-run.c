/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Programs of the guest, run in its own root within the appliance. Nothing of
 * it is started as a service: there is no init, and Debian's scripts are told
 * so.
 */
#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <string.h>

#include "model/base/errors.h"
#include "model/guest/fix-private.h"
#include "model/guest/guest-files.h"
#include "model/guest/helper-events.h"

#define OUTPUT_MAX "1000000"
#define STATUS_WORD "\nembark-status "
#define COMPLAINT_MAX 600
#define POLICY "/usr/sbin/policy-rc.d"
#define POLICY_ASIDE "/usr/sbin/policy-rc.d.embark-aside"
#define POLICY_TEXT "#!/bin/sh\nexit 101\n"
#define ENVIRONMENT                                                                                                    \
  "export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C TERM=dumb "            \
  "DEBIAN_FRONTEND=noninteractive SYSTEMD_OFFLINE=1; cd /\n"

/* Debian's service scripts ask this program first. One that is there is the guest's, and comes back. */
static gboolean forbid_services (EmbarkFixSession *self, GError **error)
{
  if (!embark_guest_has_dir (self->g, "/usr/sbin"))
    return TRUE;
  if (embark_guest_has_entry (self->g, POLICY) && guestfs_mv (self->g, POLICY, POLICY_ASIDE) != 0)
    return embark_fix_fail (self, _ ("Could not write"), POLICY, error);
  if (guestfs_write (self->g, POLICY, POLICY_TEXT, strlen (POLICY_TEXT)) != 0
      || guestfs_chmod (self->g, 0755, POLICY) != 0)
    return embark_fix_fail (self, _ ("Could not write"), POLICY, error);
  return TRUE;
}

static void allow_services (EmbarkFixSession *self)
{
  if (!embark_guest_has_dir (self->g, "/usr/sbin"))
    return;
  guestfs_rm_f (self->g, POLICY);
  if (embark_guest_has_entry (self->g, POLICY_ASIDE))
    guestfs_mv (self->g, POLICY_ASIDE, POLICY);
}

static void log_output (const char *output)
{
  g_auto (GStrv) lines = g_strsplit (output, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    if (*g_strchomp (lines[i]) != '\0')
      embark_helper_send_output (lines[i]);
}

/* Splits the status off the end; -1 when it is not there. */
static int take_status (char *output)
{
  char *at = g_strrstr (output, STATUS_WORD);
  int status = at != NULL ? (int) g_ascii_strtoll (at + strlen (STATUS_WORD), NULL, 10) : -1;

  if (at != NULL)
    *at = '\0';
  return status;
}

static gboolean fail_script (const char *script, const char *output, GError **error)
{
  gsize length = strlen (output);
  /* A long script says in a comment at its start what it is for. */
  const char *start = g_str_has_prefix (script, "# ") ? script + strlen ("# ") : script;
  g_autofree char *command = g_strndup (start, start == script ? strlen (script) : strcspn (start, "\n"));
  g_autofree char *end = g_utf8_make_valid (length > COMPLAINT_MAX ? output + length - COMPLAINT_MAX : output, -1);

  g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED,
               /* Translators: a command, and the last lines that it printed. */
               _ ("The command “%s” failed in the machine: %s"), command, g_strstrip (end));
  return FALSE;
}

static gboolean run_script (EmbarkFixSession *self, const char *script, gboolean is_quiet, char **ret_output,
                            GError **error)
{
  g_autofree char *whole =
      g_strdup_printf (ENVIRONMENT "{ ( %s\n)%s; printf '\\nembark-status %%d\\n' $?; } | tail -c " OUTPUT_MAX, script,
                       ret_output != NULL ? "" : " 2>&1");
  char *printed = NULL;
  g_autofree char *output = NULL;
  int status;

  if (!forbid_services (self, error))
    return FALSE;
  printed = guestfs_sh (self->g, whole);
  allow_services (self);
  if (printed == NULL)
    return embark_fix_fail (self, _ ("Could not run in the machine"), script, error);
  output = g_strdup (printed);
  free (printed);
  status = take_status (output);
  if (!is_quiet)
    log_output (output);
  if (status != 0)
    return fail_script (script, output, error);
  if (ret_output != NULL)
    *ret_output = g_steal_pointer (&output);
  return TRUE;
}

gboolean embark_fix_run (EmbarkFixSession *self, const char *script, char **ret_output, GError **error)
{
  embark_fix_log (self, "# %s", script);
  return run_script (self, script, FALSE, ret_output, error);
}

gboolean embark_fix_run_quietly (EmbarkFixSession *self, const char *script, char **ret_output, GError **error)
{
  return run_script (self, script, TRUE, ret_output, error);
}
