/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One edition of the limits as it stands in its file. For limits.c only.
 */
#pragma once

#include "model/check/limits.h"

G_BEGIN_DECLS

typedef struct
{
  char *date;
  GPtrArray *documents; /* of EmbarkLimitDocument */
  GPtrArray *limits;    /* of EmbarkLimit */
} EmbarkLimitEdition;

/* Fills @edition, which must be zero; it has to be cleared also when this fails. @where: "original", "current".
 * Errors: FAILED with the edition and the member. */
gboolean embark_limit_edition_read (EmbarkLimitEdition *edition, const char *where, GBytes *bytes, GError **error);
void embark_limit_edition_clear (EmbarkLimitEdition *edition);
/* Whether embark_limit_get_section() knows the key. */
gboolean embark_limit_knows_section (const char *key);

G_END_DECLS
