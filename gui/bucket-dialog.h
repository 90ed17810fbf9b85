/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkBucketDialog: makes a new bucket.
 */
#pragma once

#include <adwaita.h>

#include "model/account.h"

G_BEGIN_DECLS

#define EMBARK_TYPE_BUCKET_DIALOG (embark_bucket_dialog_get_type ())
G_DECLARE_FINAL_TYPE (EmbarkBucketDialog, embark_bucket_dialog, EMBARK, BUCKET_DIALOG, AdwWindow)

/* Signal "created" (string region, string name as typed): it is in embark_account_get_buckets() already. */

/* @region: (nullable) chosen at first. */
GtkWidget *embark_bucket_dialog_new (GtkWindow *parent, EmbarkAccount *account, const char *region);

G_END_DECLS
