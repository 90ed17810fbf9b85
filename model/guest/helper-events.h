/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the helper says: one JSON object a line, to the descriptor that was
 * standard output when it started. In the helper only.
 */
#pragma once

#include "model/base/facts.h"

G_BEGIN_DECLS

/* Longest line in either direction, newline included. */
#define EMBARK_HELPER_LINE_MAX (4 * 1024 * 1024)

/* Takes standard output away from every library and child: they get standard error instead. */
gboolean embark_helper_events_open (void);
void embark_helper_send_stage (const char *stage);
/* @is_slow: TCG. */
void embark_helper_send_accelerator (gboolean is_slow);
void embark_helper_send_log (const char *text);
/* A line that programs of the guest printed, or that tells what a fix does. */
void embark_helper_send_output (const char *text);
void embark_helper_send_facts (EmbarkFacts *facts, gboolean is_slow);
/* The end of a preparation: the facts after it, and what was changed. */
void embark_helper_send_prepared (EmbarkFacts *facts, JsonArray *changes, gboolean is_slow);
/* @code: "appliance", "blocked" or "failed". */
void embark_helper_send_error (const char *code, const char *message);

G_END_DECLS
