/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * libsecret can wait for ever for somebody to unlock the keyring, even when it
 * was told to stop. So each call runs in a thread of its own that the caller
 * leaves behind when the time is up; what it may still return is wiped.
 */
#include "model/store/secrets.h"

#include <glib/gi18n-lib.h>
#include <libsecret/secret.h>
#include <string.h>

#include "model/base/errors.h"
#include "model/base/log.h"

#define BOUND_US (20 * G_USEC_PER_SEC)
/* What libsecret gets to take back its question after it was cancelled. */
#define GRACE_US (2 * G_USEC_PER_SEC)
#define STORED_MAX (64 * 1024)

static const SecretSchema schema = {
  EMBARK_APP_ID ".Keys",
  SECRET_SCHEMA_NONE,
  { { "account", SECRET_SCHEMA_ATTRIBUTE_STRING }, { NULL, 0 } },
};

typedef struct _Call Call;
typedef gboolean (*CallFunc) (Call *call, SecretService *service, GError **error);

/* Shared by the caller and the thread. */
struct _Call
{
  gatomicrefcount refs;
  CallFunc func;
  EmbarkSecretKind kind;
  GCancellable *cancellable;
  EmbarkKeys *keys; /* in of save, out of load */

  GMutex lock;
  GCond cond;
  gboolean done; /* under the lock, as are: */
  GError *error;
};

static void unref_call (Call *call)
{
  if (!g_atomic_ref_count_dec (&call->refs))
    return;

  embark_keys_free (call->keys);
  g_clear_error (&call->error);
  g_object_unref (call->cancellable);
  g_mutex_clear (&call->lock);
  g_cond_clear (&call->cond);
  g_free (call);
}

static GHashTable *make_attributes (const Call *call)
{
  return secret_attributes_build (&schema, "account", call->kind == EMBARK_SECRET_PROXY ? "proxy" : "default", NULL);
}

static gboolean set_locked (GError **error)
{
  g_set_error_literal (
      error, EMBARK_ERROR, EMBARK_ERROR_NO_KEYRING,
      _ ("The keyring is locked. Unlock it, for example with the program “Passwords and Keys”, and try "
         "again."));
  return FALSE;
}

/* Unlocks @object (a collection or an item), which may ask the user. */
static gboolean unlock (Call *call, SecretService *service, gpointer object, GError **error)
{
  GList list = { object, NULL, NULL };
  GError *unlock_error = NULL;

  int n = secret_service_unlock_sync (service, &list, call->cancellable, NULL, &unlock_error);
  if (unlock_error != NULL)
    {
      g_propagate_error (error, unlock_error);
      return FALSE;
    }
  return n > 0 || set_locked (error);
}

/* Splits "name=value" lines; takes known names only. @text is written to, then wiped by its owner. */
static EmbarkKeys *parse_keys (const char *text, gsize length)
{
  g_autoptr (EmbarkKeys) keys = g_new0 (EmbarkKeys, 1);
  const char *end = text + length;

  while (text < end)
    {
      const char *newline = memchr (text, '\n', end - text);
      const char *line_end = newline != NULL ? newline : end;
      const char *equals = memchr (text, '=', line_end - text);
      if (equals != NULL)
        {
          gsize name = equals - text;
          char **field = NULL;
          if (name == 2 && memcmp (text, "id", 2) == 0)
            field = &keys->secret_id;
          else if (name == 3 && memcmp (text, "key", 3) == 0)
            field = &keys->secret_key;
          else if (name == 5 && memcmp (text, "token", 5) == 0)
            field = &keys->token;
          if (field != NULL && *field == NULL)
            *field = g_strndup (equals + 1, line_end - equals - 1);
        }
      text = line_end + 1;
    }

  if (keys->secret_id == NULL || keys->secret_key == NULL)
    return NULL;
  return g_steal_pointer (&keys);
}

static SecretValue *format_keys (const EmbarkKeys *keys)
{
  gboolean has_token = keys->token != NULL && *keys->token != '\0';
  char *text = g_strdup_printf ("id=%s\nkey=%s%s%s\n", keys->secret_id, keys->secret_key, has_token ? "\ntoken=" : "",
                                has_token ? keys->token : "");
  gsize length = strlen (text);
  SecretValue *value = secret_value_new (text, (gssize) length, "text/plain");

  explicit_bzero (text, length);
  g_free (text);
  return value;
}

