/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which ways into the cloud a report leaves open.
 */
#pragma once

#include "model/check/report.h"

G_BEGIN_DECLS

typedef enum
{
  EMBARK_WAY_NONE,   /* something stops the import */
  EMBARK_WAY_FIXED,  /* something stops it, and all of that can be fixed on the way */
  EMBARK_WAY_FORCED, /* only what a forced import lifts (cloud-init) stops it */
  EMBARK_WAY_PLAIN,
} EmbarkWay;

/* @report: (nullable) NONE when there is none. */
EmbarkWay embark_way_of (EmbarkReport *report, EmbarkJudge judge);

G_END_DECLS
