/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The plain struct of the keys: every string is wiped before it is freed.
 */
#include "model/store/secrets.h"

#include <string.h>

static void wipe_string (char *text)
{
  if (text == NULL)
    return;

  explicit_bzero (text, strlen (text));
  g_free (text);
}

void embark_keys_free (EmbarkKeys *self)
{
  if (self == NULL)
    return;

  wipe_string (self->secret_id);
  wipe_string (self->secret_key);
  wipe_string (self->token);
  g_free (self);
}

EmbarkKeys *embark_keys_copy (const EmbarkKeys *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  EmbarkKeys *copy = g_new0 (EmbarkKeys, 1);
  copy->secret_id = g_strdup (self->secret_id);
  copy->secret_key = g_strdup (self->secret_key);
  copy->token = g_strdup (self->token);
  return copy;
}