static gboolean load_keys (Call *call, SecretService *service, GError **error)
{
  g_autoptr (GHashTable) attributes = make_attributes (call);
  GError *search_error = NULL;
  g_autolist (SecretItem) items =
      secret_service_search_sync (service, &schema, attributes, SECRET_SEARCH_NONE, call->cancellable, &search_error);
  if (search_error != NULL)
    {
      g_propagate_error (error, search_error);
      return FALSE;
    }
  if (items == NULL)
    return TRUE;

  SecretItem *item = items->data;
  if (secret_item_get_locked (item) && !unlock (call, service, item, error))
    return FALSE;
  if (!secret_item_load_secret_sync (item, call->cancellable, error))
    return FALSE;

  SecretValue *value = secret_item_get_secret (item);
  gsize length = 0;
  const char *text = value != NULL ? secret_value_get (value, &length) : NULL;
  if (text != NULL && length <= STORED_MAX)
    call->keys = parse_keys (text, length);
  if (value != NULL)
    secret_value_unref (value);
  if (call->keys == NULL)
    g_warning ("the keyring holds keys that cannot be read; they count as not set");
  return TRUE;
}

static gboolean save_keys (Call *call, SecretService *service, GError **error)
{
  GError *alias_error = NULL;
  g_autoptr (SecretCollection) collection = secret_collection_for_alias_sync (
      service, SECRET_COLLECTION_DEFAULT, SECRET_COLLECTION_NONE, call->cancellable, &alias_error);
  if (alias_error != NULL)
    {
      g_propagate_error (error, alias_error);
      return FALSE;
    }
  if (collection == NULL)
    {
      g_set_error_literal (error, EMBARK_ERROR, EMBARK_ERROR_NO_KEYRING,
                           _ ("There is no default keyring. Create one, for example with the program “Passwords and "
                              "Keys”, and try again."));
      return FALSE;
    }
  if (secret_collection_get_locked (collection) && !unlock (call, service, collection, error))
    return FALSE;

  g_autoptr (GHashTable) attributes = make_attributes (call);
  const char *label =
      call->kind == EMBARK_SECRET_PROXY ? _ ("Embark: password of the proxy") : _ ("Embark: Tencent Cloud keys");
  SecretValue *value = format_keys (call->keys);
  gboolean ok = secret_service_store_sync (service, &schema, attributes, SECRET_COLLECTION_DEFAULT, label, value,
                                           call->cancellable, error);
  secret_value_unref (value);
  return ok;
}

static gboolean clear_keys (Call *call, SecretService *service, GError **error)
{
  g_autoptr (GHashTable) attributes = make_attributes (call);
  GError *search_error = NULL;
  g_autolist (SecretItem) items =
      secret_service_search_sync (service, &schema, attributes, SECRET_SEARCH_ALL, call->cancellable, &search_error);
  if (search_error != NULL)
    {
      g_propagate_error (error, search_error);
      return FALSE;
    }

  for (GList *l = items; l != NULL; l = l->next)
    {
      if (secret_item_get_locked (l->data) && !unlock (call, service, l->data, error))
        return FALSE;
      if (!secret_item_delete_sync (l->data, call->cancellable, error))
        return FALSE;
    }
  return TRUE;
}

/* Whatever libsecret and D-Bus say, it means that there is no usable keyring. */
static GError *translate_error (GError *error)
{
  if (error->domain == EMBARK_ERROR)
    return error;

  GError *result;
  if (g_error_matches (error, SECRET_ERROR, SECRET_ERROR_IS_LOCKED))
    {
      result = NULL;
      set_locked (&result);
    }
  else
    /* Translators: %s is what the system says */
    result = g_error_new (EMBARK_ERROR, EMBARK_ERROR_NO_KEYRING,
                          _ ("There is no keyring to keep the keys in: %s. Start one, for example by installing "
                             "gnome-keyring, or set the keys for this session only."),
                          error->message);
  g_error_free (error);
  return result;
}

static gpointer run_call (gpointer user_data)
{
  Call *call = user_data;
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GError) error = NULL;

  g_main_context_push_thread_default (context);
  SecretService *service =
      secret_service_open_sync (SECRET_TYPE_SERVICE, NULL, SECRET_SERVICE_OPEN_SESSION, call->cancellable, &error);
  if (service != NULL)
    {
      call->func (call, service, &error);
      g_object_unref (service);
    }
  while (g_main_context_iteration (context, FALSE)) /* proxies free the last of theirs through it */
    ;
  g_main_context_pop_thread_default (context);

  g_mutex_lock (&call->lock);
  call->error = error != NULL ? translate_error (g_steal_pointer (&error)) : NULL;
  call->done = TRUE;
  g_cond_broadcast (&call->cond);
  g_mutex_unlock (&call->lock);
  unref_call (call);
  return NULL;
}

