/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every COS signature of fixtures/cos-signatures.json, with the texts on the
 * way to it.
 */
#include <json-glib/json-glib.h>
#include <string.h>

#include "model/cloud/sign-cos.h"

typedef struct
{
  const char *id, *key;
  gint64 start, end;
  JsonObject *request;
} Case;

static JsonObject *fixture;

static EmbarkCosPair *read_pairs (JsonArray *array, gsize *ret_n)
{
  gsize n = json_array_get_length (array);
  EmbarkCosPair *pairs = g_new0 (EmbarkCosPair, n + 1);

  for (guint i = 0; i < n; i++)
    {
      JsonArray *pair = json_array_get_array_element (array, i);

      pairs[i] = (EmbarkCosPair){ json_array_get_string_element (pair, 0), json_array_get_string_element (pair, 1) };
    }
  *ret_n = n;
  return pairs;
}

static EmbarkSignCos read_request (JsonObject *object)
{
  EmbarkSignCos sign = { json_object_get_string_member (object, "method"),
                         json_object_get_string_member (object, "path") };

  sign.params = read_pairs (json_object_get_array_member (object, "params"), &sign.n_params);
  sign.headers = read_pairs (json_object_get_array_member (object, "headers"), &sign.n_headers);
  return sign;
}

static void clear_request (EmbarkSignCos *sign)
{
  g_free ((gpointer) sign->params);
  g_free ((gpointer) sign->headers);
}

static void check_texts (const Case *test, const EmbarkSignCos *sign)
{
  g_autofree char *canonical = embark_sign_cos_http_string (sign);
  g_autofree char *text = embark_sign_cos_string_to_sign (sign, test->start, test->end);
  g_autofree char *wanted = g_strdup_printf ("sha1\n%" G_GINT64_FORMAT ";%" G_GINT64_FORMAT "\n%s\n", test->start,
                                             test->end, json_object_get_string_member (test->request, "sum"));

  g_assert_cmpstr (canonical, ==, json_object_get_string_member (test->request, "canonical"));
  g_assert_cmpstr (text, ==, wanted);
}

static void test_request (gconstpointer data)
{
  const Case *test = data;
  EmbarkSignCos sign = read_request (test->request);
  g_autofree char *authorization = embark_sign_cos_authorization (&sign, test->id, test->key, test->start, test->end);
  g_autofree char *path = embark_sign_cos_encode_path (sign.path);
  g_autofree char *query = embark_sign_cos_encode_params (sign.params, sign.n_params);
  g_autofree char *target = g_strconcat (path, sign.n_params > 0 ? "?" : "", query, NULL);
  g_autofree char *times = g_strdup_printf ("%" G_GINT64_FORMAT ";%" G_GINT64_FORMAT, test->start, test->end);
  g_autofree char *wanted = g_strdup_printf (
      "q-sign-algorithm=sha1&q-ak=%s&q-sign-time=%s&q-key-time=%s&q-header-list=%s&q-url-param-list=%s&q-signature=%s",
      test->id, times, times, json_object_get_string_member (test->request, "headerNames"),
      json_object_get_string_member (test->request, "paramNames"),
      json_object_get_string_member (test->request, "signature"));

  check_texts (test, &sign);
  g_assert_cmpstr (authorization, ==, wanted);
  g_assert_cmpstr (target, ==, json_object_get_string_member (test->request, "target"));
  clear_request (&sign);
}

static GHashTable *parse_query (const char *query)
{
  g_auto (GStrv) items = g_strsplit (query, "&", -1);
  GHashTable *values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  for (gsize i = 0; items[i] != NULL; i++)
    {
      char *equals = strchr (items[i], '=');

      g_assert_nonnull (equals);
      *equals = '\0';
      g_assert_null (strpbrk (equals + 1, ";/+="));
      g_hash_table_replace (values, g_strdup (items[i]), g_uri_unescape_string (equals + 1, NULL));
    }
  return values;
}

