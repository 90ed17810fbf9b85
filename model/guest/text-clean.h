/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Text that a guest chose, before it becomes a fact: nothing in it may move a
 * cursor, turn the line around or be without end. Pure; any thread.
 */
#pragma once

#include "model/base/facts.h"

G_BEGIN_DECLS

/* Characters of one string of the facts. */
#define EMBARK_TEXT_CHARS_MAX 1024

/* Valid UTF-8 of at most EMBARK_TEXT_CHARS_MAX characters and "…"; each control or direction character is a space. */
char *embark_text_clean (const char *text);
/* The same for every string within @facts. Names of members are those of the code and stay. */
void embark_text_clean_facts (EmbarkFacts *facts);

G_END_DECLS
