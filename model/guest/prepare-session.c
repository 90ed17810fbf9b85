/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The order of a preparation. What the look before found out is not asked for
 * again: only file systems whose names say too little are searched for anew.
 */
#include "model/guest/prepare-session.h"

#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <string.h>

#include "model/base/errors.h"
#include "model/guest/fix-private.h"
#include "model/guest/guest-client.h"
#include "model/guest/guest-mounts.h"
#include "model/guest/helper-events.h"
#include "model/guest/inspect.h"

/* What ntfs-3g.probe answers. */
#define NTFS_HIBERNATED 14
#define NTFS_UNCLEAN 15
/* Room that a system needs beside what the fixes take, bytes. */
#define SPARE_ROOM (G_GUINT64_CONSTANT (16) * 1024 * 1024)
#define PROBE_FILE "/.embark-write-test"

static gboolean fail_mount (guestfs_h *g, const char *device, GError **error)
{
  g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED,
               /* Translators: %s is a device name as Linux gives it, "/dev/sda1"; the second the reason in English. */
               _ ("The file system on %s could not be opened for writing: %s"), device,
               guestfs_last_error (g) != NULL ? guestfs_last_error (g) : "?");
  return FALSE;
}

static gboolean refuse_ntfs (int answer, GError **error)
{
  const char *message =
      _ ("The file system of Windows has errors. Start Windows, run “chkdsk C: /f”, shut it down, and "
         "try again.");

  if (answer == NTFS_HIBERNATED)
    message =
        _ ("Windows is hibernated, so its disk must not be written to. Start it, shut it down with “shutdown /s /t "
           "0”, and try again.");
  else if (answer == NTFS_UNCLEAN)
    message = _ ("Windows was not shut down properly. Start it, let it check its disk, shut it down, and try again.");
  g_set_error_literal (error, EMBARK_ERROR, EMBARK_ERROR_BLOCKED, message);
  return FALSE;
}

/* ntfs-3g mounts what it must not write to read-only, and says nothing. */
static gboolean mount_windows (guestfs_h *g, const char *root, GError **error)
{
  int answer = guestfs_ntfs_3g_probe (g, 1, root);

  if (answer != 0)
    return answer > 0 ? refuse_ntfs (answer, error) : fail_mount (g, root, error);
  if (guestfs_mount (g, root, "/") != 0)
    return fail_mount (g, root, error);
  if (guestfs_touch (g, PROBE_FILE) != 0 || guestfs_rm (g, PROBE_FILE) != 0)
    return fail_mount (g, root, error);
  return TRUE;
}

/* Only the root and what holds its programs and kernels must succeed. */
static gboolean mount_all (guestfs_h *g, GArray *mounts, GError **error)
{
  for (guint i = 0; i < mounts->len; i++)
    {
      const EmbarkMount *mount = &g_array_index (mounts, EmbarkMount, i);
      gboolean is_needed = g_str_equal (mount->target, "/") || g_str_has_prefix (mount->target, "/boot")
                           || g_str_equal (mount->target, "/usr") || g_str_equal (mount->target, "/var");
      if (guestfs_mount (g, mount->device, mount->target) != 0 && is_needed)
        return fail_mount (g, mount->device, error);
    }
  return TRUE;
}

static GArray *search_mounts (guestfs_h *g, const char *root)
{
  char **roots = guestfs_inspect_os (g);

  for (guint i = 0; roots != NULL && roots[i] != NULL; i++)
    free (roots[i]);
  free (roots);
  return embark_guest_mounts_find (g, root);
}

static gboolean mount_linux (guestfs_h *g, EmbarkFacts *facts, const char *root, GError **error)
{
  g_autoptr (GArray) mounts = embark_guest_mounts_recall (facts);

  if (mounts == NULL)
    mounts = search_mounts (g, root);
  return mounts->len > 0 ? mount_all (g, mounts, error) : fail_mount (g, root, error);
}

static gboolean refuse_without_system (EmbarkFacts *facts, GError **error)
{
  const char *message = _ ("No system was found on the disk, so there is nothing that could be changed.");

  if (embark_facts_is (facts, "disk.bitlocker"))
    message = _ ("The disk is encrypted with BitLocker, so nothing on it can be changed. Start Windows, switch "
                 "BitLocker off (“manage-bde -off C:”), wait until it is decrypted, shut it down, and try again.");
  else if (embark_facts_is (facts, "disk.ldm"))
    message = _ ("Windows is on a dynamic disk, which neither Embark nor the cloud can open. Move it to a basic disk "
                 "first.");
  g_set_error_literal (error, EMBARK_ERROR, EMBARK_ERROR_BLOCKED, message);
  return FALSE;
}

static gboolean mount_guest (guestfs_h *g, EmbarkFacts *facts, GError **error)
{
  const char *root = embark_facts_get_string (facts, "os.root");

  if (root == NULL)
    return refuse_without_system (facts, error);
  if (g_strcmp0 (embark_facts_get_string (facts, "os.type"), "windows") == 0)
    return mount_windows (g, root, error);
  return mount_linux (g, facts, root, error);
}

