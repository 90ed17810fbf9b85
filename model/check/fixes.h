/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The fixes in words: what each changes, what it needs, which findings it
 * turns green. How each is done stands in model/guest/fix-*.c; a test holds
 * the two lists together. Any thread.
 */
#pragma once

#include "model/base/fix-options.h"
#include "model/check/report.h"

G_BEGIN_DECLS

#define EMBARK_FIX_MAX_FINDINGS 4

typedef enum
{
  EMBARK_FIX_NEEDS_NOTHING = 0,
  EMBARK_FIX_NEEDS_VIRTIO_WIN = 1 << 0, /* an ISO or a folder of Windows drivers */
  EMBARK_FIX_NEEDS_PACKAGES = 1 << 1,   /* a folder of packages, or the network */
  EMBARK_FIX_NEEDS_CLOUDBASE = 1 << 2,  /* the zip or folder of cloudbase-init */
} EmbarkFixNeeds;

typedef struct
{
  const char *id;      /* "linux-virtio" */
  const char *system;  /* os.type of the facts: "linux", "windows" */
  const char *title;   /* N_(), short, an order: "Put the virtio drivers into the initramfs" */
  const char *changes; /* N_(), what it will change, with the files and registry keys by name */
  const char *needs;   /* N_(), (nullable) what it needs from the user, and where that is had from */
  guint needed;        /* EmbarkFixNeeds */
  const char *findings[EMBARK_FIX_MAX_FINDINGS + 1]; /* limits that it turns green; none: only done when asked for */
  gboolean is_by_choice; /* has its price: never part of “everything that can be fixed” */
} EmbarkFix;

/* All, in the order in which they are applied; ends with an id of NULL. */
const EmbarkFix *embark_fixes_get (void);
/* NULL when there is none. */
const EmbarkFix *embark_fixes_find (const char *id);
/* The fix that @word names in any case of letters; NULL when there is none. */
const EmbarkFix *embark_fixes_find_word (const char *word);
/* Of EmbarkFix (borrowed), new, in order: those that turn finding @finding_id green, whatever the disk. */
GPtrArray *embark_fixes_list_for (const char *finding_id);
/* The fix for one finding of @report that is a blocker or a warning: the first that fits the system; NULL when none. */
const EmbarkFix *embark_fixes_find_for (EmbarkReport *report, const char *finding_id);
/* Of EmbarkFix (borrowed), new, in order: everything that can be fixed in @report. A system with SELinux gets its files
 * labelled anew when anything is changed in it. */
GPtrArray *embark_fixes_choose (EmbarkReport *report);
/* Of EmbarkFix (borrowed), new, in order: those with a price that the user may ask for on that disk, too. */
GPtrArray *embark_fixes_list_choices (EmbarkReport *report);
/* TRUE when there are blockers and embark_fixes_choose() has a fix for each of them. */
gboolean embark_fixes_are_enough (EmbarkReport *report);
/* EmbarkFixNeeds: what @fix needs on that disk. */
guint embark_fixes_get_needed (EmbarkReport *report, const EmbarkFix *fix);
/* TRUE when @options name all that @fix needs on that disk. */
gboolean embark_fixes_have_needs (EmbarkReport *report, const EmbarkFix *fix, const EmbarkFixOptions *options);
/* @words: ids, or "auto" for embark_fixes_choose(); what comes back is ids in order, each once. BAD_NAME with the ids
 * there are when a word is none, or is for another system than the disk holds. */
char **embark_fixes_resolve (EmbarkReport *report, const char *const *words, GError **error);

G_END_DECLS
