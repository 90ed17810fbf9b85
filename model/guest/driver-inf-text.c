/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One pass over the text. All strings of the lines live in one chunk, so that
 * a file of nothing but commas costs a small multiple of its size.
 */
#include "model/guest/driver-inf-text.h"

#include <string.h>

#define FIELDS_MAX 64
#define LANGUAGE_ENGLISH "strings.0409"

struct _EmbarkInfText
{
  GStringChunk *chunk;  /* owned */
  GHashTable *sections; /* lower-case name (in chunk) → GPtrArray of EmbarkInfLine */
  GHashTable *strings;  /* lower-case name (in chunk) → value (in chunk) */
};

static void free_line (gpointer data)
{
  EmbarkInfLine *line = data;

  g_free (line->fields);
  g_free (line);
}

static void append_utf16 (GString *text, const guint8 *bytes, gsize length, gboolean is_big)
{
  for (gsize i = 0; i + 1 < length; i += 2)
    {
      gunichar c = is_big ? bytes[i] << 8 | bytes[i + 1] : bytes[i + 1] << 8 | bytes[i];
      if (c >= 0xD800 && c < 0xE000)
        c = 0xFFFD;
      g_string_append_unichar (text, c ? c : ' ');
    }
}

static GString *decode (const guint8 *bytes, gsize length)
{
  GString *text = g_string_sized_new (length + 1);

  if (length >= 2 && ((bytes[0] == 0xFF && bytes[1] == 0xFE) || (bytes[0] == 0xFE && bytes[1] == 0xFF)))
    append_utf16 (text, bytes + 2, length - 2, bytes[0] == 0xFE);
  else if (g_utf8_validate ((const char *) bytes, (gssize) length, NULL))
    {
      gsize mark = length >= 3 && memcmp (bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
      g_string_append_len (text, (const char *) bytes + mark, (gssize) (length - mark));
    }
  else
    for (gsize i = 0; i < length; i++)
      g_string_append_unichar (text, bytes[i] ? bytes[i] : ' ');
  return text;
}

/* Cuts @line where its comment begins and takes blanks from its end. */
static void cut_comment (char *line)
{
  gboolean is_quoted = FALSE;

  for (char *p = line; *p; p++)
    {
      if (*p == '"')
        is_quoted = !is_quoted;
      else if (*p == ';' && !is_quoted)
        *p = '\0';
      if (*p == '\0')
        break;
    }
  g_strchomp (line);
}

/* The next whole line, those that continue put together; NULL at the end. @at moves on. */
static char *read_line (char **at, GString *joined)
{
  g_string_truncate (joined, 0);
  while (**at)
    {
      char *line = *at;
      gsize n = strcspn (line, "\r\n");
      gboolean is_last = line[n] == '\0';

      line[n] = '\0';
      *at = line + n + (is_last ? 0 : 1);
      cut_comment (line);
      n = strlen (line);
      if (n == 0 || line[n - 1] != '\\')
        {
          g_string_append (joined, line);
          return joined->str;
        }
      g_string_append_len (joined, line, (gssize) n - 1);
      /* "\r\n" is one end, and the line behind it the one that is meant. */
      if (!is_last && **at == '\n')
        (*at)++;
    }
  return joined->len > 0 ? joined->str : NULL;
}

/* One field without its quotation marks, a pair of them within standing for one; *@at moves to the sign that ends it.
 * @ends: the signs that may, outside of quotation marks. */
static const char *read_field (EmbarkInfText *self, char **at, const char *ends, GString *buffer)
{
  gboolean is_quoted = FALSE;
  gsize solid = 0; /* up to here blanks stay */
  char *p = *at;

  p += strspn (p, " \t");
  g_string_truncate (buffer, 0);
  for (; *p && (is_quoted || !strchr (ends, *p)); p++)
    {
      if (*p == '"' && is_quoted && p[1] == '"')
        p++;
      else if (*p == '"')
        {
          is_quoted = !is_quoted;
          solid = buffer->len;
          continue;
        }
      g_string_append_c (buffer, *p);
      if (is_quoted || (*p != ' ' && *p != '\t'))
        solid = buffer->len;
    }
  g_string_truncate (buffer, solid);
  *at = p;
  return g_string_chunk_insert_len (self->chunk, buffer->str, (gssize) buffer->len);
}

static EmbarkInfLine *parse_line (EmbarkInfText *self, char *text, GString *buffer)
{
  EmbarkInfLine *line = g_new0 (EmbarkInfLine, 1);
  const char *fields[FIELDS_MAX + 1] = { NULL };
  const char *first = read_field (self, &text, ",=", buffer);

  if (*text == '=')
    line->key = first;
  else
    fields[line->n_fields++] = first;
  while (*text && line->n_fields < FIELDS_MAX)
    {
      text++;
      fields[line->n_fields++] = read_field (self, &text, ",", buffer);
    }
  line->fields = g_memdup2 (fields, (line->n_fields + 1) * sizeof *fields);
  return line;
}

static GPtrArray *begin_section (EmbarkInfText *self, char *line)
{
  char *end = strchr (line, ']');
  g_autofree char *name = NULL;
  GPtrArray *section;

  if (end)
    *end = '\0';
  name = g_ascii_strdown (g_strstrip (line + 1), -1);
  section = g_hash_table_lookup (self->sections, name);
  if (section == NULL)
    {
      section = g_ptr_array_new_with_free_func (free_line);
      g_hash_table_insert (self->sections, g_string_chunk_insert (self->chunk, name), section);
    }
  return section;
}

static void parse (EmbarkInfText *self, char *text)
{
  g_autoptr (GString) joined = g_string_new (NULL);
  g_autoptr (GString) buffer = g_string_new (NULL);
  GPtrArray *section = NULL; /* borrowed */
  char *line;

  while ((line = read_line (&text, joined)))
    {
      line += strspn (line, " \t");
      if (*line == '[')
        section = begin_section (self, line);
      else if (*line && section)
        g_ptr_array_add (section, parse_line (self, line, buffer));
    }
}

static void collect_strings (EmbarkInfText *self, const char *name)
{
  GPtrArray *section = embark_inf_text_get_section (self, name);

  for (guint i = 0; section && i < section->len; i++)
    {
      const EmbarkInfLine *line = g_ptr_array_index (section, i);
      g_autofree char *key = line->key ? g_ascii_strdown (line->key, -1) : NULL;
      if (key && line->n_fields > 0 && !g_hash_table_contains (self->strings, key))
        g_hash_table_insert (self->strings, g_string_chunk_insert (self->chunk, key), (gpointer) line->fields[0]);
    }
}

EmbarkInfText *embark_inf_text_new (const guint8 *bytes, gsize length)
{
  g_autoptr (EmbarkInfText) self = NULL;
  g_autoptr (GString) text = NULL;

  if (length > EMBARK_INF_BYTES_MAX)
    return NULL;
  self = g_new0 (EmbarkInfText, 1);
  self->chunk = g_string_chunk_new (4096);
  self->sections = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) g_ptr_array_unref);
  self->strings = g_hash_table_new (g_str_hash, g_str_equal);
  text = decode (bytes, length);
  parse (self, text->str);
  collect_strings (self, "strings");
  collect_strings (self, LANGUAGE_ENGLISH);
  return g_hash_table_size (self->sections) > 0 ? g_steal_pointer (&self) : NULL;
}

