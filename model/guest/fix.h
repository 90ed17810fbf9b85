/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a fix works with: one mounted, writable guest, and calls that change it
 * so that owner, mode and labels stay, what is replaced is kept inside the
 * guest, and every change is told. In the helper only, one thread.
 *
 * A fix is idempotent: what already is as it should be is not written, and not
 * told. It never starts a service of the guest. An error says what failed, on
 * what, and what to do (EMBARK_ERROR_FAILED, or BLOCKED when the fix refuses);
 * then the whole preparation ends and the overlay is thrown away.
 */
#pragma once

#include <gio/gio.h>
#include <guestfs.h>

#include "model/base/facts.h"
#include "model/base/fix-options.h"

G_BEGIN_DECLS

/* Where what was replaced is kept, below it with its whole path; of Windows Embark\Replaced in %SystemRoot%. */
#define EMBARK_FIX_LINUX_KEPT "/var/lib/embark/replaced"

typedef struct _EmbarkFixSession EmbarkFixSession;

/* Borrowed from the session. */
guestfs_h *embark_fix_get_guest (EmbarkFixSession *self);
/* Of the look before any fix. */
EmbarkFacts *embark_fix_get_facts (EmbarkFixSession *self);
const EmbarkFixOptions *embark_fix_get_options (EmbarkFixSession *self);
/* As libguestfs names it: "/dev/sda1". */
const char *embark_fix_get_root (EmbarkFixSession *self);
/* TRUE when that fix is applied in this session too. */
gboolean embark_fix_is_chosen (EmbarkFixSession *self, const char *id);
/* A line for the log that the user can open. */
void embark_fix_log (EmbarkFixSession *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* BLOCKED with that sentence; always FALSE. */
gboolean embark_fix_refuse (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* Files. Paths are absolute and in the guest's own spelling; symbolic links of the guest are followed inside it. */
/* Writes @path whole; missing folders are made (0755, root). @mode for a new file only; of Windows it says whether
 * users may read it (0004), administrators and the system may do everything. */
gboolean embark_fix_write (EmbarkFixSession *self, const char *path, const char *bytes, gssize length, guint mode,
                           GError **error);
/* The same from a file or stream of the host, of any size. */
gboolean embark_fix_write_stream (EmbarkFixSession *self, const char *path, GInputStream *stream, guint mode,
                                  GError **error);
/* Kept, then removed; TRUE when it was not there. A file or a link, no folder. */
gboolean embark_fix_remove (EmbarkFixSession *self, const char *path, GError **error);
/* A folder with all in it, when it is there; told as one change. Not kept: for caches and left-overs only. */
gboolean embark_fix_remove_tree (EmbarkFixSession *self, const char *path, GError **error);
/* A symbolic link that leads to @target; one that is there and leads elsewhere is replaced. */
gboolean embark_fix_link (EmbarkFixSession *self, const char *path, const char *target, GError **error);
/* NULL when it is not there; bounded to EMBARK_GUEST_TEXT_MAX. */
char *embark_fix_read (EmbarkFixSession *self, const char *path);
/* Keeps a copy of @path as it is now, before a program of the guest may change it. */
gboolean embark_fix_keep (EmbarkFixSession *self, const char *path, GError **error);
/* Tells of a change that was made by other means. @action: "create", "replace", "remove", "set", "install",
 * "enable". */
void embark_fix_note (EmbarkFixSession *self, const char *action, const char *path);

/* Runs @script with the guest's own /bin/sh in the guest (chroot in the appliance), without network unless the options
 * allow it; its output goes to the log. FAILED with the last lines of the output when it ends with an error.
 * @ret_output: (nullable) standard output, at most 1 MiB. */
gboolean embark_fix_run (EmbarkFixSession *self, const char *script, char **ret_output, GError **error);

/* The same without a line for each line of output: for what only asks. */
gboolean embark_fix_run_quietly (EmbarkFixSession *self, const char *script, char **ret_output, GError **error);

/* The registry of Windows. One hive is open at a time; what is as it should be is not written. */
/* What embark_fix_registry_open() would refuse, without opening: for refusals before any change. */
gboolean embark_fix_registry_check (EmbarkFixSession *self, const char *hive, GError **error);
/* @hive: "SYSTEM" or "SOFTWARE". Refuses (BLOCKED) a hive with a transaction that was not finished. */
gboolean embark_fix_registry_open (EmbarkFixSession *self, const char *hive, GError **error);
/* Writes what was set, keeps the hive as it was before, closes. Without changes nothing is written. */
gboolean embark_fix_registry_close (EmbarkFixSession *self, GError **error);
/* Makes the keys of @path that are missing. "CurrentControlSet" at its start means the one that is used. @name ""
 * is the default value. Each FALSE only with @error. */
gboolean embark_fix_registry_set_dword (EmbarkFixSession *self, const char *path, const char *name, guint32 value,
                                        GError **error);
/* @type: EMBARK_REG_SZ or EMBARK_REG_EXPAND_SZ of guest-registry.h. */
gboolean embark_fix_registry_set_string (EmbarkFixSession *self, const char *path, const char *name, guint type,
                                         const char *value, GError **error);
gboolean embark_fix_registry_set_strings (EmbarkFixSession *self, const char *path, const char *name,
                                          const char *const *values, GError **error);
gboolean embark_fix_registry_set_binary (EmbarkFixSession *self, const char *path, const char *name, const void *bytes,
                                         gsize length, GError **error);
/* Of the open hive, for reading with model/guest/guest-registry.h: "CurrentControlSet" put into words. Free. */
char *embark_fix_registry_resolve (EmbarkFixSession *self, const char *path);

typedef gboolean (*EmbarkFixFunc) (EmbarkFixSession *session, GError **error);

/* How a fix of model/check/fixes.h is done. */
typedef struct
{
  const char *id;
  EmbarkFixFunc refuse; /* (nullable) before anything is changed by any fix: FALSE with the reason why this cannot be */
  EmbarkFixFunc apply;
  guint64 guest_bytes; /* room it needs in the guest's root file system */
} EmbarkFixEntry;

/* In the order of embark_fixes_get(); ends with an id of NULL. In fix-table.c. */
const EmbarkFixEntry *embark_fix_table_get (void);

/* linux: fix-disks.c, fix-boot-entries.c, fix-initramfs.c */
gboolean embark_fix_linux_disks (EmbarkFixSession *session, GError **error);
gboolean embark_fix_linux_other_disks (EmbarkFixSession *session, GError **error);
gboolean embark_fix_linux_swap (EmbarkFixSession *session, GError **error);
gboolean embark_fix_linux_eth0 (EmbarkFixSession *session, GError **error);
gboolean embark_fix_linux_virtio (EmbarkFixSession *session, GError **error);
gboolean embark_refuse_linux_virtio (EmbarkFixSession *session, GError **error);
/* linux: fix-dhcp.c, fix-cloud-init.c, fix-identity.c, fix-selinux.c */
gboolean embark_fix_linux_dhcp (EmbarkFixSession *session, GError **error);
gboolean embark_refuse_linux_dhcp (EmbarkFixSession *session, GError **error);
gboolean embark_fix_linux_cloud_init (EmbarkFixSession *session, GError **error);
gboolean embark_refuse_linux_cloud_init (EmbarkFixSession *session, GError **error);
gboolean embark_fix_linux_ssh_keys (EmbarkFixSession *session, GError **error);
gboolean embark_refuse_linux_ssh_keys (EmbarkFixSession *session, GError **error);
gboolean embark_fix_linux_machine_id (EmbarkFixSession *session, GError **error);
gboolean embark_fix_linux_selinux (EmbarkFixSession *session, GError **error);
/* linux: fix-agent.c, fix-guest-tools.c, fix-ipv6.c */
gboolean embark_fix_linux_agent (EmbarkFixSession *session, GError **error);
gboolean embark_refuse_linux_agent (EmbarkFixSession *session, GError **error);
gboolean embark_fix_linux_ipv6 (EmbarkFixSession *session, GError **error);
gboolean embark_fix_linux_guest_tools (EmbarkFixSession *session, GError **error);
/* windows: fix-windows-*.c. Every one refuses what may not be written: hibernated, not shut down properly. */
gboolean embark_refuse_windows (EmbarkFixSession *session, GError **error);
gboolean embark_fix_windows_fast_startup (EmbarkFixSession *session, GError **error);
gboolean embark_fix_windows_remote_desktop (EmbarkFixSession *session, GError **error);
gboolean embark_fix_windows_virtio (EmbarkFixSession *session, GError **error);
gboolean embark_refuse_windows_virtio (EmbarkFixSession *session, GError **error);
gboolean embark_fix_windows_cloudbase (EmbarkFixSession *session, GError **error);
gboolean embark_refuse_windows_cloudbase (EmbarkFixSession *session, GError **error);

G_END_DECLS
