/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Makes a disk ready as Embark does and tells all of it as one JSON object:
 * the reports before and after, the changes, the changes of a second time
 * (there shall be none), the log. For the tests of the fixes.
 * usage: prepare-disk DISK OVERLAY FIX,FIX… [--packages DIR] [--virtio-win PATH] [--cloudbase PATH] [--once]
 *   [--optional FIX,FIX…]
 */
#include <stdlib.h>

#include "model/check/report.h"
#include "model/prepare.h"

static char *packages = NULL;
static char *cloudbase = NULL;
static char *virtio_win = NULL;
static char *optional = NULL;
static gboolean is_once = FALSE;

static const GOptionEntry entries[] = {
  { "packages", 0, 0, G_OPTION_ARG_FILENAME, &packages, "Folder of packages", "DIR" },
  { "cloudbase", 0, 0, G_OPTION_ARG_FILENAME, &cloudbase, "cloudbase-init", "PATH" },
  { "virtio-win", 0, 0, G_OPTION_ARG_FILENAME, &virtio_win, "Drivers of Windows", "PATH" },
  { "optional", 0, 0, G_OPTION_ARG_STRING, &optional, "May be left out", "FIXES" },
  { "once", 0, 0, G_OPTION_ARG_NONE, &is_once, "Not a second time", NULL },
  { NULL, 0, 0, 0, NULL, NULL, NULL },
};

static void stop (GError *error)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *text = NULL;

  json_object_set_string_member (object, "error", error->message);
  json_node_set_object (node, object);
  text = json_to_string (node, FALSE);
  g_print ("%s\n", text);
  exit (1);
}

static void progress_cb (const EmbarkProgress *progress, gpointer user_data)
{
  (void) user_data;
  g_printerr ("%s\n", progress->stage);
}

static void log_cb (const char *line, gpointer user_data)
{
  json_array_add_string_element (user_data, line);
  g_printerr ("| %s\n", line);
}

static JsonNode *judge (EmbarkFacts *facts, const char *target)
{
  g_autoptr (EmbarkReport) report = embark_report_new (facts, embark_limits_get_default (), EMBARK_JUDGE_BOTH, FALSE);

  return embark_report_to_json (report, target);
}

static EmbarkDiskSource *make_source (const char *path, const char *run)
{
  EmbarkDiskSource *source = g_new0 (EmbarkDiskSource, 1);

  source->path = g_canonicalize_filename (path, NULL);
  source->helper = g_strdup (g_getenv ("EMBARK_GUEST_HELPER"));
  source->cache_dir = g_strdup (g_getenv ("EMBARK_TEST_APPLIANCE"));
  source->runtime_dir = g_strdup (run);
  return source;
}

static EmbarkPrepared *prepare (const EmbarkDiskSource *source, EmbarkLook *look, const EmbarkFixOptions *options,
                                const char *overlay, JsonArray *lines)
{
  const EmbarkPrepareRequest request = { .source = source,
                                         .facts = look->facts,
                                         .fingerprint = look->fingerprint,
                                         .options = options,
                                         .overlay = overlay,
                                         .progress = progress_cb,
                                         .log = log_cb,
                                         .user_data = lines };
  GError *error = NULL;
  EmbarkPrepared *prepared = embark_prepare (&request, NULL, &error);

  if (prepared == NULL)
    stop (error);
  return prepared;
}

/* The disk with its overlay is made ready again: on top of that overlay, with the facts that the first time found. */
static void prepare_again (const EmbarkDiskSource *source, EmbarkPrepared *first, const EmbarkFixOptions *options,
                           const char *overlay, JsonObject *result, JsonArray *lines)
{
  GError *error = NULL;
  g_autoptr (EmbarkDiskSource) ready = embark_prepare_make_source (source, overlay, NULL, &error);
  g_autofree char *second = g_strconcat (overlay, ".again", NULL);
  g_autoptr (EmbarkPrepared) prepared = NULL;

  if (ready == NULL)
    stop (error);
  prepared = prepare (ready, first->look, options, second, lines);
  json_object_set_array_member (result, "again", json_array_ref (prepared->changes));
}

int main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("DISK OVERLAY FIXES");
  g_autoptr (EmbarkFixOptions) options = embark_fix_options_new ();
  g_autoptr (EmbarkDiskSource) source = NULL;
  g_autoptr (EmbarkLook) look = NULL;
  g_autoptr (EmbarkPrepared) prepared = NULL;
  g_autoptr (JsonObject) result = json_object_new ();
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonArray *lines = json_array_new ();
  const EmbarkLookOptions looking = { .is_again = TRUE, .progress = progress_cb };
  g_autofree char *text = NULL;
  GError *error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    stop (error);
  g_assert_cmpint (argc, ==, 4);
  g_strfreev (options->fixes);
  options->fixes = g_strsplit (argv[3], ",", -1);
  g_strfreev (options->optional);
  options->optional = g_strsplit (optional != NULL ? optional : "", ",", -1);
  options->cloudbase = g_steal_pointer (&cloudbase);
  options->packages = g_steal_pointer (&packages);
  options->virtio_win = g_steal_pointer (&virtio_win);
  source = make_source (argv[1], g_getenv ("XDG_RUNTIME_DIR"));
  look = embark_look_inside (source, &looking, NULL, &error);
  if (look == NULL)
    stop (error);
  prepared = prepare (source, look, options, argv[2], lines);
  json_object_set_array_member (result, "log", lines);
  json_object_set_member (result, "before", judge (look->facts, argv[1]));
  json_object_set_member (result, "after", judge (prepared->look->facts, argv[2]));
  json_object_set_array_member (result, "changes", json_array_ref (prepared->changes));
  if (!is_once)
    prepare_again (source, prepared, options, argv[2], result, lines);
  json_node_set_object (node, result);
  text = json_to_string (node, FALSE);
  g_print ("%s\n", text);
  return 0;
}
