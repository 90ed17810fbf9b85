/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkSpeedGraph: the speed over the way of an upload, below its bar.
 */
#pragma once

#include <gtk/gtk.h>

#include "gui/speed-history.h"

G_BEGIN_DECLS

#define EMBARK_TYPE_SPEED_GRAPH (embark_speed_graph_get_type ())
G_DECLARE_FINAL_TYPE (EmbarkSpeedGraph, embark_speed_graph, EMBARK, SPEED_GRAPH, GtkWidget)

/* @history may be NULL. */
void embark_speed_graph_set_history (EmbarkSpeedGraph *self, EmbarkSpeedHistory *history);

G_END_DECLS
