/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an upload of a disk would be, for the bar below its report.
 */
#pragma once

#include <gio/gio.h>

#include "model/check/report.h"

G_BEGIN_DECLS

/* "Sends about 1.2 GB to vm-images · Guangzhou.": the bucket is that of the last time. Free. */
char *embark_describe_send (EmbarkReport *report, GSettings *settings);

G_END_DECLS
