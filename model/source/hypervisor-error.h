/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * libvirt's last error as one of Embark's, with what to do. Internal to
 * hypervisor.c.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Takes the calling thread's last libvirt error. */
void embark_hypervisor_error_set (GError **error, const char *uri);
/* TRUE if the last error says that this user may not, so that a read-only connection is worth trying. */
gboolean embark_hypervisor_error_is_denial (void);

G_END_DECLS