static void caller_cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  Call *call = user_data;

  g_mutex_lock (&call->lock);
  g_cond_broadcast (&call->cond);
  g_mutex_unlock (&call->lock);
}

/* TRUE if the call ended before @deadline_us and, if given, before @cancellable was cancelled. With the lock held. */
static gboolean wait_for_call (Call *call, GCancellable *cancellable, gint64 deadline_us)
{
  while (!call->done && !g_cancellable_is_cancelled (cancellable))
    if (!g_cond_wait_until (&call->cond, &call->lock, deadline_us))
      break;
  return call->done;
}

/* Takes @keys. Returns the keys that the call ended with; NULL with or without @error. */
static EmbarkKeys *perform (CallFunc func, EmbarkSecretKind kind, EmbarkKeys *keys, GCancellable *cancellable,
                            GError **error)
{
  Call *call = g_new0 (Call, 1);

  g_atomic_ref_count_init (&call->refs);
  g_mutex_init (&call->lock);
  g_cond_init (&call->cond);
  call->func = func;
  call->kind = kind;
  call->keys = keys;
  call->cancellable = g_cancellable_new ();

  g_atomic_ref_count_inc (&call->refs);
  g_thread_unref (g_thread_new ("embark-keyring", run_call, call));

  gulong id =
      cancellable != NULL ? g_cancellable_connect (cancellable, G_CALLBACK (caller_cancelled_cb), call, NULL) : 0;
  g_mutex_lock (&call->lock);
  gboolean in_time = wait_for_call (call, cancellable, g_get_monotonic_time () + BOUND_US);
  g_mutex_unlock (&call->lock);
  g_cancellable_disconnect (cancellable, id);

  if (!in_time)
    {
      g_cancellable_cancel (call->cancellable);
      g_mutex_lock (&call->lock);
      wait_for_call (call, NULL, g_get_monotonic_time () + GRACE_US);
      g_mutex_unlock (&call->lock);
    }

  EmbarkKeys *result = NULL;
  if (!in_time && !g_cancellable_set_error_if_cancelled (cancellable, error))
    g_set_error_literal (error, EMBARK_ERROR, EMBARK_ERROR_NO_KEYRING,
                         _ ("The keyring did not answer within 20 seconds. Unlock it, for example with the program "
                            "“Passwords and Keys”, and try again."));
  else if (in_time && call->error != NULL)
    g_propagate_error (error, g_steal_pointer (&call->error));
  else if (in_time)
    result = g_steal_pointer (&call->keys);
  unref_call (call);
  return result;
}

static void hide_keys (const EmbarkKeys *keys)
{
  embark_log_hide (keys->secret_id);
  embark_log_hide (keys->secret_key);
  if (keys->token != NULL)
    embark_log_hide (keys->token);
}

static gboolean is_one_line (const char *text)
{
  return text == NULL || text[strcspn (text, "\r\n")] == '\0';
}

EmbarkKeys *embark_secrets_load (EmbarkSecretKind kind, GCancellable *cancellable, GError **error)
{
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;

  EmbarkKeys *keys = perform (load_keys, kind, NULL, cancellable, error);
  if (keys != NULL)
    hide_keys (keys);
  return keys;
}

gboolean embark_secrets_save (EmbarkSecretKind kind, const EmbarkKeys *keys, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (keys != NULL && keys->secret_id != NULL && keys->secret_key != NULL, FALSE);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  if (!is_one_line (keys->secret_id) || !is_one_line (keys->secret_key) || !is_one_line (keys->token))
    {
      g_set_error_literal (error, EMBARK_ERROR, EMBARK_ERROR_BAD_NAME,
                           _ ("The keys have a line break in them. Copy them again, one line each."));
      return FALSE;
    }

  hide_keys (keys);
  g_autoptr (EmbarkKeys) saved = perform (save_keys, kind, embark_keys_copy (keys), cancellable, error);
  return saved != NULL;
}

gboolean embark_secrets_clear (EmbarkSecretKind kind, GCancellable *cancellable, GError **error)
{
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;

  GError *clear_error = NULL;
  perform (clear_keys, kind, NULL, cancellable, &clear_error);
  if (clear_error == NULL)
    return TRUE;
  g_propagate_error (error, clear_error);
  return FALSE;
}
