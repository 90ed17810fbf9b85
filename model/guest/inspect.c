/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The order of an inspection: partitions, roots, one root chosen, mounted
 * read-only, then what its kind of system has to say.
 */
#include "model/guest/inspect.h"

#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <string.h>

#include "model/guest/guest-files.h"
#include "model/guest/guest-mounts.h"
#include "model/guest/helper-events.h"

/* Takes a string of libguestfs. Its word for nothing is "unknown". */
static void take_string (EmbarkFacts *facts, const char *path, char *value)
{
  if (value && *value && strcmp (value, "unknown") != 0)
    embark_facts_set_string (facts, path, value);
  free (value);
}

/* "/dev/sda1" of "btrfsvol:/dev/sda1/@"; the name itself for anything else. */
static char *get_device (const char *root)
{
  const char *end;

  if (!g_str_has_prefix (root, "btrfsvol:"))
    return g_strdup (root);
  root += strlen ("btrfsvol:");
  end = strchr (root + strlen ("/dev/"), '/');
  return g_strndup (root, end ? (gsize) (end - root) : strlen (root));
}

static gboolean is_same_system (guestfs_h *g, const char *a, const char *b)
{
  g_autofree char *device_a = get_device (a);
  g_autofree char *device_b = get_device (b);
  char *distro_a, *distro_b;
  gboolean is_same;

  if (strcmp (device_a, device_b) != 0)
    return FALSE;
  distro_a = guestfs_inspect_get_distro (g, a);
  distro_b = guestfs_inspect_get_distro (g, b);
  is_same = g_strcmp0 (distro_a, distro_b) == 0;
  free (distro_a);
  free (distro_b);
  return is_same;
}

/* Snapshots of a btrfs each look like a system of their own: the one that fstab of itself mounts at "/" is real. */
static gboolean mounts_itself (guestfs_h *g, const char *root)
{
  char **mounts = guestfs_inspect_get_mountpoints (g, root);
  gboolean is_real = FALSE;

  for (guint i = 0; mounts && mounts[i]; i += 2)
    {
      if (strcmp (mounts[i], "/") == 0)
        is_real = is_real || strcmp (mounts[i + 1], root) == 0;
      free (mounts[i]);
      free (mounts[i + 1]);
    }
  free (mounts);
  return is_real && !strstr (root, "snapshot");
}

static GPtrArray *choose_roots (guestfs_h *g, char **roots)
{
  GPtrArray *chosen = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; roots[i]; i++)
    {
      gboolean is_twin = FALSE;
      for (guint k = 0; k < chosen->len && !is_twin; k++)
        {
          char *other = g_ptr_array_index (chosen, k);
          is_twin = is_same_system (g, roots[i], other);
          if (is_twin && mounts_itself (g, roots[i]) && !mounts_itself (g, other))
            {
              g_free (other);
              chosen->pdata[k] = g_strdup (roots[i]);
            }
        }
      if (!is_twin)
        g_ptr_array_add (chosen, g_strdup (roots[i]));
    }
  return chosen;
}

static void add_version (guestfs_h *g, const char *root, EmbarkFacts *facts)
{
  int major = guestfs_inspect_get_major_version (g, root);

  if (major <= 0)
    return;
  embark_facts_set_uint (facts, "os.major", major);
  embark_facts_set_uint (facts, "os.minor", MAX (guestfs_inspect_get_minor_version (g, root), 0));
}

/* What Windows says of itself stands in its registry, which is read anyway: each question here costs a sixth of a
 * second without KVM. */
static void add_system (guestfs_h *g, const char *root, EmbarkFacts *facts)
{
  embark_facts_set_string (facts, "os.root", root);
  take_string (facts, "os.type", guestfs_inspect_get_type (g, root));
  take_string (facts, "os.architecture", guestfs_inspect_get_arch (g, root));
  if (!embark_facts_has (facts, "os.architecture"))
    embark_facts_set_unknown (facts, "os.architecture", _ ("no program of the system that tells it could be read"));
  if (g_strcmp0 (embark_facts_get_string (facts, "os.type"), "windows") == 0)
    {
      embark_facts_set_string (facts, "os.distribution", "windows");
      return;
    }
  add_version (g, root, facts);
  take_string (facts, "os.distribution", guestfs_inspect_get_distro (g, root));
  take_string (facts, "os.product", guestfs_inspect_get_product_name (g, root));
  take_string (facts, "os.hostname", guestfs_inspect_get_hostname (g, root));
  take_string (facts, "os.packageFormat", guestfs_inspect_get_package_format (g, root));
}

static void note_mount (EmbarkFacts *facts, const char *target, const char *device)
{
  JsonArray *list = embark_facts_get_list (facts, "disk.filesystems");

  for (guint i = 0; list && i < json_array_get_length (list); i++)
    {
      JsonObject *object = json_array_get_object_element (list, i);
      if (g_strcmp0 (json_object_get_string_member_with_default (object, "device", ""), device) == 0
          && !json_object_has_member (object, "mountPoint"))
        json_object_set_string_member (object, "mountPoint", target);
    }
}

static gboolean mount_windows (guestfs_h *g, const char *root, EmbarkFacts *facts)
{
  if (guestfs_mount_ro (g, root, "/") != 0)
    return FALSE;
  note_mount (facts, "/", root);
  return TRUE;
}

/* Mounts everything read-only; only the root must succeed. */
static gboolean mount_linux (guestfs_h *g, GArray *mounts, EmbarkFacts *facts)
{
  gboolean ok = FALSE;

  for (guint i = 0; i < mounts->len; i++)
    {
      const EmbarkMount *mount = &g_array_index (mounts, EmbarkMount, i);
      g_autofree char *device = get_device (mount->device);

      if (!ok && strcmp (mount->target, "/") != 0)
        return FALSE;
      if (guestfs_mount_ro (g, mount->device, mount->target) != 0)
        continue;
      ok = TRUE;
      note_mount (facts, mount->target, device);
    }
  return ok;
}

