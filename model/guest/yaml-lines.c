/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Follows indentation with a stack of open keys. A text that is not YAML
 * gives few items, never an error: the caller looks for what it knows.
 */
#include "model/guest/yaml-lines.h"

#include <string.h>

#define ITEMS_MAX 10000
#define DEPTH_MAX 32

typedef struct
{
  GPtrArray *items; /* of EmbarkYamlItem, borrowed */
  char *keys[DEPTH_MAX];
  int indents[DEPTH_MAX];
  guint depth;
} Walk;

static void free_item (gpointer data)
{
  EmbarkYamlItem *item = data;

  g_free (item->path);
  g_free (item->value);
  g_free (item);
}

static char *unquote (const char *text, gsize length)
{
  char *word = g_strstrip (g_strndup (text, length));
  gsize n = strlen (word);

  if (n >= 2 && (word[0] == '"' || word[0] == '\'') && word[n - 1] == word[0])
    {
      memmove (word, word + 1, n - 2);
      word[n - 2] = '\0';
    }
  return word;
}

static void add_item (Walk *walk, const char *last_key, char *value)
{
  GString *path = g_string_new (NULL);
  EmbarkYamlItem *item;

  for (guint i = 0; i < walk->depth; i++)
    g_string_append_printf (path, "%s%s", path->len ? "/" : "", walk->keys[i]);
  if (last_key)
    g_string_append_printf (path, "%s%s", path->len ? "/" : "", last_key);
  item = g_new0 (EmbarkYamlItem, 1);
  item->path = g_string_free (path, FALSE);
  item->value = value;
  g_ptr_array_add (walk->items, item);
}

/* The colon that ends a key: outside quotes, before a blank or the end. */
static const char *find_colon (const char *text, gsize length)
{
  char quote = 0;

  for (gsize i = 0; i < length; i++)
    {
      if (quote)
        quote = text[i] == quote ? 0 : quote;
      else if (text[i] == '"' || text[i] == '\'')
        quote = text[i];
      else if (text[i] == ':' && (i + 1 == length || strchr (" \t", text[i + 1])))
        return text + i;
    }
  return NULL;
}

/* Members of "[a, b]" or "{k: v}", not nested ones of theirs. */
static void add_flow (Walk *walk, const char *key, const char *value)
{
  const char *start = value + 1;
  int nesting = 0;

  for (const char *p = start;; p++)
    {
      gboolean is_end = !*p || (nesting == 0 && (*p == ']' || *p == '}'));
      if (is_end || (nesting == 0 && *p == ','))
        {
          const char *colon = *value == '{' ? find_colon (start, p - start) : NULL;
          g_autofree char *name = colon ? unquote (start, colon - start) : NULL;
          g_autofree char *full = name && key ? g_strconcat (key, "/", name, NULL) : g_strdup (name ? name : key);
          g_autofree char *word = colon ? unquote (colon + 1, p - colon - 1) : unquote (start, p - start);

          if (*word && walk->items->len < ITEMS_MAX)
            add_item (walk, full, g_steal_pointer (&word));
          start = p + 1;
        }
      if (is_end)
        return;
      if (*p == '[' || *p == '{')
        nesting++;
      else if (*p == ']' || *p == '}')
        nesting--;
    }
}

static void add_value (Walk *walk, const char *key, const char *value)
{
  guint before = walk->items->len;

  if (*value == '[' || *value == '{')
    {
      add_flow (walk, key, value);
      if (walk->items->len == before)
        add_item (walk, key, g_strdup (""));
    }
  else
    add_item (walk, key, unquote (value, strlen (value)));
}

static void close_keys (Walk *walk, int indent)
{
  while (walk->depth > 0 && walk->indents[walk->depth - 1] >= indent)
    g_free (walk->keys[--walk->depth]);
}

static void read_line (Walk *walk, char *line)
{
  int indent = (int) strspn (line, " ");
  char *text = line + indent;
  gboolean is_member = FALSE;
  const char *colon;
  g_autofree char *key = NULL;
  g_autofree char *value = NULL;

  while (text[0] == '-' && (text[1] == ' ' || !text[1]))
    {
      /* A list may stand at the indentation of its key: its members belong to the key. */
      indent += is_member ? 2 : 1;
      text++;
      while (*text == ' ')
        text++;
      is_member = TRUE;
    }
  if (!*text || strcmp (text, "---") == 0)
    return;
  close_keys (walk, indent);
  colon = strchr ("[{", *text) ? NULL : find_colon (text, strlen (text));
  if (!colon)
    {
      if (is_member)
        add_value (walk, NULL, text);
      return;
    }
  key = unquote (text, colon - text);
  value = g_strstrip (g_strdup (colon + 1));
  add_value (walk, key, value);
  if (*value || walk->depth >= DEPTH_MAX)
    return;
  walk->keys[walk->depth] = g_steal_pointer (&key);
  walk->indents[walk->depth++] = indent;
}

static void cut_comment (char *line)
{
  char quote = 0;

  for (char *p = line; *p; p++)
    {
      if (quote)
        quote = *p == quote ? 0 : quote;
      else if ((*p == '"' || *p == '\'') && (p == line || strchr (" [{,:", p[-1])))
        quote = *p;
      else if (*p == '#' && (p == line || p[-1] == ' ' || p[-1] == '\t'))
        {
          *p = '\0';
          break;
        }
    }
  g_strchomp (line);
}

GPtrArray *embark_yaml_read (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", ITEMS_MAX);
  Walk walk = { .items = g_ptr_array_new_with_free_func (free_item) };

  for (guint i = 0; lines[i] && walk.items->len < ITEMS_MAX; i++)
    {
      g_autoptr (GString) line = NULL;

      cut_comment (lines[i]);
      line = g_string_new (lines[i]);
      /* A flow list may go on over lines. */
      for (guint n = 0; strchr (line->str, '[') && !strchr (line->str, ']') && lines[i + 1] && n < 64; n++)
        {
          cut_comment (lines[++i]);
          g_string_append_printf (line, " %s", g_strstrip (lines[i]));
        }
      read_line (&walk, line->str);
    }
  close_keys (&walk, -1);
  return walk.items;
}
