/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `embark prepare` and `embark fixes`: what would be changed, making it so in
 * an overlay, and before and after.
 */
#include <glib/gi18n.h>

#include "gui/command.h"
#include "gui/settings.h"
#include "model/base/errors.h"
#include "model/base/fix-changes.h"
#include "model/check/fixes.h"
#include "model/preparation.h"

static char *make_path (const char *path)
{
  return path != NULL ? g_canonicalize_filename (path, NULL) : NULL;
}

/* “auto” means what can be done with what was given, and what the guest allows; the rest is told, not refused. */
static void leave_out (const EmbarkCommand *command, EmbarkReport *report, EmbarkFixOptions *options)
{
  g_auto (GStrv) words = g_strsplit (command->fix, ",", -1);
  g_autoptr (GStrvBuilder) fixes = g_strv_builder_new ();
  g_autoptr (GStrvBuilder) optional = g_strv_builder_new ();

  for (guint i = 0; options->fixes[i] != NULL; i++)
    {
      const EmbarkFix *fix = embark_fixes_find (options->fixes[i]);
      gboolean is_named = g_strv_contains ((const char *const *) words, fix->id);

      if (!is_named && !embark_fixes_have_needs (report, fix, options))
        {
          /* Translators: the title of a fix, its name, and what it needs. */
          g_printerr (_ ("Left out: %s (%s). It needs: %s.\n"), _ (fix->title), fix->id, _ (fix->needs));
          continue;
        }
      g_strv_builder_add (fixes, fix->id);
      if (!is_named)
        g_strv_builder_add (optional, fix->id);
    }
  embark_fix_options_take (options, fixes, optional);
}

EmbarkFixOptions *embark_command_make_fix_options (const EmbarkCommand *command, EmbarkReport *report, GError **error)
{
  g_autoptr (EmbarkFixOptions) options = embark_fix_options_new ();
  g_auto (GStrv) words = g_strsplit (command->fix, ",", -1);
  char **fixes = embark_fixes_resolve (report, (const char *const *) words, error);

  if (fixes == NULL)
    return NULL;
  g_strfreev (options->fixes);
  options->fixes = fixes;
  options->virtio_win =
      command->virtio_win != NULL ? make_path (command->virtio_win) : embark_settings_find_virtio_win ();
  options->cloudbase = make_path (command->cloudbase);
  options->packages = make_path (command->packages);
  options->is_networked = command->is_networked;
  leave_out (command, report, options);
  return g_steal_pointer (&options);
}

static void print_indented (const char *text)
{
  g_autofree char *line = g_strconcat ("    ", text, NULL);

  embark_command_print_wrapped (4, line);
}

static void print_fix (const EmbarkFix *fix)
{
  g_autofree char *needs = NULL;

  embark_command_print ("%s", fix->id);
  embark_command_print ("  %s", _ (fix->title));
  print_indented (_ (fix->changes));
  if (fix->needs == NULL)
    return;
  /* Translators: %s is what a fix needs, a clause without a full stop. */
  needs = g_strdup_printf (_ ("Needs: %s."), _ (fix->needs));
  print_indented (needs);
}

static void add_fix (JsonBuilder *builder, const EmbarkFix *fix)
{
  json_builder_begin_object (builder);
  embark_command_add_text (builder, "id", fix->id);
  embark_command_add_text (builder, "system", fix->system);
  embark_command_add_text (builder, "title", _ (fix->title));
  embark_command_add_text (builder, "changes", _ (fix->changes));
  embark_command_add_text (builder, "needs", fix->needs != NULL ? _ (fix->needs) : NULL);
  json_builder_set_member_name (builder, "findings");
  json_builder_begin_array (builder);
  for (guint i = 0; fix->findings[i] != NULL; i++)
    json_builder_add_string_value (builder, fix->findings[i]);
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "auto");
  json_builder_add_boolean_value (builder, fix->findings[0] != NULL && !fix->is_by_choice);
  json_builder_end_object (builder);
}

/* TRUE when it came to its end. */
static gboolean wait_for (EmbarkCommand *command, EmbarkJob *job, const char *title, GError **error)
{
  embark_command_show_progress (title);
  embark_command_wait (command, job);
  embark_command_show_progress (NULL);
  if (embark_job_get_state (job) == EMBARK_JOB_DONE)
    return TRUE;
  g_propagate_error (error, g_error_copy (embark_job_get_error (job)));
  return FALSE;
}

/* Its report; borrowed. */
static EmbarkReport *look_inside (EmbarkCommand *command, EmbarkDisk *disk, GError **error)
{
  g_autoptr (EmbarkJob) job = g_object_ref (embark_disk_check (disk));

  return wait_for (command, job, _ ("Looking inside"), error) ? embark_disk_get_report (disk) : NULL;
}

/* The disk of the only target, looked into. */
static EmbarkDisk *check_target (EmbarkCommand *command, EmbarkMachine **ret_machine, GError **error)
{
  EmbarkDisk *disk = embark_command_find_disk (command, ret_machine, error);

  return disk != NULL && look_inside (command, disk, error) != NULL ? disk : NULL;
}

