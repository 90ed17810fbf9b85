/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `embark explain`: what an error code of the cloud means, what a finding is
 * about, or what a fix does. A fix may have the name of a finding: then both
 * are explained.
 */
#include <glib/gi18n.h>

#include "gui/command.h"
#include "model/check/codes.h"
#include "model/check/fixes.h"
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

static JsonArray *make_help (const EmbarkHelpSection *section)
{
  static const char *const kinds[] = { "paragraph", "item", "code" };
  JsonArray *help = json_array_new ();

  for (guint i = 0; section != NULL && i < section->blocks->len; i++)
    {
      const EmbarkHelpBlock *block = g_ptr_array_index (section->blocks, i);
      JsonObject *entry = json_object_new ();

      json_object_set_string_member (entry, "kind", kinds[block->kind]);
      json_object_set_string_member (entry, "text", block->text);
      json_array_add_object_element (help, entry);
    }
  return help;
}

static JsonObject *make_fix_object (const EmbarkFix *fix)
{
  JsonObject *object = json_object_new ();
  JsonArray *findings = json_array_new ();

  for (guint i = 0; fix->findings[i] != NULL; i++)
    json_array_add_string_element (findings, fix->findings[i]);
  json_object_set_string_member (object, "fix", fix->id);
  json_object_set_string_member (object, "title", _ (fix->title));
  json_object_set_string_member (object, "changes", _ (fix->changes));
  if (fix->needs != NULL)
    json_object_set_string_member (object, "needs", _ (fix->needs));
  else
    json_object_set_null_member (object, "needs");
  json_object_set_array_member (object, "findings", findings);
  json_object_set_array_member (object, "help", make_help (embark_help_find_fix (fix->id)));
  return object;
}

