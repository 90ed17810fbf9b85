/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The session that all fixes of one preparation share, and what it tells.
 */
#include <glib/gi18n-lib.h>
#include <stdarg.h>
#include <string.h>

#include "model/base/errors.h"
#include "model/base/fix-changes.h"
#include "model/guest/fix-private.h"
#include "model/guest/guest-files.h"
#include "model/guest/helper-events.h"

#define CHANGES_MAX 4096
#define LINUX_LIST "/var/lib/embark/changes"
#define WINDOWS_LIST "changes.txt"

/* %SystemRoot% in the guest's spelling, as the look found it. */
static char *find_windows_folder (guestfs_h *g, EmbarkFacts *facts)
{
  const char *root = embark_facts_get_string (facts, "windows.systemRoot");
  char *found = guestfs_case_sensitive_path (g, root != NULL ? root : "/Windows");
  char *path = g_strdup (found != NULL ? found : "/Windows");

  free (found);
  return path;
}

EmbarkFixSession *embark_fix_session_new (guestfs_h *g, EmbarkFacts *facts, const EmbarkFixOptions *options)
{
  EmbarkFixSession *self = g_new0 (EmbarkFixSession, 1);

  self->g = g;
  self->facts = facts;
  self->options = options;
  self->changes = json_array_new ();
  self->left_out = g_hash_table_new (g_str_hash, g_str_equal);
  self->lines = g_string_new (NULL);
  self->is_windows = g_strcmp0 (embark_facts_get_string (facts, "os.type"), "windows") == 0;
  if (self->is_windows)
    {
      g_autofree char *windows = find_windows_folder (g, facts);
      self->kept_folder = g_build_filename (windows, "Embark", "Replaced", NULL);
    }
  else
    self->kept_folder = g_strdup (EMBARK_FIX_LINUX_KEPT);
  return self;
}

void embark_fix_session_free (EmbarkFixSession *self)
{
  if (self == NULL)
    return;
  if (self->hive != NULL)
    guestfs_hivex_close (self->g);
  json_array_unref (self->changes);
  g_hash_table_unref (self->left_out);
  g_string_free (self->lines, TRUE);
  g_free (self->hive);
  g_free (self->hive_path);
  g_free (self->kept_folder);
  embark_archive_tree_free (self->cloudbase);
  g_clear_pointer (&self->drivers, g_ptr_array_unref);
  g_free (self);
}

guestfs_h *embark_fix_get_guest (EmbarkFixSession *self)
{
  return self->g;
}

EmbarkFacts *embark_fix_get_facts (EmbarkFixSession *self)
{
  return self->facts;
}

const EmbarkFixOptions *embark_fix_get_options (EmbarkFixSession *self)
{
  return self->options;
}

const char *embark_fix_get_root (EmbarkFixSession *self)
{
  const char *root = embark_facts_get_string (self->facts, "os.root");

  return root != NULL ? root : "";
}

gboolean embark_fix_is_chosen (EmbarkFixSession *self, const char *id)
{
  return g_strv_contains ((const char *const *) self->options->fixes, id)
         && !g_hash_table_contains (self->left_out, id);
}

void embark_fix_leave_out (EmbarkFixSession *self, const char *id, const char *reason)
{
  g_autofree char *line = embark_fix_changes_make_line (id, reason);
  JsonObject *change = json_object_new ();

  g_hash_table_add (self->left_out, (gpointer) id);
  embark_helper_send_output (line);
  json_object_set_string_member (change, "fix", id);
  json_object_set_string_member (change, "action", EMBARK_FIX_LEAVE_OUT);
  json_object_set_string_member (change, "path", "");
  json_object_set_string_member (change, "reason", reason);
  json_array_add_object_element (self->changes, change);
}

void embark_fix_log (EmbarkFixSession *self, const char *format, ...)
{
  g_autofree char *line = NULL;
  va_list arguments;

  va_start (arguments, format);
  line = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  embark_helper_send_output (line);
}

gboolean embark_fix_refuse (GError **error, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_propagate_error (error, g_error_new_valist (EMBARK_ERROR, EMBARK_ERROR_BLOCKED, format, arguments));
  va_end (arguments);
  return FALSE;
}

gboolean embark_fix_fail (EmbarkFixSession *self, const char *what, const char *path, GError **error)
{
  g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED, "%s “%s”: %s", what, path,
               guestfs_last_error (self->g) != NULL ? guestfs_last_error (self->g) : "?");
  return FALSE;
}

void embark_fix_tell (EmbarkFixSession *self, const char *action, const char *path, const char *kept)
{
  g_autofree char *clean = g_utf8_make_valid (path, -1);
  JsonObject *change;

  embark_fix_log (self, "%s: %s %s", self->fix, action, clean);
  g_string_append_printf (self->lines, "%s\t%s\t%s\t%s\n", self->fix, action, clean, kept != NULL ? kept : "-");
  if (json_array_get_length (self->changes) >= CHANGES_MAX)
    return;
  change = json_object_new ();
  json_object_set_string_member (change, "fix", self->fix);
  json_object_set_string_member (change, "action", action);
  json_object_set_string_member (change, "path", clean);
  if (kept != NULL)
    {
      g_autofree char *clean_kept = g_utf8_make_valid (kept, -1);
      json_object_set_string_member (change, "kept", clean_kept);
    }
  json_array_add_object_element (self->changes, change);
}

void embark_fix_note (EmbarkFixSession *self, const char *action, const char *path)
{
  embark_fix_tell (self, action, path, NULL);
}

gboolean embark_fix_write_list (EmbarkFixSession *self, GError **error)
{
  g_autofree char *parent = g_path_get_dirname (self->kept_folder);
  g_autofree char *path = self->is_windows ? g_build_filename (parent, WINDOWS_LIST, NULL) : g_strdup (LINUX_LIST);

  if (self->lines->len == 0)
    return TRUE;
  if (!embark_fix_make_private_dir (self, parent, error))
    return FALSE;
  if (guestfs_write_append (self->g, path, self->lines->str, self->lines->len) != 0)
    return embark_fix_fail (self, _ ("Could not write"), path, error);
  return TRUE;
}
