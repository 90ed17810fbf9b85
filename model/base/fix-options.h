/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkFixOptions: what the user wants a disk to be made ready with. Plain
 * data; a JSON object on its way to the helper and in the journal.
 */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef struct
{
  char **fixes;          /* ids, NULL-terminated, as in model/check/fixes.h; in any order */
  char **optional;       /* those that are left out, and told of, when the guest does not allow them; the preparation is
                          * refused only when none is left */
  char *virtio_win;      /* (nullable) absolute path: virtio-win.iso, or a folder with .inf, .sys and .cat files */
  char *cloudbase;       /* (nullable) absolute path: the zip or the unpacked folder of cloudbase-init */
  char *packages;        /* (nullable) absolute path: a folder of .deb or .rpm packages for cloud-init */
  gboolean is_networked; /* the guest's own repositories may be asked through the appliance's network */
} EmbarkFixOptions;

EmbarkFixOptions *embark_fix_options_new (void);
EmbarkFixOptions *embark_fix_options_copy (const EmbarkFixOptions *self);
/* Replaces both lists by what was gathered. */
void embark_fix_options_take (EmbarkFixOptions *self, GStrvBuilder *fixes, GStrvBuilder *optional);
void embark_fix_options_free (EmbarkFixOptions *self);
JsonObject *embark_fix_options_to_json (const EmbarkFixOptions *self);
/* Bounded; what is missing or of another type is left out. Never NULL. */
EmbarkFixOptions *embark_fix_options_new_from_json (JsonObject *object);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkFixOptions, embark_fix_options_free)

G_END_DECLS
