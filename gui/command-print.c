/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Words on the terminal: errors with their advice, the progress line, JSON.
 */
#include <errno.h>
#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "gui/command.h"
#include "model/base/errors.h"

#define COLUMNS 80
#define COLUMNS_MIN 40

/* The first failure to write is the one that counts. */
static int output_errno = 0;

typedef struct
{
  const char *word;
  EmbarkExit status;
} ErrorRow;

static const ErrorRow error_table[] = {
  [EMBARK_ERROR_FAILED] = { "failed", EMBARK_EXIT_FAILED },
  [EMBARK_ERROR_NOT_FOUND] = { "not-found", EMBARK_EXIT_REFUSED },
  [EMBARK_ERROR_NOT_READABLE] = { "not-readable", EMBARK_EXIT_REFUSED },
  [EMBARK_ERROR_NOT_AN_IMAGE] = { "not-an-image", EMBARK_EXIT_REFUSED },
  [EMBARK_ERROR_UNSAFE_IMAGE] = { "unsafe-image", EMBARK_EXIT_REFUSED },
  [EMBARK_ERROR_DAMAGED_IMAGE] = { "damaged-image", EMBARK_EXIT_REFUSED },
  [EMBARK_ERROR_UNSUPPORTED_IMAGE] = { "unsupported-image", EMBARK_EXIT_REFUSED },
  [EMBARK_ERROR_IN_USE] = { "in-use", EMBARK_EXIT_REFUSED },
  [EMBARK_ERROR_SOURCE_CHANGED] = { "source-changed", EMBARK_EXIT_FAILED },
  [EMBARK_ERROR_TOOL_MISSING] = { "tool-missing", EMBARK_EXIT_FAILED },
  [EMBARK_ERROR_APPLIANCE] = { "appliance", EMBARK_EXIT_FAILED },
  [EMBARK_ERROR_NO_HYPERVISOR] = { "no-hypervisor", EMBARK_EXIT_FAILED },
  [EMBARK_ERROR_HYPERVISOR_DENIED] = { "hypervisor-denied", EMBARK_EXIT_FAILED },
  [EMBARK_ERROR_NO_KEYRING] = { "no-keyring", EMBARK_EXIT_FAILED },
  [EMBARK_ERROR_NO_KEYS] = { "no-keys", EMBARK_EXIT_FAILED },
  [EMBARK_ERROR_KEYS_REFUSED] = { "keys-refused", EMBARK_EXIT_FAILED },
  [EMBARK_ERROR_KEYS_EXPIRED] = { "keys-expired", EMBARK_EXIT_FAILED },
  [EMBARK_ERROR_PERMISSION] = { "permission", EMBARK_EXIT_FAILED },
  [EMBARK_ERROR_CLOCK] = { "clock", EMBARK_EXIT_FAILED },
  [EMBARK_ERROR_NO_BUCKET] = { "no-bucket", EMBARK_EXIT_FAILED },
  [EMBARK_ERROR_BAD_NAME] = { "bad-name", EMBARK_EXIT_USAGE },
  [EMBARK_ERROR_NAME_TAKEN] = { "name-taken", EMBARK_EXIT_FAILED },
  [EMBARK_ERROR_NETWORK] = { "network", EMBARK_EXIT_FAILED },
  [EMBARK_ERROR_CHECKSUM] = { "checksum", EMBARK_EXIT_FAILED },
  [EMBARK_ERROR_NO_UPLOAD] = { "no-upload", EMBARK_EXIT_FAILED },
  [EMBARK_ERROR_CLOUD] = { "cloud", EMBARK_EXIT_FAILED },
  [EMBARK_ERROR_IMPORT_FAILED] = { "import-failed", EMBARK_EXIT_FAILED },
  [EMBARK_ERROR_BLOCKED] = { "blocked", EMBARK_EXIT_REFUSED },
  [EMBARK_ERROR_DISK_FULL] = { "disk-full", EMBARK_EXIT_FAILED },
};

static const ErrorRow *find_row (const GError *error)
{
  if (error->domain == EMBARK_ERROR && error->code >= 0 && error->code < (int) G_N_ELEMENTS (error_table))
    return &error_table[error->code];
  return &error_table[EMBARK_ERROR_FAILED];
}

const char *embark_command_error_word (const GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return "cancelled";
  return find_row (error)->word;
}

/* What to add to the message for somebody at a terminal; NULL when the message says it all. */
static const char *get_hint (const GError *error)
{
  if (error->domain != EMBARK_ERROR)
    return NULL;
  switch (error->code)
    {
    case EMBARK_ERROR_NO_KEYS:
      return _ ("Run `embark keys set`, or set TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY.");
    case EMBARK_ERROR_NO_KEYRING:
      return _ ("Without a keyring, set TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY instead.");
    case EMBARK_ERROR_BLOCKED:
      return _ ("`embark check` shows what was seen and what to do.");
    default:
      return NULL;
    }
}

/* Marks that let a terminal show text in another order than it stands. */
static gboolean is_turning_text (gunichar c)
{
  return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

char *embark_command_clean (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text != NULL ? text : "", -1);
  GString *clean = g_string_new (NULL);

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      if (g_unichar_iscntrl (c) || is_turning_text (c))
        g_string_append_printf (clean, "\\x%02x", c);
      else
        g_string_append_unichar (clean, c);
    }
  return g_string_free (clean, FALSE);
}

