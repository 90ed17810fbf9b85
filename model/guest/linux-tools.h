/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The tools of hypervisors that a Linux guest may have: how they are known,
 * and what starts them. Helper only.
 */
#pragma once

#include <glib.h>
#include <guestfs.h>

G_BEGIN_DECLS

typedef struct
{
  const char *name;     /* the word of os.guestTools */
  const char *files;    /* any of them: a pattern of embark_linux_glob() */
  const char *services; /* names of units and of scripts without their ends, with commas between; patterns too */
  gboolean is_foreign;  /* of a hypervisor that the cloud is not */
} EmbarkLinuxTool;

/* Ends with a name of NULL. */
const EmbarkLinuxTool *embark_linux_tools_get (void);
/* What starts them with the system: links in /etc/systemd/system and in rc2.d to rc5.d, and in runlevels of OpenRC
 * (these can be removed); links below /usr/lib/systemd and jobs of upstart (these must be masked). Those that are
 * masked already are none. Never NULL. */
GStrv embark_linux_tool_find_starts (guestfs_h *g, const EmbarkLinuxTool *tool);
/* The file that masks the start at @path: a link to /dev/null for systemd, an ".override" for upstart. NULL: it is to
 * be removed. Free. */
char *embark_linux_tool_make_mask_path (const char *path);

G_END_DECLS
