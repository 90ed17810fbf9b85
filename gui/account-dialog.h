/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkAccountDialog: asks for the keys of a Tencent Cloud account, tests them
 * and has them saved. Never shows a key that was saved.
 */
#pragma once

#include <adwaita.h>

#include "model/account.h"

G_BEGIN_DECLS

#define EMBARK_TYPE_ACCOUNT_DIALOG (embark_account_dialog_get_type ())
G_DECLARE_FINAL_TYPE (EmbarkAccountDialog, embark_account_dialog, EMBARK, ACCOUNT_DIALOG, AdwWindow)

/* Signal "saved": the keys work and are kept; the dialog closes after it. */

GtkWidget *embark_account_dialog_new (GtkWindow *parent, EmbarkAccount *account);
/* Where the keys are kept, for people: "In the keyring of this computer". */
const char *embark_account_describe_place (EmbarkKeysPlace place);

G_END_DECLS
