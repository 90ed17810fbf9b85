/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Enters the program of first-boot.h in a Windows. In the helper only.
 */
#pragma once

#include "model/guest/fix.h"

G_BEGIN_DECLS

/* FALSE (TOOL_MISSING) when this Embark has no program for the processor of that Windows. */
gboolean embark_windows_refuse_first_boot (EmbarkFixSession *session, GError **error);
/* Adds the program to @files (of windows-files.h). */
gboolean embark_windows_add_first_boot (EmbarkFixSession *session, GPtrArray *files, GError **error);
/* Enters its service; the hive SYSTEM must be open. */
gboolean embark_windows_enter_first_boot (EmbarkFixSession *session, GError **error);

G_END_DECLS
