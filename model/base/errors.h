/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one error domain of Embark. A code exists only where a caller branches
 * on it (gui/error-text.c turns each into advice). Cancel is always
 * G_IO_ERROR_CANCELLED and never one of these.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define EMBARK_ERROR (embark_error_quark ())

typedef enum
{
  EMBARK_ERROR_FAILED,            /* nothing more precise is known */
  EMBARK_ERROR_NOT_FOUND,         /* a file, machine or disk that is not there */
  EMBARK_ERROR_NOT_READABLE,      /* permission */
  EMBARK_ERROR_NOT_AN_IMAGE,      /* directory, empty file, text, archive, unknown format */
  EMBARK_ERROR_UNSAFE_IMAGE,      /* could reach other files of this computer */
  EMBARK_ERROR_DAMAGED_IMAGE,     /* cut off or contradictory headers */
  EMBARK_ERROR_UNSUPPORTED_IMAGE, /* a known format that Embark does not read */
  EMBARK_ERROR_IN_USE,            /* by a running machine */
  EMBARK_ERROR_SOURCE_CHANGED,    /* a file of the disk changed while it was read */
  EMBARK_ERROR_TOOL_MISSING,      /* qemu-nbd, bwrap, the guest helper … */
  EMBARK_ERROR_APPLIANCE,         /* libguestfs could not start or died */
  EMBARK_ERROR_NO_HYPERVISOR,     /* libvirt not installed or its daemon not running */
  EMBARK_ERROR_HYPERVISOR_DENIED, /* libvirt refused this user */
  EMBARK_ERROR_NO_KEYRING,        /* no Secret Service, or it stayed locked */
  EMBARK_ERROR_NO_KEYS,           /* no keys were set */
  EMBARK_ERROR_KEYS_REFUSED,      /* the cloud does not know the keys, or signature wrong */
  EMBARK_ERROR_KEYS_EXPIRED,      /* temporary keys ran out */
  EMBARK_ERROR_PERMISSION,        /* the keys are right but may not do this */
  EMBARK_ERROR_CLOCK,             /* clock of this computer is off */
  EMBARK_ERROR_NO_BUCKET,         /* bucket is not there (or not in that region) */
  EMBARK_ERROR_BAD_NAME,          /* bucket, region, key or image name not allowed */
  EMBARK_ERROR_NAME_TAKEN,        /* image name or bucket exists already */
  EMBARK_ERROR_NETWORK,           /* no route, DNS, TLS, time-out, 5xx after retries */
  EMBARK_ERROR_CHECKSUM,          /* what arrived is not what was sent */
  EMBARK_ERROR_NO_UPLOAD,         /* the multipart upload no longer exists (NoSuchUpload) */
  EMBARK_ERROR_CLOUD,             /* any other refusal of the cloud; message has code and request id */
  EMBARK_ERROR_IMPORT_FAILED,     /* IMPORTFAILED, or image vanished */
  EMBARK_ERROR_BLOCKED,           /* the check found a blocker */
  EMBARK_ERROR_DISK_FULL,         /* no space in state or cache directory */
} EmbarkError;

GQuark embark_error_quark (void);

/* Prefixes @error with one phrase ("could not read the domain list") and moves it into @dest.
 * @dest may be NULL; takes @src. Returns FALSE for `return embark_error_pass (...)`. */
gboolean embark_error_pass (GError **dest, GError *src, const char *phrase);

/* @what: a translated beginning of a sentence, "Could not read the disk file"; the message continues with the path and
 * what the system says. Turns errno of a file operation on @path into EMBARK_ERROR_NOT_FOUND, _NOT_READABLE, _DISK_FULL
 * or _FAILED.
 * @path may be any bytes; the message holds its display form. */
void embark_error_set_errno (GError **error, int saved_errno, const char *what, const char *path);

G_END_DECLS
