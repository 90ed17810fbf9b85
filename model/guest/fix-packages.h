/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Installs packages in the guest, by the guest's own tools: from a folder of
 * this computer, else from its own repositories. In the helper only.
 */
#pragma once

#include "model/guest/fix.h"

G_BEGIN_DECLS

/* BLOCKED, with what to do by hand, when neither a folder with packages for this system nor the network is there. */
gboolean embark_packages_refuse (EmbarkFixSession *session, const char *package, GError **error);
/* Installs what the folder holds, or @packages (words separated by spaces) and what they need. Nothing is started.
 * FAILED with the last lines of the tool: what a folder lacks is named there. Tells of every package that came. */
gboolean embark_packages_install (EmbarkFixSession *session, const char *packages, GError **error);

G_END_DECLS