static JsonObject *make_finding_object (const char *id)
{
  g_autoptr (GPtrArray) codes = embark_codes_list_of_finding (embark_limits_get_default (), id);
  g_autoptr (GPtrArray) fixes = embark_fixes_list_for (id);
  JsonObject *object = json_object_new ();
  JsonArray *list = json_array_new ();

  for (guint i = 0; i < fixes->len; i++)
    json_array_add_object_element (list, make_fix_object (g_ptr_array_index (fixes, i)));
  json_object_set_string_member (object, "finding", id);
  json_object_set_string_member (object, "title", embark_help_get_title (id));
  json_object_set_array_member (object, "codes", make_list (codes));
  json_object_set_array_member (object, "help", make_help (embark_help_find (id)));
  json_object_set_array_member (object, "fixes", list);
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

static void print_section (const EmbarkHelpSection *section)
{
  for (guint i = 0; section != NULL && i < section->blocks->len; i++)
    print_block (g_ptr_array_index (section->blocks, i));
}

static void print_fix_line (const EmbarkFix *fix)
{
  embark_command_print ("  %-24s %s", fix->id, _ (fix->title));
}

static void print_fix (const EmbarkFix *fix)
{
  /* Translators: the name of a fix, then what it does: "linux-eth0: Let the network card be called eth0". */
  embark_command_print (_ ("Fix %s: %s"), fix->id, _ (fix->title));
  print_section (embark_help_find_fix (fix->id));
  if (fix->findings[0] == NULL)
    return;
  embark_command_print ("\n%s", _ ("Findings that it turns green:"));
  for (guint i = 0; fix->findings[i] != NULL; i++)
    embark_command_print ("  %-24s %s", fix->findings[i], embark_help_get_title (fix->findings[i]));
}

/* What the program can do instead of its user; a fix of the same name stands behind it in full. */
static void print_fixes_of_finding (const char *id)
{
  g_autoptr (GPtrArray) fixes = embark_fixes_list_for (id);

  if (fixes->len == 0)
    return;
  embark_command_print ("\n%s", _ ("Embark can do it, with --fix:"));
  for (guint i = 0; i < fixes->len; i++)
    print_fix_line (g_ptr_array_index (fixes, i));
  if (embark_fixes_find (id) == NULL)
    embark_command_print ("\n%s", _ ("`embark explain` with that name tells what it changes and how to undo it."));
}

static void print_finding (const char *id)
{
  g_autoptr (GPtrArray) codes = embark_codes_list_of_finding (embark_limits_get_default (), id);

  /* Translators: the id of a limit, then what it looks at: "linux-virtio: virtio drivers". */
  embark_command_print (_ ("%s: %s"), id, embark_help_get_title (id));
  print_section (embark_help_find (id));
  for (guint i = 0; i < codes->len; i++)
    {
      embark_command_print ("%s", "");
      /* Translators: %s is an error code of the cloud. */
      embark_command_print (_ ("It predicts the error code %s."), (char *) g_ptr_array_index (codes, i));
    }
  print_fixes_of_finding (id);
}

static JsonObject *make_lists (void)
{
  g_autoptr (GPtrArray) ids = embark_codes_list_ids (embark_limits_get_default ());
  JsonArray *codes = json_array_new ();
  JsonArray *fixes = json_array_new ();
  JsonObject *object = json_object_new ();

  for (const EmbarkCode *code = embark_codes_list (); code->code != NULL; code++)
    json_array_add_string_element (codes, code->code);
  for (const EmbarkFix *fix = embark_fixes_get (); fix->id != NULL; fix++)
    json_array_add_string_element (fixes, fix->id);
  json_object_set_array_member (object, "codes", codes);
  json_object_set_array_member (object, "findings", make_list (ids));
  json_object_set_array_member (object, "fixes", fixes);
  return object;
}

static void list_all (void)
{
  g_autoptr (GPtrArray) ids = embark_codes_list_ids (embark_limits_get_default ());

  embark_command_print ("%s", _ ("Error codes with which an import ends:"));
  for (const EmbarkCode *code = embark_codes_list (); code->code != NULL; code++)
    if (code->is_import)
      embark_command_print ("  %s", code->code);
  embark_command_print ("\n%s", _ ("Error codes with which the cloud refuses a request:"));
  for (const EmbarkCode *code = embark_codes_list (); code->code != NULL; code++)
    if (!code->is_import)
      embark_command_print ("  %s", code->code);
  print_ids (_ ("Findings:"), ids);
  embark_command_print ("\n%s", _ ("Fixes:"));
  for (const EmbarkFix *fix = embark_fixes_get (); fix->id != NULL; fix++)
    print_fix_line (fix);
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
    message = g_strdup_printf (_ ("“%s” is no error code, finding or fix. Did you mean %s?"), word, names);
  else
    message = g_strdup_printf (_ ("“%s” is no error code, finding or fix; without a name, all are listed."), word);
  return embark_command_refuse (command, message);
}

static void explain_in_words (const EmbarkCode *code, const char *id, const EmbarkFix *fix)
{
  if (code != NULL)
    {
      print_code (code);
      return;
    }
  if (id != NULL)
    print_finding (id);
  if (id != NULL && fix != NULL)
    embark_command_print ("%s", "");
  if (fix != NULL)
    print_fix (fix);
}

int embark_command_explain (EmbarkCommand *command)
{
  guint n = command->targets != NULL ? g_strv_length (command->targets) : 0;
  const char *word = n > 0 ? command->targets[0] : NULL;
  const EmbarkCode *code = NULL;
  const EmbarkFix *fix = NULL;
  const char *id = NULL;

  if (n > 1)
    return embark_command_refuse (command, _ ("Name one error code, finding or fix."));
  if (word != NULL)
    {
      code = embark_codes_find (word);
      id = embark_codes_find_id (embark_limits_get_default (), word);
      fix = embark_fixes_find_word (word);
      if (code == NULL && id == NULL && fix == NULL)
        return refuse_word (command, word);
    }
  if (word == NULL && command->is_json)
    print_object (make_lists ());
  else if (word == NULL)
    list_all ();
  else if (!command->is_json)
    explain_in_words (code, id, fix);
  else if (code != NULL)
    print_object (make_code_object (code));
  else
    print_object (id != NULL ? make_finding_object (id) : make_fix_object (fix));
  return EMBARK_EXIT_DONE;
}
