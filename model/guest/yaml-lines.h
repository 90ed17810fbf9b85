/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The little of YAML that cloud-init's and netplan's files use, as a flat
 * list: block maps and lists, flow lists and flow maps of scalars, comments.
 * Anchors, tags and multi-line text are passed over. Any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  char *path;  /* keys joined by '/', no item numbers: "network/ethernets/eth0/addresses" */
  char *value; /* scalar without quotes; "" for a key that only opens a block */
} EmbarkYamlItem;

/* In file order, at most 10000; a list gives one item for each of its members. */
GPtrArray *embark_yaml_read (const char *text);

G_END_DECLS
