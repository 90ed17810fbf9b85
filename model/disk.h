/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkDisk: one disk of a machine, what is known of it and the report. Lives
 * on the main thread; the check runs in an EmbarkJob.
 */
#pragma once

#include <gio/gio.h>

#include "model/base/job.h"
#include "model/check/report.h"

G_BEGIN_DECLS

typedef struct _EmbarkContext EmbarkContext;

#define EMBARK_TYPE_DISK (embark_disk_get_type ())
G_DECLARE_FINAL_TYPE (EmbarkDisk, embark_disk, EMBARK, DISK, GObject)

/* Properties, all read-only and notified on the main thread:
 *  "report" (pointer, EmbarkReport; changes when the headers were read and when a check ends), "job" (EmbarkJob of the
 * running check or NULL), "error" (pointer, const GError; the last check failed; a report beside it is
 * what its first stage saw, or an earlier look at the unchanged disk), "verdict" (int, EmbarkVerdict), "is-checking"
 * (boolean), "checked-at" (gint64, unix seconds of the look, 0 never). */

/* File name bytes; NULL for a disk that is not a local file. */
const char *embark_disk_get_path (EmbarkDisk *self);
/* UTF-8 for people. */
const char *embark_disk_get_display_path (EmbarkDisk *self);
/* vda, sda …; NULL for a disk file. */
const char *embark_disk_get_target (EmbarkDisk *self);
const char *embark_disk_get_bus (EmbarkDisk *self);
/* "QCOW2", "VMDK"…; NULL before the first look. */
const char *embark_disk_get_format (EmbarkDisk *self);
/* Bytes; 0 before the first look. */
guint64 embark_disk_get_virtual_size (EmbarkDisk *self);
/* Borrowed; (nullable). */
EmbarkReport *embark_disk_get_report (EmbarkDisk *self);
EmbarkJob *embark_disk_get_job (EmbarkDisk *self);
const GError *embark_disk_get_error (EmbarkDisk *self);
EmbarkVerdict embark_disk_get_verdict (EmbarkDisk *self);
gint64 embark_disk_get_checked_at (EmbarkDisk *self);
/* TRUE when the report is that of an earlier look: the disk has not changed since. */
gboolean embark_disk_is_kept (EmbarkDisk *self);
/* TRUE when the last look inside used the slow emulation (no KVM). */
gboolean embark_disk_is_slow (EmbarkDisk *self);

/* Starts a check unless one runs (returns that). Borrowed; on "finished" report or error are set already. Stages in
 * order: "probe", "export", "measure", "launch", "filesystems", "inspect", "mount", "kernels", "finish". A disk that is
 * as it was at an earlier look is not looked into again: "checked-at" is then the time of that look. While the job
 * runs, a report of what the headers say is there as soon as they are read. */
EmbarkJob *embark_disk_check (EmbarkDisk *self);
/* Looks in any case. */
EmbarkJob *embark_disk_check_again (EmbarkDisk *self);
/* The headers and no more: no appliance. */
EmbarkJob *embark_disk_check_headers (EmbarkDisk *self);
void embark_disk_cancel_check (EmbarkDisk *self);
/* Judges the facts again (another edition); no look inside. */
void embark_disk_judge (EmbarkDisk *self);

G_END_DECLS