static void print_json_error (const GError *error)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  g_autofree char *message = g_utf8_make_valid (error->message, -1);

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "event");
  json_builder_add_string_value (builder, "error");
  json_builder_set_member_name (builder, "code");
  json_builder_add_string_value (builder, embark_command_error_word (error));
  json_builder_set_member_name (builder, "message");
  json_builder_add_string_value (builder, message);
  json_builder_end_object (builder);
  embark_command_print_json (json_builder_get_root (builder), FALSE);
}

int embark_command_fail (const EmbarkCommand *command, const GError *error)
{
  g_autofree char *message = embark_command_clean (error->message);
  const char *hint = get_hint (error);

  embark_command_show_progress (NULL);
  if (command->is_json)
    print_json_error (error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_printerr ("%s\n", _ ("Cancelled."));
      return EMBARK_EXIT_CANCELLED;
    }
  g_printerr ("embark: %s\n", message);
  if (hint != NULL)
    g_printerr ("%s\n", hint);
  return (int) find_row (error)->status;
}

int embark_command_refuse (const EmbarkCommand *command, const char *message)
{
  g_autofree char *clean = embark_command_clean (message);

  /* Translators: the first %s is what is wrong with the call, the second a verb such as "check". */
  g_printerr (_ ("embark: %s\nTry `embark %s --help`.\n"), clean, command->verb);
  return EMBARK_EXIT_USAGE;
}

void embark_command_print (const char *format, ...)
{
  va_list arguments;
  g_autofree char *text = NULL;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  if (fputs (text, stdout) == EOF || fputc ('\n', stdout) == EOF || fflush (stdout) == EOF)
    output_errno = output_errno != 0 ? output_errno : errno;
}

gboolean embark_command_check_output (GError **error)
{
  if (output_errno == 0 || output_errno == EPIPE)
    return TRUE;
  embark_error_set_errno (error, output_errno, _ ("could not write the output"), "stdout");
  return FALSE;
}

static guint get_columns (void)
{
  struct winsize size = { 0 };

  return ioctl (STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? MAX (size.ws_col, COLUMNS_MIN) : COLUMNS;
}

/* Where @text has to break to fit: its end, the last space, or behind a wide character, which stands for a word. */
static const char *find_break (const char *text, guint room)
{
  const char *best = NULL;
  guint width = 0;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      if (c == ' ')
        best = p;
      if (!g_unichar_iszerowidth (c))
        width += g_unichar_iswide (c) ? 2 : 1;
      if (width > room && best != NULL)
        return best;
      if (g_unichar_iswide (c)
          && g_unichar_break_type (g_utf8_get_char (g_utf8_next_char (p))) == G_UNICODE_BREAK_IDEOGRAPHIC)
        best = g_utf8_next_char (p);
    }
  return text + strlen (text);
}

void embark_command_print_wrapped (guint indent, const char *text)
{
  guint room = get_columns () - indent;
  gboolean is_first = TRUE;

  if (!isatty (STDOUT_FILENO))
    {
      embark_command_print ("%s", text);
      return;
    }
  while (*text != '\0' || is_first)
    {
      /* The first line carries its own indent. */
      const char *end = find_break (text, is_first ? room + indent : room);
      embark_command_print ("%*s%.*s", is_first ? 0 : (int) indent, "", (int) (end - text), text);
      text = end + strspn (end, " ");
      is_first = FALSE;
    }
}

void embark_command_print_json (JsonNode *node, gboolean is_pretty)
{
  g_autofree char *text = json_to_string (node, is_pretty);

  json_node_unref (node);
  embark_command_print ("%s", text);
}

void embark_command_show_progress (const char *text)
{
  static gboolean is_shown = FALSE;

  if (!isatty (STDERR_FILENO) || (text == NULL && !is_shown))
    return;
  if (text == NULL)
    text = "";
  is_shown = *text != '\0';
  /* Back to the line's start, and clear to its end. What does not fit would not be cleared the next time. */
  fprintf (stderr, "\r\033[K%.*s", (int) (find_break (text, get_columns () - 1) - text), text);
  fflush (stderr);
}

const char *embark_command_colour (EmbarkOutcome outcome)
{
  if (!isatty (STDOUT_FILENO) || g_getenv ("NO_COLOR") != NULL)
    return "";
  switch (outcome)
    {
    case EMBARK_OUTCOME_BLOCKER:
      return "\033[31m";
    case EMBARK_OUTCOME_WARNING:
    case EMBARK_OUTCOME_UNKNOWN:
      return "\033[33m";
    case EMBARK_OUTCOME_PASS:
      return "\033[32m";
    case EMBARK_OUTCOME_INFO:
    case EMBARK_OUTCOME_NOT_APPLICABLE:
    default:
      return "";
    }
}

const char *embark_command_plain (EmbarkOutcome outcome)
{
  return *embark_command_colour (outcome) != '\0' ? "\033[0m" : "";
}

void embark_command_add_text (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  if (value != NULL)
    json_builder_add_string_value (builder, value);
  else
    json_builder_add_null_value (builder);
}

void embark_command_add_number (JsonBuilder *builder, const char *name, guint64 value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, (gint64) value);
}
