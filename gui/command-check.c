/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `embark check` and `embark machines`.
 */
#include <glib/gi18n.h>

#include "gui/command.h"
#include "model/base/errors.h"

static const char *name_stage (const char *stage)
{
  if (g_str_equal (stage, "launch"))
    return _ ("Starting the inspection");
  if (g_str_equal (stage, "measure"))
    return _ ("Measuring");
  return _ ("Looking inside");
}

static void check_progressed_cb (EmbarkJob *job, GParamSpec *pspec, EmbarkCommand *command)
{
  /* Translators: what is being done, and how much of it in percent. */
  g_autofree char *line = g_strdup_printf (_ ("%s… %d %%"), name_stage (embark_job_get_report (job)->stage),
                                           (int) (embark_job_get_progress (job) * 100));

  embark_command_show_progress (line);
}

static const char *get_mark (EmbarkOutcome outcome)
{
  switch (outcome)
    {
    case EMBARK_OUTCOME_BLOCKER:
      return "✗";
    case EMBARK_OUTCOME_WARNING:
      return "!";
    case EMBARK_OUTCOME_UNKNOWN:
      return "?";
    case EMBARK_OUTCOME_PASS:
      return "✓";
    case EMBARK_OUTCOME_INFO:
    case EMBARK_OUTCOME_NOT_APPLICABLE:
    default:
      return "·";
    }
}

static void print_clause (const char *label, const char *text)
{
  g_autofree char *clean = NULL;
  g_autofree char *line = NULL;

  if (text == NULL || *text == '\0')
    return;
  clean = embark_command_clean (text);
  line = g_strdup_printf ("      %s %s", label, clean);
  embark_command_print_wrapped (8, line);
}

static void print_finding (const EmbarkFinding *finding)
{
  g_autofree char *title = embark_command_clean (finding->title);
  gboolean is_detailed = finding->outcome >= EMBARK_OUTCOME_UNKNOWN;
  g_autofree char *words = NULL;

  if (finding->outcome == EMBARK_OUTCOME_NOT_APPLICABLE)
    return;
  /* Translators: the outcome of a limit and what it is about: "Attention: No virtio network driver". */
  words = g_strdup_printf (_ ("%s: %s"), embark_outcome_to_word (finding->outcome), title);
  embark_command_print ("  %s%s%s %s%s%s", embark_command_colour (finding->outcome), get_mark (finding->outcome),
                        embark_command_plain (finding->outcome), words,
                        finding->code != NULL && is_detailed ? " · " : "",
                        finding->code != NULL && is_detailed ? finding->code : "");
  print_clause (_ ("Seen:"), finding->evidence);
  if (!is_detailed)
    return;
  print_clause (_ ("Why:"), finding->why);
  print_clause (_ ("Do:"), finding->advice);
}

static void print_report (EmbarkReport *report, const char *target)
{
  g_autofree char *described = embark_report_describe_system (report);
  g_autofree char *system = described != NULL ? embark_command_clean (described) : NULL;
  g_autofree char *verdict = g_strdup_printf (_ ("%s: %s"), embark_verdict_to_word (embark_report_get_verdict (report)),
                                              embark_report_get_headline (report));
  GPtrArray *findings = embark_report_get_findings (report);
  const char *code = embark_report_get_predicted_code (report);

  embark_command_print ("%s%s%s", target, system != NULL ? " · " : "", system != NULL ? system : "");
  embark_command_print_wrapped (0, verdict);
  if (code != NULL)
    /* Translators: %s is an error code of the cloud. */
    embark_command_print (_ ("The cloud would answer %s."), code);
  embark_command_print ("%s", "");
  for (guint i = 0; i < findings->len; i++)
    print_finding (g_ptr_array_index (findings, i));
}

static int get_status (EmbarkReport *report)
{
  switch (embark_report_get_verdict (report))
    {
    case EMBARK_VERDICT_READY:
    case EMBARK_VERDICT_ATTENTION:
      return EMBARK_EXIT_DONE;
    case EMBARK_VERDICT_BLOCKED:
      return EMBARK_EXIT_REFUSED;
    case EMBARK_VERDICT_UNKNOWN:
    default:
      return EMBARK_EXIT_FAILED;
    }
}

int embark_command_check (EmbarkCommand *command)
{
  g_autoptr (EmbarkMachine) machine = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (EmbarkJob) job = NULL;
  g_autofree char *target = NULL;
  g_autofree char *mistake = NULL;
  EmbarkDisk *disk;
  EmbarkReport *report;

  if (command->targets == NULL || g_strv_length (command->targets) != 1)
    return embark_command_refuse (command, _ ("Name one disk image, or machine:NAME."));
  mistake = embark_command_check_save (command);
  if (mistake != NULL)
    return embark_command_refuse (command, mistake);
  disk = embark_command_find_disk (command, &machine, &error);
  if (disk == NULL)
    return embark_command_fail (command, error);
  job = g_object_ref (embark_disk_check (disk));
  g_signal_connect (job, "notify", G_CALLBACK (check_progressed_cb), command);
  embark_command_wait (command, job);
  embark_command_show_progress (NULL);
  report = embark_disk_get_report (disk);
  if (report == NULL)
    return embark_command_fail (command, embark_job_get_error (job));
  target = embark_command_clean (command->targets[0]);
  if (command->is_json)
    embark_command_print_json (embark_report_to_json (report, target), TRUE);
  else
    print_report (report, target);
  if (!embark_command_save_report (command, disk, target, &error))
    return embark_command_fail (command, error);
  return get_status (report);
}

