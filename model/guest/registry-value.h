/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The bytes of values of the Windows registry, told by the guest and so never
 * trusted. Pure; any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define EMBARK_REGISTRY_CHARS_MAX 4096
#define EMBARK_REGISTRY_STRINGS_MAX 256

/* REG_SZ, REG_EXPAND_SZ: UTF-16 up to the first NUL, valid UTF-8 afterwards; what is no character is U+FFFD. */
char *embark_registry_decode_string (const guint8 *bytes, gsize length);
/* REG_MULTI_SZ: up to the first empty one. */
GStrv embark_registry_decode_strings (const guint8 *bytes, gsize length);
/* The licence channel in DigitalProductId4 ("Retail", "Volume:GVLK", "OEM:DM"); NULL when there is none. */
char *embark_registry_get_channel (const guint8 *bytes, gsize length);

typedef struct
{
  gboolean is_gpt;
  guint32 disk_id; /* MBR */
  guint64 start;   /* MBR, bytes */
  char guid[37];   /* GPT: of the partition, lower case */
} EmbarkRegistryMount;

/* A value of MountedDevices; FALSE for what is no partition of a disk with a table (a CD, a dynamic volume). */
gboolean embark_registry_parse_mount (const guint8 *bytes, gsize length, EmbarkRegistryMount *ret_mount);

G_END_DECLS
