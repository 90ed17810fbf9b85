/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkDestinationGroup: a bucket of the account, a new one, or one typed by
 * hand where the keys may not list buckets.
 */
#pragma once

#include <adwaita.h>

#include "model/account.h"

G_BEGIN_DECLS

#define EMBARK_TYPE_DESTINATION_GROUP (embark_destination_group_get_type ())
G_DECLARE_FINAL_TYPE (EmbarkDestinationGroup, embark_destination_group, EMBARK, DESTINATION_GROUP, AdwPreferencesGroup)

/* Property "destination" (EmbarkDestination, NULL while none is chosen or it is not valid). */

/* Once: asks the cloud for the buckets. */
void embark_destination_group_set_account (EmbarkDestinationGroup *self, EmbarkAccount *account);
/* Borrowed; (nullable). */
EmbarkDestination *embark_destination_group_get_destination (EmbarkDestinationGroup *self);

G_END_DECLS
