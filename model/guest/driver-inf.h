/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an INF file says of the driver that it installs on one Windows.
 * Whatever is not as it must be is absent. Pure; any thread.
 */
#pragma once

#include "model/guest/driver-version.h"

G_BEGIN_DECLS

typedef struct
{
  guint64 rank;     /* how exactly its [Manufacturer] names this Windows; of two INFs the higher one is meant for it */
  guint date;       /* of DriverVer, 20230703; 0: none */
  char *version;    /* of DriverVer, (nullable): digits and dots */
  char *class_guid; /* upper case with braces, (nullable) */
  char *catalog;    /* file name, lower case, (nullable) */
  char *service;    /* of the driver's own AddService, (nullable) */
  char *binary;     /* file name of that service's program, lower case, (nullable) */
  char **ids;       /* those that begin with "PCI\", upper case, each once; NULL-terminated */
  char **copied;    /* what it installs, .sys and co-installers: file names in the package, lower case, each once */
  char **listed;    /* of [SourceDisksFiles], likewise; may hold the same and more */
} EmbarkDriverInf;

/* NULL: no INF, longer than EMBARK_INF_BYTES_MAX, or without a device for @windows. */
EmbarkDriverInf *embark_driver_inf_new (const guint8 *bytes, gsize length, const EmbarkWindowsVersion *windows);
void embark_driver_inf_free (EmbarkDriverInf *self);

/* TRUE when @name can be the name of a file of a driver: printable ASCII without blanks and the signs that Windows or a
 * path would read, at most 64, no dot at either end. */
gboolean embark_driver_name_is_plain (const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkDriverInf, embark_driver_inf_free)

G_END_DECLS
