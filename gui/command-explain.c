/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `embark explain`: what an error code of the cloud means, or what a finding
 * is about.
 */
#include <glib/gi18n.h>

#include "gui/command.h"
#include "model/check/codes.h"
#include "model/check/help.h"

/* Of borrowed words. */
static JsonArray *make_list (GPtrArray *words)
{
  JsonArray *list = json_array_new ();

  for (guint i = 0; i < words->len; i++)
    json_array_add_string_element (list, g_ptr_array_index (words, i));
  return list;
}

static JsonObject *make_code_object (const EmbarkCode *code)
{
  g_autoptr (GPtrArray) ids = embark_codes_list_findings (embark_limits_get_default (), code->code);
  JsonObject *object = json_object_new ();
  JsonArray *causes = json_array_new ();

  for (guint i = 0; code->causes[i] != NULL; i++)
    json_array_add_string_element (causes, _ (code->causes[i]));
  json_object_set_string_member (object, "code", code->code);
  json_object_set_string_member (object, "of", code->is_import ? "import" : "request");
  json_object_set_string_member (object, "meaning", _ (code->meaning));
  json_object_set_array_member (object, "causes", causes);
  json_object_set_string_member (object, "advice", _ (code->advice));
  json_object_set_array_member (object, "findings", make_list (ids));
  return object;
}

static JsonObject *make_finding_object (const char *id)
{
  static const char *const kinds[] = { "paragraph", "item", "code" };
  g_autoptr (GPtrArray) codes = embark_codes_list_of_finding (embark_limits_get_default (), id);
  const EmbarkHelpSection *section = embark_help_find (id);
  JsonObject *object = json_object_new ();
  JsonArray *help = json_array_new ();

  for (guint i = 0; section != NULL && i < section->blocks->len; i++)
    {
      const EmbarkHelpBlock *block = g_ptr_array_index (section->blocks, i);
      JsonObject *entry = json_object_new ();

      json_object_set_string_member (entry, "kind", kinds[block->kind]);
      json_object_set_string_member (entry, "text", block->text);
      json_array_add_object_element (help, entry);
    }
  json_object_set_string_member (object, "finding", id);
  json_object_set_string_member (object, "title", embark_help_get_title (id));
  json_object_set_array_member (object, "codes", make_list (codes));
  json_object_set_array_member (object, "help", help);
  return object;
}

static void print_object (JsonObject *object)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);

  json_node_take_object (node, object);
  embark_command_print_json (node, TRUE);
}

static void print_item (const char *mark, const char *text)
{
  g_autofree char *line = g_strdup_printf ("  %s %s", mark, text);

  embark_command_print_wrapped (4, line);
}

static void print_ids (const char *heading, GPtrArray *ids)
{
  if (ids->len == 0)
    return;
  embark_command_print ("\n%s", heading);
  for (guint i = 0; i < ids->len; i++)
    {
      const char *id = g_ptr_array_index (ids, i);

      embark_command_print ("  %-24s %s", id, embark_help_get_title (id));
    }
}

static void print_code (const EmbarkCode *code)
{
  g_autoptr (GPtrArray) ids = embark_codes_list_findings (embark_limits_get_default (), code->code);

  embark_command_print ("%s", code->code);
  embark_command_print_wrapped (0, _ (code->meaning));
  embark_command_print ("\n%s", _ ("Usual causes:"));
  for (guint i = 0; code->causes[i] != NULL; i++)
    print_item ("·", _ (code->causes[i]));
  embark_command_print ("\n%s", _ ("What to do:"));
  print_item ("·", _ (code->advice));
  print_ids (_ ("Findings that predict it:"), ids);
  if (ids->len > 0)
    embark_command_print ("\n%s", _ ("`embark check` tells which of them hold for a disk."));
}

