/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One program, several worlds, named by its argument: "keyring" and "locked" run
 * under support/with-keyring.sh; "silent" (a service that never answers) and
 * "no-service" make a bus of their own; "no-bus" has none.
 */
#include <libsecret/secret.h>
#include <string.h>

#include "model/base/errors.h"
#include "model/base/log.h"
#include "model/store/secrets.h"

#define ID "AKIDCanaryOfTheTests0123456789abcdef"
#define KEY "Kk3yCanaryOfTheTests0123456789ab"
#define TOKEN "t0k3n+Canary/Of=The=Tests=="

static EmbarkKeys *make_keys (const char *token)
{
  EmbarkKeys *keys = g_new0 (EmbarkKeys, 1);

  keys->secret_id = g_strdup (ID);
  keys->secret_key = g_strdup (KEY);
  keys->token = g_strdup (token);
  return keys;
}

static void save_keys (const EmbarkKeys *keys)
{
  g_autoptr (GError) error = NULL;
  gboolean ok = embark_secrets_save (EMBARK_SECRET_KEYS, keys, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (ok);
}

static void clear_keys (void)
{
  g_autoptr (GError) error = NULL;
  gboolean ok = embark_secrets_clear (EMBARK_SECRET_KEYS, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (ok);
}

static void check_loaded (const char *id, const char *key, const char *token)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EmbarkKeys) keys = embark_secrets_load (EMBARK_SECRET_KEYS, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (keys);
  g_assert_cmpstr (keys->secret_id, ==, id);
  g_assert_cmpstr (keys->secret_key, ==, key);
  g_assert_cmpstr (keys->token, ==, token);
}

static void check_none (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EmbarkKeys) keys = embark_secrets_load (EMBARK_SECRET_KEYS, NULL, &error);

  g_assert_no_error (error);
  g_assert_null (keys);
}

static void test_round_trip (void)
{
  g_autoptr (EmbarkKeys) with_token = make_keys (TOKEN), without = make_keys (NULL), empty = make_keys ("");

  clear_keys ();
  check_none ();
  save_keys (with_token);
  check_loaded (ID, KEY, TOKEN);
  save_keys (without); /* replaces, the old token does not stay */
  check_loaded (ID, KEY, NULL);
  save_keys (empty);
  check_loaded (ID, KEY, NULL);
  clear_keys ();
  check_none ();
  clear_keys ();
}

static GList *search_items (SecretService *service)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) attributes = g_hash_table_new (g_str_hash, g_str_equal);

  g_hash_table_insert (attributes, (gpointer) "xdg:schema", (gpointer) "org.embark.Embark.Keys");
  GList *items = secret_service_search_sync (service, NULL, attributes, SECRET_SEARCH_ALL, NULL, &error);
  g_assert_no_error (error);
  return items;
}

/* Labels and attributes lie unencrypted on the disk. */
/* The login of a proxy and the keys are kept apart. */
static void test_kinds (void)
{
  EmbarkKeys keys = { (char *) "AKIDkinds", (char *) "the key", NULL };
  EmbarkKeys login = { (char *) "me", (char *) "the password", NULL };
  g_autoptr (EmbarkKeys) kept = NULL, left = NULL, gone = NULL;
  g_autoptr (GError) error = NULL;

  clear_keys ();
  g_assert_true (embark_secrets_save (EMBARK_SECRET_KEYS, &keys, NULL, &error));
  g_assert_true (embark_secrets_save (EMBARK_SECRET_PROXY, &login, NULL, &error));
  kept = embark_secrets_load (EMBARK_SECRET_PROXY, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (kept->secret_id, ==, "me");
  g_assert_cmpstr (kept->secret_key, ==, "the password");
  g_assert_true (embark_secrets_clear (EMBARK_SECRET_PROXY, NULL, &error));
  gone = embark_secrets_load (EMBARK_SECRET_PROXY, NULL, &error);
  g_assert_no_error (error);
  g_assert_null (gone);
  left = embark_secrets_load (EMBARK_SECRET_KEYS, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (left->secret_id, ==, "AKIDkinds");
  clear_keys ();
}

static void test_only_the_secret_is_secret (void)
{
  g_autoptr (EmbarkKeys) keys = make_keys (TOKEN);
  g_autoptr (SecretService) service = secret_service_get_sync (SECRET_SERVICE_OPEN_SESSION, NULL, NULL);

  save_keys (keys);
  save_keys (keys);
  g_autolist (SecretItem) items = search_items (service);
  g_assert_cmpuint (g_list_length (items), ==, 1);

  g_autofree char *label = secret_item_get_label (items->data);
  g_assert_cmpstr (label, ==, "Embark: Tencent Cloud keys");
  g_autoptr (GHashTable) attributes = secret_item_get_attributes (items->data);
  g_assert_cmpuint (g_hash_table_size (attributes), ==, 2);
  g_assert_cmpstr (g_hash_table_lookup (attributes, "account"), ==, "default");
  clear_keys ();
}

/* What another program put there under our name. */
static void test_foreign_content (void)
{
  static const char *const texts[] = { "", "nonsense", "id=x", "key=x\n", "=\n=\n", "id", "id\nkey\n" };
  g_autoptr (SecretService) service = secret_service_get_sync (SECRET_SERVICE_OPEN_SESSION, NULL, NULL);
  const SecretSchema schema = { "org.embark.Embark.Keys",
                                SECRET_SCHEMA_NONE,
                                { { "account", SECRET_SCHEMA_ATTRIBUTE_STRING }, { NULL, 0 } } };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      secret_password_store_sync (&schema, SECRET_COLLECTION_DEFAULT, "x", texts[i], NULL, &error, "account", "default",
                                  NULL);
      g_assert_no_error (error);
      g_test_expect_message ("embark-store", G_LOG_LEVEL_WARNING, "*cannot be read*");
      check_none ();
      g_test_assert_expected_messages ();
    }
  clear_keys ();
}

static void test_line_breaks (void)
{
  static const char *const bad[] = { "one\ntwo", "one\r", "\n" };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (EmbarkKeys) keys = make_keys (bad[i]);
      g_autoptr (GError) error = NULL;
      g_assert_false (embark_secrets_save (EMBARK_SECRET_KEYS, keys, NULL, &error));
      g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_BAD_NAME);
    }
  check_none ();
}

