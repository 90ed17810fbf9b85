/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Decides from a kernel's own files whether it has a driver. Pure text; any
 * thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  EMBARK_DRIVER_UNKNOWN, /* no file said anything */
  EMBARK_DRIVER_ABSENT,
  EMBARK_DRIVER_MODULE,
  EMBARK_DRIVER_BUILTIN,
} EmbarkDriverState;

/* @config: config-VERSION, @builtin: modules.builtin, @dep: modules.dep, each nullable. @driver: "virtio_blk".
 * *ret_evidence: the file and what it says, for people, untranslated; NULL when unknown. */
EmbarkDriverState embark_kernel_find_driver (const char *config, const char *builtin, const char *dep,
                                             const char *driver, char **ret_evidence);
/* The word used in facts: "absent", "module", "builtin"; NULL for unknown. */
const char *embark_driver_state_to_string (EmbarkDriverState state);
/* From the version alone: whether a distribution's package makes such kernels. FALSE: *ret_value is untouched. */
gboolean embark_kernel_guess_packaged (const char *version, gboolean *ret_value);
/* TRUE for kernels that nobody means to start by default: of a rescue system, for dumps, for debugging, for Xen. */
gboolean embark_kernel_is_special (const char *version);
/* The modules that must be there for @driver's, by modules.dep, with "_"; empty when there are none. Never NULL. */
GStrv embark_kernel_list_dependencies (const char *dep, const char *driver);
/* The path in modules.dep of @driver's module, or else of its first; NULL when it is no path of a module. */
char *embark_kernel_find_module_path (const char *dep, const char *driver);
/* Orders names and versions as rpm and grub do, like strcmp(). */
int embark_kernel_compare_versions (const char *a, const char *b);

G_END_DECLS
