/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A GError in words for people: what happened (heading), on what and what to
 * do (body: the message of the error), and what is good to know besides (advice).
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  EMBARK_REMEDY_NONE,
  EMBARK_REMEDY_KEYS,        /* ask for the keys */
  EMBARK_REMEDY_DESTINATION, /* choose another bucket or name */
} EmbarkRemedy;

typedef struct
{
  char *heading; /* "The Keys Were Refused" */
  char *body;    /* the message of the error as a sentence */
  char *advice;  /* (nullable) */
  EmbarkRemedy remedy;
} EmbarkErrorText;

/* @error is not taken. Never for a cancel, which is not an error. */
EmbarkErrorText *embark_error_text_new (const GError *error);
void embark_error_text_free (EmbarkErrorText *self);
/* Body and advice as one text. Free. */
char *embark_error_text_join (const EmbarkErrorText *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkErrorText, embark_error_text_free)

G_END_DECLS
