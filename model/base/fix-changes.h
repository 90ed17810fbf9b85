/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What fixes did to a disk: a JSON array, as the helper sends it and `--json`
 * prints it. Each element is an object with "fix" (id), "action" and "path";
 * "kept" where what was replaced is kept. A fix that the guest did not allow
 * has the action "leave-out", no path, and its "reason".
 */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

#define EMBARK_FIX_LEAVE_OUT "leave-out"

/* Without fixes that were left out. */
guint embark_fix_changes_count (JsonArray *changes);
/* Why @fix was left out, a sentence; NULL when it was not. Borrowed from @changes. */
const char *embark_fix_changes_get_reason (JsonArray *changes, const char *fix);
/* The line of the guest's log that tells of it at once. @reason: (nullable) without it, how each line of @fix begins.
 */
char *embark_fix_changes_make_line (const char *fix, const char *reason);
/* "replaced", translated; @action itself when it is none. */
const char *embark_fix_changes_name_action (const char *action);

G_END_DECLS
