/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkHttp against http-server.py: what goes over the wire, and everything
 * that can go wrong on the way.
 */
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>

#include "model/base/errors.h"
#include "model/cloud/http.h"

typedef struct
{
  GSubprocess *server;
  char *dir, *ca, *other_ca, *connect_to;
  char *open_proxy, *locked_proxy, *closed_proxy;
  EmbarkHttp *http;
} Fixture;

static char *make_proxy_uri (JsonObject *ready, const char *name)
{
  return g_strdup_printf ("http://127.0.0.1:%d", (int) json_object_get_int_member (ready, name));
}

static void set_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *script = g_test_build_filename (G_TEST_DIST, "io", "http-server.py", NULL);
  g_autoptr (GDataInputStream) lines = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *line = NULL;
  JsonObject *ready;

  fixture->dir = g_dir_make_tmp ("embark-http-XXXXXX", NULL);
  fixture->server = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error,
                                      "/usr/bin/python3", script, fixture->dir, NULL);
  g_assert_no_error (error);
  lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (fixture->server));
  line = g_data_input_stream_read_line (lines, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (line);
  node = json_from_string (line, &error);
  g_assert_no_error (error);
  ready = json_node_get_object (node);
  fixture->ca = g_strdup (json_object_get_string_member (ready, "ca"));
  fixture->other_ca = g_strdup (json_object_get_string_member (ready, "otherCa"));
  fixture->connect_to = g_strdup_printf ("127.0.0.1:%d", (int) json_object_get_int_member (ready, "port"));
  fixture->open_proxy = make_proxy_uri (ready, "openProxy");
  fixture->locked_proxy = make_proxy_uri (ready, "lockedProxy");
  fixture->closed_proxy = make_proxy_uri (ready, "closedProxy");
  fixture->http = embark_http_new (&(EmbarkHttpOptions){ .connect_to = fixture->connect_to, .ca_file = fixture->ca });
}

static void tear_down (Fixture *fixture, gconstpointer data)
{
  static const char *const files[] = { "ca.pem", "other-ca.pem", "good.example.pem", "wrong.example.pem",
                                       "expired.example.pem" };

  embark_http_unref (fixture->http);
  g_subprocess_force_exit (fixture->server);
  g_subprocess_wait (fixture->server, NULL, NULL);
  g_object_unref (fixture->server);
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = g_build_filename (fixture->dir, files[i], NULL);

      g_remove (path);
    }
  g_rmdir (fixture->dir);
  g_free (fixture->dir);
  g_free (fixture->ca);
  g_free (fixture->other_ca);
  g_free (fixture->connect_to);
  g_free (fixture->open_proxy);
  g_free (fixture->locked_proxy);
  g_free (fixture->closed_proxy);
}

static EmbarkHttpResponse *get (EmbarkHttp *http, const char *url, GError **error)
{
  return embark_http_send (http, &(EmbarkHttpRequest){ .method = "GET", .url = url, .stall_s = 1 }, NULL, error);
}

static void assert_network_error (EmbarkHttp *http, const char *url, const char *word)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EmbarkHttpResponse) response = get (http, url, &error);

  g_assert_null (response);
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_NETWORK);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, ".example"));
  g_assert_nonnull (strstr (error->message, word));
}

static char *dup_body (EmbarkHttpResponse *response)
{
  return g_strndup (g_bytes_get_data (response->body, NULL), g_bytes_get_size (response->body));
}

