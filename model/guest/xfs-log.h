/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether an XFS was closed properly, from the end of its log: the superblock
 * does not tell. Pure; any thread.
 */
#pragma once

#include "model/guest/filesystem-state.h"

G_BEGIN_DECLS

/* @size bytes of the device at @offset into @buffer; FALSE when it has not got as many. @size is at most
 * EMBARK_XFS_READ_MAX. */
typedef gboolean (*EmbarkXfsRead) (gpointer user_data, guint64 offset, guint8 *buffer, gsize size);

#define EMBARK_XFS_READ_MAX (1024 * 1024)

/* Not more than some thirty small reads and three MiB, whatever the device says. Unknown comes with the reason, a
 * message to translate. */
EmbarkFilesystemState embark_xfs_get_state (EmbarkXfsRead read, gpointer user_data, const char **ret_reason);

G_END_DECLS
