/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One const table: error code → heading, and what the message itself cannot
 * know. The body is always that message: it names what failed and what to do.
 */
#include "gui/error-text.h"

#include <gio/gio.h>
#include <glib/gi18n.h>

#include "model/base/errors.h"

typedef struct
{
  EmbarkError code;
  const char *heading;
  const char *advice;
  EmbarkRemedy remedy;
} Entry;

static const Entry entries[] = {
  { EMBARK_ERROR_NOT_FOUND, N_ ("Not Found"), NULL, EMBARK_REMEDY_NONE },
  { EMBARK_ERROR_NOT_READABLE, N_ ("No Permission to Read"), NULL, EMBARK_REMEDY_NONE },
  { EMBARK_ERROR_NOT_AN_IMAGE, N_ ("Not a Disk Image"), NULL, EMBARK_REMEDY_NONE },
  { EMBARK_ERROR_UNSAFE_IMAGE, N_ ("This Image Reaches Other Files"),
    N_ ("So a foreign image cannot make your own files leave this computer."), EMBARK_REMEDY_NONE },
  { EMBARK_ERROR_DAMAGED_IMAGE, N_ ("The Image Is Damaged"), NULL, EMBARK_REMEDY_NONE },
  { EMBARK_ERROR_UNSUPPORTED_IMAGE, N_ ("This Kind of Image Is Not Supported"), NULL, EMBARK_REMEDY_NONE },
  { EMBARK_ERROR_IN_USE, N_ ("The Disk Is in Use"), NULL, EMBARK_REMEDY_NONE },
  { EMBARK_ERROR_SOURCE_CHANGED, N_ ("The Disk Changed"), NULL, EMBARK_REMEDY_NONE },
  { EMBARK_ERROR_TOOL_MISSING, N_ ("A Program Is Missing"), NULL, EMBARK_REMEDY_NONE },
  { EMBARK_ERROR_APPLIANCE, N_ ("Looking Inside Failed"),
    N_ ("If it keeps failing, run libguestfs-test-tool in a terminal: it says what is wrong on this computer."),
    EMBARK_REMEDY_NONE },
  { EMBARK_ERROR_NO_HYPERVISOR, N_ ("Not Running"), NULL, EMBARK_REMEDY_NONE },
  { EMBARK_ERROR_HYPERVISOR_DENIED, N_ ("No Permission"), NULL, EMBARK_REMEDY_NONE },
  { EMBARK_ERROR_NO_KEYRING, N_ ("No Keyring"), N_ ("Until then the keys are kept only while Embark runs."),
    EMBARK_REMEDY_NONE },
  { EMBARK_ERROR_NO_KEYS, N_ ("No Keys Yet"), NULL, EMBARK_REMEDY_KEYS },
  { EMBARK_ERROR_KEYS_REFUSED, N_ ("The Keys Were Refused"), NULL, EMBARK_REMEDY_KEYS },
  { EMBARK_ERROR_KEYS_EXPIRED, N_ ("The Keys Have Expired"), NULL, EMBARK_REMEDY_KEYS },
  { EMBARK_ERROR_PERMISSION, N_ ("These Keys May Not Do That"),
    N_ ("The help (F1) has the few permissions that Embark needs."), EMBARK_REMEDY_KEYS },
  { EMBARK_ERROR_CLOCK, N_ ("The Clock Is Wrong"), NULL, EMBARK_REMEDY_NONE },
  { EMBARK_ERROR_NO_BUCKET, N_ ("The Bucket Is Not There"), NULL, EMBARK_REMEDY_DESTINATION },
  { EMBARK_ERROR_BAD_NAME, N_ ("This Name Is Not Allowed"), NULL, EMBARK_REMEDY_DESTINATION },
  { EMBARK_ERROR_NAME_TAKEN, N_ ("This Name Is Taken"), NULL, EMBARK_REMEDY_DESTINATION },
  { EMBARK_ERROR_NETWORK, N_ ("No Connection to the Cloud"), NULL, EMBARK_REMEDY_NONE },
  { EMBARK_ERROR_CHECKSUM, N_ ("The Data Did Not Arrive Intact"), NULL, EMBARK_REMEDY_NONE },
  { EMBARK_ERROR_NO_UPLOAD, N_ ("The Upload Is Gone"), NULL, EMBARK_REMEDY_NONE },
  { EMBARK_ERROR_CLOUD, N_ ("The Cloud Refused"), NULL, EMBARK_REMEDY_NONE },
  { EMBARK_ERROR_IMPORT_FAILED, N_ ("The Import Failed"), N_ ("The disk is still in the bucket."), EMBARK_REMEDY_NONE },
  { EMBARK_ERROR_BLOCKED, N_ ("The Check Found What Stops the Import"),
    N_ ("Look at the findings of the machine, mend them, then check again."), EMBARK_REMEDY_NONE },
  { EMBARK_ERROR_DISK_FULL, N_ ("No Space Left"), NULL, EMBARK_REMEDY_NONE },
};

static const Entry *find_entry (const GError *error)
{
  if (error->domain != EMBARK_ERROR)
    return NULL;

  for (guint i = 0; i < G_N_ELEMENTS (entries); i++)
    if ((int) entries[i].code == error->code)
      return &entries[i];

  return NULL;
}

/* TRUE if @text begins with a plain word: the name of a file or machine keeps its own spelling. */
static gboolean is_plain_start (const char *text)
{
  const char *c = text;

  while (g_ascii_islower (*c))
    c++;
  return c > text && *c == ' ';
}

/* Messages of the lower layers begin in lower case and have no full stop, since each may get a prefix. */
static char *make_sentence (const char *message)
{
  g_autofree char *valid = g_utf8_make_valid (message, -1);
  g_autoptr (GString) text = g_string_new (valid);

  if (text->len == 0)
    return g_strdup ("");

  if (is_plain_start (text->str))
    text->str[0] = g_ascii_toupper (text->str[0]);
  if (g_unichar_isalnum (g_utf8_get_char (g_utf8_prev_char (text->str + text->len))))
    /* Translators: the full stop that ends a sentence. */
    g_string_append (text, _ ("."));
  return g_string_free (g_steal_pointer (&text), FALSE);
}

EmbarkErrorText *embark_error_text_new (const GError *error)
{
  EmbarkErrorText *self;
  const Entry *entry;

  g_return_val_if_fail (error != NULL, NULL);

  self = g_new0 (EmbarkErrorText, 1);
  entry = find_entry (error);
  self->heading = g_strdup (entry != NULL ? _ (entry->heading) : _ ("Something Went Wrong"));
  self->body = make_sentence (error->message);
  self->advice = entry != NULL && entry->advice != NULL ? g_strdup (_ (entry->advice)) : NULL;
  self->remedy = entry != NULL ? entry->remedy : EMBARK_REMEDY_NONE;
  return self;
}

void embark_error_text_free (EmbarkErrorText *self)
{
  if (self == NULL)
    return;

  g_free (self->heading);
  g_free (self->body);
  g_free (self->advice);
  g_free (self);
}

char *embark_error_text_join (const EmbarkErrorText *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  if (self->advice == NULL)
    return g_strdup (self->body);

  return g_strjoin ("\n", self->body, self->advice, NULL);
}