static void test_get (Fixture *fixture, gconstpointer data)
{
  static const char *const headers[] = { "X-Own: value", "Authorization: something", NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (EmbarkHttpResponse) response = embark_http_send (
      fixture->http, &(EmbarkHttpRequest){ .method = "GET", .url = "https://good.example/echo", .headers = headers },
      NULL, &error);
  g_autofree char *body = NULL;

  g_assert_no_error (error);
  g_assert_cmpuint (response->status, ==, 200);
  g_assert_cmpstr (g_hash_table_lookup (response->headers, "x-twice"), ==, "two");
  body = dup_body (response);
  g_assert_true (g_str_has_prefix (body, "GET /echo HTTP/1.1\r\n"));
  g_assert_nonnull (strstr (body, "\r\nHost: good.example\r\n"));
  g_assert_nonnull (strstr (body, "\r\nX-Own: value\r\n"));
  g_assert_null (strstr (body, "Content-Length"));
  g_assert_null (strstr (body, "Accept-Encoding"));
}

static void count_sent_cb (guint64 sent, gpointer user_data)
{
  guint64 *most = user_data;

  *most = MAX (*most, sent);
}

/* Only what was asked for is in the request: signatures cover exactly that. */
static void test_put_and_post (Fixture *fixture, gconstpointer data)
{
  static const char *const methods[] = { "PUT", "POST" };
  g_autofree char *filler = g_strnfill (3000000, 'p');
  g_autoptr (GBytes) bytes = g_bytes_new (filler, 3000000);

  for (gsize i = 0; i < G_N_ELEMENTS (methods); i++)
    {
      g_autoptr (GError) error = NULL;
      guint64 most = 0;
      g_autoptr (EmbarkHttpResponse) response =
          embark_http_send (fixture->http,
                            &(EmbarkHttpRequest){ .method = methods[i],
                                                  .url = "https://good.example/echo",
                                                  .body = bytes,
                                                  .sent_func = count_sent_cb,
                                                  .user_data = &most },
                            NULL, &error);
      g_autofree char *body = NULL;

      g_assert_no_error (error);
      body = dup_body (response);
      g_assert_true (g_str_has_prefix (body, methods[i]));
      g_assert_nonnull (strstr (body, "\r\nContent-Length: 3000000\r\n"));
      g_assert_null (strstr (body, "Expect"));
      g_assert_null (strstr (body, "Content-Type"));
      g_assert_true (g_str_has_suffix (body, filler));
      g_assert_cmpuint (most, <=, 3000000);
    }
}

static void test_empty_bodies (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *method;
    gboolean has_length;
  } cases[] = { { "PUT", TRUE }, { "POST", TRUE }, { "DELETE", FALSE } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (EmbarkHttpResponse) response = embark_http_send (
          fixture->http, &(EmbarkHttpRequest){ .method = cases[i].method, .url = "https://good.example/echo" }, NULL,
          &error);
      g_autofree char *body = NULL;

      g_assert_no_error (error);
      body = dup_body (response);
      g_assert_true (g_str_has_prefix (body, cases[i].method));
      g_assert_cmpint (strstr (body, "\r\nContent-Length: 0\r\n") != NULL, ==, cases[i].has_length);
      g_assert_cmpint (strstr (body, "Content-Length") != NULL, ==, cases[i].has_length);
    }
}

static void test_redirect_not_followed (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EmbarkHttpResponse) response = get (fixture->http, "https://good.example/redirect", &error);

  g_assert_no_error (error);
  g_assert_cmpuint (response->status, ==, 302);
}

static void test_broken_answers (Fixture *fixture, gconstpointer data)
{
  assert_network_error (fixture->http, "https://good.example/reset", "broke");
  assert_network_error (fixture->http, "https://good.example/short", "broke");
  assert_network_error (fixture->http, "https://good.example/silent", "broke");
  assert_network_error (fixture->http, "https://good.example/stall", "did not answer in time");
}

/* Something arrives now and then, so this is no stall, however slow it is on average. */
static void test_trickle_is_no_stall (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EmbarkHttpResponse) response = embark_http_send (
      fixture->http, &(EmbarkHttpRequest){ .method = "GET", .url = "https://good.example/trickle", .stall_s = 2 }, NULL,
      &error);
  g_autofree char *body = NULL;

  g_assert_no_error (error);
  body = dup_body (response);
  g_assert_cmpstr (body, ==, "        done");
}

static void test_timeout (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EmbarkHttpResponse) response = embark_http_send (
      fixture->http,
      &(EmbarkHttpRequest){ .method = "GET", .url = "https://good.example/stall", .timeout_s = 1, .stall_s = 3600 },
      NULL, &error);

  g_assert_null (response);
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_NETWORK);
}

static void test_huge_answer (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EmbarkHttpResponse) response = get (fixture->http, "https://good.example/huge", &error);

  g_assert_null (response);
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_CLOUD);
  g_assert_nonnull (strstr (error->message, "good.example"));
}

static void test_certificates (Fixture *fixture, gconstpointer data)
{
  EmbarkHttp *distrusting =
      embark_http_new (&(EmbarkHttpOptions){ .connect_to = fixture->connect_to, .ca_file = fixture->other_ca });
  EmbarkHttp *system = embark_http_new (&(EmbarkHttpOptions){ .connect_to = fixture->connect_to });

  assert_network_error (fixture->http, "https://wrong.example/echo", "certificate");
  assert_network_error (fixture->http, "https://expired.example/echo", "certificate");
  assert_network_error (distrusting, "https://good.example/echo", "certificate");
  assert_network_error (system, "https://good.example/echo", "certificate");
  embark_http_unref (distrusting);
  embark_http_unref (system);
}

