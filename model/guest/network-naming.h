/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a network card will be called, and rules that tie a name to the card
 * of the old machine. Pure text; any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  const char *cmdline;      /* (nullable) of the default boot entry */
  const char *rule_path;    /* (nullable) udev's own rule that renames cards */
  const char *rule_text;    /* (nullable) what it says */
  const char *override;     /* (nullable) the path of what switches that rule off */
  const char *link_path;    /* (nullable) /etc/systemd/network/99-default.link */
  const char *link_text;    /* (nullable) what it says; NULL with a path: it leads to /dev/null */
  gboolean has_udev_rules;  /* udev's own rules were seen at all */
  gboolean has_biosdevname; /* the program is installed */
  const char *distribution; /* (nullable) as in os.distribution */
  guint major;
  guint minor;
} EmbarkNamingInput;

/* "kernel" or "predictable" as in linux.network.naming; NULL when nothing tells. *ret_evidence: the argument, file or
 * version that decides it, for people, untranslated. biosdevname never counts: it renames nothing in a virtual
 * machine (it looks for a hypervisor first and then exits). */
const char *embark_network_decide_naming (const EmbarkNamingInput *input, char **ret_evidence);

/* The first line of a file of udev's rules that names one certain card, as "FILE:LINE: TEXT"; NULL when none does. */
char *embark_network_find_persistent_rule (const char *text, const char *file);
/* TRUE when NetworkManager's configuration forbids it to set up cards that no file names. */
gboolean embark_network_manager_needs_files (const char *config);

G_END_DECLS
