/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The keys of the user. They live in pages of their own that are neither
 * swapped nor dumped where the system allows it, and are wiped when freed.
 */
#include "model/cloud/credentials.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "model/base/log.h"

struct _EmbarkCredentials
{
  gatomicrefcount refs;
  char *pages; /* owned; id, key and token one after the other */
  gsize pages_size;
  const char *id;
  const char *key;
  const char *token;            /* (nullable) */
  EmbarkCredentials *successor; /* (nullable) owned; guarded by successor_mutex */
};

/* Of all boxes: it is held for a few instructions at each request. */
static GMutex successor_mutex;

static const char *find_trimmed (const char *text, gsize *ret_length)
{
  gsize length;

  while (g_ascii_isspace (*text))
    text++;
  length = strlen (text);
  while (length > 0 && g_ascii_isspace (text[length - 1]))
    length--;
  *ret_length = length;
  return text;
}

static const char *store_text (char **place, const char *text, gsize length)
{
  char *start = *place;

  memcpy (start, text, length);
  start[length] = '\0';
  *place = start + length + 1;
  return start;
}

static char *map_pages (gsize wanted, gsize *ret_size)
{
  gsize page = (gsize) sysconf (_SC_PAGESIZE);
  gsize size = (wanted + page - 1) / page * page;
  char *pages = mmap (NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  if (pages == MAP_FAILED)
    g_error ("no memory for %" G_GSIZE_FORMAT " bytes", size);
  /* Both are wishes: a low RLIMIT_MEMLOCK must not keep anybody from working. */
  mlock (pages, size);
  madvise (pages, size, MADV_DONTDUMP);
  *ret_size = size;
  return pages;
}

EmbarkCredentials *embark_credentials_new (const char *secret_id, const char *secret_key, const char *token)
{
  EmbarkCredentials *self = g_new0 (EmbarkCredentials, 1);
  gsize id_length, key_length, token_length = 0;
  char *place;

  g_return_val_if_fail (secret_id != NULL && secret_key != NULL, NULL);

  secret_id = find_trimmed (secret_id, &id_length);
  secret_key = find_trimmed (secret_key, &key_length);
  if (token != NULL)
    token = find_trimmed (token, &token_length);

  g_atomic_ref_count_init (&self->refs);
  self->pages = map_pages (id_length + key_length + token_length + 3, &self->pages_size);
  place = self->pages;
  self->id = store_text (&place, secret_id, id_length);
  self->key = store_text (&place, secret_key, key_length);
  if (token_length > 0)
    self->token = store_text (&place, token, token_length);

  if (key_length >= 8)
    embark_log_hide (self->key);
  if (token_length >= 8)
    embark_log_hide (self->token);
  return self;
}

EmbarkCredentials *embark_credentials_ref (EmbarkCredentials *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void embark_credentials_unref (EmbarkCredentials *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->refs))
    return;
  explicit_bzero (self->pages, self->pages_size);
  munmap (self->pages, self->pages_size);
  embark_credentials_unref (self->successor);
  g_free (self);
}

const char *embark_credentials_get_id (EmbarkCredentials *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->id;
}

const char *embark_credentials_get_key (EmbarkCredentials *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->key;
}

const char *embark_credentials_get_token (EmbarkCredentials *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->token;
}

/* With the mutex held. */
static EmbarkCredentials *find_latest (EmbarkCredentials *self)
{
  while (self->successor != NULL)
    self = self->successor;
  return self;
}

void embark_credentials_replace (EmbarkCredentials *self, EmbarkCredentials *newer)
{
  EmbarkCredentials *latest;

  g_return_if_fail (self != NULL && newer != NULL);

  g_mutex_lock (&successor_mutex);
  latest = find_latest (self);
  /* Never a ring: what has successors already, or is the latest itself, follows nobody. */
  if (latest != newer && find_latest (newer) != latest)
    latest->successor = embark_credentials_ref (newer);
  g_mutex_unlock (&successor_mutex);
}

EmbarkCredentials *embark_credentials_dup_latest (EmbarkCredentials *self)
{
  EmbarkCredentials *latest;

  g_return_val_if_fail (self != NULL, NULL);

  g_mutex_lock (&successor_mutex);
  latest = embark_credentials_ref (find_latest (self));
  g_mutex_unlock (&successor_mutex);
  return latest;
}
