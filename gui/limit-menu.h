/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkLimitMenu: a button that says how fast Embark may send, with a menu of
 * common limits. Reads and writes the settings only, so that it acts at once.
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define EMBARK_TYPE_LIMIT_MENU (embark_limit_menu_get_type ())
G_DECLARE_FINAL_TYPE (EmbarkLimitMenu, embark_limit_menu, EMBARK, LIMIT_MENU, AdwBin)

G_END_DECLS
