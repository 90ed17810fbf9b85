/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What must not be read in a log is taken out in two passes: strings that were
 * named as secret, as they are and percent-encoded, then the values of names
 * that carry secrets. Then what a terminal could obey is escaped. Any thread.
 */
#include "model/base/log.h"

#include <string.h>
#include <sys/mman.h>

#define HIDDEN "[hidden]"
#define OUTPUT_MAX 4096
#define LEAST_SECRET 8

/* Where the value of a name ends, if it is not quoted. */
typedef enum
{
  TO_WORD_END,  /* blank, quote, bracket, & ; , */
  TO_TOKEN_END, /* blank, quote, angle bracket: all that follows in a query string */
  TO_LINE_END,
} ValueEnd;

static const struct
{
  const char *name; /* found anywhere in a name, any case; - stands for _ too */
  ValueEnd end;
} secret_names[] = {
  { "authorization", TO_LINE_END },
  { "tc3-hmac-sha256", TO_LINE_END },
  { "q-sign-algorithm", TO_TOKEN_END },
  { "q-signature", TO_WORD_END },
  { "q-ak", TO_WORD_END },
  { "signature", TO_WORD_END },
  { "secretkey", TO_WORD_END },
  { "secret-key", TO_WORD_END },
  { "secretid", TO_WORD_END },
  { "secret-id", TO_WORD_END },
  { "token", TO_WORD_END },
  { "password", TO_WORD_END },
};

typedef struct
{
  char *text; /* in pages of its own */
  gsize length;
} Secret;

static struct
{
  GMutex lock;
  GArray *secrets; /* of Secret; only ever grows */
} hidden;

static gsize match_name (const char *text, const char *name)
{
  gsize i;

  for (i = 0; name[i] != '\0'; i++)
    {
      char c = g_ascii_tolower (text[i]);
      if (c != name[i] && !(name[i] == '-' && c == '_'))
        return 0;
    }
  return i;
}

static gboolean is_value_end (char c, ValueEnd end)
{
  if (c == '\0' || c == '\r' || c == '\n')
    return TRUE;
  if (end == TO_LINE_END)
    return FALSE;
  if (g_ascii_isspace (c) || strchr ("\"'<>", c) != NULL)
    return TRUE;
  return end == TO_WORD_END && strchr ("&;,})]\\", c) != NULL;
}

/* Length of ": ", "=", "%3D", "\":\"" and the like; 0 if @text does not begin with a separator. */
static gsize match_separator (const char *text, char *ret_quote)
{
  const char *p = text;
  gboolean found = FALSE;

  *ret_quote = '\0';
  p += strspn (p, "\\\"'");
  p += strspn (p, " \t");
  if (*p == ':' || *p == '=' || *p == '>')
    found = TRUE, p++;
  else if (g_ascii_strncasecmp (p, "%3d", 3) == 0 || g_ascii_strncasecmp (p, "%3a", 3) == 0)
    found = TRUE, p += 3;
  if (!found)
    return 0;

  p += strspn (p, " \t");
  const char *quote = p;
  p += strspn (p, "\\");
  if (*p == '"' || *p == '\'')
    {
      *ret_quote = *p;
      return p + 1 - text;
    }
  return quote - text;
}

static gsize measure_value (const char *text, ValueEnd end, char quote)
{
  gsize i = 0;

  if (quote != '\0')
    {
      /* The quote may itself be escaped, in JSON within JSON: then the value ends at the backslash. */
      while (text[i] != '\0' && text[i] != quote)
        i++;
      return i;
    }

  while (!is_value_end (text[i], end))
    {
      if (end == TO_WORD_END && g_ascii_strncasecmp (text + i, "%26", 3) == 0)
        break;
      i++;
    }
  return i;
}

static char *replace_all (char *text, const char *secret, gsize length)
{
  const char *hit = strstr (text, secret);
  if (hit == NULL)
    return text;

  GString *result = g_string_new (NULL);
  const char *rest = text;
  for (; hit != NULL; hit = strstr (rest, secret))
    {
      g_string_append_len (result, rest, hit - rest);
      g_string_append (result, HIDDEN);
      rest = hit + length;
    }
  g_string_append (result, rest);
  g_free (text);
  return g_string_free (result, FALSE);
}

static char *replace_hidden (const char *text)
{
  char *result = g_strdup (text);

  g_mutex_lock (&hidden.lock);
  for (guint i = 0; hidden.secrets != NULL && i < hidden.secrets->len; i++)
    {
      const Secret *secret = &g_array_index (hidden.secrets, Secret, i);
      result = replace_all (result, secret->text, secret->length);
    }
  g_mutex_unlock (&hidden.lock);
  return result;
}

