/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkTransferPage: the preferences of how disks are sent: speed limit,
 * compression, proxy. Writes settings only.
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define EMBARK_TYPE_TRANSFER_PAGE (embark_transfer_page_get_type ())
G_DECLARE_FINAL_TYPE (EmbarkTransferPage, embark_transfer_page, EMBARK, TRANSFER_PAGE, AdwPreferencesPage)

G_END_DECLS
