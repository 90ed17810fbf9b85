/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether trying to deflate a guest cluster is a waste of time. Decided by
 * nothing but its bytes, so that the stream stays the same from run to run.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* TRUE for random, encrypted and well compressed data. @in: EMBARK_QCOW2_CLUSTER_SIZE bytes. Any thread. */
gboolean embark_cluster_looks_random (const guint8 *in);

G_END_DECLS
