/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * CRC-64/XZ (ECMA-182, reflected) as COS reports it in x-cos-hash-crc64ecma.
 * Check value of "123456789": 11051210869376104954.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* @crc: 0 to start, or the value so far. */
guint64 embark_crc64 (guint64 crc, const void *data, gsize length);
/* CRC of A followed by B from crc(A), crc(B) and the length of B. */
guint64 embark_crc64_combine (guint64 crc_a, guint64 crc_b, guint64 length_b);

G_END_DECLS
