/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Gives the files that set up a network card another card: a new name, and no
 * hardware address. Everything else of a text stays. Pure text; any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The whole words @old of @text as @name; "ens3:1" and "ens3.100" belong to it too. @old may be a pattern ("en*"),
 * which is taken as it is written. Free. */
char *embark_network_edit_rename (const char *text, const char *old, const char *name);
/* Without what ties it to the hardware address of a card or gives a card one; where nothing else would say which card
 * is meant, @name. @file: its path, which tells its kind: ifupdown, ifcfg, netplan, NetworkManager, systemd. Free. */
char *embark_network_edit_untie (const char *text, const char *file, const char *name);
/* Lines of udev's rules that name one certain card become comments (embark_network_find_persistent_rule()). Free. */
char *embark_network_edit_rules (const char *text, const char *file);
/* TRUE for a .link file of systemd that gives cards a name. */
gboolean embark_network_link_renames (const char *text);

G_END_DECLS