static gboolean is_finding_for (EmbarkReport *report, const EmbarkFix *fix)
{
  for (guint i = 0; fix->findings[i] != NULL; i++)
    if (embark_fixes_find_for (report, fix->findings[i]) == fix)
      return TRUE;
  return FALSE;
}

int embark_command_fixes (EmbarkCommand *command)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (EmbarkMachine) machine = NULL;
  g_autoptr (GError) error = NULL;
  EmbarkDisk *disk = NULL;

  if (command->targets != NULL && g_strv_length (command->targets) != 1)
    return embark_command_refuse (command, _ ("Name one disk image, or machine:NAME."));
  if (command->targets != NULL)
    disk = check_target (command, &machine, &error);
  if (error != NULL)
    return embark_command_fail (command, error);
  json_builder_begin_array (builder);
  for (const EmbarkFix *fix = embark_fixes_get (); fix->id != NULL; fix++)
    {
      if (disk != NULL && !is_finding_for (embark_disk_get_report (disk), fix))
        continue;
      if (command->is_json)
        add_fix (builder, fix);
      else
        print_fix (fix);
    }
  json_builder_end_array (builder);
  if (command->is_json)
    embark_command_print_json (json_builder_get_root (builder), TRUE);
  return EMBARK_EXIT_DONE;
}

static void prepare_progressed_cb (EmbarkJob *job, GParamSpec *pspec, EmbarkPreparation *preparation)
{
  const char *id = embark_preparation_get_fix (preparation);
  const EmbarkFix *fix = id != NULL ? embark_fixes_find (id) : NULL;
  g_autofree char *line =
      /* Translators: what is being done, and how much of it in percent. */
      g_strdup_printf (_ ("%s… %d %%"), fix != NULL ? _ (fix->title) : _ ("Making the disk ready"),
                       (int) (embark_job_get_progress (job) * 100));

  embark_command_show_progress (line);
}

/* One after the other: what is written is worth nothing when the user interrupts. */
static gboolean save (EmbarkCommand *command, EmbarkPreparation *preparation, const char *name, gboolean is_overlay,
                      GError **error)
{
  g_autofree char *path = make_path (name);
  g_autoptr (EmbarkJob) job = NULL;

  if (path == NULL)
    return TRUE;
  job = embark_preparation_save (preparation, path, is_overlay);
  return wait_for (command, job, _ ("Saving the disk"), error);
}

static void print_turned (EmbarkPreparation *preparation)
{
  EmbarkReport *after = embark_preparation_get_after (preparation);
  GPtrArray *findings = embark_report_get_findings (embark_preparation_get_before (preparation));

  for (guint i = 0; i < findings->len; i++)
    {
      const EmbarkFinding *before = g_ptr_array_index (findings, i);
      const EmbarkFinding *now = embark_report_find (after, before->id);
      g_autofree char *title = embark_command_clean (before->title);

      if (now != NULL && now->outcome != before->outcome)
        embark_command_print ("  %s: %s → %s", title, embark_outcome_to_word (before->outcome),
                              embark_outcome_to_word (now->outcome));
    }
}

static const char *get_text (JsonObject *object, const char *name)
{
  return json_object_get_string_member_with_default (object, name, "");
}

static void print_left_out (JsonArray *changes)
{
  for (const EmbarkFix *fix = embark_fixes_get (); fix->id != NULL; fix++)
    {
      g_autofree char *reason = embark_command_clean (embark_fix_changes_get_reason (changes, fix->id));
      /* Translators: the title of a fix, its name, and the reason, a sentence. */
      g_autofree char *line = g_strdup_printf (_ ("Left out: %s (%s). %s"), _ (fix->title), fix->id, reason);

      if (*reason != '\0')
        embark_command_print_wrapped (0, line);
    }
}

static void print_changes (JsonArray *changes)
{
  for (guint i = 0; i < json_array_get_length (changes); i++)
    {
      JsonObject *change = json_array_get_object_element (changes, i);
      const char *action = get_text (change, "action");
      g_autofree char *path = embark_command_clean (get_text (change, "path"));
      g_autofree char *kept = embark_command_clean (get_text (change, "kept"));

      if (!g_str_equal (action, EMBARK_FIX_LEAVE_OUT))
        embark_command_print ("  %s %s%s%s", embark_fix_changes_name_action (action), path, *kept != '\0' ? " · " : "",
                              kept);
    }
}

static void print_result (const EmbarkCommand *command, EmbarkPreparation *preparation)
{
  EmbarkReport *before = embark_preparation_get_before (preparation);
  EmbarkReport *after = embark_preparation_get_after (preparation);

  embark_command_print (_ ("What changed, and where the old file is kept in the guest:"));
  print_changes (embark_preparation_get_changes (preparation));
  print_left_out (embark_preparation_get_changes (preparation));
  embark_command_print (_ ("Before: %s. %s"), embark_verdict_to_word (embark_report_get_verdict (before)),
                        embark_report_get_headline (before));
  embark_command_print (_ ("After: %s. %s"), embark_verdict_to_word (embark_report_get_verdict (after)),
                        embark_report_get_headline (after));
  print_turned (preparation);
  if (command->save == NULL && command->keep == NULL)
    embark_command_print_wrapped (0, _ ("This was a rehearsal: nothing was kept, and the disk is as it was. Use "
                                        "--save to keep the result, or embark migrate with the same --fix."));
}

