/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cloudbase-init.conf as the cloud's document on Windows images wants it
 * (reference: "Windows cloudbase-init", product page 213/32364). Text; any
 * thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A whole file, lines ended as Windows does. @folder: of cloudbase-init in the machine, as Windows spells it. Free. */
char *embark_cloudbase_make_config (const char *folder);
/* @text, reading the config drive of the cloud first; a second time changes nothing. Free. */
char *embark_cloudbase_edit_config (const char *text);

G_END_DECLS
