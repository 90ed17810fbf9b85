/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the readers of network files share. Inside model/guest only.
 */
#pragma once

#include "model/guest/network-config.h"

G_BEGIN_DECLS

/* The interface of that name in that file, added if missing; borrowed. NULL: loopback, or the list is full. */
EmbarkInterface *embark_interface_list_get (GPtrArray *list, const char *name, const char *file);
void embark_interface_set_mac (EmbarkInterface *self, const char *mac);

G_END_DECLS