static void print_json (const EmbarkCommand *command, EmbarkPreparation *preparation, const char *target)
{
  JsonNode *node = embark_report_to_json (embark_preparation_get_after (preparation), target);
  JsonObject *object = json_node_get_object (node);
  JsonArray *fixes = json_array_new ();
  const EmbarkFixOptions *options = embark_preparation_get_options (preparation);

  for (guint i = 0; options->fixes[i] != NULL; i++)
    json_array_add_string_element (fixes, options->fixes[i]);
  json_object_set_array_member (object, "fixes", fixes);
  json_object_set_member (object, "before",
                          embark_report_to_json (embark_preparation_get_before (preparation), target));
  json_object_set_array_member (object, "changes", json_array_ref (embark_preparation_get_changes (preparation)));
  json_object_set_int_member (object, "overlaySize", (gint64) embark_preparation_get_overlay_size (preparation));
  json_object_set_boolean_member (object, "rehearsal", command->save == NULL && command->keep == NULL);
  embark_command_print_json (node, TRUE);
}

/* Minutes of work are not to end at a name that was taken from the start. */
static gboolean check_is_free (const char *name, GError **error)
{
  g_autofree char *path = make_path (name);
  g_autofree char *shown = NULL;

  if (path == NULL || !g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE;
  shown = g_filename_display_name (path);
  g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_NAME_TAKEN,
               /* Translators: %s is the path of a file. */
               _ ("“%s” is there already. Choose another name, or delete it first."), shown);
  return FALSE;
}

static int run (EmbarkCommand *command, EmbarkPreparation *preparation)
{
  g_autofree char *target = embark_command_clean (command->targets[0]);
  g_autoptr (GError) error = NULL;
  g_autoptr (EmbarkJob) job = NULL;

  embark_preparation_start (preparation);
  if (embark_preparation_get_job (preparation) != NULL)
    {
      job = g_object_ref (embark_preparation_get_job (preparation));
      g_signal_connect_object (job, "notify", G_CALLBACK (prepare_progressed_cb), preparation, 0);
      embark_command_wait (command, job);
      embark_command_show_progress (NULL);
    }
  if (command->is_interrupted)
    return EMBARK_EXIT_CANCELLED;
  if (!embark_preparation_is_ready (preparation))
    return embark_command_fail (command, embark_preparation_get_error (preparation));
  if (!save (command, preparation, command->save, FALSE, &error)
      || !save (command, preparation, command->keep, TRUE, &error))
    return embark_command_fail (command, error);
  if (command->is_json)
    print_json (command, preparation, target);
  else
    print_result (command, preparation);
  return embark_command_get_status (embark_preparation_get_after (preparation));
}

int embark_command_prepare (EmbarkCommand *command)
{
  g_autoptr (EmbarkMachine) machine = NULL;
  g_autoptr (EmbarkFixOptions) options = NULL;
  g_autoptr (EmbarkPreparation) preparation = NULL;
  g_autoptr (GError) error = NULL;
  EmbarkDisk *disk;

  if (command->targets == NULL || g_strv_length (command->targets) != 1)
    return embark_command_refuse (command, _ ("Name one disk image, or machine:NAME."));
  if (command->fix == NULL)
    return embark_command_refuse (command, _ ("Say what to fix with --fix: auto, or names as `embark fixes` lists."));
  if (!check_is_free (command->save, &error) || !check_is_free (command->keep, &error))
    return embark_command_fail (command, error);
  disk = check_target (command, &machine, &error);
  options = disk != NULL ? embark_command_make_fix_options (command, embark_disk_get_report (disk), &error) : NULL;
  if (options == NULL)
    return embark_command_fail (command, error);
  if (options->fixes[0] == NULL)
    {
      g_set_error_literal (&error, EMBARK_ERROR, EMBARK_ERROR_NOT_FOUND,
                           _ ("There is nothing that Embark could fix on this disk with what was given."));
      return embark_command_fail (command, error);
    }
  for (guint i = 0; options->fixes[i] != NULL && !command->is_json; i++)
    print_fix (embark_fixes_find (options->fixes[i]));
  preparation = embark_preparation_new (machine, disk, options);
  return run (command, preparation);
}

int embark_command_check_for_fixes (EmbarkCommand *command, EmbarkDisk *disk, EmbarkFixOptions **ret_options)
{
  g_autoptr (GError) error = NULL;
  EmbarkReport *report = look_inside (command, disk, &error);

  if (report == NULL)
    return embark_command_fail (command, error);
  *ret_options = embark_command_make_fix_options (command, report, &error);
  return *ret_options != NULL ? EMBARK_EXIT_DONE : embark_command_fail (command, error);
}