void embark_inf_text_free (EmbarkInfText *self)
{
  g_clear_pointer (&self->strings, g_hash_table_unref);
  g_clear_pointer (&self->sections, g_hash_table_unref);
  g_clear_pointer (&self->chunk, g_string_chunk_free);
  g_free (self);
}

GPtrArray *embark_inf_text_get_section (EmbarkInfText *self, const char *name)
{
  g_autofree char *key = g_ascii_strdown (name, -1);

  return g_hash_table_lookup (self->sections, key);
}

const EmbarkInfLine *embark_inf_text_find (EmbarkInfText *self, const char *section, const char *key)
{
  GPtrArray *lines = embark_inf_text_get_section (self, section);

  for (guint i = 0; lines && i < lines->len; i++)
    {
      const EmbarkInfLine *line = g_ptr_array_index (lines, i);
      if (line->key && g_ascii_strcasecmp (line->key, key) == 0)
        return line;
    }
  return NULL;
}

/* Up to @max bytes of @text, never half a character. */
static void append_bounded (GString *to, const char *text, gsize length)
{
  gsize room = EMBARK_INF_CHARS_MAX - MIN (to->len, EMBARK_INF_CHARS_MAX);

  if (length > room)
    {
      length = room;
      while (length > 0 && ((guchar) text[length] & 0xC0) == 0x80)
        length--;
    }
  g_string_append_len (to, text, (gssize) length);
}

char *embark_inf_text_expand (EmbarkInfText *self, const char *text)
{
  g_autoptr (GString) result = g_string_new (NULL);

  while (*text && result->len < EMBARK_INF_CHARS_MAX)
    {
      const char *start = strchr (text, '%');
      const char *end = start ? strchr (start + 1, '%') : NULL;
      g_autofree char *name = NULL;
      const char *value;

      if (end == NULL)
        {
          append_bounded (result, text, strlen (text));
          break;
        }
      append_bounded (result, text, (gsize) (start - text));
      name = g_ascii_strdown (start + 1, end - start - 1);
      value = *name ? g_hash_table_lookup (self->strings, name) : "%";
      if (value)
        append_bounded (result, value, strlen (value));
      else
        append_bounded (result, start, (gsize) (end + 1 - start));
      text = end + 1;
    }
  return g_string_free (g_steal_pointer (&result), FALSE);
}

char *embark_inf_text_get_field (EmbarkInfText *self, const EmbarkInfLine *line, guint field)
{
  g_autofree char *value = field < line->n_fields ? embark_inf_text_expand (self, line->fields[field]) : NULL;

  return value && *value ? g_steal_pointer (&value) : NULL;
}