/* The official client leaves the token as it is; we encode it, so values are compared decoded. */
static void test_presigned (gconstpointer data)
{
  const Case *test = data;
  EmbarkSignCos sign = read_request (test->request);
  const char *token = json_object_get_string_member_with_default (test->request, "token", NULL);
  g_autofree char *query = embark_sign_cos_presign_query (&sign, test->id, test->key, token, test->start, test->end);
  g_autoptr (GHashTable) values = parse_query (query);
  g_autofree char *times = g_strdup_printf ("%" G_GINT64_FORMAT ";%" G_GINT64_FORMAT, test->start, test->end);

  check_texts (test, &sign);
  g_assert_cmpstr (g_hash_table_lookup (values, "q-sign-algorithm"), ==, "sha1");
  g_assert_cmpstr (g_hash_table_lookup (values, "q-ak"), ==, test->id);
  g_assert_cmpstr (g_hash_table_lookup (values, "q-sign-time"), ==, times);
  g_assert_cmpstr (g_hash_table_lookup (values, "q-key-time"), ==, times);
  g_assert_cmpstr (g_hash_table_lookup (values, "q-header-list"), ==,
                   json_object_get_string_member (test->request, "headerNames"));
  g_assert_cmpstr (g_hash_table_lookup (values, "q-url-param-list"), ==,
                   json_object_get_string_member (test->request, "paramNames"));
  g_assert_cmpstr (g_hash_table_lookup (values, "q-signature"), ==,
                   json_object_get_string_member (test->request, "signature"));
  g_assert_cmpstr (g_hash_table_lookup (values, "x-cos-security-token"), ==, token);
  for (gsize i = 0; i < sign.n_params; i++)
    g_assert_cmpstr (g_hash_table_lookup (values, sign.params[i].name), ==, sign.params[i].value);
  g_assert_cmpuint (g_hash_table_size (values), ==, 7 + (token != NULL) + sign.n_params);
  clear_request (&sign);
}

static void test_encode (void)
{
  g_autofree char *all = embark_sign_cos_encode ("aZ09-_.~ !'()*/%镜");
  g_autofree char *path = embark_sign_cos_encode_path ("/a/b c");

  g_assert_cmpstr (all, ==, "aZ09-_.~%20%21%27%28%29%2A%2F%25%E9%95%9C");
  g_assert_cmpstr (path, ==, "/a/b%20c");
}

static void add_cases (const char *list, const char *prefix, gint64 end, GTestDataFunc func)
{
  JsonArray *requests = json_object_get_array_member (fixture, list);

  for (guint i = 0; i < json_array_get_length (requests); i++)
    {
      Case *test = g_new0 (Case, 1);
      g_autofree char *path = NULL;

      test->id = json_object_get_string_member (fixture, "id");
      test->key = json_object_get_string_member (fixture, "key");
      test->start = json_object_get_int_member (fixture, "start");
      test->end = end;
      test->request = json_array_get_object_element (requests, i);
      path = g_strconcat (prefix, json_object_get_string_member (test->request, "name"), NULL);
      g_test_add_data_func_full (path, test, func, g_free);
    }
}

/* Guards against a fixture that lost its contents. */
static void test_fixture_is_whole (void)
{
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (fixture, "requests")), ==, 18);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (fixture, "presigned")), ==, 2);
}

int main (int argc, char **argv)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;

  g_test_init (&argc, &argv, NULL);
  path = g_test_build_filename (G_TEST_DIST, "unit", "fixtures", "cos-signatures.json", NULL);
  json_parser_load_from_file (parser, path, &error);
  g_assert_no_error (error);
  fixture = json_node_get_object (json_parser_get_root (parser));

  add_cases ("requests", "/sign-cos/request/", json_object_get_int_member (fixture, "end"), test_request);
  add_cases ("presigned", "/sign-cos/presigned/", json_object_get_int_member (fixture, "presignEnd"), test_presigned);
  g_test_add_func ("/sign-cos/encode", test_encode);
  g_test_add_func ("/sign-cos/fixture-is-whole", test_fixture_is_whole);
  return g_test_run ();
}
