/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkTransferPage: the preferences of how disks are sent: speed limit,
 * compression, proxy. Writes settings only, save for the login of the proxy,
 * which goes to the keyring.
 */
#pragma once

#include <adwaita.h>

#include "model/context.h"

G_BEGIN_DECLS

#define EMBARK_TYPE_TRANSFER_PAGE (embark_transfer_page_get_type ())
G_DECLARE_FINAL_TYPE (EmbarkTransferPage, embark_transfer_page, EMBARK, TRANSFER_PAGE, AdwPreferencesPage)
/* Once. */
void embark_transfer_page_set_context (EmbarkTransferPage *self, EmbarkContext *context);

G_END_DECLS
