/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `embark check` and `embark machines`.
 */
#include <glib/gi18n.h>

#include "gui/command.h"
#include "gui/format.h"
#include "model/base/errors.h"

static const char *name_stage (const char *stage)
{
  if (g_str_equal (stage, "launch"))
    return _ ("Starting the inspection");
  if (g_str_equal (stage, "measure"))
    return _ ("Measuring");
  return _ ("Looking inside");
}

/* What the headers say is known long before the end. */
static void check_progressed_cb (EmbarkJob *job, GParamSpec *pspec, EmbarkDisk *disk)
{
  /* Translators: what is being done, and how much of it in percent. */
  g_autofree char *line = g_strdup_printf (_ ("%s… %d %%"), name_stage (embark_job_get_report (job)->stage),
                                           (int) (embark_job_get_progress (job) * 100));
  EmbarkReport *report = embark_disk_get_report (disk);
  g_autofree char *both = NULL;

  if (report == NULL)
    {
      embark_command_show_progress (line);
      return;
    }
  if (embark_report_get_verdict (report) == EMBARK_VERDICT_BLOCKED)
    /* Translators: a sentence such as "Two things would stop the import", then what is being done. */
    both = g_strdup_printf (_ ("%s · %s"), embark_report_get_headline (report), line);
  else
    /* Translators: the placeholder is what is being done: "Looking inside… 40 %". */
    both = g_strdup_printf (_ ("The headers are fine · %s"), line);
  embark_command_show_progress (both);
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
  if (finding->fix != NULL)
    /* Translators: label of the name of a fix that Embark can make. */
    print_clause (_ ("Embark can do it: --fix"), finding->fix);
}

/* Of the headers alone, what waits for a look inside is not worth a line each. */
static gboolean is_printed (const EmbarkFinding *finding, gboolean is_headers)
{
  if (finding->outcome == EMBARK_OUTCOME_NOT_APPLICABLE)
    return FALSE;
  return !is_headers || finding->outcome != EMBARK_OUTCOME_UNKNOWN;
}

/* Why there is no more, or why it was so quick. */
static void print_depth (EmbarkDisk *disk, gboolean is_headers)
{
  g_autofree char *when = NULL;
  g_autofree char *line = NULL;

  if (is_headers)
    {
      embark_command_print_wrapped (0, _ ("Only the headers were read; without --headers Embark looks inside."));
      return;
    }
  if (!embark_disk_is_kept (disk))
    return;
  when = embark_format_when (embark_disk_get_checked_at (disk), g_get_real_time () / G_USEC_PER_SEC);
  /* Translators: the placeholder is a time: "5 minutes ago". */
  line = g_strdup_printf (_ ("Looked inside %s; the disk has not changed since. Use --again to look again."), when);
  embark_command_print_wrapped (0, line);
}

static void print_report (EmbarkReport *report, const char *target, EmbarkDisk *disk, gboolean is_headers)
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
  print_depth (disk, is_headers);
  embark_command_print ("%s", "");
  for (guint i = 0; i < findings->len; i++)
    if (is_printed (g_ptr_array_index (findings, i), is_headers))
      print_finding (g_ptr_array_index (findings, i));
}

/* The report, and how it came about. */
static JsonNode *make_json (EmbarkReport *report, const char *target, EmbarkDisk *disk, const EmbarkCommand *command,
                            gint64 start_us)
{
  JsonNode *node = embark_report_to_json (report, target);
  JsonObject *object = json_node_get_object (node);
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (embark_disk_get_checked_at (disk));
  g_autofree char *text = g_date_time_format_iso8601 (time);

  json_object_set_string_member (object, "stage", command->is_headers ? "headers" : "whole");
  json_object_set_string_member (object, "checkedAt", text);
  json_object_set_boolean_member (object, "kept", embark_disk_is_kept (disk));
  json_object_set_double_member (object, "seconds", (double) (g_get_monotonic_time () - start_us) / G_USEC_PER_SEC);
  return node;
}

static EmbarkJob *start_check (const EmbarkCommand *command, EmbarkDisk *disk)
{
  if (command->is_headers)
    return embark_disk_check_headers (disk);
  return command->is_again ? embark_disk_check_again (disk) : embark_disk_check (disk);
}

int embark_command_get_status (EmbarkReport *report)
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
  gint64 start_us = g_get_monotonic_time ();
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
  job = g_object_ref (start_check (command, disk));
  g_signal_connect (job, "notify", G_CALLBACK (check_progressed_cb), disk);
  embark_command_wait (command, job);
  embark_command_show_progress (NULL);
  report = embark_disk_get_report (disk);
  if (report == NULL || embark_job_get_state (job) != EMBARK_JOB_DONE)
    return embark_command_fail (command, embark_job_get_error (job));
  target = embark_command_clean (command->targets[0]);
  if (command->is_json)
    embark_command_print_json (make_json (report, target, disk, command, start_us), TRUE);
  else
    print_report (report, target, disk, command->is_headers);
  if (!embark_command_save_report (command, disk, target, &error))
    return embark_command_fail (command, error);
  return embark_command_get_status (report);
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