static void print_block (const EmbarkHelpBlock *block)
{
  g_autofree char *text = embark_help_strip (block->text);
  g_autofree char *number = g_strdup_printf ("%u.", block->number);
  g_auto (GStrv) lines = NULL;

  embark_command_print ("%s", "");
  switch (block->kind)
    {
    case EMBARK_HELP_ITEM:
      print_item (number, text);
      return;
    case EMBARK_HELP_CODE:
      lines = g_strsplit (block->text, "\n", -1);
      for (guint i = 0; lines[i] != NULL; i++)
        embark_command_print ("       %s", lines[i]);
      return;
    case EMBARK_HELP_PARAGRAPH:
    default:
      embark_command_print_wrapped (0, text);
      return;
    }
}

static void print_finding (const char *id)
{
  g_autoptr (GPtrArray) codes = embark_codes_list_of_finding (embark_limits_get_default (), id);
  const EmbarkHelpSection *section = embark_help_find (id);

  /* Translators: the id of a limit, then what it looks at: "linux-virtio: virtio drivers". */
  embark_command_print (_ ("%s: %s"), id, embark_help_get_title (id));
  for (guint i = 0; section != NULL && i < section->blocks->len; i++)
    print_block (g_ptr_array_index (section->blocks, i));
  for (guint i = 0; i < codes->len; i++)
    {
      embark_command_print ("%s", "");
      /* Translators: %s is an error code of the cloud. */
      embark_command_print (_ ("It predicts the error code %s."), (char *) g_ptr_array_index (codes, i));
    }
}

static void list_all (const EmbarkCommand *command)
{
  g_autoptr (GPtrArray) ids = embark_codes_list_ids (embark_limits_get_default ());
  JsonArray *codes = json_array_new ();
  JsonObject *object = json_object_new ();
  JsonArray *findings = make_list (ids);

  for (const EmbarkCode *code = embark_codes_list (); code->code != NULL; code++)
    json_array_add_string_element (codes, code->code);
  json_object_set_array_member (object, "codes", codes);
  json_object_set_array_member (object, "findings", findings);
  if (command->is_json)
    {
      print_object (object);
      return;
    }
  json_object_unref (object);
  embark_command_print ("%s", _ ("Error codes with which an import ends:"));
  for (const EmbarkCode *code = embark_codes_list (); code->code != NULL; code++)
    if (code->is_import)
      embark_command_print ("  %s", code->code);
  embark_command_print ("\n%s", _ ("Error codes with which the cloud refuses a request:"));
  for (const EmbarkCode *code = embark_codes_list (); code->code != NULL; code++)
    if (!code->is_import)
      embark_command_print ("  %s", code->code);
  print_ids (_ ("Findings:"), ids);
}

static int refuse_word (const EmbarkCommand *command, const char *word)
{
  g_autoptr (GPtrArray) suggestions = embark_codes_suggest (embark_limits_get_default (), word);
  g_autofree char *names = NULL;
  g_autofree char *message = NULL;

  g_ptr_array_add (suggestions, NULL);
  names = g_strjoinv (", ", (char **) suggestions->pdata);
  if (*names != '\0')
    /* Translators: what was typed, then one to three names that are like it. */
    message = g_strdup_printf (_ ("“%s” is neither an error code nor a finding. Did you mean %s?"), word, names);
  else
    message =
        g_strdup_printf (_ ("“%s” is neither an error code nor a finding; without a name, all are listed."), word);
  return embark_command_refuse (command, message);
}

int embark_command_explain (EmbarkCommand *command)
{
  EmbarkLimits *limits = embark_limits_get_default ();
  guint n = command->targets != NULL ? g_strv_length (command->targets) : 0;
  const EmbarkCode *code;
  const char *id;

  if (n > 1)
    return embark_command_refuse (command, _ ("Name one error code or finding."));
  if (n == 0)
    {
      list_all (command);
      return EMBARK_EXIT_DONE;
    }
  code = embark_codes_find (command->targets[0]);
  id = embark_codes_find_id (limits, command->targets[0]);
  if (code == NULL && id == NULL)
    return refuse_word (command, command->targets[0]);
  if (command->is_json)
    print_object (code != NULL ? make_code_object (code) : make_finding_object (id));
  else if (code != NULL)
    print_code (code);
  else
    print_finding (id);
  return EMBARK_EXIT_DONE;
}
