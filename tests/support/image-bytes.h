/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Images made in memory, byte by byte, and what the probe says of them.
 */
#pragma once

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "model/source/image-probe.h"

#define CLUSTER 65536

static inline void put_be32 (guint8 *at, guint32 value)
{
  value = GUINT32_TO_BE (value);
  memcpy (at, &value, sizeof value);
}

static inline void put_be64 (guint8 *at, guint64 value)
{
  value = GUINT64_TO_BE (value);
  memcpy (at, &value, sizeof value);
}

static inline void put_le32 (guint8 *at, guint32 value)
{
  value = GUINT32_TO_LE (value);
  memcpy (at, &value, sizeof value);
}

static inline void put_le64 (guint8 *at, guint64 value)
{
  value = GUINT64_TO_LE (value);
  memcpy (at, &value, sizeof value);
}

static inline EmbarkImageProbe *probe_length (const guint8 *bytes, gsize size, guint64 length)
{
  int fd = memfd_create ("image", MFD_CLOEXEC);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (ftruncate (fd, (off_t) length), ==, 0);
  g_assert_cmpint (pwrite (fd, bytes, MIN (size, length), 0), ==, (gssize) MIN (size, length));
  EmbarkImageProbe *probe = embark_image_probe (fd, length, &error);
  g_assert_no_error (error);
  g_assert_nonnull (probe);
  close (fd);
  return probe;
}

static inline EmbarkImageProbe *probe_bytes (const guint8 *bytes, gsize size)
{
  return probe_length (bytes, size, size);
}
