/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What each Windows asks of a driver that it starts from, and where there is
 * one that it takes.
 */
#include <glib/gi18n-lib.h>

#include "model/base/errors.h"
#include "model/guest/driver-signature.h"
#include "model/guest/text-clean.h"

/* Since Vista the 64-bit kernel loads signed drivers only. */
#define MAJOR_WITH_DUTY 6

static gboolean is_before_sha2 (guint major, guint minor)
{
  return major == 6 && minor <= 1;
}

static const char *get_source (guint major, guint minor)
{
  if (major > 6)
    return _ ("Signed drivers for it are in the virtio-win ISO from release 0.1.204 on (but not in 0.1.217), in the "
              "virtio-win ISO of Red Hat Enterprise Linux, and in the driver package of the cloud.");
  if (major == 6 && minor >= 2)
    return _ ("Today's virtio-win ISO holds self-signed drivers for Windows 8 and Windows Server 2012 (R2). Signed "
              "ones are in virtio-win 0.1.215 or older, in the virtio-win ISO of Red Hat Enterprise Linux, and in the "
              "driver package of the cloud.");
  return _ ("Signed drivers for it are in the folders “w7” and “2k8R2” of the virtio-win ISO, in the virtio-win ISO of "
            "Red Hat Enterprise Linux, and in the driver package of the cloud.");
}

/* Two sentences: why not, and where there is a better one. */
static gboolean block (GError **error, const char *reason, const char *source)
{
  g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_BLOCKED, "%s %s", reason, source);
  return FALSE;
}

/* Translators: the reasons below are followed by a sentence that says where signed drivers are. */
gboolean embark_driver_signature_judge (const EmbarkDriverSignature *self, const char *file, guint major, guint minor,
                                        gboolean is_64_bit, gboolean has_sha2, GError **error)
{
  g_autofree char *name = embark_text_clean (file);
  g_autofree char *reason = NULL;

  if (self->is_signed && !self->is_intact)
    {
      reason = g_strdup_printf (_ ("The driver “%s” was changed after it was signed, or its signature is damaged, so "
                                   "Windows would not start with it. Copy it again from where it came from."),
                                name);
      return block (error, reason, get_source (major, minor));
    }
  if (!is_64_bit || major < MAJOR_WITH_DUTY)
    return TRUE;
  if (!self->is_signed)
    {
      reason =
          g_strdup_printf (_ ("The driver “%s” is not signed, so Windows with 64 bits would not start with it."), name);
      return block (error, reason, get_source (major, minor));
    }
  if (self->is_self_signed)
    {
      /* Translators: a file name, then who signed it ("virtio-win") */
      reason =
          g_strdup_printf (_ ("The driver “%s” is signed by nobody but its maker (%s), which is for tests: Windows "
                              "with 64 bits would not start with it."),
                           name, self->signer != NULL ? self->signer : "?");
      return block (error, reason, get_source (major, minor));
    }
  if (self->is_sha2 && !has_sha2 && is_before_sha2 (major, minor))
    {
      reason = g_strdup_printf (_ ("The driver “%s” is signed with SHA-2 only, which this Windows does not know before "
                                   "its update KB4474419 (or KB3033929), so it would not start."),
                                name);
      return block (error, reason,
                    _ ("Start Windows, install that update and shut it down; or take a driver that is signed with "
                       "SHA-1, from the folder “w7” or “2k8R2” of the virtio-win ISO, but not of its releases 0.1.185 "
                       "and 0.1.190."));
    }
  return TRUE;
}
