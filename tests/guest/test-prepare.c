/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A real guest is made ready: what changes is in the overlay alone, nothing is
 * left when it does not come to its end, and a second time changes nothing.
 */
#include <glib/gstdio.h>
#include <string.h>

#include "model/base/errors.h"
#include "model/prepare.h"
#include "tests/guest/guest-fixture.h"

#define FIX "linux-machine-id"
#define AGENT "/usr/sbin/embark-agent"

typedef struct
{
  char *folder; /* owned */
  char *image;  /* owned */
  char *sum;    /* owned; of the image */
  EmbarkDiskSource *source;
  EmbarkLook *look;
} World;

static char *sum_file (const char *path)
{
  const char *argv[] = { "sha256sum", "-b", path, NULL };
  g_autoptr (GError) error = NULL;
  char *sum = NULL;

  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &sum, NULL, NULL, &error);
  g_assert_no_error (error);
  sum[64] = '\0';
  return sum;
}

/* Done once: the facts are kept in the cache that all guest tests share. */
static World *open_world (void)
{
  World *world = g_new0 (World, 1);
  EmbarkLookOptions options = { 0 };
  g_autoptr (GError) error = NULL;

  world->folder = g_dir_make_tmp ("embark-prepare-XXXXXX", &error);
  g_assert_no_error (error);
  world->image = g_build_filename (guest_fixture_get_images (), "debian12.qcow2", NULL);
  world->sum = sum_file (world->image);
  world->source = g_new0 (EmbarkDiskSource, 1);
  world->source->path = g_strdup (world->image);
  world->source->helper = g_strdup (guest_fixture_get_helper ());
  world->source->cache_dir = g_strdup (guest_fixture_get_cache ());
  world->source->runtime_dir = g_strdup (world->folder);
  world->look = embark_look_inside (world->source, &options, NULL, &error);
  g_assert_no_error (error);
  return world;
}

/* The original is what it was, and the folder holds nothing that was not removed. */
static void close_world (World *world)
{
  g_autofree char *sum = sum_file (world->image);

  g_assert_cmpstr (sum, ==, world->sum);
  g_assert_cmpint (g_rmdir (world->folder), ==, 0);
  embark_look_free (world->look);
  embark_disk_source_free (world->source);
  g_free (world->folder);
  g_free (world->image);
  g_free (world->sum);
  g_free (world);
}

typedef struct
{
  GCancellable *cancellable;
  const char *cancel_at; /* (nullable) stage */
  GString *stages;
  GString *log;
} Watch;

static void progressed_cb (const EmbarkProgress *progress, gpointer user_data)
{
  Watch *watch = user_data;

  g_string_append_printf (watch->stages, "%s ", progress->stage);
  if (g_strcmp0 (progress->stage, watch->cancel_at) == 0)
    g_cancellable_cancel (watch->cancellable);
}

static void log_cb (const char *line, gpointer user_data)
{
  Watch *watch = user_data;

  g_string_append_printf (watch->log, "%s\n", line);
}

static EmbarkPrepared *prepare (World *world, const EmbarkDiskSource *source, EmbarkLook *look, const char *name,
                                const char *fixes, Watch *watch, GError **error)
{
  g_autoptr (EmbarkFixOptions) options = embark_fix_options_new ();
  g_autofree char *overlay = g_build_filename (world->folder, name, NULL);
  EmbarkPrepareRequest request = { .source = source,
                                   .facts = look->facts,
                                   .fingerprint = look->fingerprint,
                                   .options = options,
                                   .overlay = overlay,
                                   .progress = progressed_cb,
                                   .log = log_cb,
                                   .user_data = watch };

  g_strfreev (options->fixes);
  options->fixes = g_strsplit (fixes, ",", -1);
  watch->cancellable = g_cancellable_new ();
  watch->stages = g_string_new (NULL);
  watch->log = g_string_new (NULL);
  return embark_prepare (&request, watch->cancellable, error);
}

static void clear_watch (Watch *watch)
{
  g_clear_object (&watch->cancellable);
  g_string_free (watch->stages, TRUE);
  g_string_free (watch->log, TRUE);
}

/* The change of @path by the fix, or NULL. */
static JsonObject *find_change (EmbarkPrepared *prepared, const char *action, const char *path)
{
  for (guint i = 0; i < json_array_get_length (prepared->changes); i++)
    {
      JsonObject *change = json_array_get_object_element (prepared->changes, i);
      if (g_str_equal (json_object_get_string_member (change, "action"), action)
          && g_str_has_prefix (json_object_get_string_member (change, "path"), path))
        return change;
    }
  return NULL;
}

