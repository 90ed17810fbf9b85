/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * JSON text that others wrote, within bounds: 4 MiB, depth 16, 4096 items a
 * list or object, 64 KiB a string, valid UTF-8, no comments. Any thread.
 */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* One object, new reference. @length -1: NUL-terminated. EMBARK_ERROR_FAILED says which bound was broken. */
JsonObject *embark_json_parse_object (const char *text, gssize length, GError **error);

G_END_DECLS
