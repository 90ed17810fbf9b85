/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads the few marks that the help texts use: headings of sections,
 * paragraphs, numbered items, fenced lines of code.
 */
#include "model/check/help.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#include "model/check/rules.h"

#define FOLDER "/org/embark/Embark/help/"
#define MAX_SECTIONS 256
#define MAX_BLOCKS 64

/* Languages besides English that have a folder. */
static const struct
{
  const char *folder, *tag;
} languages[] = {
  { "zh_CN", "zh-CN" },
};

/* One file in each language, read when it is asked for. */
typedef struct
{
  const char *file;
  GPtrArray *english;
  GPtrArray *own[G_N_ELEMENTS (languages)];
} Book;

typedef struct
{
  GPtrArray *sections;
  EmbarkHelpSection *section; /* borrowed; NULL before the first one */
  GString *text;              /* of the block that is being read */
  EmbarkHelpKind kind;
  guint number;
  gboolean is_fenced;
} Parser;

static void free_block (gpointer data)
{
  EmbarkHelpBlock *block = data;

  g_free (block->text);
  g_free (block);
}

static void free_section (gpointer data)
{
  EmbarkHelpSection *section = data;

  g_free (section->id);
  g_ptr_array_unref (section->blocks);
  g_free (section);
}

static void end_block (Parser *parser)
{
  if (parser->section != NULL && parser->text->len > 0 && parser->section->blocks->len < MAX_BLOCKS)
    {
      EmbarkHelpBlock *block = g_new0 (EmbarkHelpBlock, 1);

      block->kind = parser->kind;
      block->number = parser->kind == EMBARK_HELP_ITEM ? parser->number : 0;
      block->text = g_strdup (parser->text->str);
      g_ptr_array_add (parser->section->blocks, block);
    }
  g_string_truncate (parser->text, 0);
  parser->kind = EMBARK_HELP_PARAGRAPH;
}

static void begin_section (Parser *parser, const char *heading)
{
  end_block (parser);
  parser->number = 0;
  parser->section = NULL;
  if (parser->sections->len >= MAX_SECTIONS)
    return;
  parser->section = g_new0 (EmbarkHelpSection, 1);
  parser->section->id = g_strstrip (g_strdup (heading));
  parser->section->blocks = g_ptr_array_new_with_free_func (free_block);
  g_ptr_array_add (parser->sections, parser->section);
}

/* The text behind "1. ", or NULL. */
static const char *find_item (const char *line)
{
  const char *p = line;

  while (g_ascii_isdigit (*p))
    p++;
  return p > line && g_str_has_prefix (p, ". ") ? p + 2 : NULL;
}

static gboolean is_wide (const char *text)
{
  return *text != '\0' && g_unichar_iswide (g_utf8_get_char (text));
}

/* Lines of a paragraph go on with a space, but not between Chinese characters. */
static void append_line (Parser *parser, const char *line)
{
  const char *end = parser->text->str + parser->text->len;

  if (parser->text->len > 0 && !(is_wide (g_utf8_prev_char (end)) && is_wide (line)))
    g_string_append_c (parser->text, ' ');
  g_string_append (parser->text, line);
}

static void read_fence (Parser *parser)
{
  end_block (parser);
  parser->is_fenced = !parser->is_fenced;
  parser->kind = parser->is_fenced ? EMBARK_HELP_CODE : EMBARK_HELP_PARAGRAPH;
}

static void read_line (Parser *parser, char *line)
{
  const char *item;

  if (g_str_has_prefix (line, "```"))
    {
      read_fence (parser);
      return;
    }
  if (parser->is_fenced)
    {
      g_string_append_printf (parser->text, "%s%s", parser->text->len > 0 ? "\n" : "", line);
      return;
    }
  g_strstrip (line);
  if (g_str_has_prefix (line, "## "))
    {
      begin_section (parser, line + 3);
      return;
    }
  if (*line == '\0')
    {
      end_block (parser);
      return;
    }
  item = find_item (line);
  if (item != NULL)
    {
      end_block (parser);
      parser->kind = EMBARK_HELP_ITEM;
      parser->number++;
    }
  append_line (parser, item != NULL ? item : line);
}

static GPtrArray *load (const char *folder, const char *file)
{
  g_autofree char *path = g_strconcat (FOLDER, folder, "/", file, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_resources_lookup_data (path, G_RESOURCE_LOOKUP_FLAGS_NONE, &error);
  g_autofree char *text = NULL;
  gsize length;
  const char *data;

  if (bytes == NULL)
    g_error ("%s", error->message);
  data = g_bytes_get_data (bytes, &length);
  text = g_utf8_make_valid (data, (gssize) length);
  return embark_help_parse (text);
}

/* Of languages, or -1 for English. */
static int find_language (void)
{
  const char *const *names = g_get_language_names ();

  for (guint i = 0; names[i] != NULL; i++)
    {
      for (guint j = 0; j < G_N_ELEMENTS (languages); j++)
        if (strcmp (names[i], languages[j].folder) == 0)
          return (int) j;
      /* English comes before the languages that the user knows less. */
      if (strcmp (names[i], "C") == 0 || strcmp (names[i], "en") == 0)
        return -1;
    }
  return -1;
}

static const EmbarkHelpSection *find_section (GPtrArray *sections, const char *id)
{
  for (guint i = 0; i < sections->len; i++)
    {
      const EmbarkHelpSection *section = g_ptr_array_index (sections, i);

      if (strcmp (section->id, id) == 0)
        return section;
    }
  return NULL;
}

static const EmbarkHelpSection *find_in_book (Book *book, const char *id)
{
  int language = find_language ();
  const EmbarkHelpSection *section = NULL;

  if (g_once_init_enter (&book->english))
    g_once_init_leave (&book->english, load ("C", book->file));
  if (language >= 0 && g_once_init_enter (&book->own[language]))
    g_once_init_leave (&book->own[language], load (languages[language].folder, book->file));
  if (language >= 0)
    section = find_section (book->own[language], id);
  return section != NULL ? section : find_section (book->english, id);
}

GPtrArray *embark_help_parse (const char *markdown)
{
  g_auto (GStrv) lines = NULL;
  Parser parser = { 0 };

  g_return_val_if_fail (markdown != NULL, NULL);
  parser.sections = g_ptr_array_new_with_free_func (free_section);
  parser.text = g_string_new (NULL);
  lines = g_strsplit (markdown, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    read_line (&parser, lines[i]);
  end_block (&parser);
  g_string_free (parser.text, TRUE);
  return parser.sections;
}

const EmbarkHelpSection *embark_help_find (const char *id)
{
  static Book limits = { .file = "limits.md" };

  g_return_val_if_fail (id != NULL, NULL);
  return find_in_book (&limits, id);
}

const EmbarkHelpSection *embark_help_find_fix (const char *id)
{
  static Book fixes = { .file = "fixes.md" };

  g_return_val_if_fail (id != NULL, NULL);
  return find_in_book (&fixes, id);
}

const char *embark_help_get_title (const char *id)
{
  g_return_val_if_fail (id != NULL, NULL);
  for (const EmbarkRule *rule = embark_rules_get (); rule->id != NULL; rule++)
    if (strcmp (rule->id, id) == 0)
      return _ (rule->title);
  return id;
}

const char *embark_help_get_language (void)
{
  int language = find_language ();

  return language >= 0 ? languages[language].tag : "en";
}

char *embark_help_strip (const char *text)
{
  g_auto (GStrv) parts = NULL;

  g_return_val_if_fail (text != NULL, NULL);
  parts = g_strsplit (text, "`", -1);
  return g_strjoinv ("", parts);
}
