/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkGate: whether work that lasts may go on or is paused by its user. The
 * main thread closes and opens it, workers look and wait. Reference counted.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _EmbarkGate EmbarkGate;

/* Open. */
EmbarkGate *embark_gate_new (void);
EmbarkGate *embark_gate_ref (EmbarkGate *self);
void embark_gate_unref (EmbarkGate *self);

void embark_gate_set_open (EmbarkGate *self, gboolean is_open);
gboolean embark_gate_is_open (EmbarkGate *self);
/* Blocks while it is closed. FALSE with @error when cancelled. */
gboolean embark_gate_wait_open (EmbarkGate *self, GCancellable *cancellable, GError **error);
/* A new reference to what is cancelled when the gate closes; cancelled already while it is closed. After the gate was
 * opened again a new one must be asked for. */
GCancellable *embark_gate_dup_closing (EmbarkGate *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkGate, embark_gate_unref)

G_END_DECLS
