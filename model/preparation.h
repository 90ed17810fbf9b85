/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkPreparation: a disk being made ready, or made ready, before it has a
 * destination. Main thread; its work runs in an EmbarkJob. It owns the overlay:
 * what no migration took over is deleted with it.
 */
#pragma once

#include "model/base/fix-options.h"
#include "model/machine.h"

G_BEGIN_DECLS

#define EMBARK_TYPE_PREPARATION (embark_preparation_get_type ())
G_DECLARE_FINAL_TYPE (EmbarkPreparation, embark_preparation, EMBARK, PREPARATION, GObject)

/* Properties, notified on the main thread: "job" (EmbarkJob or NULL), "error" (pointer, const GError of the failure),
 * "is-ready" (boolean: the overlay is there and was looked at).
 * Signals: "ended" (no arguments): ready, failed or cancelled; "log" (string): a line of the guest's log. */

/* @machine's @disk must have a whole report. Nothing is started. */
EmbarkPreparation *embark_preparation_new (EmbarkMachine *machine, EmbarkDisk *disk, const EmbarkFixOptions *options);
void embark_preparation_start (EmbarkPreparation *self);
void embark_preparation_cancel (EmbarkPreparation *self);
/* Ends it and deletes the overlay, at the latest when the object goes. */
void embark_preparation_discard (EmbarkPreparation *self);

EmbarkMachine *embark_preparation_get_machine (EmbarkPreparation *self);
EmbarkDisk *embark_preparation_get_disk (EmbarkPreparation *self);
const EmbarkFixOptions *embark_preparation_get_options (EmbarkPreparation *self);
EmbarkJob *embark_preparation_get_job (EmbarkPreparation *self);      /* (nullable) */
const GError *embark_preparation_get_error (EmbarkPreparation *self); /* (nullable) */
gboolean embark_preparation_is_ready (EmbarkPreparation *self);
/* The id of the fix at work, NULL when none is. */
const char *embark_preparation_get_fix (EmbarkPreparation *self);
/* Before and after, both (nullable), borrowed. */
EmbarkReport *embark_preparation_get_before (EmbarkPreparation *self);
EmbarkReport *embark_preparation_get_after (EmbarkPreparation *self);
/* As of EmbarkPrepared; NULL before it is ready. Borrowed. */
JsonArray *embark_preparation_get_changes (EmbarkPreparation *self);
guint64 embark_preparation_get_overlay_size (EmbarkPreparation *self);
/* The last lines of the guest's log, at most 2000, oldest first. Borrowed. */
GPtrArray *embark_preparation_get_log (EmbarkPreparation *self);
/* A job, started; new reference: writes the disk as it is now as one standalone qcow2 at @path (absolute), or, with
 * @is_overlay, a copy of the overlay. Only when ready. NAME_TAKEN when there is a file. */
EmbarkJob *embark_preparation_save (EmbarkPreparation *self, const char *path, gboolean is_overlay);

G_END_DECLS
