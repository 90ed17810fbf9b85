/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Small files of a Linux system that decide whether one can log in. Pure
 * text; any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* TRUE when /etc/shadow looks like one: lines of name, hash and dates, one of them for root. */
gboolean embark_shadow_is_sound (const char *text);
/* The mode that SELinux starts in: "enforcing", "permissive", "disabled". @config: /etc/selinux/config, @cmdline: of
 * the kernel; both nullable. NULL when neither says it. */
const char *embark_selinux_get_mode (const char *config, const char *cmdline);

G_END_DECLS
