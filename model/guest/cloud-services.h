/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which of cloud-init's services would not run, from the files that enable
 * them in each kind of init system. Pure text; any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  const char *init;          /* the word of linux.init */
  const char *const *paths;  /* what there is of units, links, jobs, generators: see EMBARK_CLOUD_SERVICES_PATTERN */
  const char *const *masked; /* paths of those that say a service must not run */
  char runlevel;             /* the default one of inittab; 0: any of those with a network */
} EmbarkCloudServicesInput;

/* For a look at all that counts. */
#define EMBARK_CLOUD_SERVICES_PATTERN                                                                                  \
  "/{etc/systemd/system/*.wants/cloud-*,etc/systemd/system/*.requires/cloud-*,etc/systemd/system/cloud-*,"             \
  "{usr/lib,lib,usr/local/lib}/systemd/system/{cloud-*,*.wants/cloud-*},"                                              \
  "{etc,usr/lib,lib,usr/local/lib}/systemd/system-generators/cloud-init-generator,"                                    \
  "etc/init/cloud-*,etc/{rc.d/,}rc{S,2,3,4,5}.d/S*cloud-*,etc/runlevels/*/cloud-*}"

/* The names of those that would not run ("cloud-final"), in the order of their stages; empty when all would. With
 * systemd from 24.3 on the second is "cloud-init-network", and "cloud-init-main" may come first. Never NULL. */
GStrv embark_cloud_services_find_missing (const EmbarkCloudServicesInput *input);
/* TRUE when nothing of cloud-init would run, given those that are missing. */
gboolean embark_cloud_services_is_off (const char *const *missing);

G_END_DECLS
