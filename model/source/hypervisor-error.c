/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * libvirt tells a missing daemon from a missing permission only by the errno
 * that comes with VIR_ERR_SYSTEM_ERROR.
 */
#include "model/source/hypervisor-error.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <libvirt/virterror.h>
#include <string.h>

#include "model/base/errors.h"

static gboolean is_denial (const virError *failure)
{
  switch (failure->code)
    {
    case VIR_ERR_AUTH_FAILED:
    case VIR_ERR_AUTH_CANCELLED:
    case VIR_ERR_AUTH_UNAVAILABLE:
    case VIR_ERR_ACCESS_DENIED:
    case VIR_ERR_OPERATION_DENIED:
      return TRUE;
    case VIR_ERR_SYSTEM_ERROR:
      return failure->int1 == EACCES || failure->int1 == EPERM;
    default:
      return FALSE;
    }
}

static gboolean is_absence (const virError *failure)
{
  if (failure->code == VIR_ERR_SYSTEM_ERROR)
    return failure->int1 == ENOENT || failure->int1 == ECONNREFUSED || failure->int1 == ECONNRESET;
  /* A connection of the user starts its daemon by itself, and says so in words when there is none to start. */
  return failure->code == VIR_ERR_INTERNAL_ERROR && failure->message != NULL
         && (strstr (failure->message, "virtqemud") != NULL || strstr (failure->message, "libvirtd") != NULL);
}

static gboolean is_remote (const char *uri)
{
  g_autoptr (GUri) parsed = g_uri_parse (uri, G_URI_FLAGS_NON_DNS, NULL);
  const char *host = parsed != NULL ? g_uri_get_host (parsed) : NULL;

  return host != NULL && *host != '\0';
}

/* "libvirtd" or, where libvirt is split into one daemon for each driver, "virtqemud"; NULL when not installed. */
static const char *find_service (void)
{
  static const char *const services[] = { "libvirtd", "virtqemud" };
  static const char *const folders[] = { "/lib/systemd/system", "/usr/lib/systemd/system", "/etc/systemd/system" };

  for (gsize i = 0; i < G_N_ELEMENTS (services); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (folders); j++)
      {
        g_autofree char *path = g_strdup_printf ("%s/%s.service", folders[j], services[i]);
        if (g_file_test (path, G_FILE_TEST_EXISTS))
          return services[i];
      }
  return NULL;
}

static void set_absence (GError **error, const char *uri)
{
  const char *service = find_service ();

  if (service == NULL)
    g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_NO_HYPERVISOR,
                 /* Translators: the address of a connection such as qemu:///system. */
                 _ ("There is no libvirt at “%s”. Install it with the package “libvirt-daemon-system”, or go on with "
                    "disk files."),
                 uri);
  else
    g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_NO_HYPERVISOR,
                 /* Translators: the address of a connection such as qemu:///system, and the name of a service. */
                 _ ("libvirt does not answer at “%s”. Start it with “sudo systemctl start %s”."), uri, service);
}

void embark_hypervisor_error_set (GError **error, const char *uri)
{
  const virError *failure = virGetLastError ();

  if (failure != NULL && is_denial (failure))
    g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_HYPERVISOR_DENIED,
                 /* Translators: the address of a connection such as qemu:///system. Keep the word libvirt as it is. */
                 _ ("libvirt refused you at “%s”. Add yourself to the group “libvirt” with “sudo usermod -aG libvirt "
                    "$USER”, then log out and in again."),
                 uri);
  else if (failure != NULL && is_absence (failure) && is_remote (uri))
    g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_NO_HYPERVISOR,
                 /* Translators: the address of a connection, and libvirt's own words. */
                 _ ("“%s” cannot be reached (%s). Check the address and the network, and that libvirt runs there."),
                 uri, failure->message != NULL ? failure->message : "?");
  else if (failure != NULL && is_absence (failure))
    set_absence (error, uri);
  else
    g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED,
                 /* Translators: the address of a connection, and libvirt's own words. */
                 _ ("libvirt at “%s” failed: %s. Check the address and that the other side runs."), uri,
                 failure != NULL && failure->message != NULL ? failure->message : "?");
  virResetLastError ();
}

gboolean embark_hypervisor_error_is_denial (void)
{
  const virError *failure = virGetLastError ();

  return failure != NULL && is_denial (failure);
}
