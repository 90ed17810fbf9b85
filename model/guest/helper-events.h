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
void embark_helper_send_facts (EmbarkFacts *facts, gboolean is_slow);
/* @code: "appliance" or "failed". */
void embark_helper_send_error (const char *code, const char *message);

G_END_DECLS