/* Secret ids of Tencent Cloud are known by their first letters. */
static gsize match_secret_id (const char *text)
{
  gsize n = 0;

  if (!g_str_has_prefix (text, "AKID"))
    return 0;
  while (g_ascii_isalnum (text[n]) || text[n] == '_' || text[n] == '-')
    n++;
  return n >= 16 ? n : 0;
}

/* Length of the name at @text with its separator; 0 if none is there. */
static gsize match_secret_name (const char *text, ValueEnd *ret_end, char *ret_quote)
{
  for (gsize i = 0; i < G_N_ELEMENTS (secret_names); i++)
    {
      gsize name = match_name (text, secret_names[i].name);
      if (name == 0)
        continue;

      *ret_end = secret_names[i].end;
      *ret_quote = '\0';
      gsize separator = match_separator (text + name, ret_quote);
      if (separator > 0)
        return name + separator;
      if (strcmp (secret_names[i].name, "tc3-hmac-sha256") == 0)
        return name;
    }
  return 0;
}

static char *replace_values (const char *text)
{
  GString *result = g_string_sized_new (strlen (text));

  while (*text != '\0')
    {
      ValueEnd end;
      char quote;
      gsize n = match_secret_id (text);
      if (n > 0)
        {
          g_string_append (result, HIDDEN);
          text += n;
          continue;
        }

      n = match_secret_name (text, &end, &quote);
      if (n == 0)
        {
          g_string_append_c (result, *text++);
          continue;
        }

      g_string_append_len (result, text, n);
      text += n;
      n = measure_value (text, end, quote);
      if (n > 0)
        g_string_append (result, HIDDEN);
      text += n;
    }
  return g_string_free (result, FALSE);
}

static gboolean is_safe_to_print (gunichar c)
{
  if (c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069))
    return FALSE; /* turns the direction of what follows */
  return c != 0x2028 && c != 0x2029 && c != 0xfeff && !g_unichar_iscntrl (c);
}

static char *escape_text (const char *text)
{
  GString *result = g_string_sized_new (MIN (strlen (text), OUTPUT_MAX) + 8);

  while (*text != '\0')
    {
      char piece[16];
      gunichar c = g_utf8_get_char_validated (text, -1);
      gsize n = 1;

      if (c == (gunichar) -1 || c == (gunichar) -2)
        g_snprintf (piece, sizeof piece, "\\x%02x", (guint8) *text);
      else if (*text == '\n')
        g_strlcpy (piece, "\\n", sizeof piece);
      else if (is_safe_to_print (c))
        {
          n = g_utf8_next_char (text) - text;
          memcpy (piece, text, n);
          piece[n] = '\0';
        }
      else
        {
          n = g_utf8_next_char (text) - text;
          g_snprintf (piece, sizeof piece, c < 0x100 ? "\\x%02x" : "\\u%04x", c);
        }

      if (result->len + strlen (piece) > OUTPUT_MAX - strlen ("…"))
        {
          g_string_append (result, "…");
          break;
        }
      g_string_append (result, piece);
      text += n;
    }
  return g_string_free (result, FALSE);
}

/* With the lock held. */
static void remember (const char *text)
{
  gsize length = strlen (text);

  if (hidden.secrets == NULL)
    hidden.secrets = g_array_new (FALSE, FALSE, sizeof (Secret));
  for (guint i = 0; i < hidden.secrets->len; i++)
    if (strcmp (g_array_index (hidden.secrets, Secret, i).text, text) == 0)
      return;

  void *pages = mmap (NULL, length + 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED)
    g_error ("no memory to keep a secret out of the log");
  mlock (pages, length + 1);
  madvise (pages, length + 1, MADV_DONTDUMP);
  memcpy (pages, text, length + 1);

  /* Longest first: a secret that contains another is replaced as a whole. */
  Secret secret = { pages, length };
  guint i = 0;
  while (i < hidden.secrets->len && g_array_index (hidden.secrets, Secret, i).length >= length)
    i++;
  g_array_insert_val (hidden.secrets, i, secret);
}

char *embark_log_redact (const char *text)
{
  g_return_val_if_fail (text != NULL, NULL);

  g_autofree char *without_secrets = replace_hidden (text);
  g_autofree char *without_values = replace_values (without_secrets);
  return escape_text (without_values);
}

void embark_log_hide (const char *secret)
{
  g_return_if_fail (secret != NULL);

  if (strlen (secret) < LEAST_SECRET)
    return;

  char *encoded = g_uri_escape_string (secret, NULL, FALSE);
  g_mutex_lock (&hidden.lock);
  remember (secret);
  remember (encoded);
  g_mutex_unlock (&hidden.lock);
  explicit_bzero (encoded, strlen (encoded));
  g_free (encoded);
}
