/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The preferences of the user (GSettings org.embark.Embark) and what they mean
 * for the model. Never holds a secret.
 */
#pragma once

#include <gio/gio.h>

#include "model/check/limits.h"
#include "model/send-limit.h"

G_BEGIN_DECLS

/* New. */
GSettings *embark_settings_new (void);
/* New; NULL where the schema is not installed, as for a program that was only built. */
GSettings *embark_settings_try_new (void);
EmbarkJudge embark_settings_get_judge (GSettings *settings);
void embark_settings_set_judge (GSettings *settings, EmbarkJudge judge);
/* "vm-images" and "Guangzhou" of the last destination; FALSE when there was none. Free both. */
gboolean embark_settings_get_last_destination (GSettings *settings, char **ret_bucket, char **ret_region);
void embark_settings_set_last_destination (GSettings *settings, const char *bucket, const char *region);
/* Of the keys "virtio-win" and "cloudbase-init": file name bytes, absolute. NULL when nothing was chosen; the drivers
 * are then those of the distribution, where it has them. Free. */
char *embark_settings_get_path (GSettings *settings, const char *key);
/* Where packages of distributions put the drivers. NULL when there is none. Free. */
char *embark_settings_find_virtio_win (void);
/* @path: (nullable) forgets it. */
void embark_settings_set_path (GSettings *settings, const char *key, const char *path);
/* How fast disks are sent, and when. */
void embark_settings_get_send_limit (GSettings *settings, EmbarkSendLimit *ret_limit);

G_END_DECLS