static void test_changes (void)
{
  World *world = open_world ();
  Watch first = { 0 }, second = { 0 };
  g_autoptr (GError) error = NULL;
  g_autofree char *one = g_build_filename (world->folder, "one.qcow2", NULL);
  g_autofree char *two = g_build_filename (world->folder, "two.qcow2", NULL);
  g_autoptr (EmbarkPrepared) prepared = NULL;
  g_autoptr (EmbarkDiskSource) source = NULL;
  g_autoptr (EmbarkPrepared) again = NULL;
  JsonObject *change;

  prepared = prepare (world, world->source, world->look, "one.qcow2", FIX ",linux-agent", &first, &error);
  g_test_message ("%s", first.log->str);
  g_assert_no_error (error);
  change = find_change (prepared, "remove", "/var/lib/dbus/machine-id");
  g_assert_nonnull (change);
  g_assert_cmpstr (json_object_get_string_member (change, "fix"), ==, FIX);
  g_assert_cmpstr (json_object_get_string_member (change, "kept"), ==,
                   "/var/lib/embark/replaced/var/lib/dbus/machine-id");
  g_assert_nonnull (find_change (prepared, "create", "/var/lib/dbus/machine-id"));
  g_assert_nonnull (find_change (prepared, "create", AGENT));
  g_assert_nonnull (find_change (prepared, "create", "/etc/systemd/system/embark-agent.service"));
  g_assert_nonnull (find_change (prepared, "create", "/etc/systemd/system/multi-user.target.wants/embark-agent"));
  g_assert_false (embark_facts_is (world->look->facts, "linux.agent"));
  g_assert_true (embark_facts_is (prepared->look->facts, "linux.agent"));
  g_assert_nonnull (strstr (first.stages->str, "mount fix:linux-agent fix:" FIX " finish "));
  g_assert_nonnull (strstr (first.log->str, FIX ": remove /var/lib/dbus/machine-id"));
  g_assert_cmpstr (prepared->look->fingerprint, !=, world->look->fingerprint);
  g_assert_cmpuint (prepared->overlay_size, >, 0);
  g_assert_true (embark_facts_is (prepared->look->facts, "os.found"));

  source = embark_prepare_make_source (world->source, one, NULL, &error);
  g_assert_no_error (error);
  again = prepare (world, source, prepared->look, "two.qcow2", FIX ",linux-agent", &second, &error);
  g_test_message ("%s", second.log->str);
  g_assert_no_error (error);
  g_assert_cmpuint (json_array_get_length (again->changes), ==, 0);
  g_assert_cmpint (g_unlink (one), ==, 0);
  g_assert_cmpint (g_unlink (two), ==, 0);
  clear_watch (&first);
  clear_watch (&second);
  close_world (world);
}

/* Refused before anything is changed, with what can be done instead. */
static void test_refusal (void)
{
  World *world = open_world ();
  Watch watch = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_null (prepare (world, world->source, world->look, "one.qcow2", "linux-cloud-init", &watch, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_BLOCKED);
  g_assert_nonnull (strstr (error->message, "apt-get install cloud-init"));
  g_assert_null (strstr (watch.stages->str, "fix:"));
  clear_watch (&watch);
  close_world (world);
}

static void test_cancel (void)
{
  static const char *const stages[] = { "overlay", "mount" };

  for (guint i = 0; i < G_N_ELEMENTS (stages); i++)
    {
      World *world = open_world ();
      Watch watch = { .cancel_at = stages[i] };
      g_autoptr (GError) error = NULL;

      g_assert_null (prepare (world, world->source, world->look, "one.qcow2", FIX, &watch, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_assert_cmpuint (guest_fixture_find_helpers ()->len, ==, 0);
      clear_watch (&watch);
      close_world (world);
    }
}

static void test_changed_disk (void)
{
  World *world = open_world ();
  Watch watch = { 0 };
  g_autoptr (GError) error = NULL;

  g_free (world->look->fingerprint);
  world->look->fingerprint = g_strdup ("another");
  g_assert_null (prepare (world, world->source, world->look, "one.qcow2", FIX, &watch, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_SOURCE_CHANGED);
  clear_watch (&watch);
  close_world (world);
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/prepare/changed-disk", test_changed_disk);
  g_test_add_func ("/prepare/cancel", test_cancel);
  g_test_add_func ("/prepare/refusal", test_refusal);
  g_test_add_func ("/prepare/changes", test_changes);
  return g_test_run ();
}