/* What could not be read whole explains whatever is missing and has no reason of its own. */
static void add_complaint (const char *branch, EmbarkFacts *facts)
{
  const char *complaint = embark_guest_get_complaint ();

  if (complaint && !embark_facts_get_unknown (facts, branch))
    embark_facts_set_unknown (facts, branch, complaint);
}

/* @mounts: (nullable) of a Linux, all of it. */
static void inspect_root (guestfs_h *g, const char *root, GArray *mounts, EmbarkFacts *facts)
{
  const char *type = embark_facts_get_string (facts, "os.type");
  g_autofree char *device = get_device (root);
  gboolean is_windows = g_strcmp0 (type, "windows") == 0;
  const char *branch = is_windows ? "windows" : "linux";

  if (is_windows)
    embark_inspect_windows_device (g, device, facts);
  embark_helper_send_stage ("mount");
  if (!(mounts ? mount_linux (g, mounts, facts) : mount_windows (g, root, facts)))
    {
      /* Translators: %s is a device name as Linux gives it, "/dev/sda1"; the second the reason in English. */
      g_autofree char *reason = g_strdup_printf (_ ("the file system on %s could not be opened: %s"), device,
                                                 guestfs_last_error (g) ? guestfs_last_error (g) : "?");
      embark_facts_set_unknown (facts, branch, reason);
      return;
    }
  embark_inspect_mounted (g, facts);
  embark_helper_send_stage ("kernels");
  if (is_windows)
    embark_inspect_windows (g, root, facts);
  else if (g_strcmp0 (type, "linux") == 0)
    embark_inspect_linux (g, root, facts);
  add_complaint (branch, facts);
}

/* A registry that is noise ends the search for systems: then there may be one, and os.found stays open. */
static void add_failure (guestfs_h *g, EmbarkFacts *facts)
{
  /* Translators: %s is the reason in English. */
  g_autofree char *reason = g_strdup_printf (_ ("the search for an operating system failed: %s"),
                                             guestfs_last_error (g) ? guestfs_last_error (g) : "?");

  embark_facts_set_unknown (facts, "os", reason);
}

static void look_at_partitions (guestfs_h *g, EmbarkFacts *facts)
{
  embark_helper_send_stage ("filesystems");
  embark_inspect_partitions (g, facts);
  embark_inspect_filesystem_state (g, facts);
}

/* The system to look into, entered in @facts; NULL when there is none, or when it cannot be found. Free. */
static char *find_root (guestfs_h *g, EmbarkFacts *facts)
{
  g_autoptr (GPtrArray) roots = NULL;
  char **found;

  embark_helper_send_stage ("inspect");
  found = guestfs_inspect_os (g);
  if (!found)
    {
      add_failure (g, facts);
      return NULL;
    }
  roots = choose_roots (g, found);
  for (guint i = 0; found[i]; i++)
    free (found[i]);
  free (found);

  embark_facts_set_boolean (facts, "os.found", roots->len > 0);
  embark_facts_set_uint (facts, "os.count", roots->len);
  if (roots->len == 0)
    {
      embark_inspect_explain_nothing (g, facts);
      return NULL;
    }
  add_system (g, g_ptr_array_index (roots, 0), facts);
  return g_strdup (g_ptr_array_index (roots, 0));
}

/* FALSE when @known does not hold the system whole. Packages of rpm are listed only after a search. */
static gboolean take_over (EmbarkFacts *known, EmbarkFacts *facts)
{
  static const char *const words[] = { "os.root",    "os.type",     "os.architecture",  "os.distribution",
                                       "os.product", "os.hostname", "os.packageFormat", "windows.systemRoot" };
  static const char *const numbers[] = { "os.count", "os.major", "os.minor" };
  gboolean is_windows = g_strcmp0 (embark_facts_get_string (known, "os.type"), "windows") == 0;
  guint64 number;

  if (!embark_facts_has (known, "os.count") || !embark_facts_has (known, "os.root")
      || !embark_facts_has (known, "os.architecture") || !embark_facts_has (known, "os.distribution")
      || !embark_facts_has (known, is_windows ? "windows.systemRoot" : "os.packageFormat")
      || g_strcmp0 (embark_facts_get_string (known, "os.packageFormat"), "rpm") == 0)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (embark_facts_get_string (known, words[i]))
      embark_facts_set_string (facts, words[i], embark_facts_get_string (known, words[i]));
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    if (embark_facts_get_uint (known, numbers[i], &number))
      embark_facts_set_uint (facts, numbers[i], number);
  embark_facts_set_boolean (facts, "os.found", TRUE);
  return TRUE;
}

void embark_inspect_disk (guestfs_h *g, EmbarkFacts *known, EmbarkFacts *facts)
{
  g_autoptr (GArray) mounts = known ? embark_guest_mounts_recall (known) : NULL;
  g_autofree char *root = NULL;

  look_at_partitions (g, facts);
  if (mounts && take_over (known, facts))
    root = g_strdup (embark_facts_get_string (known, "os.root"));
  else
    {
      g_clear_pointer (&mounts, g_array_unref);
      root = find_root (g, facts);
    }
  if (!root)
    return;
  if (g_strcmp0 (embark_facts_get_string (facts, "os.type"), "windows") == 0)
    g_clear_pointer (&mounts, g_array_unref);
  else if (!mounts)
    mounts = embark_guest_mounts_find (g, root);
  inspect_root (g, root, mounts, facts);
}
