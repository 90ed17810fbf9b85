/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkConnection: one libvirt connection as a GListModel of EmbarkMachine,
 * sorted by name and followed by events; the disk files are one too.
 */
#pragma once

#include "model/machine.h"

G_BEGIN_DECLS

typedef enum
{
  EMBARK_CONNECTION_CONNECTING,
  EMBARK_CONNECTION_READY,
  EMBARK_CONNECTION_FAILED,
} EmbarkConnectionState;

#define EMBARK_TYPE_CONNECTION (embark_connection_get_type ())
G_DECLARE_FINAL_TYPE (EmbarkConnection, embark_connection, EMBARK, CONNECTION, GObject)

/* Properties: "title" (string: "This computer · qemu:///system", "Disk files"), "state" (int), "error" (pointer). */
const char *embark_connection_get_title (EmbarkConnection *self);
/* NULL for the disk files. */
const char *embark_connection_get_uri (EmbarkConnection *self);
EmbarkConnectionState embark_connection_get_state (EmbarkConnection *self);
/* Why it failed, for people; (nullable). */
const GError *embark_connection_get_error (EmbarkConnection *self);
/* Opens again after a failure, lists again when open. */
void embark_connection_refresh (EmbarkConnection *self);

G_END_DECLS