/* Before anything is written: one that does not fit would leave the others half done. */
static gboolean check_room (guestfs_h *g, const EmbarkFixOptions *options, GError **error)
{
  guint64 needed = SPARE_ROOM;
  struct guestfs_statvfs *room = guestfs_statvfs (g, "/");
  guint64 n_free = room != NULL ? (guint64) room->bavail * (guint64) room->frsize : 0;

  for (const EmbarkFixEntry *entry = embark_fix_table_get (); entry->id != NULL; entry++)
    if (g_strv_contains ((const char *const *) options->fixes, entry->id))
      needed += entry->guest_bytes;
  if (room == NULL)
    /* Nobody says how much there is; the fixes will. */
    return TRUE;
  guestfs_free_statvfs (room);
  if (n_free >= needed)
    return TRUE;
  g_autofree char *wanted = g_format_size (needed);
  g_autofree char *had = g_format_size (n_free);
  g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_BLOCKED,
               /* Translators: two sizes, such as "250 MB". */
               _ ("The fixes need %s of room on the system partition of the machine, and only %s are free. Make room "
                  "there, and try again."),
               wanted, had);
  return FALSE;
}

/* What cannot be done must not look as if it was. */
static gboolean check_known (const EmbarkFixOptions *options, GError **error)
{
  for (guint i = 0; options->fixes[i] != NULL; i++)
    {
      const EmbarkFixEntry *entry = embark_fix_table_get ();

      while (entry->id != NULL && strcmp (entry->id, options->fixes[i]) != 0)
        entry++;
      if (entry->id != NULL)
        continue;
      g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_BLOCKED,
                   /* Translators: %s is the name of a fix, such as "linux-virtio". */
                   _ ("This Embark cannot make the fix “%s”. Choose the others by name."), options->fixes[i]);
      return FALSE;
    }
  return TRUE;
}

/* Every refusal comes before the first change. A fix that asks for another comes after it in the table, and so knows
 * whether that one was left out. */
static gboolean refuse_any (EmbarkFixSession *session, GError **error)
{
  const EmbarkFixOptions *options = embark_fix_get_options (session);
  g_autoptr (GError) first = NULL;
  guint n_left = 0;

  if (!check_known (options, error))
    return FALSE;
  for (const EmbarkFixEntry *entry = embark_fix_table_get (); entry->id != NULL; entry++)
    {
      g_autoptr (GError) reason = NULL;

      if (!embark_fix_is_chosen (session, entry->id))
        continue;
      n_left++;
      if (entry->refuse == NULL || entry->refuse (session, &reason))
        continue;
      if (!g_error_matches (reason, EMBARK_ERROR, EMBARK_ERROR_BLOCKED)
          || !g_strv_contains ((const char *const *) options->optional, entry->id))
        {
          g_propagate_error (error, g_steal_pointer (&reason));
          return FALSE;
        }
      n_left--;
      embark_fix_leave_out (session, entry->id, reason->message);
      if (first == NULL)
        first = g_steal_pointer (&reason);
    }
  if (n_left > 0 || first == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&first));
  return FALSE;
}

static gboolean apply_all (EmbarkFixSession *session, GError **error)
{
  for (const EmbarkFixEntry *entry = embark_fix_table_get (); entry->id != NULL; entry++)
    {
      g_autofree char *stage = g_strconcat (EMBARK_GUEST_FIX_STAGE, entry->id, NULL);

      if (!embark_fix_is_chosen (session, entry->id))
        continue;
      embark_helper_send_stage (stage);
      session->fix = entry->id;
      if (!entry->apply (session, error))
        return FALSE;
    }
  return embark_fix_write_list (session, error);
}

static gboolean apply_fixes (guestfs_h *g, EmbarkFacts *before, const EmbarkFixOptions *options, JsonArray *changes,
                             GError **error)
{
  g_autoptr (EmbarkFixSession) session = embark_fix_session_new (g, before, options);

  if (!refuse_any (session, error) || !apply_all (session, error))
    return FALSE;
  for (guint i = 0; i < json_array_get_length (session->changes); i++)
    json_array_add_element (changes, json_array_dup_element (session->changes, i));
  return TRUE;
}

gboolean embark_prepare_disk (guestfs_h *g, EmbarkFacts *before, const EmbarkFixOptions *options, EmbarkFacts *after,
                              JsonArray *changes, GError **error)
{
  embark_helper_send_stage ("mount");
  if (!mount_guest (g, before, error) || !check_room (g, options, error)
      || !apply_fixes (g, before, options, changes, error))
    return FALSE;
  embark_helper_send_stage ("finish");
  if (guestfs_umount_all (g) != 0)
    {
      g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_APPLIANCE,
                   /* Translators: %s is the reason in English. */
                   _ ("What was changed could not be written to the disk: %s"),
                   guestfs_last_error (g) != NULL ? guestfs_last_error (g) : "?");
      return FALSE;
    }
  embark_inspect_disk (g, before, after);
  return TRUE;
}