static void add_disks (JsonBuilder *builder, EmbarkMachine *machine)
{
  GListModel *disks = embark_machine_get_disks (machine);

  json_builder_set_member_name (builder, "disks");
  json_builder_begin_array (builder);
  for (guint i = 0; i < g_list_model_get_n_items (disks); i++)
    {
      g_autoptr (EmbarkDisk) disk = g_list_model_get_item (disks, i);
      json_builder_begin_object (builder);
      json_builder_set_member_name (builder, "target");
      json_builder_add_string_value (builder, embark_disk_get_target (disk));
      json_builder_set_member_name (builder, "bus");
      json_builder_add_string_value (builder, embark_disk_get_bus (disk));
      json_builder_set_member_name (builder, "path");
      json_builder_add_string_value (builder,
                                     embark_disk_get_path (disk) != NULL ? embark_disk_get_display_path (disk) : NULL);
      json_builder_set_member_name (builder, "boot");
      json_builder_add_boolean_value (builder, disk == embark_machine_get_boot_disk (machine));
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static const char *name_power (EmbarkMachine *machine)
{
  static const char *const words[] = {
    [EMBARK_MACHINE_OFF] = "off",     [EMBARK_MACHINE_RUNNING] = "running", [EMBARK_MACHINE_PAUSED] = "paused",
    [EMBARK_MACHINE_SAVED] = "saved", [EMBARK_MACHINE_OTHER] = "other",     [EMBARK_MACHINE_FILE] = "file",
  };

  return words[embark_machine_get_power (machine)];
}

static void add_connection (JsonBuilder *builder, EmbarkConnection *connection)
{
  const GError *error = embark_connection_get_error (connection);
  guint n = g_list_model_get_n_items (G_LIST_MODEL (connection));

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "uri");
  json_builder_add_string_value (builder, embark_connection_get_uri (connection));
  json_builder_set_member_name (builder, "error");
  if (error != NULL)
    json_builder_add_string_value (builder, error->message);
  else
    json_builder_add_null_value (builder);
  json_builder_set_member_name (builder, "machines");
  json_builder_begin_array (builder);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (EmbarkMachine) machine = g_list_model_get_item (G_LIST_MODEL (connection), i);
      json_builder_begin_object (builder);
      json_builder_set_member_name (builder, "name");
      json_builder_add_string_value (builder, embark_machine_get_name (machine));
      json_builder_set_member_name (builder, "state");
      json_builder_add_string_value (builder, name_power (machine));
      add_disks (builder, machine);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}

static void print_connection (EmbarkConnection *connection)
{
  const GError *error = embark_connection_get_error (connection);
  guint n = g_list_model_get_n_items (G_LIST_MODEL (connection));

  g_autofree char *title = embark_command_clean (embark_connection_get_title (connection));

  embark_command_print ("%s", title);
  if (error != NULL)
    print_clause (_ ("Failed:"), error->message);
  else if (n == 0)
    embark_command_print ("  %s", _ ("No machines."));
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (EmbarkMachine) machine = g_list_model_get_item (G_LIST_MODEL (connection), i);
      g_autofree char *name = embark_command_clean (embark_machine_get_name (machine));
      GListModel *disks = embark_machine_get_disks (machine);

      embark_command_print ("  %s · %s", name, embark_machine_get_power_word (machine));
      for (guint j = 0; j < g_list_model_get_n_items (disks); j++)
        {
          g_autoptr (EmbarkDisk) disk = g_list_model_get_item (disks, j);
          g_autofree char *target = embark_command_clean (embark_disk_get_target (disk));
          g_autofree char *path = embark_command_clean (embark_disk_get_display_path (disk));
          embark_command_print ("      %s  %s", target, path);
        }
    }
}

int embark_command_machines (EmbarkCommand *command)
{
  GListModel *connections = embark_library_get_connections (embark_context_get_library (command->context));
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  guint n_ready = 0;

  if (command->targets != NULL)
    return embark_command_refuse (command, _ ("This verb takes no target."));
  embark_command_open_connections (command);
  json_builder_begin_array (builder);
  for (guint i = 0; i < g_list_model_get_n_items (connections); i++)
    {
      g_autoptr (EmbarkConnection) connection = g_list_model_get_item (connections, i);
      if (embark_connection_get_uri (connection) == NULL)
        continue;
      if (embark_connection_get_state (connection) == EMBARK_CONNECTION_READY)
        n_ready++;
      if (command->is_json)
        add_connection (builder, connection);
      else
        print_connection (connection);
    }
  json_builder_end_array (builder);
  if (command->is_json)
    embark_command_print_json (json_builder_get_root (builder), TRUE);
  return n_ready > 0 ? EMBARK_EXIT_DONE : EMBARK_EXIT_FAILED;
}
