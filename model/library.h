/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkLibrary: everything the sidebar shows: the connections with their
 * machines, and last the disk files the user added.
 */
#pragma once

#include "model/connection.h"

G_BEGIN_DECLS

#define EMBARK_TYPE_LIBRARY (embark_library_get_type ())
G_DECLARE_FINAL_TYPE (EmbarkLibrary, embark_library, EMBARK, LIBRARY, GObject)

/* Property "is-settled" (boolean): no connection is being opened. */

/* Of EmbarkConnection; the last one holds the disk files. Borrowed. */
GListModel *embark_library_get_connections (EmbarkLibrary *self);
EmbarkConnection *embark_library_get_files (EmbarkLibrary *self);
/* Opens @uris (NULL-terminated) that are not open, drops the others. */
void embark_library_set_uris (EmbarkLibrary *self, const char *const *uris);
gboolean embark_library_is_settled (EmbarkLibrary *self);
void embark_library_refresh (EmbarkLibrary *self);

/* Looks at the file's header first; what cannot be a disk is refused with the reason and not added. A file that is
 * there already is returned again. The result is a new reference. */
void embark_library_add_file_async (EmbarkLibrary *self, GFile *file, GCancellable *cancellable,
                                    GAsyncReadyCallback callback, gpointer user_data);
EmbarkMachine *embark_library_add_file_finish (EmbarkLibrary *self, GAsyncResult *result, GError **error);
/* Forgets a disk file; the file itself stays. */
void embark_library_remove_file (EmbarkLibrary *self, EmbarkMachine *machine);

/* "NAME" or "NAME/DISK" among the libvirt machines, by name or by title. Borrowed disk; NOT_FOUND, FAILED when several
 * have that name. */
EmbarkDisk *embark_library_find_disk (EmbarkLibrary *self, const char *name, EmbarkMachine **ret_machine,
                                      GError **error);

G_END_DECLS