static void test_never_logged (void)
{
  g_autoptr (EmbarkKeys) keys = make_keys (TOKEN);

  save_keys (keys);
  check_loaded (ID, KEY, TOKEN);
  g_autofree char *safe = embark_log_redact ("a " KEY " b " TOKEN " c " ID);
  g_assert_cmpstr (safe, ==, "a [hidden] b [hidden] c [hidden]");
  clear_keys ();
}

static void test_cancelled_before (void)
{
  g_autoptr (EmbarkKeys) keys = make_keys (NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) load_error = NULL, save_error = NULL, clear_error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_null (embark_secrets_load (EMBARK_SECRET_KEYS, cancellable, &load_error));
  g_assert_error (load_error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_false (embark_secrets_save (EMBARK_SECRET_KEYS, keys, cancellable, &save_error));
  g_assert_error (save_error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_false (embark_secrets_clear (EMBARK_SECRET_KEYS, cancellable, &clear_error));
  g_assert_error (clear_error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static gpointer load_in_thread (gpointer user_data)
{
  for (guint i = 0; i < 5; i++)
    check_loaded (ID, KEY, TOKEN);
  return NULL;
}

static void test_threads (void)
{
  g_autoptr (EmbarkKeys) keys = make_keys (TOKEN);
  GThread *threads[4];

  save_keys (keys);
  for (guint i = 0; i < 4; i++)
    threads[i] = g_thread_new ("load", load_in_thread, NULL);
  for (guint i = 0; i < 4; i++)
    g_thread_join (threads[i]);
  clear_keys ();
}

static void check_no_keyring (GCancellable *cancellable)
{
  g_autoptr (EmbarkKeys) keys = make_keys (NULL);
  g_autoptr (GError) load_error = NULL, save_error = NULL, clear_error = NULL;

  g_assert_null (embark_secrets_load (EMBARK_SECRET_KEYS, cancellable, &load_error));
  g_assert_error (load_error, EMBARK_ERROR, EMBARK_ERROR_NO_KEYRING);
  g_assert_false (embark_secrets_save (EMBARK_SECRET_KEYS, keys, cancellable, &save_error));
  g_assert_error (save_error, EMBARK_ERROR, EMBARK_ERROR_NO_KEYRING);
  g_assert_false (embark_secrets_clear (EMBARK_SECRET_KEYS, cancellable, &clear_error));
  g_assert_error (clear_error, EMBARK_ERROR, EMBARK_ERROR_NO_KEYRING);
  g_assert_null (strstr (save_error->message, KEY));
}

/* Nobody is there to answer the prompt: an answer comes all the same. */
static void test_locked (void)
{
  g_autoptr (EmbarkKeys) keys = make_keys (TOKEN);
  g_autoptr (GError) error = NULL;

  save_keys (keys);
  g_autoptr (SecretService) service = secret_service_get_sync (SECRET_SERVICE_OPEN_SESSION, NULL, &error);
  g_assert_no_error (error);
  g_autoptr (SecretCollection) collection =
      secret_collection_for_alias_sync (service, SECRET_COLLECTION_DEFAULT, SECRET_COLLECTION_NONE, NULL, &error);
  g_assert_no_error (error);
  GList list = { collection, NULL, NULL };
  g_assert_cmpint (secret_service_lock_sync (service, &list, NULL, NULL, &error), ==, 1);
  g_assert_no_error (error);

  check_no_keyring (NULL);
}

static void test_no_service (void)
{
  g_autoptr (GTestDBus) bus = g_test_dbus_new (G_TEST_DBUS_NONE);

  g_test_dbus_up (bus);
  check_no_keyring (NULL);
  g_test_dbus_stop (bus); /* not down(): libsecret keeps the shared connection */
}

static void test_no_bus (void)
{
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/embark-bus", TRUE);
  check_no_keyring (NULL);
}

typedef struct
{
  GMainLoop *loop;
  GMainContext *context;
  GMutex lock;
  GCond cond;
  gboolean ready, asked;  /* under the lock */
  GCancellable *on_asked; /* cancelled at the first question; nullable */
} Silent;

/* Swallows every call to the service, so that no answer is ever sent. */
static GDBusMessage *message_came_cb (GDBusConnection *connection, GDBusMessage *message, gboolean incoming,
                                      gpointer user_data)
{
  Silent *silent = user_data;

  if (!incoming || g_dbus_message_get_message_type (message) != G_DBUS_MESSAGE_TYPE_METHOD_CALL)
    return message;

  g_mutex_lock (&silent->lock);
  silent->asked = TRUE;
  g_mutex_unlock (&silent->lock);
  if (silent->on_asked != NULL)
    g_cancellable_cancel (silent->on_asked);
  g_object_unref (message);
  return NULL;
}

static void name_owned_cb (GDBusConnection *connection, const char *name, gpointer user_data)
{
  Silent *silent = user_data;

  g_mutex_lock (&silent->lock);
  silent->ready = TRUE;
  g_cond_signal (&silent->cond);
  g_mutex_unlock (&silent->lock);
}

static gpointer run_silent_service (gpointer user_data)
{
  Silent *silent = user_data;
  g_autoptr (GError) error = NULL;

  g_main_context_push_thread_default (silent->context);
  g_autoptr (GDBusConnection) connection = g_dbus_connection_new_for_address_sync (
      g_getenv ("DBUS_SESSION_BUS_ADDRESS"),
      G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION, NULL, NULL,
      &error);
  g_assert_no_error (error);
  g_dbus_connection_add_filter (connection, message_came_cb, silent, NULL);
  guint id = g_bus_own_name_on_connection (connection, "org.freedesktop.secrets", G_BUS_NAME_OWNER_FLAGS_NONE,
                                           name_owned_cb, NULL, silent, NULL);
  g_main_loop_run (silent->loop);
  g_bus_unown_name (id);
  g_dbus_connection_close_sync (connection, NULL, NULL);
  g_main_context_pop_thread_default (silent->context);
  return NULL;
}

static void test_silent (void)
{
  g_autoptr (GTestDBus) bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) cancelled = NULL, late = NULL;
  Silent silent = { .on_asked = cancellable };

  g_test_dbus_up (bus);
  silent.context = g_main_context_new ();
  silent.loop = g_main_loop_new (silent.context, FALSE);
  GThread *thread = g_thread_new ("silent", run_silent_service, &silent);
  g_mutex_lock (&silent.lock);
  while (!silent.ready)
    g_cond_wait (&silent.cond, &silent.lock);
  g_mutex_unlock (&silent.lock);

  g_assert_null (embark_secrets_load (EMBARK_SECRET_KEYS, cancellable, &cancelled));
  g_assert_error (cancelled, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_true (silent.asked);

  silent.on_asked = NULL;
  g_assert_null (embark_secrets_load (EMBARK_SECRET_KEYS, NULL, &late));
  g_assert_error (late, EMBARK_ERROR, EMBARK_ERROR_NO_KEYRING);

  g_main_loop_quit (silent.loop);
  g_thread_join (thread);
  g_main_loop_unref (silent.loop);
  g_main_context_unref (silent.context);
  g_test_dbus_stop (bus);
}

int main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  const char *world = argc > 1 ? argv[1] : "no-bus";

  if (strcmp (world, "keyring") == 0)
    {
      g_test_add_func ("/secrets/round-trip", test_round_trip);
      g_test_add_func ("/secrets/kinds", test_kinds);
      g_test_add_func ("/secrets/only-the-secret-is-secret", test_only_the_secret_is_secret);
      g_test_add_func ("/secrets/foreign-content", test_foreign_content);
      g_test_add_func ("/secrets/line-breaks", test_line_breaks);
      g_test_add_func ("/secrets/never-logged", test_never_logged);
      g_test_add_func ("/secrets/cancelled-before", test_cancelled_before);
      g_test_add_func ("/secrets/threads", test_threads);
    }
  else if (strcmp (world, "locked") == 0)
    g_test_add_func ("/secrets/locked", test_locked);
  else if (strcmp (world, "silent") == 0)
    g_test_add_func ("/secrets/silent", test_silent);
  else if (strcmp (world, "no-service") == 0)
    g_test_add_func ("/secrets/no-service", test_no_service);
  else
    g_test_add_func ("/secrets/no-bus", test_no_bus);
  return g_test_run ();
}
