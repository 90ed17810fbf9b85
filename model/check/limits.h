/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkLimits: the rules of the cloud as dated data (resources/limits), both
 * editions. Immutable after loading; any thread.
 */
#pragma once

#include "model/check/finding.h"

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  EMBARK_JUDGE_BOTH,
  EMBARK_JUDGE_ORIGINAL,
  EMBARK_JUDGE_CURRENT,
} EmbarkJudge;

typedef enum
{
  EMBARK_EDITION_ORIGINAL,
  EMBARK_EDITION_CURRENT,
  EMBARK_N_EDITIONS,
} EmbarkEdition;

/* To which systems a limit applies. */
typedef enum
{
  EMBARK_APPLIES_ANY,
  EMBARK_APPLIES_LINUX,
  EMBARK_APPLIES_WINDOWS,
} EmbarkApplies;

/* One Windows product a limit allows. */
typedef struct
{
  char *product;   /* "Windows Server 2012 R2" */
  char **editions; /* (nullable) "Standard" …; NULL: every edition of it */
} EmbarkLimitSystem;

/* A document of the cloud that limits come from. */
typedef struct
{
  char *id;
  char *title;  /* "Overview of importing images" */
  char *number; /* (nullable) as its address names it: "213/4945" */
  char *date;   /* "2023-06" */
} EmbarkLimitDocument;

/* One rule of one edition. */
typedef struct
{
  char *id;
  EmbarkApplies applies;
  EmbarkOutcome severity;              /* of a disk that breaks it: INFO, WARNING or BLOCKER */
  char *code;                          /* (nullable) the code the cloud would answer */
  const EmbarkLimitDocument *document; /* where it stands */
  char *section;                       /* key of the section of its document, see embark_limit_get_section() */
  char **allowed;                      /* (nullable) words that satisfy it */
  char **refused;                      /* (nullable) words that always block */
  GPtrArray *systems;                  /* (nullable) of EmbarkLimitSystem */
  guint64 bytes;                       /* 0: the limit is no size */
  guint64 caution_bytes;               /* 0, or the smaller reading of the same figure (50 G as 50·10⁹) */
} EmbarkLimit;

typedef struct _EmbarkLimits EmbarkLimits;

/* From the two JSON texts (original.json, current.json). Errors: FAILED with file and member. */
EmbarkLimits *embark_limits_new (GBytes *original, GBytes *current, GError **error);
/* From the GResource compiled into the program (/org/embark/Embark/limits/). Aborts if it is not there.
 * Shared: never freed. */
EmbarkLimits *embark_limits_get_default (void);
void embark_limits_free (EmbarkLimits *self);
/* Borrowed; NULL when that edition has no such limit. */
const EmbarkLimit *embark_limits_find (EmbarkLimits *self, EmbarkEdition edition, const char *id);
/* Of EmbarkLimit, in the order of the file; borrowed. */
GPtrArray *embark_limits_list (EmbarkLimits *self, EmbarkEdition edition);
/* When the documents of @edition were written: "2018–2019". Borrowed. */
const char *embark_limits_get_date (EmbarkLimits *self, EmbarkEdition edition);
/* The strictest size limit @id ("actual-size", "virtual-size") for @judge, in bytes; 0 when there is none. */
guint64 embark_limits_get_bytes (EmbarkLimits *self, EmbarkJudge judge, const char *id);
/* The section of the document where it stands, translated; NULL when it is not written in one. */
const char *embark_limit_get_section (const EmbarkLimit *limit);
/* "both", "original", "current"; FALSE for another word. */
gboolean embark_judge_from_string (const char *word, EmbarkJudge *ret_judge);
/* "original", "current". */
const char *embark_edition_to_string (EmbarkEdition edition);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkLimits, embark_limits_free)

G_END_DECLS