static void test_unreachable (Fixture *fixture, gconstpointer data)
{
  EmbarkHttp *refused = embark_http_new (&(EmbarkHttpOptions){ .connect_to = "127.0.0.1:1" });
  EmbarkHttp *no_name = embark_http_new (&(EmbarkHttpOptions){ .connect_to = "nowhere.invalid:443" });

  assert_network_error (refused, "https://good.example/echo", "No connection");
  assert_network_error (no_name, "https://good.example/echo", "good.example");
  embark_http_unref (refused);
  embark_http_unref (no_name);
}

static void test_unsafe_requests (Fixture *fixture, gconstpointer data)
{
  static const char *const split[] = { "Authorization: a\r\nX-Evil: b", NULL };
  static const char *const urls[] = { "http://good.example/echo", "ftp://good.example/", "file:///etc/passwd",
                                      "https://good.example/a\r\nb" };
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (urls); i++)
    {
      g_assert_null (get (fixture->http, urls[i], &error));
      g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED);
      g_clear_error (&error);
    }
  g_assert_null (embark_http_send (
      fixture->http, &(EmbarkHttpRequest){ .method = "GET", .url = "https://good.example/echo", .headers = split },
      NULL, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED);
  g_assert_null (strstr (error->message, "X-Evil"));
}

static gpointer cancel_it (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
  return NULL;
}

static void test_cancel (Fixture *fixture, gconstpointer data)
{
  const EmbarkHttpRequest request = { .method = "GET", .url = "https://good.example/stall", .stall_s = 3600 };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL, again = NULL;
  GThread *thread = g_thread_new ("cancel", cancel_it, cancellable);

  g_assert_null (embark_http_send (fixture->http, &request, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_thread_join (thread);
  g_assert_null (embark_http_send (fixture->http, &request, cancellable, &again));
  g_assert_error (again, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static gpointer get_many (gpointer data)
{
  EmbarkHttp *http = data;

  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (EmbarkHttpResponse) response = get (http, "https://good.example/echo", &error);

      g_assert_no_error (error);
      g_assert_cmpuint (response->status, ==, 200);
    }
  return NULL;
}

static void test_many_threads (Fixture *fixture, gconstpointer data)
{
  GThread *threads[8];

  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("get", get_many, fixture->http);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

typedef struct
{
  EmbarkHttp *http;
  GMutex mutex;
  GCond sent;
  gboolean is_sent;
  GError *error;
} Late;

static void note_sent_cb (guint64 sent, gpointer user_data)
{
  Late *late = user_data;

  g_mutex_lock (&late->mutex);
  late->is_sent = TRUE;
  g_cond_signal (&late->sent);
  g_mutex_unlock (&late->mutex);
}

static gpointer put_late (gpointer data)
{
  Late *late = data;
  g_autoptr (GBytes) body = g_bytes_new_static ("abc", 3);
  const EmbarkHttpRequest request = { .method = "PUT",
                                      .url = "https://good.example/stall",
                                      .body = body,
                                      .stall_s = 3600,
                                      .sent_func = note_sent_cb,
                                      .user_data = late };

  g_assert_null (embark_http_send (late->http, &request, NULL, &late->error));
  return NULL;
}

static void test_unref_ends_requests (Fixture *fixture, gconstpointer data)
{
  Late late = { .http = embark_http_new (
                    &(EmbarkHttpOptions){ .connect_to = fixture->connect_to, .ca_file = fixture->ca }) };
  GThread *thread;

  g_mutex_init (&late.mutex);
  g_cond_init (&late.sent);
  thread = g_thread_new ("late", put_late, &late);
  g_mutex_lock (&late.mutex);
  while (!late.is_sent)
    g_cond_wait (&late.sent, &late.mutex);
  g_mutex_unlock (&late.mutex);
  embark_http_unref (late.http);
  g_thread_join (thread);
  g_assert_error (late.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&late.error);
  g_mutex_clear (&late.mutex);
  g_cond_clear (&late.sent);
}

static void test_clock (Fixture *fixture, gconstpointer data)
{
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  g_autoptr (GDateTime) ahead = g_date_time_new_from_unix_utc (now + 1200);
  g_autofree char *date = g_date_time_format (ahead, "%a, %d %b %Y %H:%M:%S GMT");

  g_assert_true (embark_http_learn_time (fixture->http, date, 0));
  g_assert_cmpint (embark_http_get_clock_offset (fixture->http), >=, 1100);
  g_assert_cmpint (embark_http_get_time (fixture->http), >=, now + 1100);
  /* A second request of the same moment learns the same and is signed again; one signed rightly is not. */
  g_assert_true (embark_http_learn_time (fixture->http, date, 0));
  g_assert_false (embark_http_learn_time (fixture->http, date, embark_http_get_clock_offset (fixture->http)));
  g_assert_false (embark_http_learn_time (fixture->http, "yesterday-ish", 0));
  g_assert_false (embark_http_learn_time (fixture->http, NULL, 0));
}

static void use_proxy (Fixture *fixture, const char *uri)
{
  g_autoptr (GError) error = NULL;

  embark_http_set_proxy (fixture->http, EMBARK_PROXY_MANUAL, uri, &error);
  g_assert_no_error (error);
}

static void assert_proxy_error (Fixture *fixture, const char *words)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EmbarkHttpResponse) response = get (fixture->http, "https://good.example/echo", &error);

  g_assert_null (response);
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_NETWORK);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, words));
  g_assert_null (strstr (error->message, "proxy-password"));
}

static void assert_echo (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EmbarkHttpResponse) response = get (fixture->http, "https://good.example/echo", &error);

  g_assert_no_error (error);
  g_assert_cmpuint (response->status, ==, 200);
  /* What the proxy is told is not told to the server. */
  g_assert_null (
      g_strstr_len (g_bytes_get_data (response->body, NULL), (gssize) g_bytes_get_size (response->body), "Proxy-"));
}

static void test_proxy (Fixture *fixture, gconstpointer data)
{
  use_proxy (fixture, fixture->open_proxy);
  assert_echo (fixture);
  /* The certificate is that of the server all the same. */
  assert_network_error (fixture->http, "https://wrong.example/echo", "wrong.example");
  use_proxy (fixture, fixture->closed_proxy);
  assert_proxy_error (fixture, "does not let anything through to good.example");
  use_proxy (fixture, "http://127.0.0.1:1");
  assert_proxy_error (fixture, "No connection to the proxy 127.0.0.1:1");
  use_proxy (fixture, "socks5h://127.0.0.1:1");
  assert_proxy_error (fixture, "No connection to the proxy 127.0.0.1:1");
  use_proxy (fixture, "http://nowhere.invalid:1");
  assert_proxy_error (fixture, "nowhere.invalid:1");
  g_assert_true (embark_http_set_proxy (fixture->http, EMBARK_PROXY_NONE, NULL, NULL));
  assert_echo (fixture);
}

static void test_proxy_password (Fixture *fixture, gconstpointer data)
{
  use_proxy (fixture, fixture->locked_proxy);
  assert_proxy_error (fixture, "user name and a password");
  embark_http_set_proxy_password (fixture->http, "proxy-user", "something else");
  assert_proxy_error (fixture, "user name and a password");
  embark_http_set_proxy_password (fixture->http, "proxy-user", "proxy-password");
  assert_echo (fixture);
}

#define ADD(name, func) g_test_add ("/http/" name, Fixture, NULL, set_up, func, tear_down)

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("get", test_get);
  ADD ("put-and-post", test_put_and_post);
  ADD ("empty-bodies", test_empty_bodies);
  ADD ("redirect-not-followed", test_redirect_not_followed);
  ADD ("broken-answers", test_broken_answers);
  ADD ("trickle-is-no-stall", test_trickle_is_no_stall);
  ADD ("timeout", test_timeout);
  ADD ("huge-answer", test_huge_answer);
  ADD ("certificates", test_certificates);
  ADD ("unreachable", test_unreachable);
  ADD ("unsafe-requests", test_unsafe_requests);
  ADD ("cancel", test_cancel);
  ADD ("many-threads", test_many_threads);
  ADD ("unref-ends-requests", test_unref_ends_requests);
  ADD ("clock", test_clock);
  ADD ("proxy", test_proxy);
  ADD ("proxy-password", test_proxy_password);
  return g_test_run ();
}
